//! The books behind the turnstile: when the request at the head of the queue may go.

use tokio::time::Instant;

use super::bucket::Bucket;
use super::window::{Room, Window};
use super::{Cost, Limits};

/// The part of a limit that is used in the long run. Clocks and networks differ a little, and
/// one 429 costs more than two requests in a hundred.
const USED_SHARE: f64 = 0.98;

/// The largest burst in requests, unless one second's worth is more.
const BURST: u32 = 10;

/// The part of a minute's tokens that may go in one burst.
const TOKEN_BURST_SHARE: f64 = 1.0 / 6.0;

#[derive(Debug)]
pub(super) struct Pacer {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    window: Window,
    paused_until: Option<Instant>,
    last_ticket: u64,
}

/// What the head of the queue should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Go, under this number.
    Now(u64),
    /// Ask again then, or when something changed.
    At(Instant),
    /// Ask again when something changed.
    OnChange,
}

impl Pacer {
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        let requests = limits.requests_per_minute.map(|limit| {
            let limit = limit.get();
            let rate = f64::from(limit) * USED_SHARE;
            let at_once = u32::try_from(limits.max_concurrent.get()).unwrap_or(u32::MAX);
            let burst = f64::from(BURST.min(at_once).min(limit));
            Bucket::new(rate, burst.max(rate / 60.0), now)
        });
        let tokens = limits.tokens_per_minute.map(|limit| {
            let rate = f64::from(limit.get()) * USED_SHARE;
            Bucket::new(rate, rate * TOKEN_BURST_SHARE, now)
        });
        Self {
            requests,
            tokens,
            window: Window::new(limits.requests_per_minute.map(Into::into), limits.tokens_per_minute.map(Into::into)),
            paused_until: None,
            last_ticket: 0,
        }
    }

    /// Lets a request through that has been at the head since `arrived`, or says when to ask
    /// again.
    pub(super) fn admit(&mut self, cost: Cost, arrived: Instant, now: Instant) -> Admission {
        let requests = self.requests.as_ref().and_then(|b| b.earliest(1));
        let tokens = self.tokens.as_ref().and_then(|b| b.earliest(cost.tokens));
        let room = match self.window.room(cost.tokens, now) {
            Room::Now => None,
            Room::At(time) => Some(time),
            Room::OnChange => return Admission::OnChange,
        };
        let ideal = [requests, tokens, room, self.paused_until].into_iter().flatten().fold(arrived, Instant::max);
        if ideal > now {
            return Admission::At(ideal);
        }
        if let Some(bucket) = &mut self.requests {
            bucket.take(1, ideal);
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.take(cost.tokens, ideal);
        }
        self.window.reserve(cost.tokens);
        self.last_ticket = self.last_ticket.wrapping_add(1);
        Admission::Now(self.last_ticket)
    }

    pub(super) fn pause_until(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(Some(until));
    }

    /// The request was not written: as if it had never been let through.
    pub(super) fn give_back(&mut self, cost: Cost) {
        self.window.give_back(cost.tokens);
        if let Some(bucket) = &mut self.requests {
            bucket.give_back(1);
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.give_back(cost.tokens);
        }
    }

    /// The request was written after its place had been given back: it counts all the same.
    pub(super) fn take_again(&mut self, cost: Cost, now: Instant) {
        self.window.reserve(cost.tokens);
        if let Some(bucket) = &mut self.requests {
            bucket.take(1, now);
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.take(cost.tokens, now);
        }
    }

    pub(super) fn written(&mut self, ticket: u64, cost: Cost, now: Instant) {
        self.window.written(ticket, cost.tokens, now);
    }

    /// The request used `tokens` and not what it was let through for.
    pub(super) fn settle(&mut self, ticket: u64, cost: Cost, tokens: u32, now: Instant) {
        self.window.correct(ticket, tokens);
        if let Some(bucket) = &mut self.tokens {
            if tokens > cost.tokens {
                bucket.take(tokens - cost.tokens, now);
            } else {
                bucket.give_back(cost.tokens - tokens);
            }
        }
    }
}
