//! What an earlier run did not complete, so that only that is asked about anew.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use kgas_core::{ChatModel, ChatReply, ChatRequest, ChunkState, Embedder, ModelError, ToolContext};
use serde::Deserialize;

use crate::ledger::DocumentState;

/// The chunks that are not complete by an earlier ledger. It grows with their number, not with the corpus.
#[derive(Debug, Default)]
pub struct Redo {
    documents: BTreeMap<String, Missing>,
    embedder: Option<Arc<dyn Embedder>>,
}

/// What is missing of a document.
#[derive(Debug, Default)]
pub(crate) struct Missing {
    /// Of the document as a whole: some tool gave no result.
    all: bool,
    /// The places of chunks, by tool.
    chunks: BTreeMap<String, BTreeSet<usize>>,
}

/// What is read of a line of the ledger.
#[derive(Deserialize)]
struct Row {
    document: String,
    state: DocumentState,
    error: Option<String>,
    chunks: Vec<Chunk>,
}

#[derive(Deserialize)]
struct Chunk {
    index: usize,
    tools: BTreeMap<String, Ended>,
}

#[derive(Deserialize)]
struct Ended {
    state: ChunkState,
}

impl Redo {
    /// Reads what is missing from the ledger of an output.
    ///
    /// # Errors
    /// Where there is none, or a line of it is none of a ledger.
    pub fn read(out: &Path) -> io::Result<Self> {
        let mut redo = Self::default();
        for line in BufReader::new(File::open(out.join("documents.jsonl"))?).lines() {
            let row: Row = serde_json::from_str(&line?)?;
            if row.state != DocumentState::Complete {
                redo.documents.insert(row.document.clone(), Missing::of(row));
            }
        }
        Ok(redo)
    }

    /// With the embedder that is asked where vectors are missing: one that asks anew.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.embedder = Some(embedder);
        self
    }

    /// How many documents are not complete.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// What a tool is given for a document: models that are asked anew about what is missing.
    pub(crate) fn context<'c>(&self, context: &'c ToolContext, document: &str, tool: &str) -> Cow<'c, ToolContext> {
        let missing = self.documents.get(document).filter(|missing| missing.all || missing.chunks.contains_key(tool));
        let Some(missing) = missing else { return Cow::Borrowed(context) };
        let mut anew = context.clone();
        if let Ok(model) = context.chat(tool) {
            let chunks = (!missing.all).then(|| missing.chunks.get(tool).cloned().unwrap_or_default());
            anew = anew.with_chat(Arc::new(AskAnew { model: Arc::clone(model), chunks }));
        }
        if let Some(embedder) = &self.embedder {
            anew = anew.with_embedder(Arc::clone(embedder));
        }
        Cow::Owned(anew)
    }
}

impl Missing {
    fn of(row: Row) -> Self {
        let mut missing = Self { all: row.error.is_some(), ..Self::default() };
        for chunk in row.chunks {
            let broken = chunk.tools.into_iter().filter(|(_, ended)| !ended.state.is_complete());
            for (tool, _) in broken {
                missing.chunks.entry(tool).or_default().insert(chunk.index);
            }
        }
        missing
    }
}

/// A model that is asked anew about some chunks; about all where none are named.
#[derive(Debug)]
struct AskAnew {
    model: Arc<dyn ChatModel>,
    chunks: Option<BTreeSet<usize>>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ChatModel for AskAnew {
    fn id(&self) -> &str {
        self.model.id()
    }

    async fn chat(&self, mut request: ChatRequest) -> Result<ChatReply, ModelError> {
        // A question that belongs to no chunk may be about the missing one.
        let is_missing = |chunks: &BTreeSet<usize>| request.chunk.is_none_or(|chunk| chunks.contains(&chunk));
        request.anew |= self.chunks.as_ref().is_none_or(is_missing);
        self.model.chat(request).await
    }
}
