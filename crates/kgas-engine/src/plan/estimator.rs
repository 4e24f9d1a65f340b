//! What is bought, held against what was estimated; and what can't fit is not sent.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Transport};
use serde::Serialize;

use super::gauge::Gauge;
use super::learned::{Learned, float};
use crate::journal::{Journal, JournalError};
use crate::usage::reported;

/// A transport around the one that sends: it refuses what the model's window has no room for, and compares the tokens
/// that answers report with those that were estimated.
///
/// What a journal gives should not come through it: that is nothing that was bought.
#[derive(Debug)]
pub struct Gauged {
    inner: Arc<dyn Transport>,
    estimator: Estimator,
}

/// The estimate of a run, and its error so far. Clones share it.
#[derive(Clone, Debug)]
pub struct Estimator {
    gauge: Arc<Gauge>,
    learned: Arc<OnceLock<Learned>>,
    sums: Arc<Mutex<(f64, f64)>>,
}

/// The estimate of what was bought, and what the provider reported of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Tokens of prompts as they were estimated before they were sent.
    pub prompt_tokens_estimated: u64,
    /// As the answers reported them.
    pub prompt_tokens_reported: u64,
    /// By how much the estimate was off, in percent of what was reported: above 0 it was too high.
    pub error_percent: f64,
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { prompt_tokens_estimated, prompt_tokens_reported, error_percent } = self;
        write!(f, "{prompt_tokens_reported}, estimated as {prompt_tokens_estimated} ({error_percent:+} %)")
    }
}

impl Estimator {
    /// An estimate by the gauge alone.
    #[must_use]
    pub fn new(gauge: Arc<Gauge>) -> Self {
        Self { gauge, learned: Arc::default(), sums: Arc::default() }
    }

    /// Estimates from now on by what the last so many answers of a journal tell, as a plan does; what was learned once
    /// holds. Blocks.
    ///
    /// # Errors
    /// Where the journal can't be read.
    pub fn learn(&self, journal: &Journal, answers: usize) -> Result<(), JournalError> {
        let learned = Learned::of(journal, answers, &self.gauge)?;
        // A second record of one run would mix two estimates.
        let _first_holds = self.learned.set(learned);
        Ok(())
    }

    /// Its error over all answers so far that reported usage; `None` where there were none.
    #[must_use]
    pub fn error(&self) -> Option<Estimate> {
        let (estimated, reported) = *self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        (reported > 0.0).then(|| Estimate {
            prompt_tokens_estimated: whole(estimated),
            prompt_tokens_reported: whole(reported),
            error_percent: ((estimated / reported - 1.0) * 1000.0).round() / 10.0,
        })
    }
}

impl Gauged {
    /// Stands before a transport that sends.
    #[must_use]
    pub fn new(inner: Arc<dyn Transport>, estimator: Estimator) -> Self {
        Self { inner, estimator }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Transport for Gauged {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let Estimator { gauge, learned, sums } = &self.estimator;
        let size = request.body.as_deref().and_then(|body| gauge.size(body));
        if let Some(size) = &size
            && gauge.excess(size).is_some()
        {
            let (prompt, answer) = (size.prompt, size.max_tokens.unwrap_or_default());
            let window = gauge.window().unwrap_or_default();
            let about = if size.is_exact { "" } else { "about " };
            let said = format!(
                "its prompt has {about}{prompt} tokens and its answer may have {answer}, and the model takes {window} in \
                 all: lower --chunk-size, max_tokens or ontology_tokens"
            );
            return ApiResponse::failed(HttpError::new(ErrorKind::InvalidRequest).with_message(said));
        }
        let response = self.inner.send(request).await;
        if let (Some(size), Ok(reply), false) = (size, &response.outcome, response.replayed) {
            let (prompt, _) = reported(&reply.body);
            if prompt > 0 {
                let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
                sums.0 += learned.get().map_or(float(size.prompt), |learned| learned.prompt_of(&size));
                sums.1 += float(prompt);
            }
        }
        response
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sums of tokens are above zero")]
fn whole(tokens: f64) -> u64 {
    tokens.round() as u64
}
