//! The seam: whatever answers requests, be it a client, a wrapper around one, or a test's fake.

use std::fmt;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream;

use crate::{ApiRequest, ApiResponse};

/// Answers requests. A wrapper implements it around another transport.
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends a request and says what came of it; failure is part of the record. Dropping the
    /// future gives the request up, wherever it is.
    async fn send(&self, request: ApiRequest) -> ApiResponse;
}

/// Sends all requests, at most `in_flight` at a time, and answers in the order asked.
pub(crate) async fn batch(transport: &dyn Transport, requests: Vec<ApiRequest>, in_flight: usize) -> Vec<ApiResponse> {
    let sends =
        requests.into_iter().enumerate().map(|(place, request)| async move { (place, transport.send(request).await) });
    // Unordered: a slow head of the line must not keep finished followers in their places.
    let mut answers: Vec<_> = stream::iter(sends).buffer_unordered(in_flight.max(1)).collect().await;
    answers.sort_unstable_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
