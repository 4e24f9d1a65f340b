//! From what happened on the wire to what it means for a tool.

use kgas_core::{ModelError, ModelErrorKind};
use kgas_http::{ErrorKind, HttpError};

/// What a proxy says to whom it doesn't know.
const PROXY_DENIED: u16 = 407;

/// Whether every other call to the same server would be refused like this one. What may pass is never final.
#[must_use]
pub fn is_final(error: &HttpError) -> bool {
    !error.is_transient() && translate(error.clone(), true).is_fatal()
}

/// Whether this error shows that the server is there: it answered, if only with a status. A proxy's status is none
/// of the server's.
pub(super) fn is_from_server(error: &HttpError) -> bool {
    error.status().is_some() && error.kind() != ErrorKind::Proxy
}

/// Translates an error; `reached` tells whether the server has answered anything yet in this run.
pub(super) fn translate(error: HttpError, reached: bool) -> ModelError {
    let kind = match error.kind() {
        ErrorKind::Unauthorized | ErrorKind::Forbidden => ModelErrorKind::Denied,
        ErrorKind::Proxy if error.status() == Some(PROXY_DENIED) => ModelErrorKind::Denied,
        ErrorKind::NotFound | ErrorKind::Redirect => ModelErrorKind::NotFound,
        ErrorKind::QuotaExhausted => ModelErrorKind::QuotaExhausted,
        // It was waited for already, as long as anyone wants to: the next call would wait as long again.
        ErrorKind::Outage => ModelErrorKind::Unreachable,
        // Once the server has been seen, being away is something that passes.
        ErrorKind::Dns
        | ErrorKind::Connect
        | ErrorKind::ConnectTimeout
        | ErrorKind::Tls
        | ErrorKind::TlsTimeout
        | ErrorKind::Proxy
            if !reached =>
        {
            ModelErrorKind::Unreachable
        }
        ErrorKind::Closed | ErrorKind::Spent => ModelErrorKind::Stopped,
        ErrorKind::InvalidRequest | ErrorKind::NeverFits | ErrorKind::ClientError | ErrorKind::TooLarge => {
            ModelErrorKind::Rejected
        }
        ErrorKind::Protocol | ErrorKind::Body | ErrorKind::Undecodable => ModelErrorKind::Protocol,
        _ => ModelErrorKind::GaveUp,
    };
    let message = match kind {
        ModelErrorKind::Stopped if error.kind() == ErrorKind::Closed => {
            "the run was stopped before this call was its turn".to_owned()
        }
        _ => error.to_string(),
    };
    ModelError::new(kind, message).with_attempts(error.attempts()).with_source(error)
}
