//! A plan as people read it.

use kgas_engine::plan::bound::Binding;
use kgas_engine::plan::{Expected, Plan, Time, ToolPlan};

use super::otherwise::Change;
use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

/// All that is shown.
#[derive(Debug)]
pub(super) struct Screen<'a> {
    pub(super) plan: &'a Plan,
    pub(super) changes: &'a [Change],
    pub(super) notes: &'a [String],
    pub(super) documents: u64,
    pub(super) window: Option<u64>,
    pub(super) limits: String,
}

pub(super) fn show(screen: &Screen<'_>, show: Show) -> Result<(), Failure> {
    let Screen { plan, .. } = screen;
    let documents = match screen.documents {
        1 => "1 document".to_owned(),
        many => format!("{} documents", grouped(many as f64)),
    };
    let held = match plan.held {
        0 => String::new(),
        held => format!("; {} of them are in the journal already", grouped(held as f64)),
    };
    let repeated = match plan.repeated {
        0 => String::new(),
        repeated => format!("; {} are the same as others, and one answer serves them", grouped(repeated as f64)),
    };
    show.result(&format!("{documents}: {} calls{held}{repeated}", grouped(plan.calls as f64)))?;
    show.result("")?;
    show.table(&by_tool(plan))?;
    show.result("")?;
    if plan.to_buy > 0.0 {
        show.result(&in_one_line(plan))?;
        show.result(&format!("under these limits: {}", screen.limits))?;
    }
    for warning in warnings(screen) {
        show.result(&warning)?;
    }
    if !screen.changes.is_empty() && plan.to_buy > 0.0 {
        show.result("")?;
        show.table(&otherwise(plan, screen.changes))?;
        if let Some(remark) = remark(plan, screen.changes) {
            show.result(&remark)?;
        }
    }
    if !screen.notes.is_empty() {
        show.result("")?;
    }
    screen.notes.iter().try_for_each(|note| show.result(&format!("note: {note}")))
}

/// "tokens per minute; 4 h 10 min; $3.20 ± 0.60".
fn in_one_line(plan: &Plan) -> String {
    let bound = binding(plan.time.bound_by);
    let cost = plan.cost.map_or_else(|| "cost unknown".to_owned(), dollars);
    match time(&plan.time) {
        Some(time) => format!("{bound}; {time}; {cost}"),
        None => format!("time unknown; {cost}"),
    }
}

fn by_tool(plan: &Plan) -> Vec<Vec<String>> {
    let head = ["tool", "calls", "in the journal", "to buy", "prompt tokens", "completion tokens", "cost"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(plan.tools.iter().map(|(id, tool)| row(id, tool)));
    if plan.tools.len() > 1 {
        let all = ToolPlan {
            calls: plan.calls,
            held: plan.held,
            repeated: plan.repeated,
            to_buy: plan.to_buy,
            prompt_tokens: plan.prompt_tokens,
            completion_tokens: plan.completion_tokens,
            cost: plan.cost,
            growth: None,
        };
        rows.push(row("in all", &all));
    }
    rows
}

fn row(id: &str, tool: &ToolPlan) -> Vec<String> {
    vec![
        id.to_owned(),
        grouped(tool.calls as f64),
        grouped(tool.held as f64),
        grouped(tool.to_buy),
        about(tool.prompt_tokens),
        about(tool.completion_tokens),
        tool.cost.map_or_else(|| "unknown".to_owned(), dollars),
    ]
}

fn otherwise(plan: &Plan, changes: &[Change]) -> Vec<Vec<String>> {
    let head = ["otherwise", "to buy", "tokens", "cost", "time", "bound by"];
    let line = |name: &str, to_buy: f64, tokens: Expected, cost: Option<Expected>, time: &Time| {
        let cost = cost.map_or_else(|| "unknown".to_owned(), dollars);
        let took = match (time.has_latency, time.seconds > 0.0) {
            (true, _) => duration(time.seconds),
            (false, true) => format!("≥ {}", duration(time.seconds)),
            (false, false) => "unknown".to_owned(),
        };
        vec![name.to_owned(), grouped(to_buy), about(tokens), cost, took, binding(time.bound_by).to_owned()]
    };
    let tokens = plan.prompt_tokens.plus(plan.completion_tokens);
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.push(line("as planned", plan.to_buy, tokens, plan.cost, &plan.time));
    rows.extend(changes.iter().map(|change| {
        let tokens = change.prompt_tokens.plus(change.completion_tokens);
        line(&change.change, change.to_buy, tokens, change.cost, &change.time)
    }));
    rows
}

/// Whether more calls at a time would help.
fn remark(plan: &Plan, changes: &[Change]) -> Option<String> {
    let more = changes.iter().rfind(|change| change.change.starts_with("--max-concurrent"))?;
    let is_known = plan.time.seconds > 0.0 && plan.time.bound_by != Binding::Latency;
    (is_known && more.time.seconds > plan.time.seconds * 0.95)
        .then(|| format!("more concurrency won't help: {} bind", binding(plan.time.bound_by)))
}

fn warnings(screen: &Screen<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    let too_long = &screen.plan.too_long;
    if too_long.calls > 0 {
        let window = screen.window.map(|window| grouped(window as f64)).unwrap_or_default();
        warnings.push(format!(
            "too long for the model, which takes {window} tokens, prompt and answer together: {}; the largest, {} tokens, \
             is about {}; lower --chunk-size, max_tokens or ontology_tokens",
            counted(too_long.calls, "call", "calls"),
            grouped(too_long.largest as f64),
            too_long.document,
        ));
    }
    if screen.plan.never_fit > 0 {
        warnings.push(format!(
            "larger than the tokens of a minute: {}; raise --tpm, or lower --chunk-size or max_tokens",
            counted(screen.plan.never_fit, "call", "calls"),
        ));
    }
    warnings
}

fn time(time: &Time) -> Option<String> {
    let said = duration(time.seconds);
    match (time.has_latency, time.seconds > 0.0) {
        (true, _) => Some(said),
        (false, true) => Some(format!("{said} at least (how long answers take is not known)")),
        (false, false) => None,
    }
}

pub(super) const fn binding(binding: Binding) -> &'static str {
    match binding {
        Binding::Latency => "latency and calls at a time",
        Binding::Requests => "requests per minute",
        Binding::Tokens => "tokens per minute",
    }
}

