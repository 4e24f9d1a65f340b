//! A transport that writes down each call and its attempts, and changes nothing.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kgas_http::{ApiRequest, ApiResponse, Limiter, Snapshot, Transport};
use tokio::time::Instant;

use crate::trace::{Attempt, Call, Tokens};

tokio::task_local! {
    /// The attempts of the call that is being polled: attempts are told of without their call.
    static ATTEMPTS: RefCell<Vec<Attempt>>;
}

/// What happened so far.
pub(super) struct Recorder {
    begun: Instant,
    pages: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    calls: Vec<Call>,
    bursts: Bursts,
}

/// The largest bursts that the limiter would have let go at any time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bursts {
    pub(super) requests: Option<f64>,
    pub(super) tokens: Option<f64>,
}

impl Bursts {
    fn see(&mut self, snapshot: &Snapshot) {
        let larger = |was: Option<f64>, now: Option<f64>| was.into_iter().chain(now).reduce(f64::max);
        self.requests = larger(self.requests, snapshot.burst);
        // A look falls between two calls, when one has been taken already, and the bucket grows with the largest call.
        self.tokens = larger(self.tokens, snapshot.token_burst);
        self.tokens = larger(self.tokens, snapshot.full_token_burst);
    }
}

impl Recorder {
    pub(super) fn begin() -> Self {
        Self { begun: Instant::now(), pages: Mutex::default() }
    }

    /// What a client is to tell of each attempt.
    pub(super) fn listener(self: &Arc<Self>) -> impl Fn(&kgas_http::Attempt<'_>) + Send + Sync + use<> {
        let recorder = Arc::clone(self);
        move |told| {
            let attempt = Attempt {
                queued: told.queued.total(),
                began: told.began.saturating_duration_since(recorder.begun),
                wire: told.wire,
                status: told.status.filter(|status| told.error.is_none() || !(200..300).contains(status)),
            };
            // Outside of a call there is nobody whose attempt it is.
            let _unknown = ATTEMPTS.try_with(|attempts| attempts.borrow_mut().push(attempt));
        }
    }

    /// All calls, in the order of their begin.
    pub(super) fn end(&self) -> (Vec<Call>, Bursts) {
        let mut pages = self.pages();
        let mut calls = std::mem::take(&mut pages.calls);
        calls.sort_by_key(|call| (call.begun, call.ended));
        (calls, pages.bursts)
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

/// The transport.
#[derive(Debug)]
pub(super) struct Traced {
    inner: Arc<dyn Transport>,
    recorder: Arc<Recorder>,
    limiter: Limiter,
}

impl Traced {
    pub(super) fn new(inner: Arc<dyn Transport>, recorder: Arc<Recorder>, limiter: Limiter) -> Self {
        Self { inner, recorder, limiter }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for Traced {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let begun = self.recorder.begun.elapsed();
        self.recorder.pages().bursts.see(&self.limiter.snapshot());
        let (reserved, usage_of) = (request.cost.tokens, request.usage_of);
        let scope = ATTEMPTS.scope(RefCell::default(), async {
            let answer = self.inner.send(request).await;
            (answer, ATTEMPTS.with(RefCell::take))
        });
        let (answer, attempts) = scope.await;
        let snapshot = self.limiter.snapshot();
        let call = Call {
            begun,
            ended: self.recorder.begun.elapsed(),
            attempts,
            is_answered: answer.outcome.is_ok(),
            tokens: Tokens { reserved, used: usage_of.zip(answer.outcome.as_ref().ok()).and_then(|(of, ok)| of(ok)) },
        };
        let mut pages = self.recorder.pages();
        pages.calls.push(call);
        pages.bursts.see(&snapshot);
        answer
    }
}
