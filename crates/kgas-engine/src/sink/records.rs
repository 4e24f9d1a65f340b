//! From a finished document to the records of the outputs.

use kgas_core::fact::{Evidence, Mention, Relation};
use kgas_core::{GraphFragment, ToolOutput, ToolResult};
use serde::Serialize;
use serde_json::json;

use crate::key::entity_id;
use crate::key::{object_text, sort_key};
use crate::ledger::DocumentRow;

/// Which output a record belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stream {
    Mentions,
    Relations,
    Documents,
    Rejected,
    Embeddings,
    /// What a tool gave as JSON.
    Tool(String),
}

/// A sort key and a line, or what a line is made of.
pub(crate) struct Record {
    pub(crate) stream: Stream,
    pub(crate) key: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

/// A mention as `entities.jsonl` lists it; merging reads `quote` and `confidence` back.
#[derive(Serialize)]
struct MentionLine<'a> {
    document: &'a str,
    #[serde(flatten)]
    evidence: &'a Evidence,
    confidence: f64,
}

#[derive(Serialize)]
struct EvidenceLine<'a> {
    document: &'a str,
    #[serde(flatten)]
    evidence: &'a Evidence,
}

/// What is in no place sorts first.
fn first(evidence: &Evidence) -> u64 {
    evidence.span().map_or(0, |span| span.start() as u64)
}

/// All records of a document; `sequence` is its place in the corpus.
pub(crate) fn records(
    sequence: u64,
    row: &DocumentRow,
    graph: &GraphFragment,
    results: Vec<ToolResult>,
) -> Result<Vec<Record>, serde_json::Error> {
    let mut records = Vec::with_capacity(graph.mentions().len() + graph.relations().len() + 1);
    for (at, mention) in graph.mentions().iter().enumerate() {
        records.push(mention_record(sequence, at as u64, &row.document, mention)?);
    }
    for (at, relation) in graph.relations().iter().enumerate() {
        records.push(relation_record(sequence, at as u64, &row.document, relation)?);
    }
    for (order, result) in results.into_iter().enumerate() {
        add_result(&mut records, (sequence, order as u64), &row.document, result)?;
    }
    let key = sort_key(&[], &[sequence]);
    records.push(Record { stream: Stream::Documents, key, payload: serde_json::to_vec(row)? });
    Ok(records)
}

fn mention_record(sequence: u64, at: u64, document: &str, mention: &Mention) -> Result<Record, serde_json::Error> {
    let evidence = mention.evidence();
    let line = MentionLine { document, evidence, confidence: mention.confidence() };
    let mut payload = serde_json::to_vec(&line)?;
    // JSON has no raw line break: what follows one are the properties.
    for property in mention.properties() {
        let (name, span) = (property.name(), property.span());
        payload.push(b'\n');
        let mut value = json!({"value": property.value(), "document": document, "start": span.start(),
            "end": span.end(), "quote": property.value()});
        if let (Some(normal), Some(fields)) = (property.normal(), value.as_object_mut()) {
            fields.insert("normal".to_owned(), json!(normal));
        }
        serde_json::to_writer(&mut payload, &(name, value))?;
    }
    let key = mention.key();
    let key = sort_key(&[key.entity_type(), key.name()], &[sequence, first(evidence), at]);
    Ok(Record { stream: Stream::Mentions, key, payload })
}

fn relation_record(sequence: u64, at: u64, document: &str, relation: &Relation) -> Result<Record, serde_json::Error> {
    let evidence = relation.evidence();
    let line = EvidenceLine { document, evidence };
    let subject = entity_id(relation.subject());
    let (object, is_value) = object_text(relation.object());
    let kind = if is_value { "value" } else { "object" };
    // Merging reads the parts of the edge from the first line.
    let mut payload =
        serde_json::to_vec(&(relation.relation_type(), &subject, &object, is_value, relation.confidence()))?;
    payload.push(b'\n');
    serde_json::to_writer(&mut payload, &line)?;
    let numbers = [sequence, first(evidence), at];
    let key = sort_key(&[relation.relation_type(), &subject, &object, kind], &numbers);
    Ok(Record { stream: Stream::Relations, key, payload })
}

fn add_result(
    records: &mut Vec<Record>,
    (sequence, order): (u64, u64),
    document: &str,
    result: ToolResult,
) -> Result<(), serde_json::Error> {
    for rejection in &result.rejected {
        let line = json!({"document": document, "chunk": rejection.chunk, "tool": result.tool,
            "reason": rejection.reason, "item": rejection.item});
        let key = sort_key(&[], &[sequence, rejection.chunk as u64, order, rejection.position as u64]);
        records.push(Record { stream: Stream::Rejected, key, payload: serde_json::to_vec(&line)? });
    }
    match result.output {
        ToolOutput::Embeddings { vectors } => {
            for embedding in vectors {
                let line = EmbeddingLine { id: document, index: embedding.index, vector: &embedding.vector };
                let key = sort_key(&[], &[sequence, order, embedding.index as u64]);
                records.push(Record { stream: Stream::Embeddings, key, payload: serde_json::to_vec(&line)? });
            }
        }
        ToolOutput::Json { value } => {
            let payload = serde_json::to_vec(&json!({"document": document, "value": value}))?;
            let key = sort_key(&[], &[sequence, order]);
            records.push(Record { stream: Stream::Tool(result.tool), key, payload });
        }
        // A graph was added to the document's own, from which its records were made.
        _ => {}
    }
    Ok(())
}

#[derive(Serialize)]
struct EmbeddingLine<'a> {
    id: &'a str,
    index: usize,
    vector: &'a [f32],
}
