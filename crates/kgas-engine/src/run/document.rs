//! One document through all tools.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use kgas_core::fact::aliases;
use kgas_core::{Document, GraphFragment, KgasTool, ToolContext, ToolInput, ToolOutput, ToolResult};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::span::execute_tool;
use super::{Pipeline, span};
use crate::ledger::DocumentRow;
use crate::offsets::{Offsets, Ruler};
use crate::sink::{Findings, Record, records};
use crate::source::Sourced;
use crate::tally::Tally;

/// What became of a document: what it adds to the sums, and what is to be written.
pub(super) struct Outcome {
    pub(super) row: DocumentRow,
    pub(super) tally: Tally,
    pub(super) records: Vec<Record>,
}

/// What its records are to be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) offsets: Offsets,
    /// Whether to look for aliases.
    pub(super) aliases: bool,
}

/// A document that was begun: its place in the corpus, and what it is called.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub(super) sequence: u64,
    pub(super) id: String,
    pub(super) source: String,
}

impl Outcome {
    fn new(
        sequence: u64,
        mut row: DocumentRow,
        findings: &Findings<'_>,
        (results, tools): (Vec<ToolResult>, usize),
    ) -> Self {
        let tally = Tally::of(&row, &results, tools);
        row.measure(&findings.ruler);
        match records(sequence, &row, findings, results) {
            Ok(records) => Self { row, tally, records },
            Err(error) => {
                let begun = Begun { sequence, id: row.document, source: row.source };
                Self::lost(begun, format!("its results can't be written as JSON: {error}"))
            }
        }
    }

    /// A document that was begun and of which nothing came.
    pub(super) fn lost(begun: Begun, problem: String) -> Self {
        let Begun { sequence, id, source } = begun;
        let text = Ok(String::new());
        let mut row = DocumentRow::unread(&Sourced { id, source, text }, problem);
        let mut tally = Tally::of(&row, &[], 0);
        // The text was there, and is gone.
        (row.sha256, row.characters, tally.empty_documents) = (None, None, 0);
        let records =
            records(sequence, &row, &Findings::none(&GraphFragment::default()), Vec::new()).unwrap_or_default();
        Self { row, tally, records }
    }
}

/// Takes a document through the tools, within a span of its own.
pub(super) async fn process(pipeline: &Pipeline, form: Form, sequence: u64, document: Sourced) -> Outcome {
    let span = span::document(&document.id);
    let outcome = work(pipeline, form, sequence, document).instrument(span.clone()).await;
    span::ended(&span, &outcome.row);
    outcome
}

/// Takes a document through the tools in their order; each sees the facts before it.
async fn work(pipeline: &Pipeline, form: Form, sequence: u64, document: Sourced) -> Outcome {
    let Sourced { id, source, text } = document;
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            let problem = error.to_string();
            let row = DocumentRow::unread(&Sourced { id, source, text: Err(error) }, problem);
            return Outcome::new(sequence, row, &Findings::none(&GraphFragment::default()), (Vec::new(), 0));
        }
    };
    let document = Arc::new(Document::new(id, text).with_source(source));
    let mut graph = Arc::new(GraphFragment::default());
    let mut results = Vec::with_capacity(pipeline.tools.len());
    let mut error = None;
    for tool in &pipeline.tools {
        let input = ToolInput::new(Arc::clone(&document), Arc::clone(&pipeline.ontology))
            .with_examples(Arc::clone(&pipeline.examples));
        let begun = Instant::now();
        let context = pipeline.redo.context(&pipeline.context, document.id(), &tool.metadata().id);
        match execute(&**tool, &context, input.with_graph(Arc::clone(&graph))).await {
            Ok(mut result) => {
                result.elapsed = begun.elapsed();
                if let ToolOutput::Graph(found) = &mut result.output {
                    Arc::make_mut(&mut graph).extend(std::mem::take(found));
                }
                results.push(result);
            }
            Err(problem) => error = error.or(Some(problem)),
        }
    }
    let row = DocumentRow::finished(&document, &results, error);
    let said = if form.aliases { aliases(&document, graph.mentions(), &pipeline.ontology) } else { Vec::new() };
    let ruler = Ruler::new(&document, form.offsets);
    let findings = Findings { graph: &graph, aliases: &said, document: Some(&document), ruler };
    Outcome::new(sequence, row, &findings, (results, pipeline.tools.len()))
}

/// Runs a tool; what it panics over is an error of its own.
async fn execute(tool: &dyn KgasTool, context: &ToolContext, input: ToolInput) -> Result<ToolResult, String> {
    let mut work = pin!(execute_tool(tool, context, input));
    let ended = std::future::poll_fn(|task| {
        // Nothing of a tool that has panicked is looked at again.
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(task))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(ended)) => Poll::Ready(Some(ended)),
            Err(_) => Poll::Ready(None),
        }
    });
    match ended.await {
        Some(ended) => ended.map_err(|error| error.to_string()),
        None => Err(format!("tool {} panicked", tool.metadata().id)),
    }
}
