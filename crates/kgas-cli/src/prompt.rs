//! `--show-prompt`: a line that notes the first request and sends nothing.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Transport};
use serde_json::Value;

/// A transport that leads nowhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<OnceLock<ApiRequest>>);

impl Recorder {
    /// The body of the first request, where one was made.
    pub(crate) fn first(&self) -> Option<Value> {
        self.0.get()?.json()
    }
}

#[async_trait]
impl Transport for Recorder {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let _ = self.0.set(request);
        ApiResponse::failed(HttpError::new(ErrorKind::Closed))
    }
}
