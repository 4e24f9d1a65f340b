//! What became of the calls, as sums.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use kgas_http::openai::read_chat;
use kgas_http::{ApiResponse, Attempt, ErrorKind, HttpError};
use serde_json::json;

/// The sums over all calls so far; their size doesn't grow with the calls.
pub(crate) struct Tally {
    wall: Instant,
    cpu: ProcessTime,
    n: u64,
    ok: u64,
    by_status: BTreeMap<String, u64>,
    attempts: u64,
    refusals: Refusals,
    retries: u64,
    queue: Duration,
    backoff: Duration,
    first_error: Option<String>,
}

impl Tally {
    /// Starts the clocks.
    pub(crate) fn begin(refusals: Refusals) -> Self {
        Self {
            wall: Instant::now(),
            cpu: ProcessTime::now(),
            n: 0,
            ok: 0,
            by_status: BTreeMap::new(),
            attempts: 0,
            refusals,
            retries: 0,
            queue: Duration::ZERO,
            backoff: Duration::ZERO,
            first_error: None,
        }
    }

    /// Adds what became of one call. An answer counts as one if it can be read.
    pub(crate) fn add(&mut self, answer: &ApiResponse) {
        self.n += 1;
        self.attempts += u64::from(answer.attempts);
        self.retries += u64::from(answer.retry_count());
        self.queue += answer.waited.queue;
        self.backoff += answer.waited.backoff;
        let outcome = match &answer.outcome {
            Ok(reply) => read_chat(reply).map(|_| reply.status),
            Err(error) => Err(error.clone()),
        };
        let word = match outcome {
            Ok(status) => {
                self.ok += 1;
                status.to_string()
            }
            Err(error) => {
                let word = failure(&error);
                self.first_error.get_or_insert_with(|| error.to_string());
                word
            }
        };
        *self.by_status.entry(word).or_default() += 1;
    }

    /// The sums as one line of JSON.
    pub(crate) fn line(&self) -> String {
        let seconds = |duration: Duration| (duration.as_secs_f64() * 1e6).round() / 1e6;
        json!({
            "n": self.n,
            "ok": self.ok,
            "failed": self.n.saturating_sub(self.ok),
            "by_status": self.by_status,
            "attempts": self.attempts,
            "n_429": self.refusals.count(),
            "retries": self.retries,
            "wall_s": seconds(self.wall.elapsed()),
            "client_cpu_s": seconds(self.cpu.elapsed()),
            "queue_s": seconds(self.queue),
            "backoff_s": seconds(self.backoff),
            "first_error": self.first_error,
        })
        .to_string()
    }
}

/// How many attempts were answered 429, counted as they end.
#[derive(Clone, Default)]
pub(crate) struct Refusals(Arc<AtomicU64>);

impl Refusals {
    /// What a client is to tell of its attempts.
    pub(crate) fn listener(&self) -> impl Fn(&Attempt<'_>) + Send + Sync + 'static {
        let Self(count) = self.clone();
        move |attempt| {
            count.fetch_add(u64::from(attempt.status == Some(429)), Ordering::Relaxed);
        }
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The HTTP status of a failure, or its kind in words if no status says what went wrong.
fn failure(error: &HttpError) -> String {
    match error.status() {
        Some(status) if !(200..300).contains(&status) => status.to_string(),
        _ => words(error.kind()),
    }
}

/// `AttemptTimeout` as `attempt_timeout`.
fn words(kind: ErrorKind) -> String {
    let mut words = String::new();
    for letter in format!("{kind:?}").chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use kgas_http::Reply;

    use super::*;

    #[test]
    fn what_went_wrong_is_counted_by_status_or_else_by_kind() {
        let chat = r#"{"choices": [{"message": {"content": "ok"}}]}"#;
        let reply = |body: &'static str| ApiResponse::replayed(Reply::new(200, Default::default(), body.into()));
        let failed = |kind, status: Option<u16>| {
            let error = HttpError::new(kind);
            ApiResponse::failed(status.map_or(error.clone(), |status| error.with_status(status)))
        };
        let mut tally = Tally::begin(Refusals::default());
        tally.add(&reply(chat));
        tally.add(&reply("{}"));
        tally.add(&failed(ErrorKind::RateLimited, Some(429)));
        tally.add(&failed(ErrorKind::Body, Some(200)));
        tally.add(&failed(ErrorKind::AttemptTimeout, None));
        let line: serde_json::Value = serde_json::from_str(&tally.line()).unwrap();
        let by_status = json!({"200": 1, "429": 1, "attempt_timeout": 1, "body": 1, "protocol": 1});
        assert_eq!(line["by_status"], by_status);
        assert_eq!((&line["n"], &line["ok"], &line["failed"]), (&json!(5), &json!(1), &json!(4)));
        assert!(line["first_error"].as_str().unwrap().contains("without choices"));
    }
}
