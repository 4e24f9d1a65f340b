//! One attempt: a request goes out, and a whole answer or an error comes back, in time.

mod answer;
mod body;
mod connect;
mod fault;
mod outgoing;
mod tls;

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, Response};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

pub(crate) use self::answer::{Answer, Mode};
use self::body::{End, MarkedBody};
pub(crate) use self::connect::Dialer;
pub(crate) use self::outgoing::Outgoing;
use crate::retry::classify;
use crate::{ErrorKind, HttpError, Permit, Reply};

/// The most bytes an answer's head may have.
const HEAD_BYTES: usize = 64 * 1024;

/// The most bytes of an error's body that are read.
const ERROR_BYTES: usize = 64 * 1024;

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection: address, TCP and TLS.
    pub connect: Duration,
    /// For one attempt, from its start on the wire to the last byte of the answer.
    pub attempt: Duration,
    /// How long an unused connection is kept.
    pub idle: Duration,
}

impl Timeouts {
    /// 10 s to connect, 30 s for an attempt, connections kept for 50 s.
    pub const DEFAULT: Self = Self {
        connect: Duration::from_secs(10),
        attempt: Duration::from_secs(30),
        // Below the 60 s after which many servers hang up themselves.
        idle: Duration::from_secs(50),
    };
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The connections to one server.
pub(crate) struct Wire {
    pool: Pool<Dialer, MarkedBody>,
    attempt: Duration,
    max_body: usize,
}

impl Wire {
    pub(crate) fn new(dialer: Dialer, timeouts: &Timeouts, max_idle: usize, max_body: usize) -> Self {
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(timeouts.idle)
            .pool_max_idle_per_host(max_idle)
            .http1_max_buf_size(HEAD_BYTES)
            .build(dialer);
        Self { pool, attempt: timeouts.attempt, max_body }
    }

    /// Sends the request once. Dropping the future closes the connection it is on.
    pub(crate) async fn attempt(&self, outgoing: &Outgoing, permit: &Permit) -> Result<Reply, HttpError> {
        let outcome = timeout(self.attempt, self.exchange(outgoing, permit)).await;
        let outcome = outcome.unwrap_or_else(|elapsed| {
            Err(HttpError::new(ErrorKind::AttemptTimeout)
                .with_message(format!("{:?} allowed for an attempt", self.attempt))
                .with_source(elapsed))
        });
        outcome.map_err(|error| {
            let written = error.request_written() || permit.mark().is_written();
            error.with_request_written(written)
        })
    }

    async fn exchange(&self, outgoing: &Outgoing, permit: &Permit) -> Result<Reply, HttpError> {
        let request = outgoing.to_http(|bytes| MarkedBody::new(bytes, permit.mark()));
        match self.pool.request(request).await {
            Ok(answer) => self.read(answer, outgoing.headers(), permit).await,
            Err(error) => Err(fault::before_answer(error)),
        }
    }

    async fn read(&self, answer: Response<Incoming>, sent: &HeaderMap, permit: &Permit) -> Result<Reply, HttpError> {
        let (head, body) = answer.into_parts();
        permit.observe(&head.headers);
        if !head.status.is_success() {
            // An error whose text breaks off is still that error.
            let (bytes, _) = body::collect(body, ERROR_BYTES).await;
            let now = SystemTime::now();
            return Err(classify::refusal(head.status, &head.headers, &bytes, sent, now));
        }
        let fault = |kind| {
            HttpError::new(kind)
                .with_status(head.status.as_u16())
                .with_request_written(true)
                .with_request_id(classify::request_id(&head.headers))
        };
        if is_html(&head.headers, CONTENT_TYPE) && !is_html(sent, ACCEPT) {
            return Err(fault(ErrorKind::Protocol).with_message("it sent a web page"));
        }
        match body::collect(body, self.max_body).await {
            (bytes, End::Whole) => Ok(Reply::new(head.status.as_u16(), head.headers, Bytes::from(bytes))),
            (_, End::TooLarge) => {
                Err(fault(ErrorKind::TooLarge).with_message(format!("more than {} bytes", self.max_body)))
            }
            (_, End::Lost(error)) => Err(fault(ErrorKind::Body).with_source(error)),
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("attempt", &self.attempt).field("max_body", &self.max_body).finish_non_exhaustive()
    }
}

fn is_html(headers: &HeaderMap, name: http::HeaderName) -> bool {
    let value = headers.get(name).and_then(|v| v.to_str().ok());
    value.is_some_and(|v| v.to_ascii_lowercase().contains("text/html"))
}
