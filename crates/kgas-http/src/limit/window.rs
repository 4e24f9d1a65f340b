//! What was written in the last minute: the hard limit, whatever the bucket would allow.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::cause::Cause;

/// A little over a minute: two requests written 60 s apart may arrive closer to each other.
pub(super) const SPAN: Duration = Duration::from_millis(60_500);

/// The written requests of the last [`SPAN`], and those let through but not written yet, which
/// count as if they were about to be.
#[derive(Debug)]
pub(super) struct Window {
    requests: Option<u64>,
    tokens: Option<u64>,
    written: VecDeque<Entry>,
    /// The sum of them.
    held: Count,
    /// The part of it that was refused; it counts only where refusals are known to count.
    refused: Count,
    keeps_refused: bool,
    pending: Count,
    /// All requests ever written, and their tokens as they were charged.
    total: Count,
}

/// Requests and their tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) requests: u64,
    pub(super) tokens: u64,
}

#[derive(Debug)]
struct Entry {
    ticket: u64,
    at: Instant,
    tokens: u64,
    is_refused: bool,
}

/// When a request may go, as far as the last minute is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// There is room.
    Now,
    /// There will be, when what was written long enough ago no longer counts.
    At(Instant, Cause),
    /// Not before something that was let through is written or given back.
    OnChange(Cause),
}

impl Window {
    pub(super) fn new(requests: Option<u32>, tokens: Option<u32>) -> Self {
        Self {
            requests: requests.map(u64::from),
            tokens: tokens.map(u64::from),
            written: VecDeque::new(),
            held: Count::default(),
            refused: Count::default(),
            keeps_refused: false,
            pending: Count::default(),
            total: Count::default(),
        }
    }

    /// Changes what a minute may hold.
    pub(super) fn set_limits(&mut self, requests: Option<u32>, tokens: Option<u32>) {
        self.requests = requests.map(u64::from);
        self.tokens = tokens.map(u64::from);
    }

    /// What was written in the last minute, as of `now`.
    pub(super) fn used(&mut self, now: Instant) -> Count {
        self.forget(now);
        self.counted()
    }

    fn counted(&self) -> Count {
        let mut counted = self.held;
        if !self.keeps_refused {
            counted.subtract(self.refused);
        }
        counted
    }

    /// What was let through and is not written yet.
    pub(super) const fn pending(&self) -> Count {
        self.pending
    }

    /// What was ever written.
    pub(super) const fn total(&self) -> Count {
        self.total
    }

    /// Whether one more request of so many tokens has room.
    pub(super) fn room(&mut self, tokens: u32, now: Instant) -> Room {
        let counted = self.used(now);
        let mut requests = self.pending.requests + counted.requests + 1;
        let mut used = self.pending.tokens + counted.tokens + u64::from(tokens);
        let fits = |requests: u64, used: u64| {
            self.requests.is_none_or(|limit| requests <= limit) && self.tokens.is_none_or(|limit| used <= limit)
        };
        if fits(requests, used) {
            return Room::Now;
        }
        let cause = if fits(requests, 0) { Cause::Tokens } else { Cause::Requests };
        for entry in self.written.iter().filter(|entry| self.keeps_refused || !entry.is_refused) {
            requests = requests.saturating_sub(1);
            used = used.saturating_sub(entry.tokens);
            if fits(requests, used) {
                return Room::At(entry.expires(), cause);
            }
        }
        Room::OnChange(cause)
    }

    fn forget(&mut self, now: Instant) {
        while let Some(oldest) = self.written.front()
            && oldest.expires() <= now
        {
            let count = Count::of(oldest.tokens);
            self.held.subtract(count);
            if oldest.is_refused {
                self.refused.subtract(count);
            }
            self.written.pop_front();
        }
    }

    /// A request was let through.
    pub(super) fn reserve(&mut self, tokens: u32) {
        self.pending.add(Count::of(tokens.into()));
    }

