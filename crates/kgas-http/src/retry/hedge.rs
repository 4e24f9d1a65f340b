//! Hedging: a second attempt for a call that takes unusually long, and whichever answers first.

use std::future::pending;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::sleep;
use tracing::debug;

use super::aside::{Admission, Aside};
use super::call::{Call, may_be_paid};
use super::run::{Course, tell_limiter};
use crate::limit::Mark;
use crate::wire::{Outgoing, Taking};
use crate::{ApiRequest, HttpError, Permit};

/// When to send a request a second time although the first may still be answered. It costs
/// quota and perhaps money, and shortens the slow tail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hedge {
    /// How long the first attempt has, from its start on the wire.
    pub after: Duration,
    /// The most second attempts, as a part of all calls.
    pub share: f64,
}

impl Hedge {
    /// After so long, for at most one call in twenty.
    #[must_use]
    pub const fn after(after: Duration) -> Self {
        Self { after, share: 0.05 }
    }
}

/// The second attempts that may still be made.
#[derive(Debug)]
pub(crate) struct Hedges {
    hedge: Hedge,
    budget: Mutex<f64>,
}

/// The most second attempts saved up.
const SAVED: f64 = 10.0;

impl Hedges {
    pub(crate) const fn new(hedge: Hedge) -> Self {
        // One is there from the start, so that a lone slow call is helped too.
        Self { hedge, budget: Mutex::new(1.0) }
    }

    fn earn(&self) {
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        *budget = (*budget + self.hedge.share).min(SAVED);
    }

    fn spend(&self) -> bool {
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let is_enough = *budget >= 1.0;
        if is_enough {
            *budget -= 1.0;
        }
        is_enough
    }
}

/// What came of an attempt, and the permit it came by, which is gone if time ran out.
pub(super) type Outcome<A> = (Result<A, HttpError>, Option<Permit>);

/// Two attempts side by side: which of them was written, and whether one failed on the way.
#[derive(Default)]
struct Pair {
    second: OnceLock<Mark>,
    /// Failures whose work the server may have done.
    maybe_paid: AtomicU32,
}

impl Call {
    /// Sends the request once, or a second time beside it if that is allowed and it takes long.
    pub(super) async fn attempt<T: Taking>(
        &mut self,
        course: &Course,
        request: &ApiRequest,
        outgoing: &Outgoing,
        taking: T,
        admission: Admission<'_>,
    ) -> Outcome<T::Answer> {
        self.attempts = self.attempts.saturating_add(1);
        let began = admission.began;
        let outcome = match course.hedges.as_ref().filter(|_| request.replayable) {
            Some(hedges) => self.hedged(course, request, outgoing, taking, admission, hedges).await,
            None => {
                let Admission { permit, aside, .. } = admission;
                let sent = self.in_time(taking.take(&course.wire, outgoing, &permit)).await;
                match &sent {
                    Some(sent) => aside.settle(sent.as_ref().map(T::reply)),
                    None => drop(aside),
                }
                let sent = sent.unwrap_or_else(|| Err(self.too_late(permit.mark().is_written())));
                (sent, Some(permit))
            }
        };
        if let Err(error) = &outcome.0 {
            self.maybe_paid = self.maybe_paid.saturating_add(u32::from(may_be_paid(error)));
        }
        self.last_wire = began.elapsed();
        self.waited.wire += self.last_wire;
        outcome
    }

    async fn hedged<T: Taking>(
        &mut self,
        course: &Course,
        request: &ApiRequest,
        outgoing: &Outgoing,
        taking: T,
        admission: Admission<'_>,
        hedges: &Hedges,
    ) -> Outcome<T::Answer> {
        hedges.earn();
        let first = admission.permit.mark();
        let pair = Pair::default();
        let race = Box::pin(race(course, request, outgoing, taking, admission, hedges, &pair));
        let (outcome, permit) = match self.in_time(race).await {
            Some((outcome, permit)) => (outcome, Some(permit)),
            None => (Err(self.too_late(first.is_written())), None),
        };
        if let Some(second) = pair.second.get().filter(|second| second.is_written()) {
            self.attempts = self.attempts.saturating_add(1);
            // Of two that were written one was answered at most, and a failure that ends the
            // call is counted by whoever asked.
            let both_failed = outcome.is_err() && pair.maybe_paid.load(Ordering::Relaxed) == 0;
            let lost = first.is_written() && second.is_written() && !both_failed;
            self.maybe_paid = self.maybe_paid.saturating_add(u32::from(lost));
        }
        (outcome, permit)
    }
}

/// Sends a request, and once more beside it if it takes long.
async fn race<T: Taking>(
    course: &Course,
    request: &ApiRequest,
    outgoing: &Outgoing,
    taking: T,
    admission: Admission<'_>,
    hedges: &Hedges,
    pair: &Pair,
) -> (Result<T::Answer, HttpError>, Permit) {
    let Admission { permit, aside, .. } = admission;
    let first = pin!(one(course, outgoing, taking, permit, aside));
    let first = match select(first, pin!(sleep(hedges.hedge.after))).await {
        Either::Left((outcome, _)) => return outcome,
        Either::Right(((), first)) => first,
    };
    // A second attempt is no reason to wait for money.
    let Some(mut aside) = Aside::at_once(course, request).filter(|_| hedges.spend()) else { return first.await };
    debug!("sent a second time beside the first");
    let second = pin!(async {
        // It waits for its turn like every attempt; without one there is only the first.
        let Ok(permit) = course.limiter.acquire(request.cost).await else { return pending().await };
        pair.second.get_or_init(|| permit.mark());
        aside.for_attempt(&permit);
        one(course, outgoing, taking, permit, aside).await
    });
    let (early, other) = match select(first, second).await {
        Either::Left((outcome, second)) => (outcome, Either::Right(second)),
        Either::Right((outcome, first)) => (outcome, Either::Left(first)),
    };
    let is_other_out = pair.second.get().is_some();
    let (error, permit) = match early {
        (Err(error), permit) if is_other_out => (error, permit),
        _ => return early,
    };
    pair.maybe_paid.fetch_add(u32::from(may_be_paid(&error)), Ordering::Relaxed);
    tell_limiter(course, &permit, &error);
    // Its place is for somebody else.
    drop(permit);
    match other {
        Either::Left(first) => first.await,
        Either::Right(second) => second.await,
    }
}

/// One of the two.
async fn one<T: Taking>(
    course: &Course,
    outgoing: &Outgoing,
    taking: T,
    permit: Permit,
    aside: Aside<'_>,
) -> (Result<T::Answer, HttpError>, Permit) {
    let outcome = taking.take(&course.wire, outgoing, &permit).await;
    aside.settle(outcome.as_ref().map(T::reply));
    (outcome, permit)
}
