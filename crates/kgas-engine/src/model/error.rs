//! From what happened on the wire to what it means for a tool.

use kgas_core::{ModelError, ModelErrorKind};
use kgas_http::{ErrorKind, HttpError};

/// Whether every other call to the same server would be refused like this one.
#[must_use]
pub fn is_final(error: &HttpError) -> bool {
    translate(error.clone(), true).is_fatal()
}

/// Translates an error; `reached` tells whether the server has answered anything yet in this run.
pub(super) fn translate(error: HttpError, reached: bool) -> ModelError {
    let kind = match error.kind() {
        ErrorKind::Unauthorized | ErrorKind::Forbidden => ModelErrorKind::Denied,
        ErrorKind::NotFound | ErrorKind::Redirect => ModelErrorKind::NotFound,
        ErrorKind::QuotaExhausted => ModelErrorKind::QuotaExhausted,
        // Once the server has been seen, being away is something that passes.
        ErrorKind::Dns | ErrorKind::Connect | ErrorKind::ConnectTimeout | ErrorKind::Tls if !reached => {
            ModelErrorKind::Unreachable
        }
        ErrorKind::Closed => ModelErrorKind::Stopped,
        ErrorKind::InvalidRequest | ErrorKind::NeverFits | ErrorKind::ClientError | ErrorKind::TooLarge => {
            ModelErrorKind::Rejected
        }
        ErrorKind::Protocol | ErrorKind::Body => ModelErrorKind::Protocol,
        _ => ModelErrorKind::GaveUp,
    };
    let message = match kind {
        ModelErrorKind::Stopped => "the run was stopped before this call was its turn".to_owned(),
        _ => error.to_string(),
    };
    ModelError::new(kind, message).with_attempts(error.attempts()).with_source(error)
}
