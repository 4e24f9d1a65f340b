//! The least time possible: what latency, concurrency and quota leave, whatever a client does.

use std::time::Duration;

use serde::Serialize;

/// What is allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Terms {
    /// Requests per minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens per minute.
    pub tokens_per_minute: Option<u32>,
    /// Requests at a time.
    pub max_concurrent: usize,
    /// Requests that may go at once before the pace counts.
    pub burst: Option<f64>,
    /// Tokens that may go at once before the pace counts, with as many of the largest calls as may burst.
    pub token_burst: Option<f64>,
}

impl Terms {
    /// The same limits for a client that may use a whole minute's allowance at once.
    #[must_use]
    pub fn with_full_burst(self) -> Self {
        let burst = self.requests_per_minute.map(f64::from);
        Self { burst, token_burst: self.tokens_per_minute.map(f64::from), ..self }
    }
}

/// The work to be done: what each answered call cost, by the server's account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// How long the server and the network took for each answer.
    pub latencies: Vec<Duration>,
    /// The tokens that the server counted for each.
    pub tokens: Vec<u64>,
}

/// What keeps the work from being done sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// How long the server takes, and how many calls it may work on at a time.
    Latency,
    /// Requests per minute.
    Requests,
    /// Tokens per minute.
    Tokens,
}

/// The least time possible.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bound {
    /// Seconds from the first call's begin to the last answer.
    pub seconds: f64,
    /// What makes it so long.
    pub binding: Binding,
}

/// The least time in which this work can be done under these terms: the largest of bounds that no schedule can beat.
///
/// With N calls, their latencies l and tokens w, C at a time, R requests and W tokens per minute, and bursts B and V:
///
/// - latency: `max(Σl / C, max l)`, and as many rounds of the shortest as there must be, `⌈N / C⌉ · min l`
/// - requests: `max(0, (N − B) · 60 / R) + min l`, and, since no 60 s may hold more than R, `(⌈N / R⌉ − 1) · 60 + min l`
/// - tokens: the same with Σw, V and W, where V is at least the largest call's
///
/// ```
/// use std::time::Duration;
/// use kgas_engine::plan::bound::{Binding, Terms, Work, least};
///
/// // 18 calls of 2.5 s, ten at a time, 60 per minute with a burst of ten.
/// let work = Work { latencies: vec![Duration::from_millis(2500); 18], tokens: vec![0; 18] };
/// let terms =
///     Terms { requests_per_minute: Some(60), max_concurrent: 10, burst: Some(10.0), ..Terms::default() };
/// let bound = least(&work, &terms);
/// assert_eq!((bound.seconds, bound.binding), (10.5, Binding::Requests)); // the last call leaves after 8 s
/// ```
#[must_use]
pub fn least(work: &Work, terms: &Terms) -> Bound {
    Totals::of(work).least(terms)
}

/// What [`least`] has to know of the work: its sums and extremes, so that work can be added up call by call.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Calls.
    pub calls: u64,
    /// The seconds of all calls together.
    pub seconds: f64,
    /// The seconds of the shortest call.
    pub shortest: f64,
    /// The seconds of the longest call.
    pub longest: f64,
    /// The tokens of all calls together.
    pub tokens: f64,
    /// The tokens of the largest call.
    pub largest: f64,
}

impl Totals {
    /// The sums of this work.
    #[must_use]
    pub fn of(work: &Work) -> Self {
        let seconds = |latency: Option<&Duration>| latency.copied().unwrap_or_default().as_secs_f64();
        Self {
            calls: work.latencies.len() as u64,
            seconds: work.latencies.iter().map(Duration::as_secs_f64).sum(),
            shortest: seconds(work.latencies.iter().min()),
            longest: seconds(work.latencies.iter().max()),
            tokens: float(work.tokens.iter().sum()),
            largest: float(work.tokens.iter().max().copied().unwrap_or_default()),
        }
    }

    /// Adds a call.
    pub fn add(&mut self, seconds: f64, tokens: f64) {
        self.shortest = if self.calls == 0 { seconds } else { self.shortest.min(seconds) };
        self.longest = self.longest.max(seconds);
        self.largest = self.largest.max(tokens);
        self.seconds += seconds;
        self.tokens += tokens;
        self.calls += 1;
    }

    /// So many times this work.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count times a factor")]
    pub fn times(&self, factor: f64) -> Self {
        let calls = (float(self.calls) * factor).round() as u64;
        Self { calls, seconds: self.seconds * factor, tokens: self.tokens * factor, ..*self }
    }

    /// As [`least`].
    #[must_use]
    pub fn least(&self, terms: &Terms) -> Bound {
        let mut bound = Bound { seconds: self.by_latency(terms.max_concurrent), binding: Binding::Latency };
        let burst = terms.burst.unwrap_or(1.0).max(1.0);
        let token_burst = terms.token_burst.unwrap_or_default().max(self.largest);
        let quotas = [
            (Binding::Requests, terms.requests_per_minute, float(self.calls), burst),
            (Binding::Tokens, terms.tokens_per_minute, self.tokens, token_burst),
        ];
        for (binding, limit, units, burst) in quotas {
            let Some(limit) = limit else { continue };
            let seconds = by_quota(units, burst, f64::from(limit.max(1))) + self.shortest;
            if seconds > bound.seconds {
                bound = Bound { seconds, binding };
            }
        }
        bound
    }

    fn by_latency(&self, at_once: usize) -> f64 {
        let at_once = at_once.max(1) as u64;
        let spread = self.seconds / float(at_once);
        // No call is shorter than the shortest, so that many rounds of it are needed in any case.
        let rounds = float(self.calls.div_ceil(at_once)) * self.shortest;
        spread.max(rounds).max(self.longest)
    }
}

/// When the last of so many units can be dispatched.
fn by_quota(units: f64, burst: f64, per_minute: f64) -> f64 {
    let pace = (units - burst) * 60.0 / per_minute;
    let full_minutes = ((units / per_minute).ceil() - 1.0) * 60.0;
    pace.max(full_minutes).max(0.0)
}

fn float(number: u64) -> f64 {
    // Exact up to 2^53, which no run reaches.
    number as f64
}
