//! What a tool gives back: its output, and the account of every chunk and item.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::fact::Rejection;
use crate::text::Chunk;
use crate::{GraphFragment, Span};

/// What a tool made of one document.
///
/// Its status is computed from the chunks, so it can't disagree with them. `elapsed` is filled in by whoever calls
/// [`crate::KgasTool::execute`]: tools have no clock.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult {
    /// The tool's id.
    pub tool: String,
    /// What it found.
    pub output: ToolOutput,
    /// One report for each chunk, in order.
    pub chunks: Vec<ChunkReport>,
    /// The items that were not kept, by chunk and position.
    pub rejected: Vec<Rejection>,
    /// What was spent.
    pub usage: Usage,
    /// How long it took, in seconds.
    pub elapsed: Duration,
}

impl ToolResult {
    /// A result of a tool that looks at its document as a whole and always succeeds.
    pub fn whole(tool: impl Into<String>, output: ToolOutput) -> Self {
        let (rejected, usage, elapsed) = Default::default();
        Self { tool: tool.into(), output, chunks: Vec::new(), rejected, usage, elapsed }
    }

    /// Whether all, some or none of the chunks were dealt with.
    #[must_use]
    pub fn status(&self) -> ToolStatus {
        let complete = self.chunks.iter().filter(|chunk| chunk.state.is_complete()).count();
        match (complete, self.chunks.len()) {
            (done, all) if done == all => ToolStatus::Success,
            (0, _) => ToolStatus::Failed,
            _ => ToolStatus::Partial,
        }
    }
}

/// What a tool made of one document.
#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "ToolResult")]
struct Written<'r> {
    /// The tool's id.
    tool: &'r str,
    /// Whether all, some or none of the chunks were dealt with.
    status: ToolStatus,
    /// What it found.
    output: &'r ToolOutput,
    /// One report for each chunk, in order.
    chunks: &'r [ChunkReport],
    /// The items that were not kept, by chunk and position.
    rejected: &'r [Rejection],
    /// What was spent.
    usage: Usage,
    /// How long it took, in seconds.
    elapsed: f64,
}

impl Serialize for ToolResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            tool: &self.tool,
            status: self.status(),
            output: &self.output,
            chunks: &self.chunks,
            rejected: &self.rejected,
            usage: self.usage,
            elapsed: self.elapsed.as_secs_f64(),
        };
        written.serialize(serializer)
    }
}

impl JsonSchema for ToolResult {
    fn schema_name() -> Cow<'static, str> {
        Written::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

/// Whether a tool dealt with its whole document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolStatus {
    /// Every chunk was dealt with; there may be nothing in it.
    Success,
    /// Some chunks were not.
    Partial,
    /// None was.
    Failed,
}

/// What a tool found.
#[derive(Clone, Debug, PartialEq, serde::Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolOutput {
    /// Entities and relations.
    Graph(GraphFragment),
    /// One vector for each chunk that was embedded.
    Embeddings {
        /// In the order of the chunks.
        vectors: Vec<Embedding>,
    },
    /// Anything else.
    Json {
        /// What the tool's own documentation says.
        value: Value,
    },
}

/// The vector of a chunk.
#[derive(Clone, Debug, PartialEq, serde::Serialize, JsonSchema)]
pub struct Embedding {
    /// The chunk's place in its document.
    pub index: usize,
    /// As long as the model makes it.
    pub vector: Vec<f32>,
}

/// How a chunk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChunkState {
    /// Something was kept.
    Ok,
    /// There was nothing to keep.
    Empty,
    /// There were items, and none stood up.
    Rejected,
    /// The model declined, or a content filter did.
    Refused,
    /// The answer was cut off; what came before the cut is kept.
    Truncated,
    /// There is no usable answer.
    Failed,
    /// It was not tried: the run was stopped first.
    Skipped,
}

