//! What a tool is given to work with.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::error::ToolError;
use crate::{ChatModel, Embedder, Stop};

/// The models that a tool may ask, and how it is to go about it.
///
/// ```
/// let context = kgas_core::ToolContext::offline();
/// assert!(context.chat("my_tool").is_err());
/// ```
#[derive(Clone, Debug)]
pub struct ToolContext {
    chat: Option<Arc<dyn ChatModel>>,
    embedder: Option<Arc<dyn Embedder>>,
    stop: Stop,
    parallelism: NonZeroUsize,
}

impl ToolContext {
    /// No models.
    #[must_use]
    pub fn offline() -> Self {
        Self { chat: None, embedder: None, stop: Stop::default(), parallelism: NonZeroUsize::MIN }
    }

    /// With a model that answers.
    #[must_use]
    pub fn with_chat(mut self, model: Arc<dyn ChatModel>) -> Self {
        self.chat = Some(model);
        self
    }

    /// With a model that embeds.
    #[must_use]
    pub fn with_embedder(mut self, model: Arc<dyn Embedder>) -> Self {
        self.embedder = Some(model);
        self
    }

    /// With a switch that others hold too.
    #[must_use]
    pub fn with_stop(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// With the number of calls that a tool may have open at once for one document.
    #[must_use]
    pub const fn with_parallelism(mut self, calls: NonZeroUsize) -> Self {
        self.parallelism = calls;
        self
    }

    /// The model that answers.
    ///
    /// # Errors
    /// [`ToolError::NoChatModel`] where there is none; `tool` is who asks.
    pub fn chat(&self, tool: &str) -> Result<&Arc<dyn ChatModel>, ToolError> {
        self.chat.as_ref().ok_or_else(|| ToolError::NoChatModel { tool: tool.to_owned() })
    }

    /// The model that embeds.
    ///
    /// # Errors
    /// [`ToolError::NoEmbedder`] where there is none; `tool` is who asks.
    pub fn embedder(&self, tool: &str) -> Result<&Arc<dyn Embedder>, ToolError> {
        self.embedder.as_ref().ok_or_else(|| ToolError::NoEmbedder { tool: tool.to_owned() })
    }

    /// Whether to begin nothing new.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.is_requested()
    }

    /// How many calls a tool may have open at once for one document.
    #[must_use]
    pub const fn parallelism(&self) -> NonZeroUsize {
        self.parallelism
    }
}
