//! How many requests at a time a server takes well, by what a ladder of 1, 2, 4, 8, … showed.

use serde::Serialize;

/// A step up must bring at least this much more throughput: a tenth.
pub const LEAST_GAIN: f64 = 1.10;

/// The slowest of a step (p95) may take at most so many times what the slowest takes alone.
pub const MOST_SLOWDOWN: f64 = 2.0;

/// A step is held by the quota if its requests waited for the limits longer than this part of the time that they
/// were on the wire.
pub const MOST_HELD: f64 = 0.25;

/// Answers to prompts of one size, one at a time, are steady if the slowest took at most so many times what the
/// fastest took.
pub const MOST_UNSTEADY: f64 = 2.0;

/// What was seen with so many requests at a time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Requests at a time.
    pub at_once: u32,
    /// From the first request to the last answer, in seconds.
    pub seconds: f64,
    /// What each answered request took on the wire, in seconds, in any order.
    pub latencies: Vec<f64>,
    /// Seconds that all its requests together waited for the limits that the server's headers tell.
    pub held: f64,
    /// Requests refused with 429.
    pub refused: u32,
    /// Requests that failed otherwise.
    pub failed: u32,
}

impl Step {
    /// Answers per second.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        let answered = self.latencies.iter().fold(0.0, |n, _| n + 1.0);
        if self.seconds > 0.0 { answered / self.seconds } else { 0.0 }
    }

    /// The latency that half of the answers kept, in seconds.
    #[must_use]
    pub fn median(&self) -> f64 {
        quantile(&self.latencies, 0.5)
    }

    /// The latency that 95 of 100 answers kept, in seconds; below twenty answers that of the slowest.
    #[must_use]
    pub fn p95(&self) -> f64 {
        quantile(&self.latencies, 0.95)
    }

    fn is_held(&self) -> bool {
        self.held > MOST_HELD * self.latencies.iter().sum::<f64>()
    }
}

/// The smallest value that this part of all doesn't exceed (nearest rank); 0 of none.
#[must_use]
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let count = sorted.iter().fold(0.0, |n, _| n + 1.0);
    let mut rank = 0.0;
    let found = sorted.iter().find(|_| {
        rank += 1.0;
        rank >= part * count
    });
    found.or(sorted.last()).copied().unwrap_or_default()
}

/// The safe number of requests at a time, and why no higher one is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Safe {
    /// Requests at a time.
    pub at_once: u32,
    /// Why it is not more.
    pub because: Because,
}

/// Why a ladder ended where it did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Because {
    /// Nothing spoke against more; no more were tried.
    NoMoreTried,
    /// With so many at a time, requests were refused with 429.
    Refused {
        /// Requests at a time.
        at_once: u32,
    },
    /// With so many at a time, requests failed.
    Failed {
        /// Requests at a time.
        at_once: u32,
    },
    /// With so many at a time, the limits per minute held requests back: the server's own speed wasn't seen.
    Held {
        /// Requests at a time.
        at_once: u32,
    },
    /// With so many at a time, the throughput grew by less than a tenth.
    NoGain {
        /// Requests at a time.
        at_once: u32,
        /// Throughput over that of the step below.
        gain: f64,
    },
    /// With so many at a time, requests took more than twice as long as alone.
    Slow {
        /// Requests at a time.
        at_once: u32,
        /// The p95 over that of one at a time.
        slowdown: f64,
    },
}

/// Judges the steps of a ladder, which begin with one at a time and go up.
///
/// A step is safe if the one below is, if none of its requests was refused or failed, if the limits didn't hold it
/// back, if its throughput is at least [`LEAST_GAIN`] times that of the step below, and if its p95 is at most
/// [`MOST_SLOWDOWN`] times that of one at a time. They are looked at in this order, and the first that doesn't hold
/// is the reason.
#[must_use]
pub fn judge(steps: &[Step]) -> Safe {
    let mut safe = Safe { at_once: 1, because: Because::NoMoreTried };
    for (below, step) in steps.iter().zip(steps.iter().skip(1)) {
        let alone = steps.first().map(Step::p95).unwrap_or_default();
        if let Some(because) = against(step, below, alone) {
            return Safe { because, ..safe };
        }
        safe.at_once = step.at_once;
    }
    safe
}

/// Whether a server answers one request at a time, the others waiting for it: two at a time gained less than a tenth.
/// None where that wasn't seen.
#[must_use]
pub fn is_serial(steps: &[Step]) -> Option<bool> {
    let [one, two, ..] = steps else { return None };
    let is_clean = two.at_once == 2 && two.refused == 0 && two.failed == 0 && !two.is_held();
    is_clean.then(|| gain(two, one) < LEAST_GAIN)
}

/// By how much the latencies of one size differ: the slowest over the fastest; 1 of none.
#[must_use]
pub fn unsteadiness(latencies: &[f64]) -> f64 {
    over(quantile(latencies, 1.0), quantile(latencies, 0.0))
}

fn against(step: &Step, below: &Step, alone: f64) -> Option<Because> {
    let at_once = step.at_once;
    if step.refused > 0 {
        return Some(Because::Refused { at_once });
    }
    if step.failed > 0 || step.latencies.is_empty() {
        return Some(Because::Failed { at_once });
    }
    if step.is_held() {
        return Some(Because::Held { at_once });
    }
    let gain = gain(step, below);
    if gain < LEAST_GAIN {
        return Some(Because::NoGain { at_once, gain });
    }
    let slowdown = over(step.p95(), alone);
    (slowdown > MOST_SLOWDOWN).then_some(Because::Slow { at_once, slowdown })
}

fn gain(step: &Step, below: &Step) -> f64 {
    over(step.throughput(), below.throughput())
}

fn over(this: f64, that: f64) -> f64 {
    if that > 0.0 { this / that } else { 1.0 }
}
