//! One attempt: a request goes out, and an answer or an error comes back, in time.

mod ahead;
mod answer;
mod body;
mod certificate;
mod connect;
mod diagnosis;
mod encoding;
mod fault;
mod outgoing;
mod proxy;
mod stream;
mod timeouts;
mod tls;

use std::fmt;
use std::future::Future;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::response::Parts;
use http::{HeaderMap, Method};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::de::IgnoredAny;
use tokio::time::{Instant, timeout_at};

pub(crate) use self::answer::{Open, Taking, Whole};
use self::body::MarkedBody;
pub(crate) use self::body::ResponseBody;
pub(crate) use self::connect::{Dialer, Route, TlsSettings};
pub use self::diagnosis::{Diagnosis, Handshake, OnTheWay};
use self::encoding::Undecoded;
pub(crate) use self::outgoing::Outgoing;
pub(crate) use self::proxy::Proxy;
pub use self::proxy::ProxyError;
pub use self::timeouts::Timeouts;
use self::timeouts::from_now;
pub(crate) use self::tls::{Certificate, certificates};
use crate::response::Place;
use crate::retry::classify;
use crate::shape::Read;
use crate::{ErrorKind, HttpError, Permit, Reply};

/// The most bytes an answer's head may have.
const HEAD_BYTES: u16 = u16::MAX;

/// The most bytes of an error's body that are read, and that it may have once decoded.
const ERROR_BYTES: usize = 64 * 1024;

/// How long the text of an error is waited for: its status says the most.
const ERROR_PATIENCE: Duration = Duration::from_secs(5);

/// The connections to one server.
pub(crate) struct Wire {
    pool: Pool<Dialer, MarkedBody>,
    dialer: Dialer,
    timeouts: Timeouts,
    max_body: usize,
}

impl Wire {
    pub(crate) fn new(dialer: Dialer, timeouts: Timeouts, max_idle: usize, max_body: usize) -> Self {
        let mut builder = Pool::builder(TokioExecutor::new());
        builder
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(timeouts.keep_alive)
            .pool_max_idle_per_host(max_idle)
            .http1_max_buf_size(HEAD_BYTES.into());
        #[cfg(feature = "http2")]
        watch_over(&mut builder);
        Self { pool: builder.build(dialer.clone()), dialer, timeouts, max_body }
    }

    /// The most time that a call may take in all, unless it says so itself.
    pub(crate) const fn total(&self) -> Option<Duration> {
        self.timeouts.total
    }

    /// Opens so many connections, side by side, for requests like this one, and returns how many there are now.
    pub(crate) async fn connect(&self, outgoing: &Outgoing, count: usize) -> usize {
        let dials = (0..count).map(|_| self.dialer.clone().ahead(outgoing.uri().clone()));
        join_all(dials).await.iter().filter(|opened| opened.is_ok()).count()
    }

    /// Takes the steps to a server like those of a request, one by one.
    pub(crate) async fn diagnose(&self, outgoing: &Outgoing) -> Diagnosis {
        self.dialer.clone().diagnose(outgoing.uri(), outgoing.url()).await
    }

    /// Sends the request once and collects its answer, within the attempt's time-out. Dropping
    /// the future closes the connection it is on.
    pub(crate) async fn attempt(&self, outgoing: &Outgoing, permit: &Permit) -> Result<Reply, HttpError> {
        let allowed = self.timeouts.attempt;
        let until = from_now(allowed);
        let reply = async {
            let (mut head, mut body) = match self.timeouts.first_byte {
                Some(sooner) if sooner < allowed => self.open(outgoing, permit).await?,
                _ => self.exchange(outgoing, permit, until).await?,
            };
            let outcome = match body.collect().await {
                Ok(bytes) => finish(&mut head.headers, bytes, &body, outgoing, self.max_body),
                Err(error) => Err(error),
            };
            match outcome {
                Ok((bytes, read)) => {
                    let reply = Reply::read_already(head.status.as_u16(), head.headers, bytes, read);
                    Ok(reply.with_secrets(outgoing.secrets()))
                }
                Err(error) => Err(error.with_request_id(classify::request_id(&head.headers))),
            }
        };
        let outcome = in_time(until, reply).await;
        outcome.unwrap_or_else(|| {
            Err(HttpError::new(ErrorKind::AttemptTimeout)
                .with_message(format!("{allowed:?} allowed for an attempt"))
                .with_request_written(permit.mark().is_written()))
        })
    }

    /// Sends the request once and returns what answers it as soon as its head is there, within
    /// the time-out for a first byte; the body, as it is on the wire, is read by the caller.
    /// Dropping the future, or the body before its end, closes the connection they are on.
    ///
    /// # Errors
    ///
    /// A status other than 2xx and a web page are errors as for [`attempt`](Self::attempt).
    pub(crate) async fn open(&self, outgoing: &Outgoing, permit: &Permit) -> Result<(Parts, ResponseBody), HttpError> {
        let allowed = self.timeouts.first_byte.unwrap_or(self.timeouts.attempt);
        let until = from_now(allowed);
        let outcome = in_time(until, self.exchange(outgoing, permit, until)).await;
        outcome.unwrap_or_else(|| {
            Err(HttpError::new(ErrorKind::FirstByteTimeout)
                .with_message(format!("{allowed:?} allowed for the head of an answer"))
                .with_request_written(permit.mark().is_written()))
        })
    }

