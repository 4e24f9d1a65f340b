//! A report as tables on the screen.

use crate::failure::Failure;
use crate::figures::Figures;
use crate::report::{Comparison, Promise, Report, Run, Scenario, Unit};
use crate::show::Show;

/// What stands above each column.
pub(crate) const HEAD: [&str; 9] =
    ["scenario", "baseline", "target", "against", "measured", "better", "bound", "regret", "full burst"];

/// Shows the scenarios as a table, and below it what else each has to say.
pub(super) fn show(report: &Report, show: Show) -> Result<(), Failure> {
    let head = HEAD.map(str::to_owned).to_vec();
    let rows: Vec<_> = std::iter::once(head).chain(report.scenarios.iter().map(row)).collect();
    show.table(&rows)?;
    for scenario in &report.scenarios {
        let held_back = subject(scenario).map(|run| run.figures.attribution.to_string()).unwrap_or_default();
        show.result(&format!("\n{}  {held_back}", scenario.name))?;
        more(scenario).try_for_each(|line| show.result(&format!("  {line}")))?;
    }
    Ok(())
}

/// What would help the run that counts, and what else there is to say.
fn more(scenario: &Scenario) -> impl Iterator<Item = String> {
    let advice = subject(scenario).into_iter().flat_map(|run| run.advice.iter().map(|line| format!("- {line}")));
    // The columns' heads don't say what was compared.
    let results = scenario.result.iter().chain(&scenario.parts);
    advice.chain(results.map(part)).chain(scenario.notes.iter().cloned())
}

/// The run that counts: the better one of two, or the only one.
pub(crate) fn subject(scenario: &Scenario) -> Option<&Run> {
    let name = scenario.result.as_ref().map_or("concurrent", |result| &result.after.name);
    let named = |name: &str| scenario.runs.iter().find(|run| run.name == name);
    named(name).or_else(|| named("concurrent"))
}

/// A scenario's row below [`HEAD`]; empty where there is nothing to say.
pub(crate) fn row(scenario: &Scenario) -> Vec<String> {
    let unit = scenario.result.as_ref().map_or(Unit::Seconds, |result| result.unit);
    let result = scenario.result.as_ref();
    let promise =
        |of: fn(&Promise) -> f64| scenario.promise.as_ref().map(of).map_or(String::new(), |v| amount(v, unit));
    let run = subject(scenario).filter(|_| scenario.is_bounded);
    let figure = |of: fn(&Figures) -> String| run.map_or_else(String::new, |run| of(&run.figures));
    vec![
        scenario.name.to_owned(),
        promise(|promise| promise.baseline),
        promise(|promise| promise.target),
        result.map_or_else(String::new, |result| amount(result.before.value, unit)),
        result.map_or_else(
            || figure(|figures| amount(figures.seconds, Unit::Seconds)),
            |result| amount(result.after.value, unit),
        ),
        result.map_or_else(String::new, better),
        figure(|figures| amount(figures.bound.seconds, Unit::Seconds)),
        figure(|figures| format!("{:.3}", figures.regret)),
        figure(|figures| format!("{:.3}", figures.full_burst_regret)),
    ]
}

fn part(part: &Comparison) -> String {
    let Comparison { of, unit, before, after, .. } = part;
    let (was, is) = (amount(before.value, *unit), amount(after.value, *unit));
    format!("{of}: {was} ({}), {is} ({}), {}", before.name, after.name, change(part))
}

/// How the second way differs, in words.
pub(crate) fn change(comparison: &Comparison) -> String {
    let percent = comparison.improvement_percent;
    match comparison.unit {
        Unit::Seconds if percent < 0.0 => format!("{:.1} % more", -percent),
        Unit::Seconds => format!("{percent:.1} % less"),
        Unit::AtOnce => better(comparison),
    }
}

fn better(comparison: &Comparison) -> String {
    match comparison.unit {
        Unit::Seconds => format!("{:.1} %", comparison.improvement_percent),
        Unit::AtOnce => format!("{:.0} times", comparison.after.value / comparison.before.value),
    }
}

/// An amount with its unit.
pub(crate) fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => format!("{value:.2} s"),
        Unit::AtOnce => format!("{value:.0}"),
    }
}
