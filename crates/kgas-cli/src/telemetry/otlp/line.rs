//! The way to the collector: kgas's own HTTP client, on a thread of its own.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use kgas_http::{ApiRequest, BaseUrl, Client, Limits, RetryPolicy, Timeouts, Transport as _};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Runtime;
use tracing::instrument::WithSubscriber as _;
use tracing::subscriber::NoSubscriber;

use super::PATIENCE;

/// Sends what the exporter wants sent.
#[derive(Debug)]
pub(super) struct Line {
    client: Client,
    /// Whoever exports has no runtime.
    runtime: Option<Runtime>,
    problem: OnceLock<String>,
}

impl Line {
    /// A line to this address.
    pub(super) fn new(base: &BaseUrl) -> Result<Self, String> {
        let again = RetryPolicy {
            attempts: NonZeroU32::MIN.saturating_add(1),
            window: PATIENCE,
            longest_hint: Duration::from_secs(1),
            outage_patience: Duration::ZERO,
            ..RetryPolicy::DEFAULT
        };
        let client = Client::builder(base.clone())
            .limits(Limits::unlimited(NonZeroUsize::MIN))
            .retry(again)
            .timeouts(Timeouts { attempt: PATIENCE, total: Some(PATIENCE), ..Timeouts::default() })
            .build()
            .map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| format!("the system gives no threads: {error}"))?;
        Ok(Self { client, runtime: Some(runtime), problem: OnceLock::new() })
    }

    /// What went wrong first, where anything did.
    pub(super) fn problem(&self) -> Option<String> {
        self.problem.get().cloned()
    }
}

#[async_trait]
impl HttpClient for Line {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let Some(runtime) = &self.runtime else { return Err("it is closed".into()) };
        let (head, body) = request.into_parts();
        // The address is the client's own.
        let mut asked = ApiRequest::new(head.method, "", Some(body));
        for (name, mut value) in head.headers.into_iter().filter_map(|(name, value)| Some((name?, value))) {
            // Whoever sets headers for a collector sets keys.
            value.set_sensitive(name != http::header::CONTENT_TYPE);
            asked = asked.with_header(name, value);
        }
        let client = self.client.clone();
        // What sends spans must not make any.
        let sending = async move { client.send(asked).await }.with_subscriber(NoSubscriber::new());
        let answer = runtime.spawn(sending).await?;
        match answer.outcome {
            Ok(reply) => {
                let mut response = Response::new(reply.body);
                *response.status_mut() = http::StatusCode::from_u16(reply.status)?;
                Ok(response)
            }
            Err(error) => {
                let _only_the_first = self.problem.set(error.to_string());
                Err(error.into())
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
