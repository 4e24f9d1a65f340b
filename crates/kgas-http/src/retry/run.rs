//! The loop around one attempt: pass the breaker, queue, send, and ask the policy whether to do
//! it again.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::{Instant, sleep};
use tracing::{Instrument as _, debug};

use super::aside::{Admission, Aside};
use super::breaker::{Breaker, Pass};
use super::call::Call;
use super::hedge::Hedges;
use super::outage::Failing;
use super::{Dice, RetryPolicy, Verdict, span};
use crate::limit::Limiter;
use crate::report::{Attempt, OnAttempt};
use crate::wire::{Outgoing, Taking, Wire};
use crate::{ApiRequest, ErrorKind, HttpError, Permit, Purse, Queued, Refusal};

/// How long a probe is waited for before the next one: less than the two seconds in which work has
/// to resume.
const PROBE_PATIENCE: Duration = Duration::from_millis(1500);

/// How many waits that a 429 names a call keeps without counting the attempts before them: some end there must be to a
/// server that never lets it in.
const WAITS: u32 = 10;

/// What a call passes through.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) limiter: Limiter,
    /// Who pays for attempts, if anyone counts.
    pub(crate) purse: Option<Arc<dyn Purse>>,
    pub(crate) policy: RetryPolicy,
    pub(crate) breaker: Breaker,
    pub(crate) hedges: Option<Hedges>,
    pub(crate) dice: Dice,
    pub(crate) wire: Wire,
    /// After which errors nothing more is let through.
    pub(crate) close_on: fn(&HttpError) -> bool,
    pub(crate) on_attempt: OnAttempt,
    /// How many redirects are followed in a call.
    pub(crate) redirects: u32,
}

/// Sends a request until it is answered or the policy gives up, and returns the answer with the
/// permit it came by. Dropping the future gives the request up where it is: in a queue, on the
/// wire, or between attempts.
pub(crate) async fn run<T: Taking>(
    course: &Course,
    request: &ApiRequest,
    mut outgoing: Outgoing,
    taking: T,
    call: &mut Call,
) -> Result<(T::Answer, Option<Permit>), HttpError> {
    loop {
        let (mut pass, admission) = call.admission(course, request).await?;
        let (queued, began) = (admission.permit.queued(), admission.began);
        let span = span::begin(&outgoing, call.attempts.saturating_add(1));
        let attempt = call.attempt(course, request, &outgoing, taking, admission).instrument(span.clone());
        let (outcome, permit) = if pass.is_probe() { probe(&mut pass, attempt).await } else { attempt.await };
        let seen = outcome.as_ref().map(T::status);
        span::end(&span, seen);
        drop(span);
        report(course, request, call, queued, seen, began);
        let error = match outcome {
            Ok(answer) => {
                course.breaker.succeeded(began);
                if let Some(permit) = &permit {
                    permit.went_well();
                }
                return Ok((answer, permit));
            }
            Err(error) => error,
        };
        if (course.close_on)(&error) {
            // Before the permit goes back: the next in the queue would be on its way already.
            course.limiter.close_all();
        }
        if let Some(permit) = &permit {
            tell_limiter(course, permit, &error);
            if error.speaks_of_life() && error.kind() != ErrorKind::RateLimited {
                permit.went_well();
            }
        }
        // Neither back-off nor waiting for the server may keep others from the wire.
        drop(permit);
        if let Some(next) = call.redirected(course, &error, &outgoing) {
            debug!(to = next.url(), "redirected");
            outgoing = next;
            continue;
        }
        drop(pass);
        if call.is_stale(course, &error, request.replayable) {
            call.last = Some(error);
            continue;
        }
        let excused = call.note(course, &error, began);
        match call.verdict(course, &error, request.replayable, excused) {
            Verdict::Retry { after } => call.back_off(after, course, error, excused).await,
            Verdict::GiveUp => return Err(error),
        }
    }
}

/// Waits for a probe, and lets the next one out beside it if it takes long: it may have gone out
/// before the server was back.
async fn probe<O>(pass: &mut Pass<'_>, attempt: impl Future<Output = O>) -> O {
    match select(pin!(attempt), pin!(sleep(PROBE_PATIENCE))).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(((), attempt)) => {
            pass.give_back();
            attempt.await
        }
    }
}

fn report(
    course: &Course,
    request: &ApiRequest,
    call: &Call,
    queued: Queued,
    outcome: Result<u16, &HttpError>,
    began: Instant,
) {
    let error = outcome.err();
    if let Some(error) = error {
        let (attempt, kind, status) = (call.attempts, error.kind(), error.status());
        debug!(attempt, ?kind, status, hint = ?error.hint(), "attempt failed");
    }
    course.on_attempt.call(&Attempt {
        path: &request.path,
        number: call.attempts,
        began,
        wire: call.last_wire,
        queued,
        status: outcome.map_or_else(HttpError::status, Some),
        error,
    });
}

/// Tells the limiter of a refusal, which concerns all requests of the same key.
pub(super) fn tell_limiter(course: &Course, permit: &Permit, error: &HttpError) {
    // Longer than anyone would wait: better a quick error for each than a silent stop.
    let hint = error.hint().filter(|hint| *hint <= course.policy.longest_hint);
    if let Some(refusal) = Refusal::of(error) {
        permit.refused(refusal, hint);
    }
}

