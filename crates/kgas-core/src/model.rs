//! What a tool may ask of a model, and what it gets back.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use crate::Usage;

/// A model that answers a conversation.
#[async_trait]
pub trait ChatModel: Send + Sync + fmt::Debug {
    /// Provider and model: `openai/gpt-4o-mini`.
    fn id(&self) -> &str;

    /// Asks. Dropping the future cancels the call.
    ///
    /// # Errors
    /// [`ModelError`]; where [`ModelError::is_fatal`], asking anything else is useless too.
    async fn chat(&self, request: ChatRequest) -> Result<ChatReply, ModelError>;
}

/// A model that turns texts into vectors.
#[async_trait]
pub trait Embedder: Send + Sync + fmt::Debug {
    /// Provider and model: `openai/text-embedding-3-small`.
    fn id(&self) -> &str;

    /// The most texts that one call may hold.
    fn max_batch(&self) -> usize;

    /// Embeds: the vectors are as many as the texts, and in their order.
    ///
    /// # Errors
    /// [`ModelError`], as for [`ChatModel::chat`].
    async fn embed(&self, texts: &[&str]) -> Result<EmbedReply, ModelError>;
}

/// A question for a chat model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatRequest {
    /// What the model is told to be; empty for nothing.
    pub system: String,
    /// What it is asked.
    pub user: String,
    /// The most tokens that the answer may have.
    pub max_tokens: Option<u32>,
    /// How freely it may answer; the model's own default where `None`.
    pub temperature: Option<f64>,
    /// The form that the answer is asked to have.
    pub format: AnswerFormat,
    /// The place in its document of the chunk that this is about. It is not sent.
    pub chunk: Option<usize>,
    /// Whether to ask although the same question was answered before, in a run that keeps answers.
    pub anew: bool,
}

/// The form that an answer is asked to have. A model may not be able to, or not care.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum AnswerFormat {
    /// Any text.
    #[default]
    Text,
    /// A JSON object.
    JsonObject,
    /// A JSON object that fits a schema.
    JsonSchema {
        /// What the schema is called.
        name: String,
        /// The schema.
        schema: Value,
        /// How the server wants to be told.
        style: SchemaStyle,
    },
}

/// How a server wants to be told of a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SchemaStyle {
    /// `{"type": "json_schema", "json_schema": {…}}`, as OpenAI defined it.
    #[default]
    JsonSchema,
    /// `{"type": "json_object", "schema": …}`, as llama.cpp first did.
    JsonObject,
    /// As it was found to: in one of these ways, without the schema, or not at all. The prompt must say enough.
    Supported,
}

/// A model's answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatReply {
    /// What it said.
    pub text: String,
    /// Why it stopped.
    pub finish: Finish,
    /// What it cost.
    pub usage: Usage,
}

/// Why a model stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finish {
    /// It was done.
    #[default]
    Stop,
    /// The answer reached its longest.
    Length,
    /// It declined, or a content filter did.
    Refused,
}

/// Vectors, one for each text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EmbedReply {
    /// In the order of the texts.
    pub vectors: Vec<Vec<f32>>,
    /// What it cost.
    pub usage: Usage,
}

/// A call that gave no answer.
#[derive(Clone)]
pub struct ModelError {
    kind: ModelErrorKind,
    message: String,
    attempts: u32,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelErrorKind {
    /// The key is missing, wrong, or not allowed to do this.
    Denied,
    /// There is no such model or address.
    NotFound,
    /// What was paid for is used up.
    QuotaExhausted,
    /// The server could not be reached at all.
    Unreachable,
    /// The request is one that the server won't answer.
    Rejected,
    /// The tries are used up.
    GaveUp,
    /// An answer came that is no answer of such a server.
    Protocol,
    /// The run was stopped before the call was made.
    Stopped,
}

impl ModelError {
    /// Makes an error; `message` says in one sentence what happened, where, and what to do.
    pub fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), attempts: 0, source: None }
    }

    /// With the requests that went out for the call.
    #[must_use]
    pub const fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// With what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// What became of the call.
    #[must_use]
    pub const fn kind(&self) -> ModelErrorKind {
        self.kind
    }

    /// The requests that went out for the call.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether every other call would end the same way, so that buying should stop.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        use ModelErrorKind::{Denied, NotFound, QuotaExhausted, Stopped, Unreachable};
        matches!(self.kind, Denied | NotFound | QuotaExhausted | Unreachable | Stopped)
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModelError({:?}: {}, after {} attempts)", self.kind, self.message, self.attempts)
    }
}

impl StdError for ModelError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}
