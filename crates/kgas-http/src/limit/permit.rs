//! The right to send one request, and what becomes of it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::{Cost, Shared};

/// The right to send one request, from a [`Limiter`](super::Limiter).
///
/// Dropped before [`written`](Self::written), it gives everything back. Dropped after, its
/// estimate stays charged: the server may have counted it. [`settle`](Self::settle) replaces
/// the estimate. In each case its place among the requests in flight becomes free.
#[must_use = "dropping a permit gives it back"]
pub struct Permit {
    mark: Mark,
    _slot: OwnedSemaphorePermit,
}

impl Permit {
    pub(super) fn new(limiter: Arc<Shared>, ticket: u64, cost: Cost, slot: OwnedSemaphorePermit) -> Self {
        let stage = Mutex::new(Stage::Held);
        Self { mark: Mark(Arc::new(Ticket { limiter, ticket, cost, stage })), _slot: slot }
    }

    /// Says that the request is being written. Its minute starts now; saying it again changes
    /// nothing.
    pub fn written(&mut self) {
        self.mark.written();
    }

    /// Says how many tokens the request used in the end.
    pub fn settle(self, tokens: u32) {
        self.mark.written();
        let ticket = &self.mark.0;
        let now = Instant::now();
        ticket.limiter.change(|pacer| pacer.settle(ticket.ticket, ticket.cost, tokens, now));
    }

    /// A handle with which the wire can say that the request is being written.
    pub(crate) fn mark(&self) -> Mark {
        self.mark.clone()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.mark.0.give_back();
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("cost", &self.mark.0.cost).field("written", &self.mark.is_written()).finish()
    }
}

/// Says that the request of a permit is being written. It may outlive the permit.
#[derive(Clone)]
pub(crate) struct Mark(Arc<Ticket>);

struct Ticket {
    limiter: Arc<Shared>,
    ticket: u64,
    cost: Cost,
    stage: Mutex<Stage>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Held,
    Written,
    GivenBack,
}

impl Mark {
    pub(crate) fn written(&self) {
        let ticket = &self.0;
        let now = Instant::now();
        match ticket.replace_stage(|_| Stage::Written) {
            Stage::Held => ticket.limiter.change(|pacer| pacer.written(ticket.ticket, ticket.cost, now)),
            Stage::Written => {}
            Stage::GivenBack => ticket.limiter.change(|pacer| {
                pacer.take_again(ticket.cost, now);
                pacer.written(ticket.ticket, ticket.cost, now);
            }),
        }
    }

    pub(crate) fn is_written(&self) -> bool {
        self.0.replace_stage(|stage| stage) == Stage::Written
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mark").field(&self.is_written()).finish()
    }
}

impl Ticket {
    fn give_back(&self) {
        let before = self.replace_stage(|stage| match stage {
            Stage::Held => Stage::GivenBack,
            other => other,
        });
        if before == Stage::Held {
            self.limiter.change(|pacer| pacer.give_back(self.cost));
        }
    }

    /// Moves to another stage and returns the one before.
    fn replace_stage(&self, next: impl FnOnce(Stage) -> Stage) -> Stage {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *stage;
        *stage = next(before);
        before
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
}
