//! The books of one call: what it took so far, and when it must end.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::Either;
use tokio::time::{Instant, timeout_at};

use crate::{ApiResponse, ErrorKind, HttpError, Reply, Waited};

/// Tells calls from each other.
static NEXT: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Call {
    pub(super) id: u64,
    began: Instant,
    pub(super) deadline: Option<(Instant, Duration)>,
    /// Requests that went out.
    pub(crate) attempts: u32,
    /// Those that the policy counts.
    pub(super) counted: u32,
    /// Those that an outage excuses.
    pub(super) excused: u32,
    /// Refusals that named a wait, which was kept: they count as no attempts.
    pub(super) waits: u32,
    pub(super) maybe_paid: u32,
    pub(super) redirects: u32,
    pub(super) waited: Waited,
    /// How long the last attempt was on the wire.
    pub(super) last_wire: Duration,
    /// The part of the retry window that is spent.
    pub(super) spent: Duration,
    pub(super) last: Option<HttpError>,
    /// When its first attempt failed.
    pub(super) failing_since: Option<Instant>,
    pub(super) was_stale: bool,
}

impl Call {
    pub(crate) fn begin(deadline: Option<Duration>) -> Self {
        let began = Instant::now();
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            began,
            // A deadline beyond the end of time is none.
            deadline: deadline.and_then(|d| Some((began.checked_add(d)?, d))),
            attempts: 0,
            counted: 0,
            excused: 0,
            waits: 0,
            maybe_paid: 0,
            redirects: 0,
            waited: Waited::default(),
            last_wire: Duration::ZERO,
            spent: Duration::ZERO,
            last: None,
            failing_since: None,
            was_stale: false,
        }
    }

    pub(crate) fn end(self, outcome: Result<Reply, HttpError>, url: &str) -> ApiResponse {
        let outcome = outcome.map_err(|error| self.sign(error, url));
        ApiResponse {
            outcome,
            attempts: self.attempts,
            elapsed: self.began.elapsed(),
            waited: self.waited,
            maybe_paid: self.maybe_paid,
            replayed: false,
        }
    }

    /// Where its time went.
    pub(crate) const fn waited(&self) -> Waited {
        self.waited
    }

    /// Adds what this call knows to an error that ends it.
    pub(crate) fn sign(&self, error: HttpError, url: &str) -> HttpError {
        error.with_attempts(self.attempts).with_elapsed(self.began.elapsed()).with_url(url)
    }

    /// The future's result, or `None` if the deadline passed first.
    // An async function would hold it twice, and each around it twice that.
    pub(crate) fn in_time<F: Future>(&self, future: F) -> impl Future<Output = Option<F::Output>> + use<F> {
        match self.deadline {
            Some((deadline, _)) => Either::Left(timeout_at(deadline, future).map(Result::ok)),
            None => Either::Right(future.map(Some)),
        }
    }

    pub(crate) fn too_late(&self, written: bool) -> HttpError {
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
pub(super) fn may_be_paid(error: &HttpError) -> bool {
    // Whoever answered with a status other than 2xx did not do the work.
    error.request_written() && !matches!(error.status(), Some(status) if !(200..300).contains(&status))
}
