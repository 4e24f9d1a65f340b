//! The tables of a page: all scenarios, the figures of runs, and what was compared besides.

use super::markup::{Element, element};
use super::shares::percents;
use crate::bound::{Binding, Bound};
use crate::figures::{Figures, Percentiles};
use crate::report::{Comparison, Report, Scenario, Side};
use crate::run::table::{HEAD, amount, change, row};

/// All scenarios, as the terminal shows them; each name leads to its section.
pub(super) fn overview(report: &Report) -> Element {
    let rows = report.scenarios.iter().zip(1_usize..).map(|(scenario, number)| {
        let mut cells = row(scenario).into_iter();
        let name = cells.next().unwrap_or_default();
        let link = element("a").with("href", format!("#scenario-{number}")).text(name);
        let head = element("th").with("scope", "row").child(link);
        element("tr").child(head).children(cells.map(cell))
    });
    table("All scenarios", HEAD.map(str::to_owned), rows)
}

/// What the columns of the first table say.
pub(super) fn columns() -> Element {
    let terms = [
        ("baseline, target", "what was promised: what it was before, and what it should become"),
        (
            "against, measured",
            "the two ways that are compared, which each scenario names below, or the one that there is",
        ),
        ("better", "how much less time the measured way took, or how many times more calls were under way"),
        ("bound", "the least time possible for this work under these limits, whatever a client does"),
        ("regret", "the time taken over the bound: 1 can't be beaten"),
        ("full burst", "the same against a client that may use a whole minute's allowance at once"),
    ];
    let term = |(term, meaning): (&str, &str)| [element("dt").text(term), element("dd").text(meaning)];
    element("details")
        .child(element("summary").text("What the columns say"))
        .child(element("dl").children(terms.into_iter().flat_map(term)))
}

/// All figures of a scenario's runs, a column for each run.
pub(super) fn figures(scenario: &Scenario) -> Element {
    let heads = std::iter::once(String::new()).chain(scenario.runs.iter().map(|run| run.name.clone()));
    let width = scenario.runs.len() + 1;
    let rows = GROUPS.iter().flat_map(|(group, lines)| {
        let told = lines.iter().filter_map(|(name, figure)| line(scenario, name, *figure)).collect::<Vec<_>>();
        let head = element("th").with("scope", "rowgroup").with("colspan", width).text(*group);
        let head = (!told.is_empty()).then(|| element("tr").class("group").child(head));
        head.into_iter().chain(told)
    });
    table(&format!("Figures of {}", scenario.name), heads, rows)
}

/// A figure of each run; none where no run has it.
fn line(scenario: &Scenario, name: &str, figure: Figure) -> Option<Element> {
    let values: Vec<_> = scenario.runs.iter().map(|run| figure(&run.figures)).collect();
    let is_there = values.iter().any(Option::is_some);
    let cells = values.into_iter().map(|value| cell(value.unwrap_or_default()));
    let head = element("th").with("scope", "row").text(name);
    is_there.then(|| element("tr").child(head).children(cells))
}

/// How a figure is read; none where it wasn't measured.
type Figure = fn(&Figures) -> Option<String>;

const GROUPS: &[(&str, &[(&str, Figure)])] = &[
    (
        "Time",
        &[
            ("taken", |figures| Some(seconds(figures.seconds))),
            ("bound", |figures| Some(seconds(figures.bound.seconds))),
            ("bound by", |figures| Some(binding(figures.bound))),
            ("regret", |figures| Some(format!("{:.3}", figures.regret))),
            ("bound with a full burst", |figures| Some(seconds(figures.full_burst_bound.seconds))),
            ("bound by, then", |figures| Some(binding(figures.full_burst_bound))),
            ("regret to that", |figures| Some(format!("{:.3}", figures.full_burst_regret))),
        ],
    ),
    (
        "Allowed",
        &[
            ("at a time", |figures| Some(figures.terms.max_concurrent.to_string())),
            ("requests per minute", |figures| figures.terms.requests_per_minute.map(|limit| limit.to_string())),
            ("requests at once", |figures| figures.terms.burst.map(|burst| format!("{burst:.1}"))),
            ("tokens per minute", |figures| figures.terms.tokens_per_minute.map(|limit| limit.to_string())),
            ("tokens at once", |figures| figures.terms.token_burst.map(|burst| format!("{burst:.0}"))),
        ],
    ),
    (
        "Calls and requests",
        &[
            ("calls", |figures| Some(figures.calls.to_string())),
            ("answered", |figures| Some(figures.answered.to_string())),
            ("requests", |figures| Some(figures.attempts.to_string())),
            ("requests for each answer", |figures| Some(format!("{:.3}", figures.amplification))),
            ("answered 429", |figures| Some(figures.refused.to_string())),
            ("answered 429, of all", |figures| Some(percents(figures.refused_share))),
            ("most at a time", |figures| Some(figures.max_in_flight.to_string())),
            ("of the requests allowed", |figures| figures.requests_used.map(percents)),
            ("of the tokens allowed", |figures| figures.tokens_used.map(percents)),
            ("items kept", |figures| Some(figures.kept.to_string())),
        ],
    ),
    ("A call in the queue", &[("p50", |f| p50(f.queue)), ("p95", |f| p95(f.queue)), ("p99", |f| p99(f.queue))]),
    ("A request on the wire", &[("p50", |f| p50(f.wire)), ("p95", |f| p95(f.wire)), ("p99", |f| p99(f.wire))]),
    (
        "This machine",
        &[
            ("processor time for each answer", |figures| {
                figures.client_cpu_seconds_per_call.map(|seconds| format!("{:.3} ms", seconds * 1e3))
            }),
            ("most memory", |figures| {
                figures.peak_memory_bytes.map(|bytes| format!("{:.1} MiB", bytes as f64 / 1_048_576.0))
            }),
        ],
    ),
];

fn p50(times: Percentiles) -> Option<String> {
    Some(seconds(times.p50))
}

fn p95(times: Percentiles) -> Option<String> {
    Some(seconds(times.p95))
}

fn p99(times: Percentiles) -> Option<String> {
    Some(seconds(times.p99))
}

fn binding(bound: Bound) -> String {
    let what = match bound.binding {
        Binding::Latency => "latency",
        Binding::Requests => "requests",
        Binding::Tokens => "tokens",
    };
    what.to_owned()
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.3} s")
}

/// What else was compared.
pub(super) fn parts(parts: &[Comparison]) -> Element {
    let rows = parts.iter().map(|part| {
        let side = |side: &Side| format!("{}: {}", side.name, amount(side.value, part.unit));
        let cells = [side(&part.before), side(&part.after), change(part)];
        element("tr").child(element("th").with("scope", "row").text(&*part.of)).children(cells.map(cell))
    });
    table("Compared besides", ["what", "before", "after", "change"].map(str::to_owned), rows)
}

fn cell(text: String) -> Element {
    element("td").text(text)
}

/// A table in a box of its own, which scrolls where the screen is narrower.
fn table(name: &str, heads: impl IntoIterator<Item = String>, rows: impl IntoIterator<Item = Element>) -> Element {
    let head = |text: String| match text.is_empty() {
        true => element("td"),
        false => element("th").with("scope", "col").text(text),
    };
    let heads = element("thead").child(element("tr").children(heads.into_iter().map(head)));
    let table = element("table").child(heads).child(element("tbody").children(rows));
    element("div").class("wide").with("role", "region").with("aria-label", name).with("tabindex", "0").child(table)
}
