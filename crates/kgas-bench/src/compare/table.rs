//! Two reports side by side, as a table and a sentence.

use super::figure::{Allowance, Unit};
use super::judge::{Finding, Pair, Tolerance, Verdict};

const HEAD: [&str; 7] = ["scenario", "run", "figure", "before", "after", "change", "verdict"];

/// The rows below their heads; none where there is nothing to show.
pub(super) fn rows(findings: &[&Finding<'_>]) -> Vec<Vec<String>> {
    if findings.is_empty() {
        return Vec::new();
    }
    let head = HEAD.map(str::to_owned).to_vec();
    std::iter::once(head).chain(findings.iter().map(|finding| row(finding))).collect()
}

fn row(finding: &Finding<'_>) -> Vec<String> {
    let cell = |of: fn(&Pair) -> String| finding.figures.as_ref().map_or_else(String::new, of);
    vec![
        finding.scenario.to_owned(),
        finding.group.unwrap_or_default().to_owned(),
        cell(|pair| pair.figure.name.to_owned()),
        cell(|pair| side(pair.before, pair.figure.unit)),
        cell(|pair| side(pair.after, pair.figure.unit)),
        cell(change),
        word(finding.verdict).to_owned(),
    ]
}

/// What came of it all.
pub(super) fn sentence(findings: &[Finding<'_>], tolerance: &Tolerance) -> String {
    let bad: Vec<_> = findings.iter().filter(|finding| finding.verdict.is_bad()).collect();
    let percent = tolerance.percent;
    let names = |chosen: &mut dyn Iterator<Item = &Finding<'_>>| {
        let mut names: Vec<String> = chosen.map(|finding| finding.scenario.to_owned()).collect();
        names.dedup();
        names
    };
    if bad.is_empty() {
        let compared = names(&mut findings.iter().filter(|finding| finding.figures.is_some())).len();
        let compared = count(compared, "scenario", "scenarios");
        return match tolerance.either_way {
            true => format!("both agree within {percent} %: {compared} compared"),
            false => format!("nothing is worse by more than {percent} %: {compared} compared"),
        };
    }
    let changed = bad.iter().filter(|finding| finding.verdict != Verdict::Gone).count();
    let changed = (changed > 0).then(|| {
        let how = match (tolerance.either_way, changed) {
            (true, 1) => "differs",
            (true, _) => "differ",
            (false, 1) => "is worse",
            (false, _) => "are worse",
        };
        format!("{} {how} by more than is tolerated ({percent} %)", count(changed, "figure", "figures"))
    });
    let gone = bad.iter().filter(|finding| finding.verdict == Verdict::Gone).count();
    let gone = (gone > 0).then(|| format!("{gone} of the earlier report gone"));
    let what = changed.into_iter().chain(gone).collect::<Vec<_>>().join(", ");
    format!("{what}: {}", names(&mut bad.iter().copied()).join(", "))
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "same",
        Verdict::Moved => "moved",
        Verdict::Better => "better",
        Verdict::Worse => "WORSE",
        Verdict::Differs => "DIFFERS",
        Verdict::New => "new",
        Verdict::Gone => "GONE",
    }
}

fn side(value: Option<f64>, unit: Unit) -> String {
    value.map_or_else(|| "none".to_owned(), |value| amount(value, unit))
}

fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => format!("{value:.3} s"),
        Unit::Regret | Unit::Ratio => format!("{value:.3}"),
        Unit::Count => format!("{value:.0}"),
        Unit::Percent => format!("{value:.1} %"),
        Unit::Processor => format!("{:.0} µs", value * 1e6),
        Unit::Bytes => format!("{:.1} MB", value / 1e6),
    }
}

fn change(pair: &Pair) -> String {
    let Pair { figure, before: Some(before), after: Some(after) } = *pair else { return String::new() };
    // Minus nothing is nothing.
    let difference = after - before + 0.0;
    match figure.allowance {
        Allowance::Points => format!("{difference:+.1} points"),
        _ if before == 0.0 && difference == 0.0 => "+0.0 %".to_owned(),
        // There is no percentage of nothing.
        _ if before == 0.0 => format!("+{}", amount(difference, figure.unit)),
        _ => format!("{:+.1} %", difference / before * 100.0 + 0.0),
    }
}
