//! How a server turns requests away, as far as it concerns all requests of a key.

use crate::{ErrorKind, HttpError};

/// How a server turned a request away: see [`Permit::refused`](super::Permit::refused).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Status 429: too fast.
    TooFast,
    /// Status 429 for tokens: too many of them.
    TooManyTokens,
    /// Status 503 or 529: too busy.
    Overloaded,
}

impl Refusal {
    /// What an error is of it, if anything.
    #[must_use]
    pub fn of(error: &HttpError) -> Option<Self> {
        match (error.kind(), error.status()) {
            // In OpenAI's words: "Rate limit reached on tokens per min (TPM)".
            (ErrorKind::RateLimited, _) if says(error, "token") => Some(Self::TooManyTokens),
            (ErrorKind::RateLimited, _) => Some(Self::TooFast),
            (ErrorKind::ServerError, Some(503 | 529)) => Some(Self::Overloaded),
            _ => None,
        }
    }
}

fn says(error: &HttpError, word: &str) -> bool {
    error.message().is_some_and(|said| said.to_ascii_lowercase().contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_by_kind_status_and_words() {
        let cases = [
            (ErrorKind::RateLimited, 429, "Rate limit reached on tokens per min (TPM)", Some(Refusal::TooManyTokens)),
            (ErrorKind::RateLimited, 429, "Rate limit reached on requests per min (RPM)", Some(Refusal::TooFast)),
            (ErrorKind::ServerError, 503, "busy", Some(Refusal::Overloaded)),
            (ErrorKind::ServerError, 529, "overloaded", Some(Refusal::Overloaded)),
            (ErrorKind::ServerError, 500, "tokens", None),
            (ErrorKind::QuotaExhausted, 429, "tokens", None),
        ];
        for (kind, status, said, expected) in cases {
            let error = HttpError::new(kind).with_status(status).with_message(said);
            assert_eq!(Refusal::of(&error), expected, "{error}");
        }
    }
}