impl ChunkState {
    /// Whether nothing is left to do for the chunk.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Ok | Self::Empty | Self::Rejected)
    }

    /// What a whole is, of which one part ended like this and another like that. What isn't complete shows: `failed`
    /// before `skipped`, `refused`, `truncated`; where all is, what says most: `ok` before `rejected`, `empty`.
    #[must_use]
    pub const fn worst(self, other: Self) -> Self {
        if self.weight() >= other.weight() { self } else { other }
    }

    const fn weight(self) -> u8 {
        match self {
            Self::Empty => 0,
            Self::Rejected => 1,
            Self::Ok => 2,
            Self::Truncated => 3,
            Self::Refused => 4,
            Self::Skipped => 5,
            Self::Failed => 6,
        }
    }

    /// The word that outputs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Empty => "empty",
            Self::Rejected => "rejected",
            Self::Refused => "refused",
            Self::Truncated => "truncated",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// The account of one chunk.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct ChunkReport {
    /// The chunk's place in its document.
    pub index: usize,
    /// Where it lies.
    #[serde(flatten)]
    pub span: Span,
    /// How it ended.
    pub state: ChunkState,
    /// Requests that went out for it; 0 where none was needed.
    pub attempts: u32,
    /// What went wrong, in a sentence.
    pub error: Option<String>,
    /// Items that were kept.
    pub kept: usize,
    /// Items that were not.
    pub rejected: usize,
    /// Where the chunk had to be asked about in parts: how each ended, in order. What was spent on answers that were
    /// too long is in the attempts of the chunk only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Where the ontology was too large to be shown: how much of it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
}

/// The account of a part of a chunk.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct Part {
    /// Where it lies.
    #[serde(flatten)]
    pub span: Span,
    /// How it ended.
    pub state: ChunkState,
    /// Requests that went out for it.
    pub attempts: u32,
    /// What went wrong, in a sentence.
    pub error: Option<String>,
}

/// How much of an ontology was shown with a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct Shown {
    /// Classes.
    pub classes: usize,
    /// Relations.
    pub relations: usize,
}

impl ChunkReport {
    /// A report without attempts, errors or items.
    #[must_use]
    pub const fn new(chunk: &Chunk, state: ChunkState) -> Self {
        let (index, span) = (chunk.index(), chunk.span());
        Self { index, span, state, attempts: 0, error: None, kept: 0, rejected: 0, parts: Vec::new(), shown: None }
    }
}

/// What calls cost, in calls and in the provider's tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct Usage {
    /// Calls to a model.
    pub calls: u64,
    /// Requests on the wire, with those made again.
    pub attempts: u64,
    /// Tokens sent, where the provider says.
    pub prompt_tokens: u64,
    /// Tokens received, where the provider says.
    pub completion_tokens: u64,
    /// The part of all this that was bought before, and now came from a journal.
    pub saved: Saved,
}

/// What was bought once and not again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct Saved {
    /// Calls.
    pub calls: u64,
    /// Requests on the wire, at the time.
    pub attempts: u64,
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
}

impl Usage {
    /// The same, all of it bought before.
    #[must_use]
    pub const fn all_saved(self) -> Self {
        let Self { calls, attempts, prompt_tokens, completion_tokens, .. } = self;
        Self { saved: Saved { calls, attempts, prompt_tokens, completion_tokens }, ..self }
    }

    /// What was bought now.
    #[must_use]
    pub const fn bought(self) -> Self {
        Self {
            calls: self.calls.saturating_sub(self.saved.calls),
            attempts: self.attempts.saturating_sub(self.saved.attempts),
            prompt_tokens: self.prompt_tokens.saturating_sub(self.saved.prompt_tokens),
            completion_tokens: self.completion_tokens.saturating_sub(self.saved.completion_tokens),
            saved: Saved { calls: 0, attempts: 0, prompt_tokens: 0, completion_tokens: 0 },
        }
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        // A server may report any number.
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.calls, more.calls);
        add(&mut self.attempts, more.attempts);
        add(&mut self.prompt_tokens, more.prompt_tokens);
        add(&mut self.completion_tokens, more.completion_tokens);
        add(&mut self.saved.calls, more.saved.calls);
        add(&mut self.saved.attempts, more.saved.attempts);
        add(&mut self.saved.prompt_tokens, more.saved.prompt_tokens);
        add(&mut self.saved.completion_tokens, more.saved.completion_tokens);
    }
}
