//! Responses: a status, a type and a body.

use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;

use crate::body::Outgoing;
use crate::openai::Refusal;

/// What a fault cuts in half. The script does not move for it.
pub(crate) const CUT_ANSWER: &str = r#"{"id":"chatcmpl-cut","object":"chat.completion","created":0,"model":"cut","choices":[{"index":0,"message":{"role":"assistant","content":"this answer never arrives whole"},"finish_reason":"stop"}]}"#;

pub(crate) fn failed(code: u16, headers: Vec<(String, String)>, body: Option<String>) -> Response<Outgoing> {
    let refusal = Refusal::of_status(code, "The server had an error on purpose.".to_owned());
    let mut response = match body {
        Some(body) => json_typed(refusal.status, Outgoing::whole(body)),
        None => refused(&refusal),
    };
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

pub(crate) fn refused(refusal: &Refusal) -> Response<Outgoing> {
    sent(refusal.status, &refusal.body())
}

pub(crate) fn sent(status: StatusCode, body: &Value) -> Response<Outgoing> {
    json_typed(status, Outgoing::whole(body.to_string()))
}

pub(crate) fn json_typed(status: StatusCode, body: Outgoing) -> Response<Outgoing> {
    with_type(status, "application/json", body)
}

pub(crate) fn with_type(status: StatusCode, media_type: &'static str, body: Outgoing) -> Response<Outgoing> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
