//! What a run comes to: times against the least possible, the quota used, and where the time went.

use std::time::Duration;

use serde::Serialize;

use crate::attribution::Attribution;
use crate::bound::{Bound, Terms, Work, least};
use crate::report::rounded;
use crate::trace::{Doing, Machine, Performance};

/// The figures of one run. Times are in seconds, shares from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// From the first call's begin to the run's end.
    pub seconds: f64,
    /// What was allowed, with the burst that the client had.
    pub terms: Terms,
    /// The least time possible.
    pub bound: Bound,
    /// `seconds` over the least time possible.
    pub regret: f64,
    /// The least time possible with a whole minute's allowance at once.
    pub full_burst_bound: Bound,
    /// `seconds` over that.
    pub full_burst_regret: f64,
    /// Calls asked for.
    pub calls: usize,
    /// Calls answered.
    pub answered: usize,
    /// Requests that reached the server, by its account.
    pub attempts: usize,
    /// Requests that reached the server for each answered call.
    pub amplification: f64,
    /// Requests that were answered 429.
    pub refused: usize,
    /// The part of all requests that was answered 429.
    pub refused_share: f64,
    /// The most requests that the server had at a time.
    pub max_in_flight: usize,
    /// Answered calls over those that the pace allows between the first request and the last: a burst may be above 1.
    pub requests_used: Option<f64>,
    /// The same of tokens.
    pub tokens_used: Option<f64>,
    /// What held it back for which share of its time.
    pub attribution: Attribution,
    /// Items that the tools kept.
    pub kept: u64,
    /// What calls spent in the limiter's queue.
    pub queue: Percentiles,
    /// What attempts spent on the wire.
    pub wire: Percentiles,
    /// Processor time of the client's thread for each answered call; not in simulated time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_cpu_seconds_per_call: Option<f64>,
    /// The most memory that the process, with the server in it, ever had; not in simulated time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
}

impl Figures {
    /// The figures of what happened.
    #[must_use]
    pub fn of(performance: &Performance) -> Self {
        let Performance { wall, calls, account, terms, machine, kept, .. } = performance;
        let work = work(performance);
        let (bound, full) = (least(&work, terms), least(&work, &terms.with_full_burst()));
        let seconds = wall.as_secs_f64();
        let answered = account.calls_answered();
        let attempts = account.attempts().iter().filter(|attempt| attempt.call).count();
        let (requests_used, tokens_used) = used(performance);
        let cpu = |machine: &Machine| rounded(ratio(machine.client_cpu.as_secs_f64(), answered as f64));
        Self {
            seconds: rounded(seconds),
            terms: Terms { burst: terms.burst.map(rounded), token_burst: terms.token_burst.map(rounded), ..*terms },
            bound: tidy(bound),
            regret: rounded(ratio(seconds, bound.seconds)),
            full_burst_bound: tidy(full),
            full_burst_regret: rounded(ratio(seconds, full.seconds)),
            calls: calls.len(),
            answered,
            attempts,
            amplification: rounded(ratio(attempts as f64, answered as f64)),
            refused: account.refused(),
            refused_share: rounded(ratio(account.refused() as f64, attempts as f64)),
            max_in_flight: account.max_in_flight(),
            requests_used,
            tokens_used,
            attribution: Attribution::of(performance),
            kept: *kept,
            queue: Percentiles::of(calls.iter().map(|call| call.time(Doing::Queued)).collect()),
            wire: Percentiles::of(calls.iter().flat_map(|call| &call.attempts).map(|attempt| attempt.wire).collect()),
            client_cpu_seconds_per_call: machine.as_ref().map(cpu),
            peak_memory_bytes: machine.and_then(|machine| machine.peak_memory),
        }
    }
}

/// Three points of a distribution, by the nearest rank; zero where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half of all are not longer.
    pub p50: f64,
    /// Ninety-five in a hundred are not longer.
    pub p95: f64,
    /// Ninety-nine in a hundred are not longer.
    pub p99: f64,
}

impl Percentiles {
    /// Of these times, in any order.
    #[must_use]
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).saturating_sub(1);
            rounded(times.get(rank).copied().unwrap_or_default().as_secs_f64())
        };
        Self { p50: at(50), p95: at(95), p99: at(99) }
    }
}

/// What the server did for the calls that it answered.
fn work(performance: &Performance) -> Work {
    let account = &performance.account;
    let good = account.attempts().iter().filter(|attempt| attempt.call && attempt.status == Some(200));
    let good = good.filter(|attempt| attempt.fault.is_none());
    let times = good.filter_map(|attempt| Some((attempt.answered? - attempt.arrived, attempt.tokens)));
    let (latencies, tokens) = times.map(|(time, tokens)| (time + performance.network, tokens)).unzip();
    Work { latencies, tokens }
}

/// The parts of the allowed pace, of requests and of tokens. The first call opens the time that is measured, and takes
/// none of it.
fn used(performance: &Performance) -> (Option<f64>, Option<f64>) {
    let calls = || performance.account.attempts().iter().filter(|attempt| attempt.call);
    let span = || Some(calls().map(|call| call.arrived).max()? - calls().map(|call| call.arrived).min()?);
    let minutes = span().unwrap_or_default().as_secs_f64() / 60.0;
    let good = || calls().filter(|call| call.status == Some(200) && call.fault.is_none()).skip(1);
    let share = |used: f64, limit: Option<u32>| {
        let allowed = f64::from(limit?) * minutes;
        (allowed > 0.0).then(|| rounded(used / allowed))
    };
    let tokens: u64 = good().map(|call| call.tokens).sum();
    let Terms { requests_per_minute, tokens_per_minute, .. } = performance.terms;
    (share(good().count() as f64, requests_per_minute), share(tokens as f64, tokens_per_minute))
}

fn tidy(bound: Bound) -> Bound {
    Bound { seconds: rounded(bound.seconds), ..bound }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
