//! The books behind the turnstile: when the request at the head of the queue may go.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

use super::bucket::Bucket;
use super::cause::{Cause, Waits};
use super::crew::Crew;
use super::learn::Learned;
use super::slow::Slow;
use super::spread::Spread;
use super::window::{Count, Room, Window};
use super::{Cost, Limits};

/// The part of a limit that is used in the long run. Clocks and networks differ a little, and
/// one 429 costs more than two requests in a hundred.
pub(super) const USED_SHARE: f64 = 0.98;

/// The largest burst in requests, unless one second's worth is more or the user said so.
const BURST: u32 = 10;

/// How far behind its ideal slot a request may go without moving the grid. A process that stood
/// still for longer doesn't catch up in a burst.
const MAX_LAG: Duration = Duration::from_millis(50);

/// What was given back explains a 429 for tokens from this part of a minute's on.
const GIVEN_BACK_THAT_MATTERS: u64 = 20;

#[derive(Debug)]
pub(super) struct Books {
    pub(super) configured: Limits,
    /// What holds now: as configured, or as the server said.
    pub(super) limits: Limits,
    pub(super) learned: Learned,
    pub(super) has_warned: bool,
    pub(super) requests: Option<Bucket>,
    pub(super) tokens: Option<Bucket>,
    pub(super) window: Window,
    pub(super) crew: Crew,
    pub(super) waits: Waits,
    pub(super) paused_until: Option<Instant>,
    /// How requests follow each other after a 429 where no pace is known.
    spread: Spread,
    /// A 429 that nothing else explains has ended bursts.
    pub(super) is_strict: bool,
    /// Tokens that were given back because requests did not use them.
    given_back: u64,
    /// The server charges what a request might use, and gives nothing back.
    keeps_estimates: bool,
    /// The part of the pace that is kept after 429s that came at that pace.
    slow: Slow,
    pub(super) is_closed: bool,
    pub(super) queued: usize,
    /// The most tokens that a request cost so far.
    largest: u32,
    last_ticket: u64,
}

/// What the books say of the request at the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It may go, and could have gone since then.
    Since(Instant),
    /// Ask again then, or when something changed.
    Until(Instant, Cause),
    /// Ask again when something changed.
    OnChange(Cause),
    /// Never: it costs more tokens than the minute's.
    Never(u32),
    /// Nobody is let through any more.
    Closed,
}

/// When and after what a request was written: where an answer to it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) at: Instant,
    pub(super) after: Count,
}

impl Books {
    pub(super) fn new(limits: Limits, now: Instant) -> Self {
        let mut books = Self {
            configured: limits,
            limits,
            learned: Learned::default(),
            has_warned: false,
            requests: None,
            tokens: None,
            window: Window::new(None, None),
            crew: Crew::new(limits.max_concurrent.get()),
            waits: Waits::default(),
            paused_until: None,
            spread: Spread::new(now),
            is_strict: false,
            given_back: 0,
            keeps_estimates: false,
            slow: Slow::new(now),
            is_closed: false,
            queued: 0,
            largest: 0,
            last_ticket: 0,
        };
        books.hold_to(limits, now);
        books
    }

    /// Holds to other limits from now on; what is in the buckets stays there.
    pub(super) fn hold_to(&mut self, limits: Limits, now: Instant) {
        self.limits = limits;
        let (requests, tokens) = (limits.requests_per_minute, limits.tokens_per_minute);
        self.window.set_limits(requests.map(Into::into), tokens.map(Into::into));
        let (burst, token_burst) = (self.request_burst(), self.token_burst());
        let rate = |limit: NonZeroU32| f64::from(limit.get()) * USED_SHARE * self.slow.factor();
        refit(&mut self.requests, requests.map(rate), burst, now);
        refit(&mut self.tokens, tokens.map(rate), token_burst, now);
    }

