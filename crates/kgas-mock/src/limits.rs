//! How many requests per minute are let in.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue, RETRY_AFTER};
use tokio::time::Instant;

use crate::locked;

const WINDOW: Duration = Duration::from_secs(60);

/// A sliding log of the requests let in during the last 60 s. Refused requests do not count.
#[derive(Debug)]
pub(crate) struct RequestLimit {
    allowance: usize,
    admitted: Mutex<VecDeque<Instant>>,
}

impl RequestLimit {
    pub(crate) fn per_minute(allowance: u32) -> Self {
        let allowance = usize::try_from(allowance).unwrap_or(usize::MAX);
        Self { allowance, admitted: Mutex::default() }
    }

    /// Lets a request in if fewer than the allowance came in the 60 s that end now.
    pub(crate) fn judge(&self, now: Instant) -> Standing {
        let mut admitted = locked(&self.admitted);
        while admitted.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            admitted.pop_front();
        }
        let until_free =
            |slot: Option<&Instant>| slot.map_or(WINDOW, |at| WINDOW.saturating_sub(now.duration_since(*at)));
        let retry_after = if admitted.len() < self.allowance {
            admitted.push_back(now);
            None
        } else {
            Some(until_free(admitted.front()))
        };
        Standing {
            allowance: self.allowance,
            remaining: self.allowance.saturating_sub(admitted.len()),
            reset: until_free(admitted.back()),
            retry_after,
        }
    }
}

/// Where a caller stands with the limit after one request.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    allowance: usize,
    remaining: usize,
    /// Until the whole allowance is there again, as OpenAI words it.
    reset: Duration,
    retry_after: Option<Duration>,
}

impl Standing {
    pub(crate) fn is_refused(&self) -> bool {
        self.retry_after.is_some()
    }

    pub(crate) fn message(&self) -> String {
        let wait = self.retry_after.unwrap_or_default();
        format!(
            "Rate limit reached on requests per min (RPM): Limit {}, Used {}, Requested 1. Please try again in {}.",
            self.allowance,
            self.allowance.saturating_sub(self.remaining),
            spelled(wait),
        )
    }

    /// Writes `Retry-After` if the request was refused, and the other headers if they are wanted.
    pub(crate) fn write(&self, headers: &mut HeaderMap, has_limit_headers: bool) {
        if let Some(wait) = self.retry_after {
            // Rounded up: a client that waits exactly this long must be let in.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if !has_limit_headers {
            return;
        }
        headers.insert(HeaderName::from_static("x-ratelimit-limit-requests"), self.allowance.into());
        headers.insert(HeaderName::from_static("x-ratelimit-remaining-requests"), self.remaining.into());
        if let Ok(reset) = HeaderValue::try_from(spelled(self.reset)) {
            headers.insert(HeaderName::from_static("x-ratelimit-reset-requests"), reset);
        }
    }
}

/// A duration as OpenAI spells it in its headers: `20ms`, `1.5s`, `1m0s`. Rounded up to the millisecond.
fn spelled(duration: Duration) -> String {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    let (minutes, rest) = (millis / 60_000, millis % 60_000);
    let (seconds, thousandths) = (rest / 1_000, rest % 1_000);
    let fraction = match thousandths {
        0 => String::new(),
        _ => format!(".{thousandths:03}").trim_end_matches('0').to_owned(),
    };
    match (minutes, seconds) {
        (0, 0) if thousandths > 0 => format!("{thousandths}ms"),
        (0, _) => format!("{seconds}{fraction}s"),
        _ => format!("{minutes}m{seconds}{fraction}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelled_as_openai_spells_them() {
        for (millis, expected) in
            [(0, "0s"), (20, "20ms"), (1_000, "1s"), (1_500, "1.5s"), (60_000, "1m0s"), (90_020, "1m30.02s")]
        {
            assert_eq!(spelled(Duration::from_millis(millis)), expected);
        }
    }
}
