//! What a probe saw, as a person reads it: two tables, and a `[limits]` section to copy.

use std::fmt::Write as _;

use super::advice::Proposal;
use super::findings::{Findings, Size};
use super::judge::{Step, quantile};

/// More characters of a server's word are not shown.
const WORD_CHARS: usize = 100;

/// Before the probe: what it will spend at most.
#[must_use]
pub fn announce(server: &str, model: &str, plan: &super::Plan, allowed: u32) -> String {
    let sizes: Vec<String> = plan.sizes.iter().map(u32::to_string).collect();
    let mut text = format!(
        "{server} will be asked, model {model}: at most {} of the {allowed} requests allowed, about {} tokens at most; \
         one first, then prompts of {} tokens, {} times each",
        plan.requests(),
        plan.tokens(),
        sizes.join(", "),
        plan.repeats,
    );
    if !plan.steps.is_empty() {
        let steps: Vec<String> = plan.steps.iter().map(|step| step.at_once.to_string()).collect();
        let _infallible = write!(text, ", then {} at a time", steps.join(", "));
    }
    text
}

/// After the probe: all that was seen and follows from it. It ends without a line break.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let proposal = Proposal::of(findings);
    let mut parts = vec![summary(findings), sizes(findings)];
    if findings.steps.len() > 1 {
        parts.push(table(&steps(&findings.steps)));
    }
    parts.extend([headers(findings), troubles(findings), unsteady(findings), proposal.advice.join("\n")]);
    parts.push(limits(&proposal));
    if !proposal.flags().is_empty() {
        parts.push(format!("as flags of kgas: {}", proposal.flags()));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// A server's word as it may be shown: short, and nothing in it that moves a terminal's cursor.
pub(super) fn presentable(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(WORD_CHARS).collect()
}

fn summary(findings: &Findings) -> String {
    let Findings { server, model, allowed, sent, tokens, seconds, first_seconds, .. } = findings;
    format!(
        "{server}, model {model}: {sent} of {allowed} requests, {tokens} tokens, {seconds:.1} s\n\
         first request: {first_seconds:.3} s (to connect, perhaps to load the model; it counts for nothing below)"
    )
}

fn sizes(findings: &Findings) -> String {
    let answered = findings.sizes.iter().filter(|size| !size.samples.is_empty());
    let rows: Vec<_> = answered.map(size_row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = ["prompt tokens", "requests", "answer tokens", "median s", "p95 s"].map(str::to_owned);
    let mut text = table(&[vec![head], rows].concat());
    let samples = findings.sizes.iter().flat_map(|size| &size.samples);
    if samples.filter(|sample| !sample.is_told).count() > 0 {
        text.push_str("\nthe server doesn't tell how many tokens a prompt has: they are estimates");
    }
    text.push('\n');
    text.push_str(&line(findings));
    text
}

fn size_row(size: &Size) -> [String; 5] {
    let latencies = size.latencies();
    [
        format!("{:.0}", size.prompt_tokens()),
        latencies.len().to_string(),
        size.answer_tokens().map_or_else(|| "not told".to_owned(), |tokens| format!("{tokens:.0}")),
        format!("{:.3}", quantile(&latencies, 0.5)),
        format!("{:.3}", quantile(&latencies, 0.95)),
    ]
}

fn line(findings: &Findings) -> String {
    let Some(line) = &findings.latency else {
        return "how latency grows with the prompt can't be said: only one size was answered".to_owned();
    };
    if !line.grows() {
        return "latency doesn't grow with the prompt as far as can be seen".to_owned();
    }
    let mut text =
        format!("latency = {:.3} s + {:.3} ms for each token of the prompt", line.base, line.per_token * 1e3);
    if let (Some(spread), Some(error)) = (line.spread, line.per_token_error) {
        let _infallible = write!(text, " (± {:.3} ms; single requests lie ± {spread:.3} s off)", error * 1e3);
    }
    text
}

fn steps(steps: &[Step]) -> Vec<[String; 7]> {
    let head = ["at a time", "answered", "per second", "median s", "p95 s", "refused", "failed"].map(str::to_owned);
    let row = |step: &Step| {
        [
            step.at_once.to_string(),
            step.latencies.len().to_string(),
            format!("{:.2}", step.throughput()),
            format!("{:.3}", step.median()),
            format!("{:.3}", step.p95()),
            step.refused.to_string(),
            step.failed.to_string(),
        ]
    };
    std::iter::once(head).chain(steps.iter().map(row)).collect()
}

fn headers(findings: &Findings) -> String {
    let headers = findings.told.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    headers.collect::<Vec<_>>().join("\n")
}

fn troubles(findings: &Findings) -> String {
    let troubles = findings.troubles.iter();
    troubles.map(|trouble| format!("{}: {}", trouble.during, trouble.message)).collect::<Vec<_>>().join("\n")
}

fn unsteady(findings: &Findings) -> String {
    if !findings.is_unsteady() {
        return String::new();
    }
    format!(
        "the server was unsteady: answers to prompts of one size, one at a time, took up to {:.1} times as long as \
         others; probe again when it is quiet, or with more --max-requests, before you rely on this",
        findings.unsteadiness,
    )
}

fn limits(proposal: &Proposal) -> String {
    let mut text = "[limits]".to_owned();
    for (key, proposed) in proposal.keys() {
        // A text takes all that is written.
        let _infallible = match proposed.value {
            Some(value) => write!(text, "\n# {}\n{key} = {value}", proposed.from),
            None => write!(text, "\n# {key}: {}", proposed.from),
        };
    }
    text
}

/// Columns, set to the right, the first row being their heads.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}", width = *width));
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
