//! The page as a whole: its head, the table of all scenarios, and a section for each.

use super::markup::{Element, element};
use super::shares::{Share, bar};
use super::{crowd, tables, throughput, timeline};
use crate::attribution::Attribution;
use crate::report::{Comparison, Mode, Promise, Report, Run, Scenario, Side, Unit};
use crate::run::table::{amount, change, subject};

/// Nothing may be fetched, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// All of it, with timelines of no more than so many rows.
pub(super) fn document(report: &Report, rows: usize) -> Element {
    let sections = report.scenarios.iter().zip(1_usize..).map(|(scenario, number)| section(scenario, number, rows));
    let main = element("main").child(tables::overview(report)).child(tables::columns()).children(sections);
    let body = element("body").child(header(report)).child(main);
    element("html")
        .with("lang", "en")
        .child(head())
        .child(body.child(element("script").ours(include_str!("script.js"))))
}

fn head() -> Element {
    let meta = |name: &'static str, content: &'static str| element("meta").with("name", name).with("content", content);
    element("head")
        .child(element("meta").with("charset", "utf-8"))
        .child(element("meta").with("http-equiv", "Content-Security-Policy").with("content", POLICY))
        .child(meta("viewport", "width=device-width, initial-scale=1"))
        .child(meta("color-scheme", "light dark"))
        .child(element("title").text("kgas-bench: what was measured"))
        .child(element("style").ours(include_str!("style.css")))
}

fn header(report: &Report) -> Element {
    let mode = match report.mode {
        Mode::Simulated => "simulated time",
        Mode::Loopback => "real time, over sockets of one machine",
        Mode::Tls => "real time, over encrypted sockets of one machine",
    };
    let facts = format!(
        "kgas {}, {mode}, seed {}; the client is told {} % of each limit.",
        report.version, report.seed, report.pace_percent
    );
    let failed = report.failed.iter().map(|failed| element("li").text(failed.to_string()));
    let failed = (!report.failed.is_empty()).then(|| element("ul").class("notes").children(failed));
    element("header")
        .child(element("h1").text("kgas-bench: what was measured"))
        .child(element("p").text(facts))
        .children(failed)
}

fn section(scenario: &Scenario, number: usize, rows: usize) -> Element {
    let id = format!("scenario-{number}");
    let title = format!("{id}-title");
    let shown = subject(scenario).or(scenario.runs.first());
    let runs = scenario.runs.iter().map(|run| {
        let is_open = shown.is_some_and(|shown| std::ptr::eq(shown, run));
        self::run(run, rows, is_open)
    });
    let figures = (!scenario.runs.is_empty()).then(|| {
        let head = |text| element("h3").text(text);
        [head("Figures"), tables::figures(scenario), head("What happened")]
    });
    let parts =
        (!scenario.parts.is_empty()).then(|| [element("h3").text("Compared besides"), tables::parts(&scenario.parts)]);
    let notes = scenario.notes.iter().map(|note| element("li").text(&**note));
    let notes = (!scenario.notes.is_empty()).then(|| element("ul").class("notes").children(notes));
    element("section")
        .with("id", id)
        .with("aria-labelledby", &title)
        .child(element("h2").with("id", &title).text(scenario.name))
        .child(element("p").class("about").text(scenario.about))
        .children(scenario.result.as_ref().map(|result| outcome(result, scenario.promise)))
        .children(parts.into_iter().flatten())
        .children(notes)
        .children(figures.into_iter().flatten())
        .children(runs)
}

/// What came of it, against what was promised.
fn outcome(result: &Comparison, promise: Option<Promise>) -> Element {
    let Comparison { of, unit, before, after, .. } = result;
    let side = |side: &Side| {
        let amount = element("b").text(amount(side.value, *unit));
        element("div").child(element("span").text(&*side.name)).child(amount)
    };
    let change = element("div").child(element("span").text("change")).child(element("b").text(change(result)));
    let target = promise.map(|Promise { target, .. }| {
        let is_reached = match unit {
            Unit::Seconds => after.value <= target,
            Unit::AtOnce => after.value >= target,
        };
        let word = if is_reached { "target, reached" } else { "target, not reached" };
        element("div").child(element("span").text(word)).child(element("b").text(amount(target, *unit)))
    });
    let sides = [side(before), side(after), change];
    element("div")
        .child(element("p").text(format!("{of}:")))
        .child(element("div").class("outcome").children(sides).children(target))
}

/// What happened in a run.
fn run(run: &Run, rows: usize, is_open: bool) -> Element {
    let Run { name, figures, advice, performance } = run;
    let short = format!(": {} answered of {} calls, {:.2} s", figures.answered, figures.calls, figures.seconds);
    let summary = element("summary").child(element("b").text(&**name)).text(short);
    let details = element("details").class("run").child(summary);
    let details = if is_open { details.with("open", "") } else { details };
    if performance.calls.is_empty() {
        return details;
    }
    let is_sampled = performance.calls.len() > rows;
    details
        .child(held_back(&figures.attribution))
        .children(self::advice(advice))
        .child(timeline::timeline(performance, rows))
        .children(is_sampled.then(|| crowd::crowd(performance)))
        .children(throughput::throughput(performance))
        .children(throughput::refusals_line(performance))
}

/// What held a run back, for which share of its time.
fn held_back(attribution: &Attribution) -> Element {
    let Attribution { requests, tokens, concurrency, pause, server, back_off, kgas } = *attribution;
    let share = |class, short, full, part| Share { class, short, full, part };
    let shares = [
        share("requests", "requests", "waiting on requests per minute", requests),
        share("tokens", "tokens", "waiting on tokens per minute", tokens),
        share("places", "a place", "waiting for a place among the requests at a time", concurrency),
        share("pause", "paused", "paused by the server", pause),
        share("server", "server", "on the server", server),
        share("back", "back-off", "backing off", back_off),
        share("kgas", "kgas", "in kgas", kgas),
    ];
    bar("What held the run back", &shares)
}

/// What would make a run faster.
fn advice(lines: &[String]) -> Option<Element> {
    let lines = lines.iter().map(|line| element("li").text(&**line));
    (lines.len() > 0).then(|| element("ul").class("notes").children(lines))
}
