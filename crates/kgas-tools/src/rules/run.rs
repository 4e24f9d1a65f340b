//! Chunk after chunk, the same for both tools.

use std::num::NonZeroUsize;

use kgas_core::fact::ChunkFacts;
use kgas_core::text::{Chunk, chunks};
use kgas_core::{
    Capabilities, ChunkReport, ChunkState, Document, GraphFragment, Need, ToolContext, ToolError, ToolInput,
    ToolMetadata, ToolOutput, ToolResult, Usage,
};

/// What both tools say of themselves alike.
pub(super) fn metadata(id: &str, name: &str, description: &str) -> ToolMetadata {
    ToolMetadata {
        id: id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        category: "extraction".to_owned(),
        tags: ["rules", "offline", "ontology", "english"].map(str::to_owned).to_vec(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        needs: vec![Need::Ontology],
        capabilities: Capabilities { concurrent_processing: true, ..Capabilities::default() },
    }
}

/// Refuses an input without what the tool goes by.
///
/// # Errors
/// [`ToolError::NoOntology`] where `is_there` doesn't hold.
pub(super) fn need(tool: &str, is_there: bool, hint: &'static str) -> Result<(), ToolError> {
    if is_there { Ok(()) } else { Err(ToolError::NoOntology { tool: tool.to_owned(), hint }) }
}

/// Lets `extract` loose on each chunk and adds up the account.
pub(super) fn run(
    tool: &str,
    context: &ToolContext,
    input: &ToolInput,
    chunk_size: NonZeroUsize,
    mut extract: impl FnMut(&Chunk) -> ChunkFacts,
) -> ToolResult {
    let mut graph = GraphFragment::default();
    let mut reports = Vec::new();
    let mut rejected = Vec::new();
    each_chunk(&input.document, chunk_size, |chunk| {
        if context.is_stopping() {
            reports.push(ChunkReport::new(chunk, ChunkState::Skipped));
            return;
        }
        let facts = extract(chunk);
        let (kept, rejected_items) = (facts.kept, facts.rejected_items());
        reports.push(ChunkReport { kept, rejected: rejected_items, ..ChunkReport::new(chunk, facts.state()) });
        facts.mentions.into_iter().for_each(|mention| graph.add_mention(mention));
        facts.relations.into_iter().for_each(|relation| graph.add_relation(relation));
        rejected.extend(facts.rejected);
    });
    let output = ToolOutput::Graph(graph);
    let (usage, elapsed) = (Usage::default(), std::time::Duration::ZERO);
    ToolResult { tool: tool.to_owned(), output, chunks: reports, rejected, usage, elapsed }
}

fn each_chunk(document: &Document, size: NonZeroUsize, mut visit: impl FnMut(&Chunk)) {
    if (1..=size.get()).contains(&document.characters()) {
        // What fits as a whole needn't be cut first.
        visit(&Chunk::whole(document));
    } else {
        chunks(document, size).for_each(|chunk| visit(&chunk));
    }
}
