//! The account of every document, and of every chunk by every tool.

use std::collections::BTreeMap;

use kgas_core::{ChunkReport, ChunkState, Document, Part, Shown, ToolResult, ToolStatus};
use serde::{Deserialize, Serialize};

use crate::key::sha256;
use crate::offsets::Ruler;
use crate::source::Sourced;

/// A line of `documents.jsonl`.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentRow {
    /// The document's id.
    pub document: String,
    /// Its path, and its line where a file holds many.
    pub source: String,
    /// SHA-256 of its text in UTF-8; none where it could not be read.
    pub sha256: Option<String>,
    /// Its length in code points; none where it could not be read.
    pub characters: Option<usize>,
    /// How it ended.
    pub state: DocumentState,
    /// What went wrong with the document as a whole.
    pub error: Option<String>,
    /// How each of its chunks ended, in order.
    pub chunks: Vec<ChunkRow>,
}

/// How a document ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Nothing is left to do.
    Complete,
    /// Some of it is.
    Partial,
    /// All of it is.
    Failed,
}

impl DocumentState {
    /// The word that outputs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// A chunk, by tool.
#[derive(Clone, Debug, Serialize)]
pub struct ChunkRow {
    /// Its place in the document.
    pub index: usize,
    /// Its first code point.
    pub start: usize,
    /// The code point after its last.
    pub end: usize,
    /// How each tool ended with it.
    pub tools: BTreeMap<String, ToolChunk>,
}

/// How a tool ended with a chunk.
#[derive(Clone, Debug, Serialize)]
pub struct ToolChunk {
    /// The state.
    pub state: ChunkState,
    /// Requests that went out for it.
    pub attempts: u32,
    /// What went wrong.
    pub error: Option<String>,
    /// Where it had to be asked about in parts: how each ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Where the ontology was too large to be shown: how much of it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
}

impl DocumentRow {
    /// The row of a document that no tool saw.
    #[must_use]
    pub fn unread(document: &Sourced, error: String) -> Self {
        Self {
            document: document.id.clone(),
            source: document.source.clone(),
            sha256: document.text.as_deref().ok().map(sha256),
            characters: document.text.as_ref().ok().map(|text| text.chars().count()),
            state: DocumentState::Failed,
            error: Some(error),
            chunks: Vec::new(),
        }
    }

    /// Counts the places of its chunks in another unit.
    pub(crate) fn measure(&mut self, ruler: &Ruler<'_>) {
        for chunk in &mut self.chunks {
            (chunk.start, chunk.end) = (ruler.at(chunk.start), ruler.at(chunk.end));
        }
    }

    /// The row of a document after its tools; `error` is of a tool that gave no result.
    #[must_use]
    pub fn finished(document: &Document, results: &[ToolResult], error: Option<String>) -> Self {
        // Tools may cut a document differently.
        let mut chunks: BTreeMap<(usize, usize, usize), ChunkRow> = BTreeMap::new();
        let reports = results.iter().flat_map(|result| result.chunks.iter().map(move |chunk| (result, chunk)));
        for (result, report) in reports {
            let (start, end) = (report.span.start(), report.span.end());
            let fresh = || ChunkRow { index: report.index, start, end, tools: BTreeMap::new() };
            let row = chunks.entry((report.index, start, end)).or_insert_with(fresh);
            row.tools.insert(result.tool.clone(), ToolChunk::from(report));
        }
        let all = |status| results.iter().all(|result| result.status() == status);
        let state = match &error {
            None if all(ToolStatus::Success) => DocumentState::Complete,
            _ if all(ToolStatus::Failed) => DocumentState::Failed,
            _ => DocumentState::Partial,
        };
        Self {
            document: document.id().to_owned(),
            source: document.source().unwrap_or_default().to_owned(),
            sha256: Some(sha256(document.text())),
            characters: Some(document.characters()),
            state,
            error,
            chunks: chunks.into_values().collect(),
        }
    }
}

impl From<&ChunkReport> for ToolChunk {
    fn from(report: &ChunkReport) -> Self {
        Self {
            state: report.state,
            attempts: report.attempts,
            error: report.error.clone(),
            parts: report.parts.clone(),
            shown: report.shown,
        }
    }
}
