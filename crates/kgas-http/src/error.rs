//! What went wrong with a request, as a kind and the facts around it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What went wrong, as far as a caller would act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request cannot be sent as it is: a bad path or header. Not retried.
    InvalidRequest,
    /// The handle, or its limiter, was closed before the request's turn came. Not retried.
    Closed,
    /// Whoever pays allows no further attempt: see [`Purse`](crate::Purse). Not retried.
    Spent,
    /// The request alone is larger than the limit for a minute. Not retried.
    NeverFits,
    /// The host has no address. Retried.
    Dns,
    /// No connection: refused, unreachable. Retried.
    Connect,
    /// The other side doesn't speak TLS, or its certificate isn't trusted. Not retried.
    Tls,
    /// The proxy was reached and gave no tunnel to the server; the status is the proxy's.
    /// Retried, but for a status 4xx such as 407.
    Proxy,
    /// No connection in time. Retried.
    ConnectTimeout,
    /// A connection, but no TLS handshake in time. Retried.
    TlsTimeout,
    /// No head of an answer in time. Retried.
    FirstByteTimeout,
    /// The answer began, and then nothing more of it came for too long. Retried.
    IdleTimeout,
    /// No complete answer in time. Retried.
    AttemptTimeout,
    /// The request's total deadline passed. Not retried.
    Deadline,
    /// The server was there, went away, and did not come back within the patience. Not retried.
    Outage,
    /// The connection was lost before the head of an answer came. Retried.
    Reset,
    /// The answer broke off in its body. Retried.
    Body,
    /// The answer came whole but cannot be decoded: its compression is damaged, or it should be
    /// JSON and is cut or empty. Retried.
    Undecodable,
    /// The answer is larger than allowed. Not retried.
    TooLarge,
    /// The answer isn't what was asked for: not HTTP, a web page, not a chat completion.
    /// Not retried.
    Protocol,
    /// Status 3xx: redirects aren't followed. Not retried.
    Redirect,
    /// Status 401: the key is wrong or missing. Not retried.
    Unauthorized,
    /// Status 403: the key may not do this. Not retried.
    Forbidden,
    /// Status 404: no such path or model. Not retried.
    NotFound,
    /// Status 429: too fast. Retried, and the whole client waits as long as the server asks.
    RateLimited,
    /// Status 402, or 429 because the account has no money left. Not retried.
    QuotaExhausted,
    /// Status 5xx. Retried.
    ServerError,
    /// Any other status 4xx. 408, 409 and 425 are retried, others not.
    ClientError,
}

impl ErrorKind {
    /// The word for it in logs and figures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Closed => "closed",
            Self::Spent => "spent",
            Self::NeverFits => "never_fits",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Proxy => "proxy",
            Self::ConnectTimeout => "connect_timeout",
            Self::TlsTimeout => "tls_timeout",
            Self::FirstByteTimeout => "first_byte_timeout",
            Self::IdleTimeout => "idle_timeout",
            Self::AttemptTimeout => "attempt_timeout",
            Self::Deadline => "deadline",
            Self::Outage => "outage",
            Self::Reset => "reset",
            Self::Body => "body",
            Self::Undecodable => "undecodable",
            Self::TooLarge => "too_large",
            Self::Protocol => "protocol",
            Self::Redirect => "redirect",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::ServerError => "server_error",
            Self::ClientError => "client_error",
        }
    }

    /// Whether a clock ran out.
    #[must_use]
    pub const fn is_timeout(self) -> bool {
        matches!(
            self,
            Self::ConnectTimeout
                | Self::TlsTimeout
                | Self::FirstByteTimeout
                | Self::IdleTimeout
                | Self::AttemptTimeout
                | Self::Deadline
        )
    }
}

