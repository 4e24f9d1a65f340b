//! The timeline: a row for each call, and in it when the call was queued, on the wire and backing off.

use std::time::Duration;

use super::axis::{Tick, part};
use super::markup::{Element, element};
use super::plot::{Plot, WIDTH, block, short};
use crate::trace::{Attempt, Call, Doing, Performance};

/// The fewest pixels between two labels of rows.
const LABEL_EVERY: f64 = 44.0;

/// What is narrower can't be seen.
const NARROWEST: f64 = 0.6;

/// The timeline, of no more than so many rows: where there are more calls, every n-th is shown, and said to be.
pub(super) fn timeline(performance: &Performance, most_rows: usize) -> Element {
    let Performance { calls, wall, .. } = performance;
    let every = calls.len().div_ceil(most_rows.max(1)).max(1);
    let shown: Vec<_> = (1_usize..).zip(calls).step_by(every).collect();
    let rows = Rows { pitch: pitch(shown.len()), span: *wall };
    let plot = Plot {
        title: title(calls.len(), every),
        says: format!("{} of {} calls, from top to bottom in the order in which they began.", shown.len(), calls.len()),
        legend: Some(legend()),
        height: u32::try_from(shown.len()).unwrap_or(u32::MAX).saturating_mul(rows.pitch),
        span: *wall,
        labels: labels(&shown, rows.pitch),
        has_grid: false,
        limits: Vec::new(),
    };
    let marks = shown.iter().enumerate().map(|(row, (number, call))| rows.row(row, *number, call));
    plot.draw(marks).class("timeline").with("data-pitch", rows.pitch)
}

fn title(calls: usize, every: usize) -> String {
    match every {
        1 if calls == 1 => "Timeline of the one call".to_owned(),
        1 => format!("Timeline: all {calls} calls, a row each"),
        _ => format!("Timeline: every {} of {calls} calls shown, a row each", ordinal(every)),
    }
}

/// A number as a place in order.
pub(super) fn ordinal(number: usize) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// How high a row is, in pixels, with the gap below it.
fn pitch(rows: usize) -> u32 {
    match rows {
        0..25 => 16,
        25..61 => 10,
        61..111 => 7,
        _ => 5,
    }
}

fn labels(shown: &[(usize, &Call)], pitch: u32) -> Vec<Tick> {
    let count = shown.len() as f64;
    let apart = (LABEL_EVERY / f64::from(pitch)).ceil();
    let mut labels = Vec::new();
    let mut next = 0.0;
    for (row, (number, _)) in shown.iter().enumerate() {
        let row = row as f64;
        if row >= next {
            labels.push(Tick { at: 1.0 - (row + 0.5) / count, label: number.to_string() });
            next = row + apart;
        }
    }
    labels
}

/// How rows are drawn.
struct Rows {
    pitch: u32,
    span: Duration,
}

impl Rows {
    fn row(&self, row: usize, number: usize, call: &Call) -> Element {
        let top = row as f64 * f64::from(self.pitch);
        let shapes = [
            ("q", self.waiting(call, Doing::Queued, top, 0.25)),
            ("b", self.waiting(call, Doing::BackOff, top, 0.5)),
            ("w", self.wire(call, true, top)),
            ("f", self.wire(call, false, top)),
            ("e", self.ends(call, top)),
        ];
        let shapes = shapes.into_iter().filter(|(_, shape)| !shape.is_empty());
        element("g")
            .class("call")
            .child(element("title").text(words(number, call)))
            .children(shapes.map(|(class, shape)| element("path").class(class).with("d", shape)))
    }

    /// Bars of such a part of the row's height, in its middle.
    fn waiting(&self, call: &Call, doing: Doing, top: f64, part: f64) -> String {
        let stretches = call.stretches().into_iter().filter(|stretch| stretch.doing == doing);
        stretches.map(|stretch| self.bar(stretch.from, stretch.to, top, part)).collect()
    }

    fn wire(&self, call: &Call, is_success: bool, top: f64) -> String {
        let attempts = call.attempts.iter().filter(|attempt| attempt.is_success() == is_success);
        attempts.map(|attempt| self.bar(attempt.began, attempt.ended(), top, 1.0)).collect()
    }

    /// A stroke where an attempt ended without an answer.
    fn ends(&self, call: &Call, top: f64) -> String {
        let failed = call.attempts.iter().filter(|attempt| !attempt.is_success());
        let stroke = |attempt: &Attempt| format!("M{} {}v{}", self.x(attempt.ended()), short(top), self.high());
        failed.map(stroke).collect()
    }

    fn bar(&self, from: Duration, to: Duration, top: f64, part: f64) -> String {
        let (left, right) = (self.place(from), self.place(to));
        let high = self.high() * part;
        block(left, top + (self.high() - high) / 2.0, (right - left).max(NARROWEST), high)
    }

    fn high(&self) -> f64 {
        f64::from(self.pitch) - if self.pitch > 8 { 3.0 } else { 1.0 }
    }

    fn x(&self, moment: Duration) -> String {
        short(self.place(moment))
    }

    fn place(&self, moment: Duration) -> f64 {
        part(moment, self.span) * WIDTH
    }
}

/// A call in words.
fn words(number: usize, call: &Call) -> String {
    let times = [(Doing::Queued, "queued"), (Doing::Wire, "on the wire"), (Doing::BackOff, "backing off")];
    let spent = times.map(|(doing, word)| (call.time(doing).as_secs_f64(), word));
    let mut words = format!("call {number}, from {:.3} s:", call.begun.as_secs_f64());
    for (seconds, word) in spent.into_iter().filter(|(seconds, _)| *seconds > 0.0) {
        words.push_str(&format!(" {word} {seconds:.3} s,"));
    }
    let status = |attempt: &Attempt| attempt.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let statuses: Vec<_> = call.attempts.iter().map(status).collect();
    let end = if call.is_answered { "answered" } else { "given up" };
    let attempts = if statuses.is_empty() { "never sent".to_owned() } else { statuses.join(", ") };
    format!("{words} {end} ({attempts})")
}

/// What the marks of a timeline mean.
fn legend() -> Element {
    let marks = [
        ("q", block(0.0, 4.5, 24.0, 3.0), "queued in the limiter"),
        ("w", block(0.0, 0.0, 24.0, 12.0), "on the wire, answered"),
        ("f", block(1.0, 1.0, 22.0, 10.0), "on the wire, refused or failed"),
        ("b", block(0.0, 3.0, 24.0, 6.0), "back-off before the next attempt"),
    ];
    let entry = |(class, shape, text): (&'static str, String, &'static str)| {
        let end = (class == "f").then(|| element("path").class("e").with("d", "M23 0v12"));
        let mark = element("path").class(class).with("d", shape);
        let swatch = element("svg").with("width", "24").with("height", "12").with("aria-hidden", "true");
        element("li").child(swatch.child(mark).children(end)).child(element("span").text(text))
    };
    element("ul").class("legend").children(marks.map(entry))
}