    /// It was given back unwritten.
    pub(super) fn give_back(&mut self, tokens: u32) {
        self.pending.subtract(Count::of(tokens.into()));
    }

    /// It was written: from now on a minute counts.
    pub(super) fn written(&mut self, ticket: u64, tokens: u32, now: Instant) {
        self.give_back(tokens);
        let tokens = u64::from(tokens);
        self.held.add(Count::of(tokens));
        self.total.add(Count::of(tokens));
        self.written.push_back(Entry { ticket, at: now, tokens, is_refused: false });
    }

    /// A written request turned out to have used so many tokens.
    pub(super) fn correct(&mut self, ticket: u64, tokens: u32) {
        // Young entries are at the back.
        if let Some(entry) = self.written.iter_mut().rev().find(|e| e.ticket == ticket) {
            let before = std::mem::replace(&mut entry.tokens, u64::from(tokens));
            let sums = [Some(&mut self.held), entry.is_refused.then_some(&mut self.refused)];
            for sum in sums.into_iter().flatten() {
                sum.tokens = sum.tokens.saturating_sub(before) + u64::from(tokens);
            }
        }
    }

    /// A written request was refused: it counts only where refusals are known to count.
    pub(super) fn refused(&mut self, ticket: u64) {
        if let Some(entry) = self.written.iter_mut().rev().find(|e| e.ticket == ticket && !e.is_refused) {
            entry.is_refused = true;
            self.refused.add(Count::of(entry.tokens));
        }
    }

    /// The server seems to count what it refuses: from now on, and back to a minute ago.
    pub(super) fn keep_refused(&mut self) {
        self.keeps_refused = true;
    }
}

impl Count {
    const fn of(tokens: u64) -> Self {
        Self { requests: 1, tokens }
    }

    const fn add(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.tokens = self.tokens.saturating_add(other.tokens);
    }

    const fn subtract(&mut self, other: Self) {
        self.requests = self.requests.saturating_sub(other.requests);
        self.tokens = self.tokens.saturating_sub(other.tokens);
    }
}

impl Entry {
    fn expires(&self) -> Instant {
        self.at + SPAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minute_counts_from_the_writing_not_from_the_letting_through() {
        let start = Instant::now();
        let mut window = Window::new(Some(1), None);
        window.reserve(0);
        assert_eq!(window.room(0, start + SPAN), Room::OnChange(Cause::Requests));
        window.written(1, 0, start + SPAN);
        assert_eq!(window.room(0, start + SPAN), Room::At(start + SPAN + SPAN, Cause::Requests));
        assert_eq!(window.room(0, start + SPAN + SPAN), Room::Now);
    }

    #[test]
    fn corrected_tokens_make_room() {
        let start = Instant::now();
        let mut window = Window::new(None, Some(100));
        window.reserve(90);
        window.written(1, 90, start);
        assert_eq!(window.room(20, start), Room::At(start + SPAN, Cause::Tokens));
        window.correct(1, 10);
        assert_eq!(window.room(20, start), Room::Now);
    }

    #[test]
    fn what_is_refused_counts_only_once_refusals_are_known_to_count() {
        let start = Instant::now();
        let mut window = Window::new(Some(2), None);
        for ticket in 1..=2 {
            window.reserve(0);
            window.written(ticket, 0, start);
            window.refused(ticket);
        }
        assert_eq!(window.room(0, start), Room::Now);
        window.keep_refused();
        assert_eq!(window.room(0, start), Room::At(start + SPAN, Cause::Requests));
        assert_eq!(window.used(start + SPAN), Count::default());
    }

    #[test]
    fn what_a_refused_request_is_settled_for_changes_no_other() {
        let start = Instant::now();
        let mut window = Window::new(None, Some(500));
        for ticket in 1..=2 {
            window.reserve(100);
            window.written(ticket, 100, start);
        }
        window.refused(1);
        window.correct(1, 0);
        assert_eq!(window.used(start), Count { requests: 1, tokens: 100 });
    }
}
