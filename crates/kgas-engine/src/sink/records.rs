//! From a finished document to the records of the outputs.

use std::collections::BTreeMap;

use kgas_core::fact::{Alias, Evidence, Flag, Match, Mention, Relation};
use kgas_core::{Document, GraphFragment, ToolOutput, ToolResult};
use serde::Serialize;
use serde_json::json;

use super::relations::Head;
use crate::key::{entity_id, object_text, sort_key};
use crate::ledger::DocumentRow;
use crate::offsets::Ruler;
use crate::origin::Kept;

/// Which output a record belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stream {
    Mentions,
    /// Names that a text calls names of one thing.
    Aliases,
    Relations,
    Documents,
    Rejected,
    Embeddings,
    /// Documents that came by standard input, to be looked up again.
    Stdin,
    /// What a tool gave as JSON.
    Tool(String),
}

/// A sort key and a line, or what a line is made of.
pub(crate) struct Record {
    pub(crate) stream: Stream,
    pub(crate) key: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

/// What was found in a document, and how places in it are counted.
pub(crate) struct Findings<'d> {
    pub(crate) graph: &'d GraphFragment,
    pub(crate) aliases: &'d [Alias],
    /// None where there is no text.
    pub(crate) document: Option<&'d Document>,
    pub(crate) ruler: Ruler<'d>,
}

impl Findings<'_> {
    /// Of a document of which nothing came.
    pub(crate) fn none(graph: &GraphFragment) -> Findings<'_> {
        Findings { graph, aliases: &[], document: None, ruler: Ruler::none() }
    }
}

/// A place as outputs list it: a mention, which has a confidence, or evidence, which has none.
#[derive(Serialize)]
struct PlaceLine<'a> {
    document: &'a str,
    chunk: usize,
    start: Option<usize>,
    end: Option<usize>,
    quote: &'a str,
    #[serde(rename = "match")]
    matched: Match,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    tool: &'a str,
    flags: &'a std::collections::BTreeSet<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
}

impl<'a> PlaceLine<'a> {
    fn new(document: &'a str, evidence: &'a Evidence, confidence: Option<f64>, ruler: &Ruler<'_>) -> Self {
        let (start, end) = evidence.span().map(|span| ruler.measure(span)).unzip();
        Self {
            document,
            chunk: evidence.chunk(),
            start,
            end,
            quote: evidence.quote(),
            matched: evidence.matched(),
            score: evidence.score(),
            tool: evidence.tool(),
            flags: evidence.flags(),
            confidence,
        }
    }
}

/// What is in no place sorts first.
fn first(evidence: &Evidence) -> u64 {
    evidence.span().map_or(0, |span| span.start() as u64)
}

/// All records of a document; `sequence` is its place in the corpus.
pub(crate) fn records(
    sequence: u64,
    row: &DocumentRow,
    findings: &Findings<'_>,
    results: Vec<ToolResult>,
) -> Result<Vec<Record>, serde_json::Error> {
    let Findings { graph, aliases, ruler, .. } = findings;
    let mut records = Vec::with_capacity(graph.mentions().len() + graph.relations().len() + 1);
    for (at, mention) in graph.mentions().iter().enumerate() {
        records.push(mention_record(at as u64, &row.document, mention, ruler)?);
    }
    for alias in *aliases {
        records.extend(alias_record(&row.document, alias, findings));
    }
    let order: BTreeMap<&str, u64> = results.iter().map(|result| result.tool.as_str()).zip(0..).collect();
    for (at, relation) in graph.relations().iter().enumerate() {
        let tool = order.get(relation.evidence().tool()).copied().unwrap_or_default();
        records.push(relation_record([sequence, tool, at as u64], &row.document, relation, ruler)?);
    }
    for (order, result) in results.into_iter().enumerate() {
        add_result(&mut records, (sequence, order as u64), &row.document, result)?;
    }
    let key = sort_key(&[], &[sequence]);
    if let Some(document) = findings.document.filter(|document| is_stdin(document)) {
        let kept = Kept { document: document.id().into(), text: document.text().into() };
        records.push(Record { stream: Stream::Stdin, key: key.clone(), payload: serde_json::to_vec(&kept)? });
    }
    records.push(Record { stream: Stream::Documents, key, payload: serde_json::to_vec(row)? });
    Ok(records)
}

fn is_stdin(document: &Document) -> bool {
    document.source().is_some_and(|source| source == "-" || source.starts_with("-:"))
}

fn mention_record(at: u64, document: &str, mention: &Mention, ruler: &Ruler<'_>) -> Result<Record, serde_json::Error> {
    let evidence = mention.evidence();
    let line = PlaceLine::new(document, evidence, Some(mention.confidence()), ruler);
    let mut payload = serde_json::to_vec(&line)?;
    // JSON has no raw line break: what follows one are the properties.
    for property in mention.properties() {
        let (start, end) = ruler.measure(property.span());
        payload.push(b'\n');
        let mut value = json!({"value": property.value()});
        if let Some(fields) = value.as_object_mut() {
            fields.extend(property.normal().map(|normal| ("normal".to_owned(), json!(normal))));
            fields.insert("document".to_owned(), json!(document));
            fields.insert("start".to_owned(), json!(start));
            fields.insert("end".to_owned(), json!(end));
            fields.insert("quote".to_owned(), json!(property.value()));
        }
        serde_json::to_writer(&mut payload, &(property.name(), value))?;
    }
    let key = mention.key();
    // By the document's name and not by its place, so that the order of the corpus doesn't show.
    let key = sort_key(&[key.entity_type(), key.name(), document], &[first(evidence), at]);
    Ok(Record { stream: Stream::Mentions, key, payload })
}

fn alias_record(document: &str, alias: &Alias, findings: &Findings<'_>) -> Option<Record> {
    let quote = findings.document?.slice(alias.span)?;
    let (start, end) = findings.ruler.measure(alias.span);
    let line = json!({"document": document, "start": start, "end": end, "quote": quote});
    let (name, other) = (&alias.name, &alias.alias);
    let parts = [name.entity_type(), name.name(), other.entity_type(), other.name(), document];
    let key = sort_key(&parts, &[alias.span.start() as u64]);
    Some(Record { stream: Stream::Aliases, key, payload: line.to_string().into_bytes() })
}

fn relation_record(
    place: [u64; 3],
    document: &str,
    relation: &Relation,
    ruler: &Ruler<'_>,
) -> Result<Record, serde_json::Error> {
    let evidence = relation.evidence();
    let (object, is_value) = object_text(relation.object());
    let head = Head {
        relation_type: relation.relation_type().to_owned(),
        subject: entity_id(relation.subject()),
        object,
        is_value,
        normal: relation.normal().map(str::to_owned),
        confidence: relation.confidence(),
        place,
    };
    // Merging reads the edge from the first line.
    let mut payload = serde_json::to_vec(&head)?;
    payload.push(b'\n');
    serde_json::to_writer(&mut payload, &PlaceLine::new(document, evidence, None, ruler))?;
    let [relation_type, subject, object, kind] = head.parts();
    let [_, _, at] = place;
    let key = sort_key(&[relation_type, subject, object, kind, document], &[first(evidence), at]);
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

/// Such a line read back.
#[derive(serde::Deserialize)]
pub(super) struct VectorLine {
    pub(super) id: String,
    pub(super) vector: Vec<f32>,
}
