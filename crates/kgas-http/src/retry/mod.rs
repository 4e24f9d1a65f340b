//! Whether to try again, and when: a pure decision.

mod aside;
mod breaker;
mod call;
pub(crate) mod classify;
mod dice;
mod hedge;
pub(crate) mod hint;
mod outage;
mod run;
mod span;

use std::num::NonZeroU32;
use std::time::Duration;

pub(crate) use self::breaker::Breaker;
pub(crate) use self::call::Call;
pub(crate) use self::dice::Dice;
pub use self::hedge::Hedge;
pub(crate) use self::hedge::Hedges;
pub use self::hint::retry_after;
pub(crate) use self::run::{Course, run};
use crate::{ErrorKind, HttpError};

/// When to try again: full jitter between attempts, and the server's `Retry-After` before all.
///
/// ```
/// use std::time::Duration;
/// use kgas_http::{ErrorKind, HttpError, RetryPolicy, Verdict};
///
/// let policy = RetryPolicy::default();
/// let busy = HttpError::new(ErrorKind::RateLimited).with_hint(Some(Duration::from_secs(7)));
/// let verdict = policy.decide(&busy, 1, true, Some(Duration::from_secs(60)), 0.5);
/// assert_eq!(verdict, Verdict::Retry { after: Duration::from_millis(7250) });
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How many attempts there are in all, the first included. One that ended in a 429 with a wait above zero and up to
    /// `longest_hint` is none of them, up to ten times in a call.
    pub attempts: NonZeroU32,
    /// How much time a call's attempts and the waits between them may take before no new one
    /// starts. Time in the queue, waits that the server asked for, and attempts that an outage
    /// excuses don't count.
    pub window: Duration,
    /// The longest wait before the second attempt; it doubles for each further one.
    pub first_step: Duration,
    /// Where the doubling ends.
    pub max_step: Duration,
    /// The longest `Retry-After` that is waited for although the window would be over. Such
    /// waits don't count into the window.
    pub longest_hint: Duration,
    /// How long calls wait for a server that was there and went away. Meanwhile one probe at a
    /// time goes out, and attempts that the outage excuses don't count.
    pub outage_patience: Duration,
}

impl RetryPolicy {
    /// Three attempts in 60 s, back-off from 0.5 s to 20 s, hints up to two minutes, outages up to ten.
    pub const DEFAULT: Self = Self {
        attempts: NonZeroU32::MIN.saturating_add(2),
        window: Duration::from_secs(60),
        first_step: Duration::from_millis(500),
        max_step: Duration::from_secs(20),
        longest_hint: Duration::from_secs(120),
        outage_patience: Duration::from_secs(600),
    };

    /// One attempt and no more.
    #[must_use]
    pub const fn never() -> Self {
        Self { attempts: NonZeroU32::MIN, ..Self::DEFAULT }
    }

    /// Whether to try again after the `attempt`-th attempt (counted from 1) ended in `error`.
    ///
    /// `replayable` says whether the request may reach the server twice, `left` how much of the
    /// window is left (`None`: no end), and `dice` is a number from 0 to 1.
    #[must_use]
    pub fn decide(
        &self,
        error: &HttpError,
        attempt: u32,
        replayable: bool,
        left: Option<Duration>,
        dice: f64,
    ) -> Verdict {
        // A 429 was turned away at the door: nothing was done that a replay would do twice.
        let harmless = replayable || !error.request_written() || error.kind() == ErrorKind::RateLimited;
        if attempt >= self.attempts.get() || !error.is_transient() || !harmless {
            return Verdict::GiveUp;
        }
        let left = left.unwrap_or(Duration::MAX);
        // A tenth is waited in any case: a zero would make a tight loop.
        let step = self.step(attempt).mul_f64(dice.clamp(0.1, 1.0));
        match error.hint() {
            Some(hint) if hint > self.longest_hint => Verdict::GiveUp,
            // Later than told, each by another time: those refused together don't come together.
            Some(hint) => Verdict::Retry { after: hint.saturating_add(step) },
            None if step >= left => Verdict::GiveUp,
            None => Verdict::Retry { after: step },
        }
    }

    /// Whether there is more than one attempt at all: whoever wants one gets one.
    fn retries(&self) -> bool {
        self.attempts > NonZeroU32::MIN
    }

    /// Whether the server said when to come again, and that is waited for. It did nothing yet, so nothing failed.
    fn is_told_when(&self, error: &HttpError) -> bool {
        let is_kept = |hint: Duration| !hint.is_zero() && hint <= self.longest_hint;
        self.retries() && error.kind() == ErrorKind::RateLimited && error.hint().is_some_and(is_kept)
    }

    /// Whether a wait counts into the window.
    fn counts(&self, error: &HttpError) -> bool {
        error.hint().is_none_or(|hint| hint > self.longest_hint)
    }

    fn step(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.first_step.saturating_mul(factor).min(self.max_step)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What [`RetryPolicy::decide`] decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Try again, after waiting so long.
    Retry {
        /// The wait, before joining the limiter's queue.
        after: Duration,
    },
    /// Return the error.
    GiveUp,
}
