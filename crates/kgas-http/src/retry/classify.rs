//! What an answer with a status other than 2xx means.

use std::time::{Duration, SystemTime};

use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::hint;
use crate::spelled::date;
use crate::{ErrorKind, HttpError};

/// The most characters of a server's message that are kept.
const MESSAGE_CHARS: usize = 300;

/// Codes with which a 429 says that waiting won't help.
const NO_MONEY: [&str; 3] = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"];

/// How the keys of well-known services begin.
const KEY_STARTS: [&str; 8] = ["sk-", "gsk_", "xai-", "AIza", "hf_", "nvapi-", "pplx-", "r8_"];

/// A word that begins like a key and is at least so long is taken for one.
const KEY_CHARS: usize = 12;

/// The error that such an answer is. `sent` are the headers of the request: what is sensitive
/// there must not come back in the server's message.
pub(crate) fn refusal(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    sent: &HeaderMap,
    now: SystemTime,
) -> HttpError {
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    let error = HttpError::new(kind(status, &body))
        .with_status(status.as_u16())
        .with_request_written(true)
        .with_hint(hint::read(headers, now).or_else(|| hint_in(status, &body)))
        .with_should_retry(hint::should_retry(headers))
        .with_date(date::of(headers))
        .with_location(headers.get(LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned))
        .with_request_id(request_id(headers).map(|id| presentable(&id, sent)));
    let said = match error.kind() {
        ErrorKind::Redirect => location(headers),
        _ => message(&body).map(str::to_owned),
    };
    match said.map(|text| presentable(&text, sent)) {
        Some(text) if !text.is_empty() => error.with_message(text),
        _ => error,
    }
}

/// The message of an error body, in the spellings that model servers use.
pub(crate) fn message(body: &Value) -> Option<&str> {
    let places = ["/error/message", "/error", "/message", "/detail", "/0/error/message"];
    places.iter().find_map(|place| body.pointer(place).and_then(Value::as_str))
}

/// A text from outside made fit for an error: one line, short, without what was sent as a secret
/// and without what looks like a key.
pub(crate) fn presentable(text: &str, sent: &HeaderMap) -> String {
    let mut text = text.to_owned();
    for value in sent.values().filter(|v| v.is_sensitive()) {
        let secret = value.to_str().unwrap_or_default();
        for word in [secret, secret.strip_prefix("Bearer ").unwrap_or_default()] {
            if !word.is_empty() {
                text = text.replace(word, "[key]");
            }
        }
    }
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.map(without_keys).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE_CHARS) {
        Some((end, _)) => line.get(..end).unwrap_or_default().to_owned(),
        None => line,
    }
}

/// A word with all in it that looks like a key hidden: it may be one that another client sent, or
/// one that came back where nobody knows what was sent.
fn without_keys(word: &str) -> String {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut shown = String::new();
    let mut rest = word;
    while let Some(start) = rest.find(is_inside) {
        let (before, from) = rest.split_at(start);
        let (piece, after) = from.split_at(from.find(|c| !is_inside(c)).unwrap_or(from.len()));
        let is_key = piece.len() >= KEY_CHARS && KEY_STARTS.iter().any(|begin| piece.starts_with(begin));
        shown.push_str(before);
        shown.push_str(if is_key { "[key]" } else { piece });
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// The server's name for a request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = ["x-request-id", "request-id"].iter().find_map(|name| headers.get(*name)?.to_str().ok())?;
    Some(presentable(id, &HeaderMap::new()))
}

fn kind(status: StatusCode, body: &Value) -> ErrorKind {
    match status.as_u16() {
        300..=399 => ErrorKind::Redirect,
        401 => ErrorKind::Unauthorized,
        402 => ErrorKind::QuotaExhausted,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        429 if has_no_money(body) => ErrorKind::QuotaExhausted,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::ClientError,
        500..=599 => ErrorKind::ServerError,
        _ => ErrorKind::Protocol,
    }
}

/// The wait that a body asks for in words, where the status means that one should wait.
fn hint_in(status: StatusCode, body: &Value) -> Option<Duration> {
    matches!(status.as_u16(), 429 | 503 | 529).then(|| hint::read_body(body)).flatten()
}

fn has_no_money(body: &Value) -> bool {
    ["/error/code", "/error/type"].iter().any(|place| {
        let code = body.pointer(place).and_then(Value::as_str);
        code.is_some_and(|code| NO_MONEY.contains(&code))
    })
}

/// Where a redirect points to, without its query.
fn location(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(LOCATION)?.to_str().ok()?;
    let end = text.find(['?', '#']).unwrap_or(text.len());
    Some(format!("to {}", text.get(..end)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_status_and_a_code_make_a_kind() {
        let cases = [
            (301, "", ErrorKind::Redirect),
            (400, "", ErrorKind::ClientError),
            (401, "", ErrorKind::Unauthorized),
            (403, "", ErrorKind::Forbidden),
            (404, "", ErrorKind::NotFound),
            (408, "", ErrorKind::ClientError),
            (429, "", ErrorKind::RateLimited),
            (429, "rate_limit_exceeded", ErrorKind::RateLimited),
            (429, "insufficient_quota", ErrorKind::QuotaExhausted),
            (500, "insufficient_quota", ErrorKind::ServerError),
            (529, "", ErrorKind::ServerError),
            (999, "", ErrorKind::Protocol),
        ];
        for (status, code, expected) in cases {
            let body = serde_json::json!({"error": {"code": code}});
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(kind(status, &body), expected, "{status} {code}");
        }
    }

    #[test]
    fn a_message_is_one_short_line_without_the_key() {
        let mut sent = HeaderMap::new();
        let mut key = HeaderValue::from_static("Bearer kgas-test-own");
        key.set_sensitive(true);
        sent.insert("authorization", key);
        let text = format!("key kgas-test-own\r\n\u{1b}[31m is bad {}", "é".repeat(400));
        let shown = presentable(&text, &sent);
        assert!(shown.starts_with("key [key] [31m is bad é"), "{shown}");
        assert_eq!(shown.chars().count(), MESSAGE_CHARS);
    }

    #[test]
    fn what_looks_like_a_key_is_hidden_whoever_sent_it() {
        for (text, expected) in [
            ("Incorrect API key provided: sk-kgas-test-0123.", "Incorrect API key provided: [key]."),
            (r#"{"key":"sk-kgas-test_0123","n":1}"#, r#"{"key":"[key]","n":1}"#),
            ("gsk_kgas-test-0123,é=xai-kgas-test", "[key],é=[key]"),
            ("task-kgas-test-0123 sk-short", "task-kgas-test-0123 sk-short"),
        ] {
            assert_eq!(presentable(text, &HeaderMap::new()), expected);
        }
    }
}
