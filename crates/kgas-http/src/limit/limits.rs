//! What a server allows, and what a request costs of it.

use std::num::{NonZeroU32, NonZeroUsize};

/// What a server allows, or what a caller wants to use of it. `None` means no such limit.
///
/// ```
/// use std::num::NonZeroU32;
/// use kgas_http::Limits;
///
/// let limits = Limits {
///     tokens_per_minute: NonZeroU32::new(200_000),
///     ..Limits::default()
/// };
/// assert_eq!(limits.requests_per_minute, NonZeroU32::new(60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in any 60 seconds, each attempt counted.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Tokens in any 60 seconds, by the requests' [`Cost`]. Requests without one count none.
    pub tokens_per_minute: Option<NonZeroU32>,
    /// Requests on the wire at a time.
    pub max_concurrent: NonZeroUsize,
    /// Requests that may go at once, if the server is known to allow it, and in tokens as many of
    /// the largest request. The headers then no longer raise it; the first 429 that nothing
    /// explains ends it. `None`: the larger of one second's worth and the least of ten,
    /// `max_concurrent` and the limit.
    pub burst: Option<NonZeroU32>,
    /// Whether the limit of requests per minute is only a guess, which the server's headers may
    /// raise. Lower they may any limit.
    pub assumed: bool,
}

impl Limits {
    /// 60 requests a minute, 10 at a time.
    pub const DEFAULT: Self = Self::per_minute(60, 10);

    /// No limit but that of requests at a time.
    #[must_use]
    pub const fn unlimited(max_concurrent: NonZeroUsize) -> Self {
        Self { requests_per_minute: None, tokens_per_minute: None, max_concurrent, burst: None, assumed: false }
    }

    /// Both numbers must be above zero; zero is taken as one.
    pub(crate) const fn per_minute(requests: u32, max_concurrent: usize) -> Self {
        let requests = match NonZeroU32::new(requests) {
            Some(n) => n,
            None => NonZeroU32::MIN,
        };
        let max_concurrent = match NonZeroUsize::new(max_concurrent) {
            Some(n) => n,
            None => NonZeroUsize::MIN,
        };
        Self { requests_per_minute: Some(requests), ..Self::unlimited(max_concurrent) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What one request is expected to cost besides being one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cost {
    /// Tokens of the prompt and of the longest answer allowed.
    pub tokens: u32,
}

impl Cost {
    /// A cost of so many tokens.
    #[must_use]
    pub const fn tokens(tokens: u32) -> Self {
        Self { tokens }
    }
}
