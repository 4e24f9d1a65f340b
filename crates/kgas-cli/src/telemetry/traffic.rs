//! What goes over the line: attempts and calls, counted as they end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use kgas_http::{ApiRequest, ApiResponse, Attempt, Queued, Transport};

/// Seconds up to which an attempt counts in a bucket of the histogram: from a small model beside us to the slowest
/// answer that anybody waits for.
pub(crate) const BUCKETS: [f64; 11] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0];

/// What went over the line so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counted {
    /// Attempts by operation, outcome and status.
    pub(crate) attempts: BTreeMap<(&'static str, &'static str, Option<u16>), u64>,
    /// How long they were on the wire, by operation.
    pub(crate) latency: BTreeMap<&'static str, Histogram>,
    /// What they waited for before.
    pub(crate) queued: Queued,
    /// Calls by operation and outcome.
    pub(crate) calls: BTreeMap<(&'static str, &'static str), u64>,
}

/// How many took how long.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Histogram {
    /// Those of each bucket, without those of the buckets before.
    pub(crate) buckets: [u64; BUCKETS.len()],
    /// All, those beyond the last bucket included.
    pub(crate) count: u64,
    pub(crate) seconds: f64,
}

impl Histogram {
    pub(crate) fn add(&mut self, time: Duration) {
        let seconds = time.as_secs_f64();
        let within = BUCKETS.iter().position(|most| seconds <= *most);
        if let Some(bucket) = within.and_then(|at| self.buckets.get_mut(at)) {
            *bucket += 1;
        }
        self.count += 1;
        self.seconds += seconds;
    }
}

impl Counted {
    /// Calls that have ended, and were asked of the server or the journal.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.values().sum()
    }
}

/// Counts what goes over the line. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traffic(Arc<Mutex<Counted>>);

impl Traffic {
    /// Counts an attempt that has ended.
    pub(crate) fn attempt(&self, attempt: &Attempt<'_>) {
        let operation = operation(attempt.path);
        let outcome = attempt.error.map_or("ok", |error| error.kind().as_str());
        self.change(|counted| {
            *counted.attempts.entry((operation, outcome, attempt.status)).or_default() += 1;
            counted.latency.entry(operation).or_default().add(attempt.wire);
            counted.queued = counted.queued.plus(attempt.queued);
        });
    }

    /// Counts a call that has ended.
    fn call(&self, operation: &'static str, response: &ApiResponse) {
        let outcome = match &response.outcome {
            Ok(_) if response.replayed => "replayed",
            Ok(_) => "bought",
            Err(error) => error.kind().as_str(),
        };
        self.change(|counted| *counted.calls.entry((operation, outcome)).or_default() += 1);
    }

    pub(crate) fn counted(&self) -> Counted {
        self.change(|counted| counted.clone())
    }

    fn change<T>(&self, with: impl FnOnce(&mut Counted) -> T) -> T {
        // Each change is complete before anything could panic.
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// OpenTelemetry's word for what a path is for.
fn operation(path: &str) -> &'static str {
    match path.trim_end_matches('/') {
        path if path.ends_with("chat/completions") => "chat",
        path if path.ends_with("embeddings") => "embeddings",
        _ => "other",
    }
}

/// A transport whose calls are counted.
#[derive(Debug)]
pub(crate) struct Watched {
    inner: Arc<dyn Transport>,
    traffic: Traffic,
}

impl Watched {
    pub(crate) fn new(inner: Arc<dyn Transport>, traffic: Traffic) -> Self {
        Self { inner, traffic }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for Watched {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let operation = operation(&request.path);
        let response = self.inner.send(request).await;
        self.traffic.call(operation, &response);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_counts_in_the_first_bucket_that_has_room_for_it() {
        let mut histogram = Histogram::default();
        for millis in [50, 51, 250, 200_000] {
            histogram.add(Duration::from_millis(millis));
        }
        assert_eq!(histogram.buckets, [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!((histogram.count, histogram.seconds), (4, 200.351));
    }

    #[test]
    fn a_path_is_known_below_any_base() {
        let told =
            ["chat/completions", "/openai/deployments/x/chat/completions/", "embeddings", "models"].map(operation);
        assert_eq!(told, ["chat", "chat", "embeddings", "other"]);
    }
}
