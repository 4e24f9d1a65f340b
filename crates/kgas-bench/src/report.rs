//! What was measured, as a table or as JSON. The only file that prints.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

use crate::scenario::Measured;

/// The same documents, one call at a time and many.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) documents: usize,
    pub(crate) latency: Duration,
    pub(crate) sequential: Measured,
    pub(crate) concurrent: Measured,
}

impl Comparison {
    /// How much less time the concurrent run took, in percent of the sequential one.
    fn improvement(&self) -> f64 {
        (self.sequential.seconds - self.concurrent.seconds) / self.sequential.seconds * 100.0
    }
}

pub(crate) fn print(comparison: &Comparison, as_json: bool) -> ExitCode {
    let text = if as_json { as_json_text(comparison) } else { table(comparison) };
    // A reader that has left is no failure.
    let _ = writeln!(io::stdout().lock(), "{text}");
    ExitCode::SUCCESS
}

pub(crate) fn fail(error: &dyn std::error::Error) -> ExitCode {
    let _ = writeln!(io::stderr().lock(), "kgas-bench: {error}");
    ExitCode::FAILURE
}

fn as_json_text(comparison: &Comparison) -> String {
    let all = json!({
        "documents": comparison.documents,
        "latency_seconds": comparison.latency.as_secs_f64(),
        "sequential": comparison.sequential,
        "concurrent": comparison.concurrent,
        "improvement_percent": comparison.improvement(),
    });
    format!("{all:#}")
}

fn table(comparison: &Comparison) -> String {
    let mut lines =
        vec![format!("T23c_async, {} documents, server latency {:?}", comparison.documents, comparison.latency)];
    let head = ["", "seconds", "bound", "calls", "at once", "entities"];
    lines.push(row(head.map(str::to_owned)));
    for (name, measured) in [("sequential", &comparison.sequential), ("concurrent", &comparison.concurrent)] {
        lines.push(row([
            name.to_owned(),
            format!("{:.2}", measured.seconds),
            format!("{:.2}", measured.bound_seconds),
            measured.calls.to_string(),
            measured.max_in_flight.to_string(),
            measured.entities.to_string(),
        ]));
    }
    lines.push(format!("improvement {:.1} %", comparison.improvement()));
    lines.join("\n")
}

fn row(cells: [String; 6]) -> String {
    let [name, rest @ ..] = cells;
    rest.iter().fold(format!("{name:<12}"), |line, cell| format!("{line}{cell:>10}"))
}
