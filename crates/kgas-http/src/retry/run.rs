//! The loop around one attempt: queue, send, and ask the policy whether to do it again.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tracing::debug;

use super::{Dice, RetryPolicy, Verdict};
use crate::limit::Limiter;
use crate::wire::{Outgoing, Wire};
use crate::{ApiRequest, ApiResponse, ErrorKind, HttpError, Permit, Reply, Waited};

/// What a call passes through.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) limiter: Limiter,
    pub(crate) policy: RetryPolicy,
    pub(crate) dice: Dice,
    pub(crate) wire: Wire,
    /// After which errors nothing more is let through.
    pub(crate) close_on: fn(&HttpError) -> bool,
}

/// Sends a request until it is answered or the policy gives up. Dropping the future gives it up
/// where it is: in the queue, on the wire, or between attempts.
pub(crate) async fn run(course: &Course, request: &ApiRequest, outgoing: &Outgoing) -> ApiResponse {
    let mut call = Call::begin(request.deadline);
    let outcome = loop {
        let permit = match call.queue(&course.limiter, request).await {
            Ok(permit) => permit,
            Err(error) => break Err(error),
        };
        let error = match call.attempt(&course.wire, outgoing, &permit).await {
            Ok(reply) => {
                // Without a figure the estimate stays charged: the server may have counted it.
                if let Some(tokens) = request.usage_of.and_then(|usage_of| usage_of(&reply)) {
                    permit.settle(tokens);
                }
                break Ok(reply);
            }
            Err(error) => error,
        };
        if (course.close_on)(&error) {
            // Before the permit goes back: the next in the queue would be on its way already.
            course.limiter.close();
        }
        // Back-off must not keep others from the wire.
        drop(permit);
        if let Some(pause) = course.policy.pause(&error) {
            debug!(?pause, "all requests wait as the server asks");
            course.limiter.pause_until(Instant::now() + pause);
        }
        match call.verdict(course, &error, request.replayable) {
            Verdict::Retry { after } => {
                call.back_off(after, course.policy.counts(&error)).await;
                call.last = Some(error);
            }
            Verdict::GiveUp => break Err(error),
        }
    };
    call.end(outcome, outgoing.url())
}

/// The books of one call.
struct Call {
    began: Instant,
    deadline: Option<(Instant, Duration)>,
    attempts: u32,
    maybe_paid: u32,
    waited: Waited,
    /// The part of the back-off that counts into the retry window.
    counted: Duration,
    last: Option<HttpError>,
}

impl Call {
    fn begin(deadline: Option<Duration>) -> Self {
        let began = Instant::now();
        Self {
            began,
            // A deadline beyond the end of time is none.
            deadline: deadline.and_then(|d| Some((began.checked_add(d)?, d))),
            attempts: 0,
            maybe_paid: 0,
            waited: Waited::default(),
            counted: Duration::ZERO,
            last: None,
        }
    }

    async fn queue(&mut self, limiter: &Limiter, request: &ApiRequest) -> Result<Permit, HttpError> {
        let began = Instant::now();
        let permit = self.in_time(limiter.acquire(request.cost)).await;
        self.waited.queue += began.elapsed();
        permit.unwrap_or_else(|| Err(self.too_late(false)))
    }

    async fn attempt(&mut self, wire: &Wire, outgoing: &Outgoing, permit: &Permit) -> Result<Reply, HttpError> {
        let began = Instant::now();
        self.attempts = self.attempts.saturating_add(1);
        let outcome = self.in_time(wire.attempt(outgoing, permit)).await;
        self.waited.wire += began.elapsed();
        let outcome = outcome.unwrap_or_else(|| Err(self.too_late(permit.mark().is_written())));
        if let Err(error) = &outcome {
            self.maybe_paid = self.maybe_paid.saturating_add(u32::from(may_be_paid(error)));
            let (attempt, kind, status) = (self.attempts, error.kind(), error.status());
            debug!(attempt, ?kind, status, hint = ?error.hint(), "attempt failed");
        }
        outcome
    }

    fn verdict(&self, course: &Course, error: &HttpError, replayable: bool) -> Verdict {
        let policy = &course.policy;
        let spent = self.waited.wire.saturating_add(self.counted);
        let left = policy.window.saturating_sub(spent);
        let dice = course.dice.roll();
        let verdict = policy.decide(error, self.attempts, replayable, Some(left), dice);
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

    async fn back_off(&mut self, after: Duration, counts: bool) {
        let began = Instant::now();
        sleep(after).await;
        let waited = began.elapsed();
        self.waited.backoff += waited;
        if counts {
            self.counted += waited;
        }
    }

    fn end(self, outcome: Result<Reply, HttpError>, url: &str) -> ApiResponse {
        let elapsed = self.began.elapsed();
        let outcome = outcome.map_err(|error| error.with_attempts(self.attempts).with_elapsed(elapsed).with_url(url));
        ApiResponse { outcome, attempts: self.attempts, elapsed, waited: self.waited, maybe_paid: self.maybe_paid }
    }

    /// The future's result, or `None` if the deadline passed first.
    async fn in_time<F: Future>(&self, future: F) -> Option<F::Output> {
        match self.deadline {
            Some((deadline, _)) => timeout_at(deadline, future).await.ok(),
            None => Some(future.await),
        }
    }

    fn too_late(&self, written: bool) -> HttpError {
        let mut error = HttpError::new(ErrorKind::Deadline).with_request_written(written);
        if let Some((_, allowed)) = self.deadline {
            error = error.with_message(format!("{allowed:?} allowed in all"));
        }
        match &self.last {
            Some(last) => error.with_source(last.clone()),
            None => error,
        }
    }
}

/// Whether the server may have done its work, and billed it, without its answer arriving whole.
fn may_be_paid(error: &HttpError) -> bool {
    error.request_written()
        && matches!(
            error.kind(),
            ErrorKind::AttemptTimeout
                | ErrorKind::Deadline
                | ErrorKind::Reset
                | ErrorKind::Body
                | ErrorKind::TooLarge
                | ErrorKind::Protocol
        )
}