/// Why a request has no answer: a [kind](ErrorKind) and the facts around it.
///
/// Its text is one sentence that names the address tried and what to do; it never holds a key,
/// a query or more than 300 characters of what the server said. `source()` has the cause.
#[derive(Clone)]
pub struct HttpError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    attempts: u32,
    elapsed: Duration,
    request_written: bool,
    stale: bool,
    status: Option<u16>,
    request_id: Option<String>,
    hint: Option<Duration>,
    should_retry: Option<bool>,
    date: Option<SystemTime>,
    location: Option<String>,
    url: Option<String>,
    message: Option<String>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl HttpError {
    /// An error of this kind without any facts yet.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            attempts: 0,
            elapsed: Duration::ZERO,
            request_written: false,
            stale: false,
            status: None,
            request_id: None,
            hint: None,
            should_retry: None,
            date: None,
            location: None,
            url: None,
            message: None,
            source: None,
        }))
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// How many requests went out for it, this one included; 0 if none did.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// From the call to its end, all waits included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the server may have seen the last attempt. `false` is certain, `true` is not.
    #[must_use]
    pub fn request_written(&self) -> bool {
        self.0.request_written
    }

    /// Whether the connection was lost before any byte of an answer came, and had been used
    /// before: the server may just have closed it while it was idle, and never have read this
    /// request. Only ever said of HTTP/1.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.0.stale
    }

    /// The HTTP status, if an answer came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The server's name for the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the server asks to wait (`Retry-After`).
    #[must_use]
    pub fn hint(&self) -> Option<Duration> {
        self.0.hint
    }

    /// When the answer was sent, by the server's clock and to the second.
    #[must_use]
    pub fn date(&self) -> Option<SystemTime> {
        self.0.date
    }

    /// The address tried, without its query.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// What the server or this client said about it: short, and without the key.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Whether the same request may succeed a little later: by what the server said
    /// (`x-should-retry`), or else by kind and status.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        if let Some(said) = self.0.should_retry {
            return said;
        }
        match self.kind() {
            ErrorKind::Dns
            | ErrorKind::Connect
            | ErrorKind::ConnectTimeout
            | ErrorKind::TlsTimeout
            | ErrorKind::FirstByteTimeout
            | ErrorKind::IdleTimeout
            | ErrorKind::AttemptTimeout
            | ErrorKind::Reset
            | ErrorKind::Body
            | ErrorKind::Undecodable
            | ErrorKind::RateLimited
            | ErrorKind::ServerError => true,
            ErrorKind::ClientError => matches!(self.status(), Some(408 | 409 | 425)),
            ErrorKind::Proxy => !matches!(self.status(), Some(400..=499)),
            _ => false,
        }
    }

    /// Adds how many requests went out.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Adds how long it took.
    #[must_use]
    pub fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.0.elapsed = elapsed;
        self
    }

    /// Adds whether the server may have seen the request.
    #[must_use]
    pub fn with_request_written(mut self, written: bool) -> Self {
        self.0.request_written = written;
        self
    }

    /// Adds whether the connection may have been closed while it was idle.
    #[must_use]
    pub fn with_stale(mut self, stale: bool) -> Self {
        self.0.stale = stale;
        self
    }

    /// Adds the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds the server's name for the request.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    /// Adds how long the server asks to wait.
    #[must_use]
    pub fn with_hint(mut self, hint: Option<Duration>) -> Self {
        self.0.hint = hint;
        self
    }

    /// Adds whether the server said that asking again may help.
    #[must_use]
    pub fn with_should_retry(mut self, said: Option<bool>) -> Self {
        self.0.should_retry = said;
        self
    }

    pub(crate) fn with_date(mut self, date: Option<SystemTime>) -> Self {
        self.0.date = date;
        self
    }

    /// Whether the server answered, and knew what to say.
    pub(crate) fn speaks_of_life(&self) -> bool {
        matches!(self.status(), Some(300..=499)) && self.kind() != ErrorKind::Proxy
    }

    /// Where a redirect points to. Never shown: it may hold a query.
    pub(crate) fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    pub(crate) fn with_location(mut self, location: Option<String>) -> Self {
        self.0.location = location;
        self
    }

    /// Adds the address tried; whoever calls leaves out the query.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.0.url = Some(url.into());
        self
    }

    /// Adds what was said about it; whoever calls keeps keys and bodies out of it.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url().unwrap_or("the server");
        let status = self.status().unwrap_or_default();
        let said = Said(self.message());
        match self.kind() {
            ErrorKind::InvalidRequest => write!(f, "the request to {url} cannot be sent{said}"),
            ErrorKind::Closed => {
                write!(
                    f,
                    "the request to {url} was not sent: the client, or its limiter, is closed{said}: build another"
                )
            }
            ErrorKind::Spent => write!(f, "the request to {url} was not sent{said}"),
            ErrorKind::NeverFits => {
                write!(f, "the request to {url} never fits the limits{said}: make it smaller, or raise the limit")
            }
            ErrorKind::Dns => write!(f, "the host of {url} has no address{said}: check the base URL and the network"),
            ErrorKind::Connect => write!(f, "no connection to {url}{said}: is it running, and the port right?"),
            ErrorKind::Tls => {
                write!(f, "no TLS connection to {url}{said}: check the address and the certificate")
            }
            ErrorKind::Proxy if status == 407 => write!(f, "no way to {url}{said}: check user name and password"),
            ErrorKind::Proxy => write!(f, "no way to {url}{said}: check the proxy and its address"),
            ErrorKind::ConnectTimeout => {
                write!(f, "no connection to {url} in time{said}: check the network, or raise the time-out")
            }
            ErrorKind::TlsTimeout => {
                write!(f, "no TLS connection to {url} in time{said}: check that it speaks https, or raise the time-out")
            }
            ErrorKind::FirstByteTimeout => {
                write!(f, "{url} did not begin to answer in time{said}: try again later, or raise the time-out")
            }
            ErrorKind::IdleTimeout => {
                write!(f, "the answer of {url} stalled{said}: try again later, or raise the time-out")
            }
            ErrorKind::AttemptTimeout => {
                write!(f, "no complete answer from {url} in time{said}: raise the time-out, or ask for less")
            }
            ErrorKind::Deadline => write!(f, "no answer from {url} before the deadline{said}: raise it, or the limits"),
            ErrorKind::Outage => {
                let lasted = self.message().map(|text| format!(" {text}")).unwrap_or_default();
                write!(f, "{url} was there, and has been away{lasted}: start again when it is back")
            }
            ErrorKind::Reset => write!(f, "the connection to {url} was lost before an answer came: try again later"),
            ErrorKind::Body => write!(f, "the answer of {url} broke off: try again later"),
            ErrorKind::Undecodable => {
                write!(f, "the answer of {url} cannot be decoded{said}: try again later")
            }
            ErrorKind::TooLarge => {
                write!(f, "the answer of {url} is too large{said}: ask for less, or allow more bytes")
            }
            ErrorKind::Protocol => {
                write!(f, "{url} did not answer as expected{said}: is the base URL that of a model API?")
            }
            ErrorKind::Redirect => write!(f, "{url} redirects ({status}){said}: use the address it points to"),
            ErrorKind::Unauthorized => {
                write!(f, "{url} refused the API key ({status}){said}: check that it is set, and right")
            }
            ErrorKind::Forbidden => {
                write!(f, "{url} does not allow this ({status}){said}: check what the API key may do")
            }
            ErrorKind::NotFound => {
                write!(f, "nothing found at {url} ({status}){said}: check the base URL and the model")
            }
            ErrorKind::RateLimited => {
                write!(f, "{url} asks to slow down ({status}){said}: lower the limits, or try again later")
            }
            ErrorKind::QuotaExhausted => {
                write!(f, "the account at {url} has no quota left ({status}){said}: check plan and billing")
            }
            ErrorKind::ServerError => {
                write!(f, "{url} failed ({status}){said}: try again later")
            }
            ErrorKind::ClientError if self.is_transient() => {
                write!(f, "{url} turned the request away ({status}){said}: try again later")
            }
            ErrorKind::ClientError => {
                write!(f, "{url} rejected the request ({status}){said}: change it")
            }
        }?;
        if let Some(hint) = self.hint() {
            write!(f, " (it asks to wait {hint:?})")?;
        }
        if self.attempts() > 1 {
            let seconds = self.elapsed().as_secs_f64();
            write!(f, " ({} attempts in {seconds:.1} s)", self.attempts())?;
        }
        Ok(())
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.debug_struct("HttpError")
            .field("kind", &inner.kind)
            .field("status", &inner.status)
            .field("url", &inner.url)
            .field("message", &inner.message)
            .field("attempts", &inner.attempts)
            .field("elapsed", &inner.elapsed)
            .field("request_written", &inner.request_written)
            .field("stale", &inner.stale)
            .field("request_id", &inner.request_id)
            .field("hint", &inner.hint)
            .field("source", &inner.source)
            .finish()
    }
}

impl Error for HttpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|e| e as &(dyn Error + 'static))
    }
}

/// `: what was said`, or nothing.
struct Said<'a>(Option<&'a str>);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => write!(f, ": {}", text.trim_end_matches(['.', ':', ' '])),
            None => Ok(()),
        }
    }
}
