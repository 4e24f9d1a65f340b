//! What a request in the queue waited for.

use std::time::Duration;

use tokio::time::Instant;

/// What keeps the head of a limiter's queue, and with it all behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Requests per minute.
    Requests,
    /// Tokens per minute.
    Tokens,
    /// Requests at a time.
    Concurrency,
    /// The server asked everybody to wait.
    Pause,
}

/// How long a request waited for what, while it queued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Queued {
    /// For requests per minute.
    pub requests: Duration,
    /// For tokens per minute.
    pub tokens: Duration,
    /// For a place among the requests at a time.
    pub concurrency: Duration,
    /// Until a pause was over.
    pub pause: Duration,
}

impl Queued {
    /// What it waited for longest; `None` if it did not wait.
    #[must_use]
    pub fn longest(&self) -> Option<Cause> {
        let all = [
            (self.requests, Cause::Requests),
            (self.tokens, Cause::Tokens),
            (self.concurrency, Cause::Concurrency),
            (self.pause, Cause::Pause),
        ];
        let (most, cause) = all.into_iter().max_by_key(|(time, _)| *time)?;
        (!most.is_zero()).then_some(cause)
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.requests + self.tokens + self.concurrency + self.pause
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            tokens: self.tokens + other.tokens,
            concurrency: self.concurrency + other.concurrency,
            pause: self.pause + other.pause,
        }
    }

    fn minus(self, earlier: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(earlier.requests),
            tokens: self.tokens.saturating_sub(earlier.tokens),
            concurrency: self.concurrency.saturating_sub(earlier.concurrency),
            pause: self.pause.saturating_sub(earlier.pause),
        }
    }

    fn add(&mut self, cause: Cause, time: Duration) {
        let place = match cause {
            Cause::Requests => &mut self.requests,
            Cause::Tokens => &mut self.tokens,
            Cause::Concurrency => &mut self.concurrency,
            Cause::Pause => &mut self.pause,
        };
        *place += time;
    }
}

/// The waits of all heads of a queue so far. Whoever queues waits for what the heads before it
/// wait for, so the difference between its coming and its going is its own account.
#[derive(Debug, Default)]
pub(super) struct Waits {
    done: Queued,
    now: Option<(Cause, Instant)>,
}

impl Waits {
    pub(super) fn so_far(&self, now: Instant) -> Queued {
        let mut sum = self.done;
        if let Some((cause, since)) = self.now {
            sum.add(cause, now.saturating_duration_since(since));
        }
        sum
    }

    pub(super) fn since(&self, earlier: Queued, now: Instant) -> Queued {
        self.so_far(now).minus(earlier)
    }

    /// The head begins to wait, or goes on for another reason, or (`None`) is done.
    pub(super) fn turn_to(&mut self, cause: Option<Cause>, now: Instant) {
        self.done = self.so_far(now);
        self.now = cause.map(|cause| (cause, now));
    }

    /// Time that the head spent in another queue.
    pub(super) fn add(&mut self, elsewhere: Queued) {
        self.done = self.done.plus(elsewhere);
    }
}
