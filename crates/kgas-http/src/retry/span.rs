//! The span of an attempt, with the names of OpenTelemetry's conventions for HTTP clients.

use tracing::field::Empty;
use tracing::{Span, debug_span};

use super::classify::presentable;
use crate::HttpError;
use crate::wire::Outgoing;

/// The span of an attempt that is about to go out. It has neither query nor user name, neither headers nor body.
pub(super) fn begin(outgoing: &Outgoing, number: u32) -> Span {
    let uri = outgoing.uri();
    let address = uri.host().map(|host| host.trim_start_matches('[').trim_end_matches(']'));
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
    debug_span!(
        "http_attempt",
        "otel.name" = outgoing.method().as_str(),
        "otel.kind" = "client",
        "otel.status_code" = Empty,
        "http.request.method" = outgoing.method().as_str(),
        "http.request.resend_count" = Some(number.saturating_sub(1)).filter(|count| *count > 0),
        "http.response.status_code" = Empty,
        // A path is the caller's own, and a key has stood in one.
        "url.full" = presentable(outgoing.url(), &outgoing.secrets()),
        "server.address" = address,
        "server.port" = port,
        "error.type" = Empty,
    )
}

/// Takes down how it ended.
pub(super) fn end(span: &Span, outcome: Result<u16, &HttpError>) {
    if let Some(status) = outcome.map_or_else(HttpError::status, Some) {
        span.record("http.response.status_code", status);
    }
    if let Err(error) = outcome {
        span.record("otel.status_code", "ERROR");
        match error.status().filter(|status| *status >= 400) {
            Some(status) => span.record("error.type", status.to_string()),
            None => span.record("error.type", error.kind().as_str()),
        };
    }
}