impl Call {
    /// The right to send: the breaker's pass, what the purse set aside, and the limiter's permit.
    async fn admission<'a>(
        &mut self,
        course: &'a Course,
        request: &'a ApiRequest,
    ) -> Result<(Pass<'a>, Admission<'a>), HttpError> {
        let mut began = Instant::now();
        loop {
            let mut pass = Pass::default();
            if course.breaker.is_open() {
                let passed = self.in_time(self.pass(course)).await;
                let now = Instant::now();
                self.waited.backoff += now - began;
                began = now;
                pass = passed.unwrap_or_else(|| Err(self.too_late(false)))?;
            }
            let admitted = self.in_time(self.queue(course, request)).await;
            let now = Instant::now();
            self.waited.queue += now - began;
            began = now;
            let (aside, permit) = admitted.unwrap_or_else(|| Err(self.too_late(false)))?;
            self.waited.queued = self.waited.queued.plus(permit.queued());
            // Who queued while the outage began goes back unwritten, and pays nothing meanwhile: the probe may need it.
            if pass.is_probe() || !course.breaker.is_open() {
                return Ok((pass, Admission { permit, aside, began }));
            }
        }
    }

    /// Waits for the purse, and then for the limiter: whoever waits for money takes no turn from others.
    async fn queue<'a>(&self, course: &'a Course, request: &'a ApiRequest) -> Result<(Aside<'a>, Permit), HttpError> {
        let mut aside = self.afford(course, request).await?;
        let permit = course.limiter.acquire(request.cost).await?;
        aside.for_attempt(&permit);
        Ok((aside, permit))
    }

    /// Waits while there is an outage, or until nobody is let through any more.
    async fn pass<'a>(&self, course: &'a Course) -> Result<Pass<'a>, HttpError> {
        let pass = course.breaker.pass(self.id, self.last.as_ref());
        match select(pin!(pass), pin!(course.limiter.closed())).await {
            Either::Left((pass, _)) => pass,
            Either::Right(_) => Err(HttpError::new(ErrorKind::Closed)),
        }
    }

    /// Whether the server hung up on an idle connection, so that another is as good as new. That
    /// happens to a call once.
    fn is_stale(&mut self, course: &Course, error: &HttpError, replayable: bool) -> bool {
        let is_stale = error.is_stale() && replayable && course.policy.retries();
        is_stale && !std::mem::replace(&mut self.was_stale, true)
    }

    /// Tells the breaker of a failure, and returns whether the attempt is excused.
    fn note(&mut self, course: &Course, error: &HttpError, began: Instant) -> bool {
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        let policy = &course.policy;
        let spent = self.spent + self.last_wire + policy.first_step;
        let waits = self.waits < WAITS && policy.is_told_when(error);
        let failing = Failing {
            id: self.id,
            is_last: !waits && (self.counted.saturating_add(1) >= policy.attempts.get() || spent >= policy.window),
            began,
            since,
            excused: self.excused,
        };
        let excused = course.breaker.failed(error, failing, course.dice.roll()) && course.policy.retries();
        if excused {
            self.excused = self.excused.saturating_add(1);
        } else if waits {
            self.waits = self.waits.saturating_add(1);
        } else {
            self.counted = self.counted.saturating_add(1);
            self.spent += self.last_wire;
        }
        excused
    }

    fn verdict(&mut self, course: &Course, error: &HttpError, replayable: bool, excused: bool) -> Verdict {
        let policy = &course.policy;
        let dice = course.dice.roll();
        // An excused attempt is as if it had not been; the breaker does the waiting.
        let (attempt, left) = match excused {
            true => (1, None),
            false => (self.counted, Some(policy.window.saturating_sub(self.spent))),
        };
        let verdict = policy.decide(error, attempt, replayable, left, dice);
        match (verdict, self.deadline) {
            // What failed says more than that the deadline then passed during the wait.
            (Verdict::Retry { after }, Some((deadline, _)))
                if deadline.saturating_duration_since(Instant::now()) <= after =>
            {
                Verdict::GiveUp
            }
            _ => verdict,
        }
    }

    async fn back_off(&mut self, after: Duration, course: &Course, error: HttpError, excused: bool) {
        let began = Instant::now();
        // Once nobody is let through any more there is nothing to wait for.
        select(pin!(sleep(after)), pin!(course.limiter.closed())).await;
        let waited = began.elapsed();
        self.waited.backoff += waited;
        if course.policy.counts(&error) && !excused {
            self.spent += waited;
        }
        self.last = Some(error);
    }

    /// The request at its new address, if redirects are followed and this is one that can be.
    fn redirected(&mut self, course: &Course, error: &HttpError, outgoing: &Outgoing) -> Option<Outgoing> {
        if error.kind() != ErrorKind::Redirect || self.redirects >= course.redirects {
            return None;
        }
        self.redirects += 1;
        outgoing.redirected(error.status()?, error.location()?)
    }
}
