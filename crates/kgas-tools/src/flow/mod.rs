//! The loop that the model tools share: many calls at once, results in the order of the document.

mod ask;
mod follow_up;
mod gather;
mod refusal;
mod split;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use kgas_core::fact::FactCollector;
use kgas_core::text::{Chunk, chunks_with_context};
use kgas_core::{
    ChatModel, ChatRequest, ChunkReport, ChunkState, Document, ModelError, ModelErrorKind, Shown, ToolContext,
    ToolInput, ToolResult, Usage,
};
use serde_json::Value;

use crate::config::ExtractionConfig;
use crate::outline::Outline;
use ask::Asker;
pub(crate) use follow_up::Question;
use gather::Gathered;

/// The calls for one document, until a stop or a fatal error.
#[derive(Debug)]
pub(crate) struct Flow<'c> {
    context: &'c ToolContext,
    is_closed: AtomicBool,
}

impl<'c> Flow<'c> {
    pub(crate) const fn new(context: &'c ToolContext) -> Self {
        Self { context, is_closed: AtomicBool::new(false) }
    }

    /// Makes a call; `None` where nothing was begun, because a stop was asked for or another call ended fatally.
    pub(crate) async fn call<T, F>(&self, begin: impl FnOnce() -> F + Send) -> Option<Result<T, ModelError>>
    where
        T: Send,
        F: Future<Output = Result<T, ModelError>> + Send,
    {
        if self.context.is_stopping() || self.is_closed.load(Ordering::Acquire) {
            return None;
        }
        let outcome = begin().await;
        if outcome.as_ref().is_err_and(ModelError::is_fatal) {
            self.is_closed.store(true, Ordering::Release);
        }
        Some(outcome)
    }

    /// Runs all of `work` to its end, as much at once as the context allows, and gives the results in its order.
    ///
    /// Nothing ends the run early: what is in flight is paid for. Dropping the future cancels it.
    pub(crate) async fn run<'w, T: Send>(&self, work: impl Iterator<Item = BoxFuture<'w, T>> + Send) -> Vec<T> {
        let mut waiting = work.enumerate();
        let mut in_flight = FuturesUnordered::new();
        let mut results = BTreeMap::new();
        loop {
            let free = self.context.parallelism().get() - in_flight.len();
            in_flight.extend(waiting.by_ref().take(free).map(|(key, piece)| piece.map(move |result| (key, result))));
            match in_flight.next().await {
                Some((key, result)) => results.insert(key, result),
                None => return results.into_values().collect(),
            };
        }
    }
}

/// What differs between tools that ask a chat model about chunks. All of it is pure.
pub(crate) trait Extraction: Sync {
    /// The tool's id.
    const TOOL: &'static str;
    /// The key of the list that is asked for.
    const LIST: &'static str;

    /// What is the same for all texts.
    fn outline(&self) -> &Outline;

    /// What to ask about a chunk, and how much of the ontology that shows where it isn't all.
    fn prompt(&self, chunk: &Chunk, question: &Question<'_>) -> (ChatRequest, Option<Shown>);

    /// Takes an item of an answer for what the tool is after.
    fn take(facts: &mut FactCollector<'_>, item: &Value);
}

/// Asks about each chunk of a document that has words in it, and gathers what stood up.
pub(crate) async fn run_chunks<E: Extraction>(
    context: &ToolContext,
    model: &dyn ChatModel,
    config: &ExtractionConfig,
    input: &ToolInput,
    extraction: &E,
) -> ToolResult {
    let flow = Flow::new(context);
    let asker = Asker { flow: &flow, model, config, document: &input.document, extraction };
    let work = chunks_with_context(&input.document, config.chunk_size, config.chunk_overlap)
        .map(|chunk| split::ask_in_parts(&asker, chunk).boxed());
    let mut gathered = Gathered::new(config, input, &extraction.outline().leaks);
    for asked in flow.run(work).await {
        gathered.take::<E>(asked);
    }
    gathered.into_result(E::TOOL)
}

/// Whether a chunk has nothing to ask about.
pub(crate) fn is_blank(chunk: &Chunk, document: &Document) -> bool {
    chunk.text(document).trim().is_empty()
}

/// The report of a chunk whose call gave no answer.
pub(crate) fn report_of(chunk: &Chunk, error: &ModelError) -> ChunkReport {
    let mut report = ChunkReport::new(chunk, state_after(error));
    report.attempts = error.attempts();
    report.error = Some(told(error));
    report
}

/// How a call ended that gave no answer.
fn state_after(error: &ModelError) -> ChunkState {
    if error.kind() == ModelErrorKind::Stopped { ChunkState::Skipped } else { ChunkState::Failed }
}

/// What a call without an answer cost.
pub(crate) fn spent_on(error: &ModelError) -> Usage {
    let attempts = u64::from(error.attempts());
    Usage { calls: attempts.min(1), attempts, ..Usage::default() }
}

/// The requests on the wire, as chunk reports count them.
pub(crate) fn attempts(usage: Usage) -> u32 {
    u32::try_from(usage.attempts).unwrap_or(u32::MAX)
}

/// The error's sentence, with the causes that it doesn't tell itself.
fn told(error: &ModelError) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let sentence = error.to_string();
        if !told.contains(&sentence) {
            told = format!("{told}: {sentence}");
        }
        cause = error.source();
    }
    told
}
