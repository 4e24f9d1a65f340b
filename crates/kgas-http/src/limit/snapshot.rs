//! Where a limiter stands at one moment.

use tokio::time::Instant;

use super::books::Books;
use super::learn::Learned;
use super::{Limiter, Limits, Queued};

/// Where a limiter stands: see [`Limiter::snapshot`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The limits in force: as configured, or as the server says.
    pub limits: Limits,
    /// What the server said of its limits.
    pub learned: Learned,
    /// Requests written in the last minute.
    pub requests: u64,
    /// Tokens charged in the last minute.
    pub tokens: u64,
    /// The part of the minute's allowance that is used, of requests or of tokens, whichever is
    /// more; 0 without such a limit.
    pub share_used: f64,
    /// Who waits.
    pub queued: usize,
    /// Who was let through and is not done.
    pub under_way: usize,
    /// How many may be under way: fewer than configured after signs of overload.
    pub at_once: usize,
    /// How many requests could go at once now, as far as the pace is concerned; below zero in debt.
    /// `None` without a limit of requests per minute.
    pub burst: Option<f64>,
    /// The same in tokens.
    pub token_burst: Option<f64>,
    /// How many tokens may go at once after a rest by the settings alone: as many of the largest requests so far.
    pub full_token_burst: Option<f64>,
    /// For how long somebody has waited at the head of the queue so far, and for what: the time
    /// that the limits have cost all together.
    pub waits: Queued,
    /// Until when everybody waits, if so.
    pub paused_until: Option<Instant>,
    /// Whether bursts have ended: a 429 that nothing else explained came.
    pub is_strict: bool,
}

impl Limiter {
    /// Where it stands now, by its own limits; not by those it shares with others.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let now = Instant::now();
        self.with_books(|books| Snapshot::of(books, now))
    }
}

impl Snapshot {
    fn of(books: &mut Books, now: Instant) -> Self {
        let used = books.window.used(now);
        let share = |used: u64, limit: Option<std::num::NonZeroU32>| {
            let used = f64::from(u32::try_from(used).unwrap_or(u32::MAX));
            limit.map_or(0.0, |limit| used / f64::from(limit.get()))
        };
        let limits = books.limits;
        Self {
            limits,
            learned: books.learned,
            requests: used.requests,
            tokens: used.tokens,
            share_used: share(used.requests, limits.requests_per_minute)
                .max(share(used.tokens, limits.tokens_per_minute)),
            queued: books.queued,
            under_way: books.crew.under_way(),
            at_once: books.crew.allowed(),
            burst: books.requests.as_ref().map(|bucket| bucket.level(now)),
            token_burst: books.tokens.as_ref().map(|bucket| bucket.level(now)),
            full_token_burst: books.tokens.is_some().then(|| books.token_burst()),
            waits: books.waits.so_far(now),
            paused_until: books.paused_until.filter(|until| *until > now),
            is_strict: books.is_strict,
        }
    }
}