    /// How many requests may go at once: one second's worth or ten, so that a few documents
    /// don't wait for a minute; as many as the user said; or one.
    fn request_burst(&self) -> f64 {
        let limit = self.limits.requests_per_minute.map_or(u32::MAX, Into::into);
        let second = f64::from(limit) * USED_SHARE / 60.0;
        match self.limits.burst {
            _ if self.is_strict => 1.0,
            Some(burst) => f64::from(burst.get().min(limit)),
            None => second.max(f64::from(BURST.min(self.at_once()).min(limit))),
        }
    }

    /// The same in tokens, with as many of the largest requests seen. In strict pace each waits
    /// until the ones before are paid off, whatever they cost.
    pub(super) fn token_burst(&self) -> f64 {
        let limit = self.limits.tokens_per_minute.map_or(u32::MAX, Into::into);
        let second = f64::from(limit) * USED_SHARE / 60.0;
        let largest = f64::from(self.largest);
        let burst = match self.limits.burst {
            _ if self.is_strict => 0.0,
            Some(burst) => second.max(largest * f64::from(burst.get())),
            None => second.max(largest * f64::from(BURST.min(self.at_once()))),
        };
        burst.min(f64::from(limit))
    }

    fn at_once(&self) -> u32 {
        u32::try_from(self.limits.max_concurrent.get()).unwrap_or(u32::MAX)
    }

    /// The limit of tokens, if it is too small for this request alone.
    pub(super) fn too_small_for(&self, cost: Cost) -> Option<u32> {
        self.limits.tokens_per_minute.map(NonZeroU32::get).filter(|limit| cost.tokens > *limit)
    }

    /// Whether a request that has been at the head since `arrived` may go.
    pub(super) fn look(&mut self, cost: Cost, arrived: Instant, now: Instant) -> Look {
        if self.is_closed {
            return Look::Closed;
        }
        if let Some(limit) = self.too_small_for(cost) {
            return Look::Never(limit);
        }
        self.notice_size(cost, now);
        if !self.crew.has_room() {
            return Look::OnChange(Cause::Concurrency);
        }
        let room = match self.window.room(cost.tokens, now) {
            Room::Now => None,
            Room::At(time, cause) => Some((time, cause)),
            Room::OnChange(cause) => return Look::OnChange(cause),
        };
        let requests = self.requests.as_ref().and_then(|b| Some((b.earliest(1)?, Cause::Requests)));
        let tokens = self.tokens.as_ref().and_then(|b| Some((b.earliest(cost.tokens)?, Cause::Tokens)));
        let pause = self.paused_until.max(self.spread.next()).map(|until| (until, Cause::Pause));
        let latest = [requests, tokens, room, pause].into_iter().flatten().max_by_key(|(time, _)| *time);
        match latest {
            Some((time, cause)) if time > now => Look::Until(time, cause),
            Some((time, _)) => Look::Since(time.max(arrived)),
            None => Look::Since(arrived),
        }
    }

