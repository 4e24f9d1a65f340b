//! The right to send one request, and what becomes of it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use tokio::time::Instant;

use super::books::Sent;
use super::cause::Queued;
use super::headers::Told;
use super::{Cost, Refusal, Shared};

/// The right to send one request, from a [`Limiter`](super::Limiter).
///
/// Dropped before [`written`](Self::written), it gives everything back. Dropped after, its
/// estimate stays charged: the server may have counted it. [`settle`](Self::settle) replaces
/// the estimate. In each case its place among the requests in flight becomes free.
#[must_use = "dropping a permit gives it back"]
pub struct Permit {
    mark: Mark,
    queued: Queued,
}

impl Permit {
    pub(super) fn new(scopes: Scopes, cost: Cost, queued: Queued) -> Self {
        let state = Mutex::new(State { stage: Stage::Held, lowered: false, withdrawn: false });
        Self { mark: Mark(Arc::new(Ticket { scopes, cost, state })), queued }
    }

    /// What it waited for in the queue.
    #[must_use]
    pub const fn queued(&self) -> Queued {
        self.queued
    }

    /// Says that the request is being written. Its minute starts now; saying it again changes
    /// nothing.
    pub fn written(&mut self) {
        self.mark.written();
    }

    /// Shows the limiter the head of the answer, which may say how much of the quota is left.
    pub fn observe(&self, headers: &HeaderMap) {
        self.mark.written();
        self.mark.observe(headers);
    }

    /// Says that the server took the request: fewer at a time than configured may become more.
    pub fn went_well(&self) {
        let ticket = &self.mark.0;
        let now = Instant::now();
        ticket.scopes.each(|scope, _| scope.change(|books| books.went_well(now)));
    }

    /// Says that the server turned the request away, and for how long it asked to stay away.
    /// All requests of the same key wait so long, and leave one by one afterwards.
    pub fn refused(&self, refusal: Refusal, hint: Option<Duration>) {
        self.mark.written();
        let ticket = &self.mark.0;
        let now = Instant::now();
        // Beyond the end of time nobody waits.
        let until = hint.and_then(|hint| now.checked_add(hint));
        let is_explained = ticket.lock().lowered;
        ticket.scopes.each(|scope, number| {
            scope.change(|books| match refusal {
                Refusal::TooFast => books.refused(number, until, is_explained, now),
                Refusal::TooManyTokens => {
                    let is_explained = books.too_many_tokens() || is_explained;
                    books.refused(number, until, is_explained, now);
                }
                Refusal::Overloaded => {
                    books.overloaded(number);
                    if let Some(until) = until {
                        books.pause_until(until);
                    }
                }
            });
        });
    }

    /// Says how many tokens the request used in the end.
    pub fn settle(self, tokens: u32) {
        self.mark.written();
        let ticket = &self.mark.0;
        let now = Instant::now();
        ticket.scopes.each(|scope, number| scope.change(|books| books.settle(number, ticket.cost, tokens, now)));
    }

    /// A handle with which the wire can say that the request is being written.
    pub(crate) fn mark(&self) -> Mark {
        self.mark.clone()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let ticket = &self.mark.0;
        let is_unwritten = {
            let mut state = ticket.lock();
            let is_unwritten = state.stage == Stage::Held;
            if is_unwritten {
                state.stage = Stage::GivenBack;
            }
            is_unwritten
        };
        ticket.scopes.each(|scope, _| {
            scope.change(|books| {
                books.crew.leave();
                if is_unwritten {
                    books.give_back(ticket.cost);
                }
            });
        });
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("cost", &self.mark.0.cost).field("written", &self.mark.is_written()).finish()
    }
}

/// The limits that a request was let through by, each with the number it has there: first its
/// own, and then those they are part of.
#[derive(Debug)]
pub(super) struct Scopes(pub(super) Vec<(Arc<Shared>, u64)>);

impl Scopes {
    fn each(&self, mut with: impl FnMut(&Shared, u64)) {
        for (scope, number) in &self.0 {
            with(scope, *number);
        }
    }
}

/// Says that the request of a permit is being written. It may outlive the permit.
#[derive(Clone)]
pub(crate) struct Mark(Arc<Ticket>);

struct Ticket {
    scopes: Scopes,
    cost: Cost,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
struct State {
    stage: Stage,
    /// The answer's head lowered a limit: that explains a refusal.
    lowered: bool,
    /// Whoever pays for it has taken the money back: it may not be written any more.
    withdrawn: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Held,
    /// Written, and how it stands in the books of its own limits.
    Written(Sent),
    GivenBack,
}

impl Mark {
    /// Says that the request is being written, and returns whether it may be.
    pub(crate) fn written(&self) -> bool {
        let ticket = &self.0;
        let mut state = ticket.lock();
        let is_late = match state.stage {
            Stage::Written(_) => return true,
            _ if state.withdrawn => return false,
            Stage::Held => false,
            Stage::GivenBack => true,
        };
        let now = Instant::now();
        let mut sent = None;
        ticket.scopes.each(|scope, number| {
            let in_books = scope.change(|books| {
                if is_late {
                    books.take(ticket.cost, now);
                }
                books.written(number, ticket.cost, now)
            });
            sent = sent.or(Some(in_books));
        });
        if let Some(sent) = sent {
            state.stage = Stage::Written(sent);
        }
        true
    }

    /// Keeps the request from being written, unless it was; returns whether it was.
    pub(crate) fn withdraw(&self) -> bool {
        let mut state = self.0.lock();
        let is_written = matches!(state.stage, Stage::Written(_));
        state.withdrawn = !is_written;
        is_written
    }

    pub(crate) fn is_written(&self) -> bool {
        matches!(self.0.lock().stage, Stage::Written(_))
    }

    fn observe(&self, headers: &HeaderMap) {
        let told = Told::read(headers, SystemTime::now());
        let ticket = &self.0;
        let mut state = ticket.lock();
        let Stage::Written(sent) = state.stage else { return };
        if told.is_empty() {
            return;
        }
        // Servers count by model: what they tell is about the narrowest limits.
        let now = Instant::now();
        if let Some((own, _)) = ticket.scopes.0.first() {
            state.lowered = own.change(|books| books.observe(&told, sent, now));
        }
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mark").field(&self.is_written()).finish()
    }
}

impl Ticket {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{Cost, Limiter, Limits};

    // A connection may take up a request in the instant in which its caller gives up.
    #[tokio::test(start_paused = true)]
    async fn what_is_written_after_its_permit_was_given_back_counts_all_the_same() {
        let limiter = Limiter::new(Limits::per_minute(2, 3));
        let permit = limiter.acquire(Cost::default()).await.unwrap();
        let _held = limiter.acquire(Cost::default()).await.unwrap();
        let mark = permit.mark();
        drop(permit);
        mark.written();
        let next = limiter.acquire(Cost::default());
        assert!(tokio::time::timeout(Duration::from_secs(60), next).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_pays_for_any_more_is_not_written() {
        let limiter = Limiter::new(Limits::per_minute(1, 1));
        for _ in 0..3 {
            let permit = limiter.acquire(Cost::default()).await.unwrap();
            let mark = permit.mark();
            assert!(!mark.withdraw());
            drop(permit);
            assert!(!mark.written(), "and it takes nothing of the minute");
        }
        let permit = limiter.acquire(Cost::default()).await.unwrap();
        assert!(permit.mark().written() && permit.mark().withdraw(), "what was written stays so");
    }
}