/// `$3.20 ± 0.60`.
fn dollars(cost: Expected) -> String {
    // Below a cent more digits say something.
    let digits = if cost.value + cost.plus_minus >= 0.1 || cost.value <= 0.0 { 2 } else { 5 };
    let smallest = 0.5 * 10_f64.powi(-digits);
    let digits = usize::try_from(digits).unwrap_or(2);
    if cost.plus_minus < smallest {
        return format!("${:.digits$}", cost.value);
    }
    format!("${:.digits$} ± {:.digits$}", cost.value, cost.plus_minus)
}

/// `120 000 ± 6 000`.
fn about(tokens: Expected) -> String {
    match tokens.plus_minus.round() {
        off if off >= 1.0 => format!("{} ± {}", grouped(tokens.value), grouped(off)),
        _ => grouped(tokens.value),
    }
}

/// Thousands apart: `1 204`.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut said = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            said.push(' ');
        }
        said.push(digit);
    }
    said
}

/// `4 h 10 min`, `3 min 20 s`, `12 s`, `0.4 s`.
fn duration(seconds: f64) -> String {
    let parts = |large: f64, small: f64, names: (&str, &str)| {
        let units = (seconds / small).round();
        let per = large / small;
        let (whole, rest) = ((units / per).floor(), units % per);
        if rest < 1.0 {
            format!("{whole:.0} {}", names.0)
        } else {
            format!("{whole:.0} {} {rest:.0} {}", names.0, names.1)
        }
    };
    match seconds {
        s if s >= 3570.0 => parts(3600.0, 60.0, ("h", "min")),
        s if s >= 59.5 => parts(60.0, 1.0, ("min", "s")),
        s if s >= 10.0 => format!("{s:.0} s"),
        s => format!("{s:.1} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_two_units() {
        let cases = [
            (0.42, "0.4 s"),
            (12.3, "12 s"),
            (59.6, "1 min"),
            (200.0, "3 min 20 s"),
            (3599.0, "1 h"),
            (15_000.0, "4 h 10 min"),
        ];
        for (seconds, said) in cases {
            assert_eq!(duration(seconds), said);
        }
    }

    #[test]
    fn numbers_and_money_are_said_with_how_far_they_may_be_off() {
        assert_eq!((grouped(7.0), grouped(1_204.0), grouped(1e6)), ("7".into(), "1 204".into(), "1 000 000".into()));
        assert_eq!(dollars(Expected { value: 3.2, plus_minus: 0.6 }), "$3.20 ± 0.60");
        assert_eq!(dollars(Expected { value: 0.000_34, plus_minus: 0.000_02 }), "$0.00034 ± 0.00002");
        assert_eq!(about(Expected { value: 120_000.0, plus_minus: 6_000.0 }), "120 000 ± 6 000");
    }
}