    /// Lets a request through that could have gone since `since`, under the number returned.
    pub(super) fn admit(&mut self, cost: Cost, since: Instant, now: Instant) -> u64 {
        let since = now.checked_sub(MAX_LAG).map_or(since, |earliest| since.max(earliest));
        self.take(cost, since);
        self.spread.went(since);
        self.crew.enter();
        self.last_ticket = self.last_ticket.wrapping_add(1);
        self.last_ticket
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

    /// Charges a request, also one that was written after it had been given back.
    pub(super) fn take(&mut self, cost: Cost, at: Instant) {
        self.window.reserve(cost.tokens);
        if let Some(bucket) = &mut self.requests {
            bucket.take(1, at);
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.take(cost.tokens, at);
        }
    }

    pub(super) fn written(&mut self, ticket: u64, cost: Cost, now: Instant) -> Sent {
        self.window.written(ticket, cost.tokens, now);
        Sent { at: now, after: self.window.total() }
    }

    /// The request used `tokens` and not what it was let through for.
    pub(super) fn settle(&mut self, ticket: u64, cost: Cost, tokens: u32, now: Instant) {
        if tokens < cost.tokens {
            if self.keeps_estimates {
                return;
            }
            self.given_back += u64::from(cost.tokens - tokens);
        }
        self.window.correct(ticket, tokens);
        if let Some(bucket) = &mut self.tokens {
            if tokens > cost.tokens {
                // More than a minute's worth is a mistake of the server, and no reason to stand still.
                let most = self.limits.tokens_per_minute.map_or(u32::MAX, NonZeroU32::get);
                bucket.take((tokens - cost.tokens).min(most), now);
            } else {
                bucket.give_back(cost.tokens - tokens);
            }
        }
    }

    /// Lets nobody through before `until`; afterwards they leave one by one, at the pace.
    pub(super) fn pause_until(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(Some(until));
        for bucket in [&mut self.requests, &mut self.tokens].into_iter().flatten() {
            bucket.rest_until(until);
        }
    }

    /// The request of this ticket got a 429 for too many tokens. Returns whether that is explained:
    /// what was given back here was not given back there. It will not be again.
    pub(super) fn too_many_tokens(&mut self) -> bool {
        let limit = self.limits.tokens_per_minute.map_or(u64::MAX, |limit| limit.get().into());
        let explains = self.given_back > limit / GIVEN_BACK_THAT_MATTERS;
        explains && !std::mem::replace(&mut self.keeps_estimates, true)
    }

    /// The request of this ticket got a 429. `until` is when the server said to come again.
    pub(super) fn refused(&mut self, ticket: u64, until: Option<Instant>, is_explained: bool, now: Instant) {
        let was_paused = self.paused_until.is_some_and(|until| until > now);
        let is_unexplained = !is_explained && !was_paused;
        if is_unexplained && self.is_strict {
            // No burst explains it any more. Either others use the key too, or what was refused
            // before has counted.
            self.window.keep_refused();
            self.slow.down(now);
        }
        self.window.refused(ticket);
        if is_unexplained {
            self.is_strict = true;
            self.hold_to(self.limits, now);
        }
        let gap = match &self.requests {
            Some(bucket) => bucket.span(1.0),
            None => {
                // Nothing else slows down a client that knows no limit of requests.
                self.crew.overloaded(ticket, self.last_ticket);
                if was_paused { Duration::ZERO } else { self.spread.widen() }
            }
        };
        if let Some(until) = until.or_else(|| now.checked_add(gap)) {
            self.pause_until(until);
        }
    }

    pub(super) fn went_well(&mut self, now: Instant) {
        self.crew.went_well();
        self.spread.narrow();
        if self.slow.up(now) {
            self.hold_to(self.limits, now);
        }
    }

    pub(super) fn overloaded(&mut self, ticket: u64) {
        self.crew.overloaded(ticket, self.last_ticket);
    }

    /// A larger request than any before makes the token bucket larger, and fuller by as much:
    /// the burst is counted in requests.
    fn notice_size(&mut self, cost: Cost, now: Instant) {
        if cost.tokens <= self.largest {
            return;
        }
        self.largest = cost.tokens;
        let burst = self.token_burst();
        if let Some(bucket) = &mut self.tokens
            && burst > bucket.capacity()
        {
            let grown = burst - bucket.capacity();
            let level = bucket.level(now) + grown;
            bucket.set_capacity(burst, now);
            bucket.set_level(level, now);
        }
    }
}

/// Makes, changes or removes a bucket as a limit demands.
fn refit(bucket: &mut Option<Bucket>, per_minute: Option<f64>, capacity: f64, now: Instant) {
    match (bucket.as_mut(), per_minute) {
        (Some(old), Some(rate)) => {
            old.set_rate(rate, now);
            old.set_capacity(capacity, now);
        }
        (None, Some(rate)) => *bucket = Some(Bucket::new(rate, capacity, now)),
        (_, None) => *bucket = None,
    }
}
