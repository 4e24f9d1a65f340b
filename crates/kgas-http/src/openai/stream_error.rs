//! What an error inside a stream means. The status of the answer was 200 long before, so it has
//! to be told from the error itself.

use std::time::SystemTime;

use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::retry::{classify, hint};
use crate::{ErrorKind, HttpError};

/// The status for which a code, a type or a word for a status stands.
const WORDS: &[(u16, &[&str])] = &[
    (400, &["invalid_request_error", "context_length_exceeded", "invalid_argument", "badrequesterror"]),
    (401, &["authentication_error", "invalid_api_key", "unauthenticated"]),
    (402, &["billing_error", "payment_required"]),
    (403, &["permission_error", "permission_denied"]),
    (404, &["not_found_error", "model_not_found", "not_found"]),
    (
        429,
        &[
            "rate_limit_exceeded",
            "rate_limit_error",
            "too_many_requests",
            "resource_exhausted",
            "requests",
            "tokens",
            "insufficient_quota",
            "billing_hard_limit_reached",
            "billing_not_active",
        ],
    ),
    (500, &["server_error", "internal_server_error", "internalservererror", "api_error", "internal"]),
    (503, &["overloaded_error", "overloaded", "engine_overloaded", "service_unavailable", "unavailable"]),
    (504, &["timeout", "timeout_error", "deadline_exceeded"]),
];

/// The error that the data of an error event is.
pub(super) fn failure(data: &str) -> HttpError {
    let body: Value = serde_json::from_str(data).unwrap_or_else(|_| json!(data));
    let body = match body.get("error") {
        Some(error) if !error.is_null() => body,
        _ => json!({"error": body}),
    };
    let none = HeaderMap::new();
    let Some(status) = body.get("error").and_then(status) else {
        let said = classify::message(&body).map(|text| classify::presentable(text, &none));
        return protocol(said.as_deref().unwrap_or("it sent an error"));
    };
    // Without headers there are no dates to measure.
    let error = classify::refusal(status, &none, body.to_string().as_bytes(), &none, SystemTime::UNIX_EPOCH);
    let says_when = matches!(error.kind(), ErrorKind::RateLimited | ErrorKind::ServerError);
    let hint = error.hint().or_else(|| hint::read_body(&body).filter(|_| says_when));
    error.with_hint(hint)
}

/// The error for what is no piece of a chat completion.
pub(super) fn protocol(what: &str) -> HttpError {
    HttpError::new(ErrorKind::Protocol).with_status(200).with_request_written(true).with_message(what)
}

/// The status that an error names, or stands for.
fn status(error: &Value) -> Option<StatusCode> {
    let places = || ["code", "status", "status_code", "type"].into_iter().filter_map(|place| error.get(place));
    places().find_map(number).or_else(|| places().find_map(word))
}

fn number(value: &Value) -> Option<StatusCode> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    let number = u16::try_from(number).ok().filter(|number| (400..600).contains(number))?;
    StatusCode::from_u16(number).ok()
}

fn word(value: &Value) -> Option<StatusCode> {
    let word = value.as_str()?;
    let known = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let (number, _) = WORDS.iter().find(|(_, words)| known(words))?;
    StatusCode::from_u16(*number).ok()
}
