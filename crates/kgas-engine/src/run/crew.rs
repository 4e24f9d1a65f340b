//! The documents in flight, each accounted for whatever becomes of it.

use std::collections::HashMap;
use std::sync::Arc;

use kgas_core::Need;
use tokio::task::{Id, JoinError, JoinSet};

use super::Pipeline;
use super::document::{Begun, Form, Outcome, process};
use crate::source::Sourced;

/// Documents that one task takes at most; handing one over costs about as much as a rule takes for a sentence.
const LOAD: usize = 32;
/// Bytes of text after which a task takes no further document.
const LOAD_BYTES: usize = 64 * 1024;

/// The tasks that work on documents.
pub(super) struct Crew {
    pipeline: Arc<Pipeline>,
    form: Form,
    tasks: JoinSet<Vec<Outcome>>,
    /// Those begun and not ended, by task.
    aboard: HashMap<Id, Vec<Begun>>,
    next: u64,
    /// Whether a task may take several documents: one that waits for a model holds up those behind it.
    shares: bool,
}

impl Crew {
    pub(super) fn new(pipeline: Pipeline, form: Form) -> Self {
        let asks = |need: &Need| matches!(need, Need::ChatModel | Need::Embedder);
        let shares = !pipeline.tools.iter().any(|tool| tool.metadata().needs.iter().any(asks));
        Self { pipeline: Arc::new(pipeline), form, tasks: JoinSet::new(), aboard: HashMap::new(), next: 0, shares }
    }

    pub(super) fn has_room(&self) -> bool {
        self.tasks.len() < self.pipeline.in_flight.get()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Begins the next documents of those waiting, as many as the tasks that are free have room for.
    pub(super) fn begin(&mut self, waiting: &mut std::vec::IntoIter<Sourced>) {
        while self.has_room() && waiting.len() > 0 {
            let free = self.pipeline.in_flight.get() - self.tasks.len();
            let most = if self.shares { waiting.len().div_ceil(free).min(LOAD) } else { 1 };
            let load = self.load(waiting, most);
            let begun = load.iter().map(|(sequence, document)| begun(*sequence, document)).collect();
            let (pipeline, form) = (Arc::clone(&self.pipeline), self.form);
            let task = self.tasks.spawn(async move {
                let mut outcomes = Vec::with_capacity(load.len());
                for (sequence, document) in load {
                    // Nothing new is begun once a stop is asked for; the first was begun before.
                    if outcomes.is_empty() || !pipeline.context.is_stopping() {
                        outcomes.push(process(&pipeline, form, sequence, document).await);
                    }
                }
                outcomes
            });
            self.aboard.insert(task.id(), begun);
        }
    }

    fn load(&mut self, waiting: &mut std::vec::IntoIter<Sourced>, most: usize) -> Vec<(u64, Sourced)> {
        let mut bytes = 0;
        let mut load = Vec::with_capacity(most);
        while load.len() < most && bytes < LOAD_BYTES {
            let Some(document) = waiting.next() else { break };
            bytes += document.text.as_ref().map_or(0, String::len);
            load.push((self.next, document));
            self.next += 1;
        }
        load
    }

    /// Waits for the next task to end; `None` where there is none.
    pub(super) async fn ended(&mut self) -> Option<Vec<Outcome>> {
        let joined = self.tasks.join_next_with_id().await?;
        Some(self.end(joined))
    }

    /// Drops what isn't done. What is done by now counts.
    pub(super) fn abort(&mut self) -> Vec<Outcome> {
        let mut ended = Vec::new();
        while let Some(joined) = self.tasks.try_join_next_with_id() {
            ended.extend(self.end(joined));
        }
        self.tasks.abort_all();
        let mut rest: Vec<Begun> = self.aboard.drain().flat_map(|(_, begun)| begun).collect();
        rest.sort_by_key(|begun| begun.sequence);
        ended.extend(rest.into_iter().map(|begun| Outcome::lost(begun, "interrupted before it was done".to_owned())));
        ended
    }

    fn end(&mut self, joined: Result<(Id, Vec<Outcome>), JoinError>) -> Vec<Outcome> {
        match joined {
            Ok((id, outcomes)) => {
                self.aboard.remove(&id);
                outcomes
            }
            Err(error) => {
                let begun = self.aboard.remove(&error.id()).unwrap_or_default();
                begun.into_iter().map(|begun| Outcome::lost(begun, "its task panicked".to_owned())).collect()
            }
        }
    }
}

fn begun(sequence: u64, document: &Sourced) -> Begun {
    Begun { sequence, id: document.id.clone(), source: document.source.clone() }
}