    async fn exchange(
        &self,
        outgoing: &Outgoing,
        permit: &Permit,
        until: Instant,
    ) -> Result<(Parts, ResponseBody), HttpError> {
        let request = outgoing.to_http(|bytes| MarkedBody::new(bytes, permit.mark()));
        let answer = self.pool.request(request).await.map_err(|error| {
            let error = fault::before_answer(error);
            error.with_request_written(permit.mark().is_written())
        })?;
        let (head, incoming) = answer.into_parts();
        permit.observe(&head.headers);
        let success = head.status.is_success();
        let cap = if success { self.max_body } else { ERROR_BYTES };
        let body = ResponseBody::new(incoming, cap, self.timeouts.read, head.status);
        if !success {
            return Err(refusal(&head, body, outgoing, until).await);
        }
        if is_html(&head.headers, CONTENT_TYPE) && !is_html(outgoing.headers(), ACCEPT) {
            let page = body.fault(ErrorKind::Protocol).with_message("it sent a web page");
            return Err(page.with_request_id(classify::request_id(&head.headers)));
        }
        Ok((head, body))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("timeouts", &self.timeouts)
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

/// Closes a connection of HTTP/2 that no longer answers: a request that times out leaves it as
/// it is, so nothing else would.
#[cfg(feature = "http2")]
fn watch_over(builder: &mut hyper_util::client::legacy::Builder) {
    const INTERVAL: Duration = Duration::from_secs(20);
    builder
        .timer(TokioTimer::new())
        .http2_max_header_list_size(HEAD_BYTES.into())
        .http2_keep_alive_interval(INTERVAL)
        .http2_keep_alive_timeout(INTERVAL);
}

/// The future's result, or `None` if the time passed first.
// An async function would hold it twice, and each around it twice that.
fn in_time<F: Future>(until: Instant, future: F) -> impl Future<Output = Option<F::Output>> {
    timeout_at(until, future).map(Result::ok)
}

/// The error that an answer with another status than 2xx is. One whose text breaks off, or takes
/// too long, is still that error.
async fn refusal(head: &Parts, mut body: ResponseBody, outgoing: &Outgoing, until: Instant) -> HttpError {
    let mut bytes = Vec::new();
    let until = until.min(from_now(ERROR_PATIENCE));
    in_time(until, body.what_comes(&mut bytes)).await;
    if let Some(encoding) = outgoing.decodes().then(|| encoding::of(&head.headers)).flatten() {
        (bytes, _) = encoding::decode(&encoding, &bytes, ERROR_BYTES);
    }
    classify::refusal(head.status, &head.headers, &bytes, outgoing.headers(), SystemTime::now())
}

/// Makes what a caller reads of a whole body: decoded, and JSON if it says so; that is read as
/// the request expects it, if it is that.
fn finish(
    headers: &mut HeaderMap,
    bytes: Vec<u8>,
    body: &ResponseBody,
    outgoing: &Outgoing,
    max_body: usize,
) -> Result<(Bytes, Option<Read>), HttpError> {
    let bytes = match outgoing.decodes().then(|| encoding::of(headers)).flatten() {
        None => bytes,
        Some(encoding) => match encoding::decode(&encoding, &bytes, max_body) {
            (decoded, Ok(())) => {
                // They speak of bytes that nobody sees any more.
                headers.remove(CONTENT_ENCODING);
                headers.remove(CONTENT_LENGTH);
                decoded
            }
            (_, Err(Undecoded::TooLarge)) => return Err(body.too_large()),
            (_, Err(Undecoded::Unknown)) => {
                let message = "it sent an encoding that was not asked for";
                return Err(body.fault(ErrorKind::Protocol).with_message(message));
            }
            (_, Err(broken)) => {
                let message = "its compression is damaged";
                return Err(body.fault(ErrorKind::Undecodable).with_message(message).with_source(broken));
            }
        },
    };
    let bytes = Bytes::from(bytes);
    if outgoing.method() == Method::HEAD || !body.is_due() || !is_json(headers) {
        return Ok((bytes, None));
    }
    let read = outgoing.shape().and_then(|shape| shape.read(&bytes));
    if read.is_none() {
        check_json(&bytes, body)?;
    }
    Ok((bytes, read))
}

fn check_json(bytes: &[u8], body: &ResponseBody) -> Result<(), HttpError> {
    let Err(error) = serde_json::from_slice::<IgnoredAny>(bytes) else { return Ok(()) };
    let text = bytes.trim_ascii_start();
    if text.starts_with(b"<") {
        return Err(body.fault(ErrorKind::Protocol).with_message("it sent a web page"));
    }
    let message = if text.is_empty() {
        "its JSON is empty"
    } else if error.is_eof() {
        "its JSON is cut"
    } else {
        "it is not the JSON it says it is"
    };
    Err(body.fault(ErrorKind::Undecodable).with_message(message).with_source(Place::of(&error)))
}

fn is_html(headers: &HeaderMap, name: http::HeaderName) -> bool {
    const HTML: &[u8] = b"text/html";
    let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.as_bytes().windows(HTML.len()).any(|bytes| bytes.eq_ignore_ascii_case(HTML))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return false };
    let kind = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let ending = |suffix: &[u8]| kind.len().checked_sub(suffix.len()).and_then(|start| kind.get(start..));
    kind.eq_ignore_ascii_case(b"application/json") || ending(b"+json").is_some_and(|e| e.eq_ignore_ascii_case(b"+json"))
}
