//! Pay once: a transport that asks its journal first, and another transport only for what isn't there.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Reply, Transport};

use super::{Answer, Journal, JournalError, Key, now};
use crate::Interrupt;

/// A transport around another: what the journal has an answer to is not asked again.
///
/// Calls that are the same share one purchase, whichever transport around the same journal makes them. When the journal can't be written, or the purse is empty, nothing more
/// is bought; what the journal has is still given.
#[derive(Debug)]
pub struct Journaled {
    inner: Arc<dyn Transport>,
    journal: Journal,
    endpoint: String,
    /// Whether nothing is bought at all.
    offline: bool,
    /// Answers with a lower number count as none.
    since: u64,
    /// The same, for requests that ask for it.
    anew_since: u64,
    /// Why nothing more is bought.
    shut: OnceLock<HttpError>,
    interrupt: Option<Interrupt>,
}

impl Journaled {
    /// A journal around a transport whose requests go to a base URL.
    #[must_use]
    pub fn new(inner: Arc<dyn Transport>, journal: Journal, endpoint: &str) -> Self {
        let (offline, since, anew_since, shut, interrupt) = Default::default();
        Self { inner, journal, endpoint: endpoint.to_owned(), offline, since, anew_since, shut, interrupt }
    }

    /// With nothing bought: what the journal has no answer to fails.
    #[must_use]
    pub const fn offline(mut self) -> Self {
        self.offline = true;
        self
    }

    /// With answers of calls before this number counting as none, so that they are bought again, once.
    #[must_use]
    pub const fn refresh_since(mut self, number: u64) -> Self {
        self.since = number;
        self
    }

    /// The same, only for requests that are marked as [`anew`](ApiRequest::anew).
    #[must_use]
    pub const fn anew_since(mut self, number: u64) -> Self {
        self.anew_since = number;
        self
    }

    /// With a run that is to begin nothing new when the journal fails.
    #[must_use]
    pub fn stopping(mut self, interrupt: Interrupt) -> Self {
        self.interrupt = Some(interrupt);
        self
    }

    /// The first error of the journal, where there was one. A run must end with it.
    #[must_use]
    pub fn failure(&self) -> Option<JournalError> {
        self.journal.failure()
    }

    /// Whether an answer of this number counts for the request.
    fn counts(&self, request: &ApiRequest, number: u64) -> bool {
        number >= self.since && (!request.anew || number >= self.anew_since)
    }

    /// Buys an answer, with its intent recorded before and itself after.
    async fn buy(&self, key: &Key, request: ApiRequest) -> ApiResponse {
        if let Some(why) = self.shut.get() {
            return ApiResponse::failed(why.clone());
        }
        if self.offline {
            return ApiResponse::failed(unsent("the journal has no answer to it, and --offline buys none"));
        }
        let body = request.body.clone().unwrap_or_default();
        let number = match self.journal.intend(key, body).await {
            Ok(number) => number,
            Err(error) => return ApiResponse::failed(self.fail(&error)),
        };
        // Dropped from here on, the call stays in flight: nobody knows whether it was sent.
        let mut response = self.inner.send(request).await;
        let told = match &response.outcome {
            Ok(reply) => self.journal.answered(number, answer(number, reply, &response)).await,
            Err(error) => {
                if error.kind() == ErrorKind::Spent {
                    let _ = self.shut.set(error.clone().with_attempts(0));
                }
                self.journal.unanswered(number, response.maybe_paid).await
            }
        };
        if let Err(error) = told {
            let error = self.fail(&error).with_attempts(response.attempts);
            if response.outcome.is_ok() {
                response.maybe_paid = response.maybe_paid.saturating_add(1);
                response.outcome = Err(error);
            }
        }
        response
    }

    /// Buys nothing more, and stops the run.
    fn fail(&self, error: &JournalError) -> HttpError {
        let error = unsent(error.to_string()).with_source(error.clone());
        let _ = self.shut.set(error.clone());
        if let Some(interrupt) = &self.interrupt {
            interrupt.drain();
        }
        error
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for Journaled {
    /// Dropping the future before the answer came leaves a call that was perhaps paid; after that, the answer is kept.
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let key = Key::of(&self.endpoint, &request);
        let _turn = self.journal.turns.take(key).await;
        match self.journal.find(&key).await {
            Ok(Some(answer)) if self.counts(&request, answer.number) => replay(answer),
            Ok(_) => self.buy(&key, request).await,
            Err(error) => ApiResponse::failed(self.fail(&error)),
        }
    }
}

fn unsent(why: impl Into<String>) -> HttpError {
    HttpError::new(ErrorKind::Spent).with_message(why)
}

fn answer(number: u64, reply: &Reply, response: &ApiResponse) -> Answer {
    Answer {
        number,
        status: reply.status,
        body: Bytes::clone(&reply.body),
        attempts: response.attempts,
        took: response.response_time().unwrap_or_default(),
        at: now(),
    }
}

fn replay(answer: Answer) -> ApiResponse {
    let mut response = ApiResponse::replayed(Reply::new(answer.status, HeaderMap::new(), answer.body));
    response.attempts = answer.attempts;
    response
}
