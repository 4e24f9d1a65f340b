//! The journal as a plan sees it: the answers that are there, and what they tell.

use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use kgas_http::{ApiRequest, ErrorKind, HttpError, Reply};

use super::gauge::Gauge;
use super::learned::{Answered, Learned};
use super::survey::Shelf;
use crate::journal::{Journal, JournalError, Key};

/// A journal's answers to requests of one base URL.
#[derive(Debug)]
pub struct JournalShelf {
    journal: Journal,
    endpoint: String,
}

impl JournalShelf {
    /// All answers that the journal has from this base URL.
    #[must_use]
    pub fn new(journal: Journal, endpoint: &str) -> Self {
        Self { journal, endpoint: endpoint.to_owned() }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Shelf for JournalShelf {
    async fn find(&self, request: &ApiRequest) -> Result<Option<Reply>, HttpError> {
        let key = Key::of(&self.endpoint, request);
        let found = self.journal.find(&key).await.map_err(|error| {
            // Nothing else will be found either.
            HttpError::new(ErrorKind::Closed).with_message(error.to_string())
        })?;
        Ok(found.map(|answer| Reply::new(answer.status, HeaderMap::new(), answer.body)))
    }
}

impl Learned {
    /// What the last so many answers of a journal tell. Blocks.
    ///
    /// It is to be asked after the survey that it is for: only then the gauge knows what all requests of a kind have in
    /// common, and counts the same as the text that a request is about.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn of(journal: &Journal, answers: usize, gauge: &Gauge) -> Result<Self, JournalError> {
        let mut learned = Self::default();
        let calls = journal.recent(answers)?;
        // What requests of a kind have in common is known when all were seen.
        calls.iter().for_each(|call| drop(gauge.size(&call.request)));
        for call in calls {
            let Some(answer) = call.answer else { continue };
            let answered = Answered {
                request: &call.request,
                prompt_tokens: answer.prompt_tokens,
                completion_tokens: answer.completion_tokens,
                took: Duration::try_from_secs_f64(answer.seconds).unwrap_or_default(),
            };
            learned.take(gauge, &answered);
        }
        Ok(learned)
    }
}
