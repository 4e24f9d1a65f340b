//! What came of a request: the answer or the error, and what it took.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use crate::shape::Read;
use crate::spelled::date;
use crate::{ErrorKind, HttpError, Queued};

/// How a request ended, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiStatus {
    /// An answer with a status 2xx.
    Success,
    /// The server still answered 429 when the retries ended.
    RateLimited,
    /// Any other failure.
    Error,
    /// No connection, no complete answer, or no end of it in time.
    Timeout,
}

/// A complete answer with a status 2xx.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// What was secret in the request, and must not come back in the server's words.
    secrets: HeaderMap,
    /// The body as it was read when it came.
    pub(crate) read: Option<Read>,
}

impl Reply {
    /// An answer made of its parts, as a journal or a test has them.
    #[must_use]
    pub fn new(status: u16, headers: HeaderMap, body: Bytes) -> Self {
        Self::read_already(status, headers, body, None)
    }

    pub(crate) fn read_already(status: u16, headers: HeaderMap, body: Bytes, read: Option<Read>) -> Self {
        Self { status, headers, body, secrets: HeaderMap::new(), read }
    }

    pub(crate) fn with_secrets(mut self, secrets: HeaderMap) -> Self {
        self.secrets = secrets;
        self
    }

    #[cfg(feature = "openai")]
    pub(crate) const fn secrets(&self) -> &HeaderMap {
        &self.secrets
    }

    /// When it was sent, by the server's clock and to the second.
    #[must_use]
    pub fn date(&self) -> Option<SystemTime> {
        date::of(&self.headers)
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] if the body isn't JSON of this shape; asking again will hardly
    /// help.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body).map_err(|e| {
            let what = if self.body.trim_ascii().is_empty() {
                "the body is empty"
            } else if self.body.trim_ascii_start().starts_with(b"<") {
                "the body is a web page"
            } else if e.is_data() {
                "the body is JSON of another shape"
            } else {
                "the body is not JSON"
            };
            HttpError::new(ErrorKind::Protocol)
                .with_status(self.status)
                .with_request_written(true)
                .with_message(what)
                .with_source(Place::of(&e))
        })
    }
}

/// Where JSON could not be read. The parser's own words may quote it, which may be anybody's text.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, column {column}")]
pub(crate) struct Place {
    line: usize,
    column: usize,
}

impl Place {
    pub(crate) fn of(error: &serde_json::Error) -> Self {
        Self { line: error.line(), column: error.column() }
    }
}

impl fmt::Debug for Reply {
    // A body is somebody's text, and a header may hold a cookie.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// Where the time of a call went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waited {
    /// In the limiter's queue, and before it for the [purse](crate::Purse), if there is one.
    pub queue: Duration,
    /// What the time in the queue was spent waiting for.
    pub queued: Queued,
    /// On the wire: connecting, sending, the server's thinking, receiving.
    pub wire: Duration,
    /// Between a failed attempt and the next one's place in the queue, and while the server was
    /// away.
    pub backoff: Duration,
}

/// What came of a request, and what it took. Serialises as the six facts [`status`], [`data`],
/// [`error`], [`status_code`], [`response_time`] (seconds) and [`retry_count`].
///
/// [`status`]: Self::status
/// [`data`]: Self::data
/// [`error`]: Self::error
/// [`status_code`]: Self::status_code
/// [`response_time`]: Self::response_time
/// [`retry_count`]: Self::retry_count
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiResponse {
    /// The answer, or why there is none.
    pub outcome: Result<Reply, HttpError>,
    /// How many requests went out, the last one included.
    pub attempts: u32,
    /// From the call to its end.
    pub elapsed: Duration,
    /// Where that time went.
    pub waited: Waited,
    /// How many attempts the server may have worked on, and billed, without their answer
    /// arriving whole.
    pub maybe_paid: u32,
    /// Whether a journal gave the answer; attempts, then, are those of the time when it was bought.
    pub replayed: bool,
}

impl ApiResponse {
    /// An answer that was not asked for again: from a journal, or a test's script.
    #[must_use]
    pub fn replayed(reply: Reply) -> Self {
        Self { replayed: true, ..Self::unsent(Ok(reply)) }
    }

    /// A failure before anything was sent.
    #[must_use]
    pub fn failed(error: HttpError) -> Self {
        Self::unsent(Err(error))
    }

    fn unsent(outcome: Result<Reply, HttpError>) -> Self {
        Self {
            outcome,
            attempts: 0,
            elapsed: Duration::ZERO,
            waited: Waited::default(),
            maybe_paid: 0,
            replayed: false,
        }
    }

    /// How it ended, in one word.
    #[must_use]
    pub fn status(&self) -> ApiStatus {
        match &self.outcome {
            Ok(_) => ApiStatus::Success,
            Err(e) if e.kind() == ErrorKind::RateLimited => ApiStatus::RateLimited,
            Err(e) if e.kind().is_timeout() => ApiStatus::Timeout,
            Err(_) => ApiStatus::Error,
        }
    }

    /// The answer's body as JSON; a body that isn't JSON as one JSON string; `None` without an
    /// answer or with an empty one.
    #[must_use]
    pub fn data(&self) -> Option<Value> {
        let body = &self.outcome.as_ref().ok()?.body;
        if body.is_empty() {
            return None;
        }
        let text = || Value::String(String::from_utf8_lossy(body).into_owned());
        Some(serde_json::from_slice(body).unwrap_or_else(|_| text()))
    }

    /// Why there is no answer.
    #[must_use]
    pub fn error(&self) -> Option<&HttpError> {
        self.outcome.as_ref().err()
    }

    /// The HTTP status of the last attempt, if it had an answer.
    #[must_use]
    pub fn status_code(&self) -> Option<u16> {
        match &self.outcome {
            Ok(reply) => Some(reply.status),
            Err(error) => error.status(),
        }
    }

    /// How long the server took: all attempts and the back-off between them, without the time
    /// in the limiter's queue. `None` if nothing was sent.
    #[must_use]
    pub fn response_time(&self) -> Option<Duration> {
        (self.attempts > 0).then(|| self.waited.wire.saturating_add(self.waited.backoff))
    }

    /// How many attempts came after the first.
    #[must_use]
    pub fn retry_count(&self) -> u32 {
        self.attempts.saturating_sub(1)
    }
}

impl Serialize for ApiResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("ApiResponse", 6)?;
        record.serialize_field("status", &self.status())?;
        record.serialize_field("data", &self.data())?;
        record.serialize_field("error", &self.error().map(ToString::to_string))?;
        record.serialize_field("status_code", &self.status_code())?;
        let seconds = self.response_time().map(|t| t.as_secs_f64());
        record.serialize_field("response_time", &seconds)?;
        record.serialize_field("retry_count", &self.retry_count())?;
        record.end()
    }
}
