//! The breaker: in an outage calls wait, one probe at a time goes out, and nobody is used up.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use super::outage::{Failing, Next, Outage};
use crate::{ErrorKind, HttpError};

/// The state of [`Outage`], and the queue of those who wait for its end.
#[derive(Debug)]
pub(crate) struct Breaker {
    outage: Mutex<Outage>,
    /// Whoever holds it is the next probe, or is on its way as one: there is one at a time, and
    /// those behind wait without a clock of their own.
    turn: Semaphore,
    ended: Notify,
}

/// The right to go on: as one of many, or as the probe.
#[derive(Debug, Default)]
pub(crate) struct Pass<'a>(Option<SemaphorePermit<'a>>);

impl Breaker {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { outage: Mutex::new(Outage::new(patience)), turn: Semaphore::new(1), ended: Notify::new() }
    }

    /// Waits while there is an outage. Dropping the future leaves the queue.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Outage`] once it has lasted longer than the patience; the last error of the
    /// call itself, if no other call has failed: then it may not be the server.
    pub(crate) async fn pass(&self, id: u64, last: Option<&HttpError>) -> Result<Pass<'_>, HttpError> {
        if !self.is_open() {
            return Ok(Pass(None));
        }
        let Some(end) = self.lock().ends() else { return Ok(Pass(None)) };
        let Ok(turn) = timeout_at(end, self.turn.acquire()).await else {
            return if self.is_open() { Err(self.given_up(id, last)) } else { Ok(Pass(None)) };
        };
        // It is never closed.
        let turn = turn.ok();
        loop {
            let ended = self.ended.notified();
            let next = self.lock().next(Instant::now());
            match next {
                Next::Go => return Ok(Pass(None)),
                Next::Probe => return Ok(Pass(turn)),
                Next::At(time) => {
                    // Either way the answer is to ask again.
                    let _ended_or_due = timeout_at(time, ended).await;
                }
                Next::GiveUp => return Err(self.given_up(id, last)),
            }
        }
    }

    /// The error of a call for which the outage lasts too long.
    fn given_up(&self, id: u64, last: Option<&HttpError>) -> HttpError {
        let outage = self.lock();
        if let Some(last) = last.filter(|last| outage.may_be_the_call(last, id)) {
            return last.clone();
        }
        let lasted = seconds(outage.lasted(Instant::now()));
        let error = HttpError::new(ErrorKind::Outage).with_message(format!("for {lasted}"));
        match last {
            Some(last) => error.with_source(last.clone()),
            None => error,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.lock().is_open()
    }

    /// Notes the success of an attempt that began then.
    pub(crate) fn succeeded(&self, began: Instant) {
        if self.lock().succeeded(began) {
            info!("the server is back");
            self.ended.notify_waiters();
        }
    }

    /// Notes a failed attempt of `call`, and returns whether it is excused.
    pub(super) fn failed(&self, error: &HttpError, call: Failing, dice: f64) -> bool {
        let (was_open, is_open, excused) = {
            let mut outage = self.lock();
            let was_open = outage.is_open();
            let excused = outage.failed(error, call, dice, Instant::now());
            (was_open, outage.is_open(), excused)
        };
        if was_open && !is_open {
            info!("the server is back");
            self.ended.notify_waiters();
        }
        if is_open && !was_open {
            warn!(kind = ?error.kind(), status = error.status(), "the server seems to be down: calls wait for it");
        }
        excused
    }

    fn lock(&self) -> MutexGuard<'_, Outage> {
        // Each change is complete before anything could panic.
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    pub(crate) const fn is_probe(&self) -> bool {
        self.0.is_some()
    }

    /// Lets the next one probe.
    pub(super) fn give_back(&mut self) {
        self.0 = None;
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.0} s", time.as_secs_f64())
}
