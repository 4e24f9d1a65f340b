//! A run's figures in Prometheus' text format.

use std::fmt::Write as _;
use std::time::Duration;

use kgas_engine::RunState;
use kgas_http::Snapshot;

use super::board::{CHUNKS, DOCUMENTS, Figures};
use super::traffic::BUCKETS;

/// A figure: what it is called and what it says, and how it is read off.
struct Metric {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    of: fn(&Figures) -> Vec<Sample>,
}

/// One line of a metric.
struct Sample {
    suffix: &'static str,
    labels: Vec<(&'static str, String)>,
    value: String,
}

const fn metric(name: &'static str, kind: &'static str, help: &'static str, of: fn(&Figures) -> Vec<Sample>) -> Metric {
    Metric { name, kind, help, of }
}

const METRICS: [Metric; 24] = [
    metric("kgas_build_info", "gauge", "Always 1; the label is the version of kgas", |_| {
        vec![sample(1).with("version", env!("CARGO_PKG_VERSION"))]
    }),
    metric("kgas_run_state", "gauge", "1 for the state that the run is in", states),
    metric("kgas_run_duration_seconds", "gauge", "Seconds since the run began", |figures| {
        vec![sample(figures.seconds)]
    }),
    metric("kgas_documents_total", "counter", "Documents that have ended, by how", |figures| {
        let states = figures.seen.documents.iter().zip(DOCUMENTS);
        states.map(|(count, state)| sample(count).with("state", state.as_str())).collect()
    }),
    metric("kgas_documents_expected", "gauge", "Documents of the run in all, where that is known", |figures| {
        figures.expected.map(sample).into_iter().collect()
    }),
    metric("kgas_characters_total", "counter", "Code points in documents that have ended", |figures| {
        vec![sample(figures.seen.characters)]
    }),
    metric(
        "kgas_chunks_total",
        "counter",
        "Chunks by how they ended, those of a document once for each tool",
        |figures| {
            let states = figures.seen.chunks.iter().zip(CHUNKS);
            states.map(|(count, state)| sample(count).with("state", state.as_str())).collect()
        },
    ),
    metric("kgas_items_total", "counter", "Items of answers by what became of them", |figures| {
        let (kept, rejected) = (figures.seen.kept, figures.seen.rejected);
        vec![sample(kept).with("outcome", "kept"), sample(rejected).with("outcome", "rejected")]
    }),
    metric(
        "kgas_calls_total",
        "counter",
        "Calls that have ended, by how: bought, replayed, or the kind of error",
        |figures| {
            let calls = figures.line.calls.iter();
            calls
                .map(|((name, outcome), count)| sample(count).with("operation", name).with("outcome", outcome))
                .collect()
        },
    ),
    metric(
        "kgas_attempts_total",
        "counter",
        "Requests that went out, by how they ended and with which status",
        attempts,
    ),
    metric("kgas_attempt_duration_seconds", "histogram", "How long attempts were on the wire", latency),
    metric("kgas_attempts_in_flight", "gauge", "Requests on the wire", |figures| {
        limiter(figures, |limiter| vec![sample(limiter.under_way)])
    }),
    metric("kgas_attempts_queued", "gauge", "Requests that wait for their turn", |figures| {
        limiter(figures, |limiter| vec![sample(limiter.queued)])
    }),
    metric("kgas_queue_wait_seconds_total", "counter", "What attempts waited before they went out, by what for", waits),
    metric("kgas_limit_per_minute", "gauge", "Limits in force, as configured or as the server says", |figures| {
        limiter(figures, |limiter| {
            let (requests, tokens) = (limiter.limits.requests_per_minute, limiter.limits.tokens_per_minute);
            let of =
                |(kind, limit): (&'static str, Option<std::num::NonZeroU32>)| Some(sample(limit?).with("kind", kind));
            [("requests", requests), ("tokens", tokens)].into_iter().filter_map(of).collect()
        })
    }),
    metric("kgas_used_last_minute", "gauge", "What of the limits was used in the last minute", |figures| {
        limiter(figures, |limiter| {
            vec![sample(limiter.requests).with("kind", "requests"), sample(limiter.tokens).with("kind", "tokens")]
        })
    }),
    metric("kgas_limit_concurrency", "gauge", "Requests that may be on the wire at once", |figures| {
        limiter(figures, |limiter| vec![sample(limiter.at_once)])
    }),
    metric("kgas_tokens_total", "counter", "Tokens bought: as told, or the most that they can have been", |figures| {
        let of = |spent: &(kgas_engine::budget::Account, _)| {
            let (input, output) = (spent.0.prompt_tokens, spent.0.completion_tokens);
            vec![sample(input).with("kind", "input"), sample(output).with("kind", "output")]
        };
        figures.spent.as_ref().map(of).unwrap_or_default()
    }),
    metric("kgas_saved_tokens_total", "counter", "Tokens of answers that came from the journal", |figures| {
        let saved = figures.seen.usage.saved;
        vec![sample(saved.prompt_tokens).with("kind", "input"), sample(saved.completion_tokens).with("kind", "output")]
    }),
    metric("kgas_cost_usd_total", "counter", "What was spent, in US dollars, where prices are known", |figures| {
        let usd = figures.spent.as_ref().and_then(|(account, _)| account.usd);
        usd.map(|usd| sample(usd.dollars())).into_iter().collect()
    }),
    metric("kgas_maybe_paid_total", "counter", "Requests that may be paid and had no whole answer", |figures| {
        figures.spent.as_ref().map(|(account, _)| sample(account.maybe_paid)).into_iter().collect()
    }),
    metric("kgas_saved_usd", "gauge", "What the journal saved, in US dollars, known at the end", |figures| {
        figures.outcome.and_then(|outcome| outcome.usd_saved).map(sample).into_iter().collect()
    }),
    metric("kgas_graph_entities", "gauge", "Entities of the graph, known at the end", |figures| {
        figures.outcome.and_then(|outcome| outcome.graph).map(|(entities, _)| sample(entities)).into_iter().collect()
    }),
    metric("kgas_graph_relations", "gauge", "Relations of the graph, known at the end", |figures| {
        figures.outcome.and_then(|outcome| outcome.graph).map(|(_, relations)| sample(relations)).into_iter().collect()
    }),
];

/// The whole file. A metric of which nothing is known is left out.
pub(crate) fn render(figures: &Figures) -> String {
    let mut text = String::new();
    for metric in &METRICS {
        let samples = (metric.of)(figures);
        if samples.is_empty() {
            continue;
        }
        let Metric { name, kind, help, .. } = metric;
        let _infallible = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for sample in samples {
            let labels: Vec<_> =
                sample.labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _infallible = writeln!(text, "{name}{}{labels} {}", sample.suffix, sample.value);
        }
    }
    text
}

fn sample(value: impl ToString) -> Sample {
    Sample { suffix: "", labels: Vec::new(), value: value.to_string() }
}

impl Sample {
    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.labels.push((name, value.to_string()));
        self
    }

    const fn named(mut self, suffix: &'static str) -> Self {
        self.suffix = suffix;
        self
    }
}

/// A label's value as the format has it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn limiter(figures: &Figures, of: impl FnOnce(&Snapshot) -> Vec<Sample>) -> Vec<Sample> {
    figures.limiter.as_ref().map(of).unwrap_or_default()
}

