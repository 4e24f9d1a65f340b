//! One document through all tools.

use std::sync::Arc;

use kgas_core::{Document, GraphFragment, ToolInput, ToolOutput, ToolResult};
use tokio::time::Instant;

use super::Pipeline;
use crate::ledger::DocumentRow;
use crate::source::Sourced;
use crate::tally::Tally;

/// What became of a document.
pub(super) struct Outcome {
    pub(super) row: DocumentRow,
    pub(super) graph: GraphFragment,
    pub(super) results: Vec<ToolResult>,
    pub(super) tally: Tally,
}

impl Outcome {
    pub(super) fn unread(document: &Sourced, problem: String) -> Self {
        let (graph, results, tally) = Default::default();
        Self { row: DocumentRow::unread(document, problem), graph, results, tally }
    }
}

/// Takes a document through the tools in their order; each sees the facts before it.
pub(super) async fn process(pipeline: &Pipeline, document: Sourced) -> Outcome {
    let text = match &document.text {
        Ok(text) => text.clone(),
        Err(error) => return Outcome::unread(&document, error.to_string()),
    };
    let document = Arc::new(Document::new(document.id, text).with_source(document.source));
    let mut graph = Arc::new(GraphFragment::default());
    let mut results = Vec::with_capacity(pipeline.tools.len());
    let mut error = None;
    for tool in &pipeline.tools {
        let input = ToolInput::new(Arc::clone(&document), Arc::clone(&pipeline.ontology));
        let begun = Instant::now();
        match tool.execute(&pipeline.context, input.with_graph(Arc::clone(&graph))).await {
            Ok(mut result) => {
                result.elapsed = begun.elapsed();
                if let ToolOutput::Graph(found) = &mut result.output {
                    Arc::make_mut(&mut graph).extend(std::mem::take(found));
                }
                results.push(result);
            }
            Err(problem) => error = error.or_else(|| Some(problem.to_string())),
        }
    }
    let row = DocumentRow::finished(&document, &results, error);
    Outcome { row, graph: Arc::unwrap_or_clone(graph), results, tally: Tally::default() }
}
