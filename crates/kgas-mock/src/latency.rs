//! How long the simulated model takes: for itself, for each token, and by chance.

use std::f64::consts::TAU;
use std::io;
use std::time::Duration;

use crate::dice::roll;

/// How many numbers the chance of one attempt needs.
const ROLLS: u64 = 3;

/// How long the simulated model takes for an answer.
///
/// Attempt `n` takes `(base + prompt tokens · p + completion tokens · c) · e^(σ·z) · k`, where `z` is drawn from
/// the standard normal distribution, and `k` is the factor of [`Latency::outliers`] for their share of attempts and
/// 1 for the others. What is drawn depends on the seed and on `n` alone. `n` counts the chat and embeddings
/// requests from 0 that passed the key, the limits and the checks, as [`Fault`](crate::Fault) does. The tokens are
/// those that the answer reports; an embeddings answer has no completion tokens, and a fault has none at all.
/// Timers round up to the millisecond.
///
/// A stream's first event comes when the base and the prompt have had their time, each piece of text when its share
/// of the completion tokens has had its own, and the last piece and the end when the whole answer would have come.
///
/// ```
/// use std::time::Duration;
/// use kgas_mock::{Latency, MockServer};
///
/// # fn main() -> std::io::Result<()> {
/// let latency = Latency::fixed(Duration::from_millis(300))
///     .per_prompt_token(Duration::from_micros(50))
///     .per_completion_token(Duration::from_millis(15))
///     .spread(0.3)
///     .outliers(0.02, 8.0)
///     .seed(7);
/// assert_eq!(Latency::fixed(Duration::from_secs(1)).of(0, 500, 20), Duration::from_secs(1));
/// let server = MockServer::builder().latency_model(latency).in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    base: Duration,
    per_prompt_token: Duration,
    per_completion_token: Duration,
    sigma: f64,
    outliers: Outliers,
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Outliers {
    share: f64,
    factor: f64,
}

/// What one answer takes, in its two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Until the first of its tokens.
    pub(crate) first: Duration,
    /// For all of its tokens together.
    pub(crate) tokens: Duration,
}

impl Pace {
    pub(crate) fn whole(self) -> Duration {
        self.first.saturating_add(self.tokens)
    }
}

impl Latency {
    /// Always the same.
    #[must_use]
    pub fn fixed(base: Duration) -> Self {
        Self {
            base,
            per_prompt_token: Duration::ZERO,
            per_completion_token: Duration::ZERO,
            sigma: 0.0,
            outliers: Outliers { share: 0.0, factor: 1.0 },
            seed: 0,
        }
    }

    /// Adds this for each token of the prompt.
    #[must_use]
    pub fn per_prompt_token(self, time: Duration) -> Self {
        Self { per_prompt_token: time, ..self }
    }

    /// Adds this for each token of the answer.
    #[must_use]
    pub fn per_completion_token(self, time: Duration) -> Self {
        Self { per_completion_token: time, ..self }
    }

    /// Spreads the times log-normally: half of them are shorter than without, half longer. `sigma` is the standard
    /// deviation of the logarithm: with 0.5 one time in twenty is more than 2.3 times as long, with 1.0 more than
    /// 5.2 times.
    #[must_use]
    pub fn spread(self, sigma: f64) -> Self {
        Self { sigma, ..self }
    }

    /// This share of attempts, from 0 to 1, takes `factor` times as long.
    #[must_use]
    pub fn outliers(self, share: f64, factor: f64) -> Self {
        Self { outliers: Outliers { share, factor }, ..self }
    }

    /// What is drawn comes from this seed; 0 unless told otherwise.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// What attempt `n` takes with an answer of so many tokens, before timers round it.
    #[must_use]
    pub fn of(&self, n: u64, prompt_tokens: u64, completion_tokens: u64) -> Duration {
        self.pace(n, prompt_tokens, completion_tokens).whole()
    }

    pub(crate) fn pace(&self, n: u64, prompt_tokens: u64, completion_tokens: u64) -> Pace {
        let factor = self.factor(n);
        let first = self.base.saturating_add(times(self.per_prompt_token, prompt_tokens));
        Pace {
            first: scaled(first, factor),
            tokens: scaled(times(self.per_completion_token, completion_tokens), factor),
        }
    }

    pub(crate) fn check(&self) -> io::Result<()> {
        let Self { sigma, outliers: Outliers { share, factor }, .. } = *self;
        let problem = if !(sigma.is_finite() && sigma >= 0.0) {
            format!("the spread {sigma} of a latency is not a number from 0 up")
        } else if !(0.0..=1.0).contains(&share) {
            format!("the share {share} of a latency's outliers is not a share from 0 to 1")
        } else if !(factor.is_finite() && factor >= 0.0) {
            format!("the factor {factor} of a latency's outliers is not a number from 0 up")
        } else {
            return Ok(());
        };
        Err(io::Error::new(io::ErrorKind::InvalidInput, problem))
    }

    /// What chance makes of attempt `n`.
    fn factor(&self, n: u64) -> f64 {
        let draw = |which: u64| roll(self.seed, n.wrapping_mul(ROLLS).wrapping_add(which));
        let spread = if self.sigma > 0.0 { (self.sigma * normal(draw(0), draw(1))).exp() } else { 1.0 };
        let is_outlier = self.outliers.share > 0.0 && draw(2) < self.outliers.share;
        if is_outlier { spread * self.outliers.factor } else { spread }
    }
}

/// A number of the standard normal distribution from two even ones: the method of Box and Muller.
fn normal(one: f64, other: f64) -> f64 {
    (-2.0 * (1.0 - one).ln()).sqrt() * (TAU * other).cos()
}

fn times(time: Duration, count: u64) -> Duration {
    time.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Without chance there is no rounding by floats either.
fn scaled(time: Duration, factor: f64) -> Duration {
    if factor == 1.0 {
        return time;
    }
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_normal() {
        let draws: Vec<f64> = (0..20_000).map(|n| normal(roll(3, 2 * n), roll(3, 2 * n + 1))).collect();
        let share = |limit: f64| draws.iter().filter(|z| **z < limit).count() as f64 / 20_000.0;
        for (limit, expected) in [(-1.645, 0.05), (-1.0, 0.159), (0.0, 0.5), (1.0, 0.841), (1.645, 0.95)] {
            assert!((share(limit) - expected).abs() < 0.01, "{} below {limit}", share(limit));
        }
    }
}
