//! From what a tool claims to a result: through the door that all claims take, or as the JSON that it gives.

use kgas_core::fact::{ChunkFacts, FactCollector};
use kgas_core::text::Chunk;
use kgas_core::{ChunkReport, ChunkState, GraphFragment, ToolInput, ToolOutput, ToolResult};

use super::config::Minded;
use super::error::one_line;
use super::message::Found;
use super::talk::Account;

/// What is said of a document whose questions were not all asked.
const STOPPED: &str = "the run was stopped before all of the tool's questions were asked";

/// The result of a document on which a tool has worked.
pub(super) fn found(tool: &str, input: &ToolInput, minded: &Minded, found: Found, account: &Account) -> ToolResult {
    // A tool may take a question that wasn't asked for one without an answer.
    let stopped = || account.is_stopped.then(|| STOPPED.to_owned());
    let missing = found.missing.as_deref().map(one_line).or_else(stopped);
    let mut result = match found.json {
        Some(value) => {
            let state = ChunkState::Ok;
            with_chunk(
                tool,
                ToolOutput::Json { value },
                ChunkReport::new(&Chunk::whole(&input.document), state),
                account,
            )
        }
        None => {
            let facts = facts(tool, input, minded, &found);
            let report = ChunkReport::new(&Chunk::whole(&input.document), facts.state());
            let report = ChunkReport { kept: facts.kept, rejected: facts.rejected_items(), ..report };
            let mut graph = GraphFragment::default();
            facts.mentions.into_iter().for_each(|mention| graph.add_mention(mention));
            facts.relations.into_iter().for_each(|relation| graph.add_relation(relation));
            let mut result = with_chunk(tool, ToolOutput::Graph(graph), report, account);
            result.rejected = facts.rejected;
            result
        }
    };
    if let (Some(missing), Some(report)) = (missing, result.chunks.first_mut()) {
        report.state = if account.is_stopped { ChunkState::Skipped } else { ChunkState::Truncated };
        report.error = Some(missing);
    }
    result
}

/// The result of a document with which a tool could not deal.
pub(super) fn failed(tool: &str, input: &ToolInput, error: String, account: &Account) -> ToolResult {
    let state = if account.is_stopped { ChunkState::Skipped } else { ChunkState::Failed };
    let report = ChunkReport { error: Some(error), ..ChunkReport::new(&Chunk::whole(&input.document), state) };
    with_chunk(tool, ToolOutput::Graph(GraphFragment::default()), report, account)
}

/// The result of a document that was not begun.
pub(super) fn skipped(tool: &str, input: &ToolInput) -> ToolResult {
    let report = ChunkReport::new(&Chunk::whole(&input.document), ChunkState::Skipped);
    with_chunk(tool, ToolOutput::Graph(GraphFragment::default()), report, &Account::default())
}

fn with_chunk(tool: &str, output: ToolOutput, mut report: ChunkReport, account: &Account) -> ToolResult {
    report.attempts = u32::try_from(account.usage.attempts).unwrap_or(u32::MAX);
    let mut result = ToolResult::whole(tool, output);
    (result.chunks, result.usage) = (vec![report], account.usage);
    result
}

fn facts(tool: &str, input: &ToolInput, minded: &Minded, found: &Found) -> ChunkFacts {
    let ToolInput { document, ontology, graph, .. } = input;
    let mut facts = FactCollector::new(document, &Chunk::whole(document), ontology, graph, tool)
        .min_confidence(minded.min_confidence)
        .keep_ungrounded(minded.keep_ungrounded);
    found.entities.iter().for_each(|item| facts.entity_json(item));
    found.relations.iter().for_each(|item| facts.relation_json(item));
    if minded.all_mentions {
        facts.add_other_occurrences();
    }
    facts.finish()
}
