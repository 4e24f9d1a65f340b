//! How long calls would take under limits: the books of a limiter, gone through without waiting.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use tokio::time::Instant;

use super::books::{Books, Look};
use super::bucket::Bucket;
use super::{Cost, Limits, Queued};

/// Calls that go through the books of a limiter one after the other, in a time of their own.
///
/// It decides as a [`Limiter`](super::Limiter) does, for both keep the same books; nothing is sent, and nothing waits.
/// The server is thought to take each call, and to have no limits but these.
///
/// ```
/// use std::num::{NonZeroU32, NonZeroUsize};
/// use std::time::Duration;
/// use kgas_http::{Cost, Limits, Rehearsal};
///
/// // 18 calls of 2.5 s, ten at a time, 60 per minute with a burst of ten, of which 98 % are used.
/// let limits = Limits { max_concurrent: NonZeroUsize::new(10).unwrap(), ..Limits::default() };
/// let mut rehearsal = Rehearsal::new(limits);
/// for _ in 0..18 {
///     rehearsal.call(Cost::default(), 0, Duration::from_millis(2500));
/// }
/// assert_eq!(rehearsal.took().as_secs_f64().round(), 11.0);
/// ```
#[derive(Debug)]
pub struct Rehearsal {
    books: Books,
    begun: Instant,
    now: Instant,
    end: Instant,
    under_way: BinaryHeap<Reverse<Answer>>,
    refused: u64,
}

/// When a call will be answered, what it was let through for, and what it will have used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Answer {
    at: Instant,
    ticket: u64,
    reserved: u32,
    used: u32,
}

impl Rehearsal {
    /// Nothing has been sent yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let begun = Instant::now();
        let books = Books::new(limits, begun);
        Self { books, begun, now: begun, end: begun, under_way: BinaryHeap::new(), refused: 0 }
    }

    /// The next call: what it is let through for, the tokens that it uses in the end, and how long the server takes.
    pub fn call(&mut self, cost: Cost, used: u32, took: Duration) {
        let mut arrived = self.begun;
        loop {
            self.settle();
            let next = self.under_way.peek().map(|Reverse(answer)| answer.at);
            match self.books.look(cost, arrived, self.now) {
                Look::Since(since) => {
                    self.go(cost, used, took, since);
                    return;
                }
                Look::Until(time, cause) => {
                    self.books.waits.turn_to(Some(cause), self.now);
                    self.now = next.map_or(time, |next| next.min(time));
                }
                Look::OnChange(cause) => {
                    self.books.waits.turn_to(Some(cause), self.now);
                    let Some(next) = next else { return };
                    self.now = next;
                    arrived = next;
                }
                Look::Never(_) | Look::Closed => {
                    self.refused += 1;
                    return;
                }
            }
        }
    }

    /// From the first call to the last answer.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.end.saturating_duration_since(self.begun)
    }

    /// What the heads of the queue waited for.
    #[must_use]
    pub fn waited(&self) -> Queued {
        self.books.waits.so_far(self.now)
    }

    /// How many requests may go at once, and how many tokens, before the pace counts.
    #[must_use]
    pub fn bursts(&self) -> (Option<f64>, Option<f64>) {
        let capacity = |bucket: &Option<Bucket>| bucket.as_ref().map(Bucket::capacity);
        (capacity(&self.books.requests), capacity(&self.books.tokens))
    }

    /// Calls that no minute has room for.
    #[must_use]
    pub const fn never_fit(&self) -> u64 {
        self.refused
    }

    fn go(&mut self, cost: Cost, used: u32, took: Duration, since: Instant) {
        self.books.waits.turn_to(None, self.now);
        let ticket = self.books.admit(cost, since, self.now);
        self.books.written(ticket, cost, self.now);
        let at = self.now.checked_add(took).unwrap_or(self.now);
        self.end = self.end.max(at);
        self.under_way.push(Reverse(Answer { at, ticket, reserved: cost.tokens, used }));
    }

    /// Takes note of the answers that are there by now.
    fn settle(&mut self) {
        while let Some(Reverse(answer)) = self.under_way.peek().copied()
            && answer.at <= self.now
        {
            self.under_way.pop();
            self.books.settle(answer.ticket, Cost::tokens(answer.reserved), answer.used, answer.at);
            self.books.crew.leave();
        }
    }
}
