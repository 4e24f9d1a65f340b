//! Which limits follow from what was seen, where each comes from, and what they are good for.

use serde::Serialize;

use super::findings::{Findings, Size, Trouble};
use super::judge::Because;

/// A proposal for kgas's limits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// Requests per minute.
    pub requests_per_minute: Proposed,
    /// Tokens per minute.
    pub tokens_per_minute: Proposed,
    /// Requests at a time.
    pub max_concurrent: Proposed,
    /// Requests that may go at once after idle time.
    pub burst: Proposed,
    /// What concurrency does with the quota, in sentences.
    pub advice: Vec<String>,
}

/// A number and where it comes from; or none, and why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proposed {
    /// The number, if there is ground for one.
    pub value: Option<u32>,
    /// Where it comes from, or why it is left out.
    pub from: String,
}

impl Proposal {
    /// What follows from these findings. What wasn't told and can't be measured is left out.
    #[must_use]
    pub fn of(findings: &Findings) -> Self {
        let told = &findings.told;
        let refused = refused_for_its_limits(findings);
        Self {
            requests_per_minute: per_minute(told.requests_per_minute, findings, refused),
            tokens_per_minute: per_minute(told.tokens_per_minute, findings, None),
            max_concurrent: max_concurrent(findings),
            burst: burst(findings),
            advice: advice(findings),
        }
    }

    /// The numbers with the names that they have in the section `[limits]` of `kgas.toml`.
    #[must_use]
    pub fn keys(&self) -> [(&'static str, &Proposed); 4] {
        [
            ("rpm", &self.requests_per_minute),
            ("tpm", &self.tokens_per_minute),
            ("max_concurrent", &self.max_concurrent),
            ("burst", &self.burst),
        ]
    }

    /// The same as flags of `kgas extract`.
    #[must_use]
    pub fn flags(&self) -> String {
        let names = ["--rpm", "--tpm", "--max-concurrent", "--burst"];
        let flags = names.iter().zip(self.keys());
        let flags = flags.filter_map(|(name, (_, proposed))| Some(format!("{name} {}", proposed.value?)));
        flags.collect::<Vec<_>>().join(" ")
    }
}

fn refused_for_its_limits(findings: &Findings) -> Option<&Trouble> {
    findings.troubles.iter().find(|trouble| trouble.is_refusal)
}

fn per_minute(told: Option<u32>, findings: &Findings, refused: Option<&Trouble>) -> Proposed {
    if told.is_some() {
        return Proposed { value: told, from: "told by the server's headers".to_owned() };
    }
    let headers = match findings.told.headers.is_empty() {
        true => "the server sends no headers about limits",
        false => "the server's headers tell none for a minute",
    };
    let seen = match refused {
        Some(trouble) => {
            format!("; request {} was refused, {:.1} s after the first", trouble.request, trouble.after_seconds)
        }
        None => String::new(),
    };
    Proposed { value: None, from: format!("not known: {headers}{seen}. Write what your provider documents") }
}

fn max_concurrent(findings: &Findings) -> Proposed {
    let at_once = findings.safe.at_once;
    match (at_once, findings.safe.because) {
        (1, Because::NoMoreTried) => {
            let from = "not known: more than one at a time was not tried (--max-concurrent, --max-requests)";
            Proposed { value: None, from: from.to_owned() }
        }
        // Nothing was seen that speaks against more than one.
        (1, because @ Because::Held { .. }) => {
            Proposed { value: None, from: format!("not known: {}", in_words(because, None)) }
        }
        (_, because) => {
            let how = if findings.is_unsteady() { "measured, on an unsteady server" } else { "measured" };
            let from = format!("{how}: {}", in_words(because, findings.is_serial));
            Proposed { value: Some(at_once), from }
        }
    }
}

/// Why not more at a time, in words.
fn in_words(because: Because, is_serial: Option<bool>) -> String {
    match because {
        Because::NoMoreTried => {
            "each step up to here was faster; more at a time were not tried (--max-concurrent, --max-requests)"
                .to_owned()
        }
        Because::Refused { at_once } => format!("with {at_once} at a time, requests were refused"),
        Because::Failed { at_once } => format!("with {at_once} at a time, requests failed"),
        Because::Held { at_once } => {
            format!("with {at_once} at a time, the limits per minute held requests back, so more could not be seen")
        }
        Because::NoGain { at_once: 2, gain } if is_serial == Some(true) => {
            format!("the server answers one request at a time: 2 bring {gain:.2} times the throughput of 1")
        }
        Because::NoGain { at_once, gain } => {
            format!("{at_once} at a time bring only {gain:.2} times the throughput of the step below")
        }
        Because::Slow { at_once, slowdown } => {
            format!("with {at_once} at a time, answers take {slowdown:.1} times as long as alone")
        }
    }
}

fn burst(findings: &Findings) -> Proposed {
    match findings.safe.because {
        Because::Refused { at_once } if findings.told.requests_per_minute.is_some() => Proposed {
            value: Some(findings.safe.at_once),
            from: format!("measured: {at_once} at once were refused, though the limit per minute allows them"),
        },
        _ => Proposed { value: None, from: "left out: nothing speaks against what kgas does without it".to_owned() },
    }
}

/// How many at a time use the quota up: by Little's law, its requests per second times the seconds of each.
fn advice(findings: &Findings) -> Vec<String> {
    let Some(size) = findings.largest() else { return Vec::new() };
    let seconds = mean(&size.latencies());
    let safe = f64::from(findings.safe.at_once);
    let mut advice = Vec::new();
    if let Some((per_minute, limit)) = calls_per_minute(findings, size) {
        let needed = (per_minute / 60.0 * seconds).ceil().max(1.0);
        advice.push(format!(
            "{limit} allow {per_minute:.0} calls per minute; at {seconds:.2} s a call, {needed:.0} at a time use them up"
        ));
        if needed > safe && seconds > 0.0 && max_concurrent(findings).value.is_some() {
            let reached = safe / seconds * 60.0;
            advice.push(format!("{safe:.0} at a time, as proposed, make {reached:.0} calls per minute at most"));
        }
    } else if seconds > 0.0 && max_concurrent(findings).value.is_some() {
        let reached = safe / seconds * 60.0;
        advice
            .push(format!("{safe:.0} at a time make {reached:.0} calls per minute at most, at {seconds:.2} s a call"));
    }
    if !advice.is_empty() {
        advice.push("calls with longer answers take longer, and want more at a time for the same quota".to_owned());
    }
    advice
}

/// The calls of this size that the limits allow in a minute, and which limit it is that allows the fewest.
fn calls_per_minute(findings: &Findings, size: &Size) -> Option<(f64, String)> {
    let requests = findings.told.requests_per_minute;
    let by_requests = requests.map(|limit| (f64::from(limit), format!("{limit} requests per minute")));
    let call = size.prompt_tokens() + size.answer_tokens().unwrap_or_default();
    let tokens = findings.told.tokens_per_minute.filter(|_| call > 0.0);
    let by_tokens =
        tokens.map(|limit| (f64::from(limit) / call, format!("{limit} tokens per minute, at {call:.0} a call,")));
    by_requests.into_iter().chain(by_tokens).min_by(|a, b| a.0.total_cmp(&b.0))
}

fn mean(values: &[f64]) -> f64 {
    let count = values.iter().fold(0.0, |n, _| n + 1.0);
    if count > 0.0 { values.iter().sum::<f64>() / count } else { 0.0 }
}
