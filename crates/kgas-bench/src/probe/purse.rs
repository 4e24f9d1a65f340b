//! The gate before the wire: it lets as many requests through as were allowed, and not one more.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use kgas_http::Transport as _;
use kgas_http::{
    ApiRequest, ApiResponse, BuildError, Client, ClientBuilder, ErrorKind, HttpError, Learned, RetryPolicy,
};

/// A client with so many requests to spend. Each is one attempt: nothing is sent again, and no redirect followed.
pub struct Purse {
    client: Client,
    allowed: u32,
    left: AtomicU32,
    sent: AtomicU32,
    is_shut: AtomicBool,
}

impl Purse {
    /// A purse with so many requests for the server that the builder names.
    ///
    /// # Errors
    ///
    /// Which setting of the client is wrong.
    pub fn new(builder: ClientBuilder, requests: u32) -> Result<Self, BuildError> {
        let client = builder.retry(RetryPolicy::never()).redirects(0).build()?;
        Ok(Self {
            client,
            allowed: requests,
            left: AtomicU32::new(requests),
            sent: AtomicU32::new(0),
            is_shut: AtomicBool::new(false),
        })
    }

    /// The base URL.
    pub(super) fn server(&self) -> String {
        self.client.base_url().to_string()
    }

    /// How many requests it had at first.
    pub(super) const fn allowed(&self) -> u32 {
        self.allowed
    }

    /// How many were sent, answered or not.
    pub(super) fn sent(&self) -> u32 {
        self.sent.load(Ordering::SeqCst)
    }

    /// What the server's headers told of its limits per minute so far.
    pub(super) fn learned(&self) -> Learned {
        self.client.limiter().snapshot().learned
    }

    /// Opens so many connections for requests to come; that costs none.
    pub(super) async fn connect(&self, count: u32) {
        if !self.is_shut.load(Ordering::SeqCst) {
            self.client.connect(usize::try_from(count).unwrap_or(usize::MAX)).await;
        }
    }

    /// Sends a request if one is left. After a refusal none is: the server asked to be left alone.
    pub(super) async fn send(&self, request: ApiRequest) -> ApiResponse {
        if !self.take() {
            let error = HttpError::new(ErrorKind::Closed).with_url(self.server());
            return ApiResponse::failed(error.with_message("the requests allowed are spent"));
        }
        let answer = self.client.send(request).await;
        self.sent.fetch_add(answer.attempts, Ordering::SeqCst);
        if answer.error().is_some_and(is_refusal) {
            self.is_shut.store(true, Ordering::SeqCst);
        }
        answer
    }

    fn take(&self) -> bool {
        let take = |left: u32| left.checked_sub(1);
        !self.is_shut.load(Ordering::SeqCst) && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
    }
}

/// Whether a server refused for too many requests or tokens, or for want of money.
pub(super) fn is_refusal(error: &HttpError) -> bool {
    matches!(error.kind(), ErrorKind::RateLimited | ErrorKind::QuotaExhausted)
}

impl fmt::Debug for Purse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Purse")
            .field("left", &self.left)
            .field("sent", &self.sent)
            .field("is_shut", &self.is_shut)
            .finish_non_exhaustive()
    }
}