fn states(figures: &Figures) -> Vec<Sample> {
    let word = |state: RunState| match state {
        RunState::Complete => "complete",
        RunState::Incomplete => "incomplete",
        RunState::Stopped => "stopped",
        RunState::Interrupted => "interrupted",
    };
    let now = figures.outcome.map_or("running", |outcome| word(outcome.state));
    let all = ["running", "complete", "incomplete", "stopped", "interrupted"];
    all.into_iter().map(|state| sample(u8::from(state == now)).with("state", state)).collect()
}

fn attempts(figures: &Figures) -> Vec<Sample> {
    let attempts = figures.line.attempts.iter();
    let of = |((name, outcome, status), count): (&(&str, &str, Option<u16>), &u64)| {
        let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        sample(count).with("operation", name).with("outcome", outcome).with("status", status)
    };
    attempts.map(of).collect()
}

fn latency(figures: &Figures) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (operation, histogram) in &figures.line.latency {
        let mut sum = 0;
        for (most, count) in BUCKETS.iter().zip(histogram.buckets) {
            sum += count;
            samples.push(sample(sum).named("_bucket").with("operation", operation).with("le", most));
        }
        samples.push(sample(histogram.count).named("_bucket").with("operation", operation).with("le", "+Inf"));
        samples.push(sample(histogram.seconds).named("_sum").with("operation", operation));
        samples.push(sample(histogram.count).named("_count").with("operation", operation));
    }
    samples
}

fn waits(figures: &Figures) -> Vec<Sample> {
    let queued = figures.line.queued;
    let of = |(cause, time): (&'static str, Duration)| sample(time.as_secs_f64()).with("cause", cause);
    let all = [
        ("requests", queued.requests),
        ("tokens", queued.tokens),
        ("concurrency", queued.concurrency),
        ("pause", queued.pause),
    ];
    all.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::board::Board;

    #[test]
    fn a_run_that_has_just_begun_shows_what_is_known() {
        let mut figures = Board::default().figures();
        figures.seconds = 0.5;
        figures.expected = Some(7);
        insta::assert_snapshot!(render(&figures).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    }

    #[test]
    fn a_histogram_adds_up_from_bucket_to_bucket() {
        let mut figures = Board::default().figures();
        let histogram = figures.line.latency.entry("chat").or_default();
        [40, 60, 60, 300_000].into_iter().for_each(|millis| histogram.add(Duration::from_millis(millis)));
        let text = render(&figures);
        for line in [
            "kgas_attempt_duration_seconds_bucket{operation=\"chat\",le=\"0.05\"} 1",
            "kgas_attempt_duration_seconds_bucket{operation=\"chat\",le=\"0.1\"} 3",
            "kgas_attempt_duration_seconds_bucket{operation=\"chat\",le=\"120\"} 3",
            "kgas_attempt_duration_seconds_bucket{operation=\"chat\",le=\"+Inf\"} 4",
            "kgas_attempt_duration_seconds_sum{operation=\"chat\"} 300.16",
            "kgas_attempt_duration_seconds_count{operation=\"chat\"} 4",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn a_label_holds_whatever_it_is_given() {
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
