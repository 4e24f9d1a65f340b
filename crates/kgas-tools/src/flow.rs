//! The loop that the model tools share: many calls at once, results in the order of the document.

use std::collections::BTreeMap;
use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use kgas_core::fact::ChunkFacts;
use kgas_core::text::{Chunk, NoItems, chunks};
use kgas_core::{
    Capabilities, ChatModel, ChatReply, ChatRequest, ChunkReport, ChunkState, Document, Finish, GraphFragment,
    ModelError, ModelErrorKind, ToolContext, ToolOutput, ToolResult, Usage,
};

/// How a tool works that asks a model through this loop.
pub(crate) const ASKS_A_MODEL: Capabilities =
    Capabilities { is_async: true, batch: true, streaming: false, requires_auth: true, concurrent_processing: true };

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

/// What differs between tools that ask a chat model about chunks. Both are pure.
pub(crate) trait Extraction: Sync {
    /// What to ask about a chunk.
    fn prompt(&self, chunk: &Chunk) -> ChatRequest;

    /// What an answer about it is worth.
    fn decode(&self, chunk: &Chunk, answer: &str) -> Result<Decoded, NoItems>;
}

/// The items of an answer, checked.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) facts: ChunkFacts,
    /// Whether the answer's list was closed.
    pub(crate) is_complete: bool,
}

/// Asks about each chunk of a document that has words in it, and gathers what stood up.
pub(crate) async fn run_chunks(
    tool: &str,
    context: &ToolContext,
    model: &dyn ChatModel,
    document: &Document,
    chunk_size: NonZeroUsize,
    extraction: &impl Extraction,
) -> ToolResult {
    let flow = Flow::new(context);
    let work = chunks(document, chunk_size).map(|chunk| ask(&flow, model, document, extraction, chunk).boxed());
    let mut graph = GraphFragment::default();
    let (mut reports, mut rejected, mut usage) = (Vec::new(), Vec::new(), Usage::default());
    for Asked { report, facts, spent } in flow.run(work).await {
        reports.push(report);
        facts.mentions.into_iter().for_each(|mention| graph.add_mention(mention));
        facts.relations.into_iter().for_each(|relation| graph.add_relation(relation));
        rejected.extend(facts.rejected);
        usage += spent;
    }
    let mut result = ToolResult::whole(tool, ToolOutput::Graph(graph));
    (result.chunks, result.rejected, result.usage) = (reports, rejected, usage);
    result
}

/// A chunk that was dealt with.
struct Asked {
    report: ChunkReport,
    facts: ChunkFacts,
    spent: Usage,
}

impl Asked {
    fn without_facts(report: ChunkReport) -> Self {
        Self { report, facts: ChunkFacts::default(), spent: Usage::default() }
    }
}

async fn ask(
    flow: &Flow<'_>,
    model: &dyn ChatModel,
    document: &Document,
    extraction: &impl Extraction,
    chunk: Chunk,
) -> Asked {
    if is_blank(&chunk, document) {
        return Asked::without_facts(ChunkReport::new(&chunk, ChunkState::Empty));
    }
    match flow.call(|| model.chat(extraction.prompt(&chunk))).await {
        None => Asked::without_facts(ChunkReport::new(&chunk, ChunkState::Skipped)),
        Some(Err(error)) => Asked { spent: spent_on(&error), ..Asked::without_facts(report_of(&chunk, &error)) },
        Some(Ok(reply)) => judge(extraction, &chunk, &reply),
    }
}

fn judge(extraction: &impl Extraction, chunk: &Chunk, reply: &ChatReply) -> Asked {
    let mut report = ChunkReport::new(chunk, ChunkState::Refused);
    report.attempts = attempts(reply.usage);
    let mut facts = ChunkFacts::default();
    if reply.finish == Finish::Refused {
        report.error = Some("the model declined to answer, or a content filter did".to_owned());
        return Asked { report, facts, spent: reply.usage };
    }
    let is_cut = reply.finish == Finish::Length;
    match extraction.decode(chunk, &reply.text) {
        Ok(decoded) => {
            facts = decoded.facts;
            report.kept = facts.kept;
            report.rejected = facts.rejected.iter().filter(|item| !item.reason.is_of_a_property()).count();
            report.state = match (report.kept, report.rejected) {
                _ if is_cut || !decoded.is_complete => ChunkState::Truncated,
                (0, 0) => ChunkState::Empty,
                (0, _) => ChunkState::Rejected,
                _ => ChunkState::Ok,
            };
            if report.state == ChunkState::Truncated {
                report.error = Some(cut_off(is_cut).to_owned());
            }
        }
        Err(_) if is_cut => {
            report.state = ChunkState::Truncated;
            report.error = Some(cut_off(is_cut).to_owned());
        }
        Err(none) => {
            report.state = ChunkState::Failed;
            report.error = Some(none.to_string());
        }
    }
    Asked { report, facts, spent: reply.usage }
}

const fn cut_off(at_the_longest: bool) -> &'static str {
    if at_the_longest {
        "the answer reached its longest and was cut off: raise max_tokens, or lower chunk_size"
    } else {
        "the answer breaks off in the middle of its list"
    }
}

/// Whether a chunk has nothing to ask about.
pub(crate) fn is_blank(chunk: &Chunk, document: &Document) -> bool {
    chunk.text(document).trim().is_empty()
}

/// The report of a chunk whose call gave no answer.
pub(crate) fn report_of(chunk: &Chunk, error: &ModelError) -> ChunkReport {
    let was_stopped = error.kind() == ModelErrorKind::Stopped;
    let mut report = ChunkReport::new(chunk, if was_stopped { ChunkState::Skipped } else { ChunkState::Failed });
    report.attempts = error.attempts();
    report.error = Some(told(error));
    report
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
