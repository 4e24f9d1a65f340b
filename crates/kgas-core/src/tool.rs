//! What a tool is.

use std::fmt;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{ConfigError, ToolContext, ToolError, ToolInput, ToolMetadata, ToolResult};

/// A tool that is ready to work on documents.
///
/// ```
/// use async_trait::async_trait;
/// use kgas_core::{
///     Capabilities, ConfigError, KgasTool, Registry, ToolContext, ToolError, ToolInput, ToolMetadata, ToolOutput,
///     ToolPlugin, ToolResult,
/// };
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
///
/// #[derive(Default, Serialize, Deserialize, JsonSchema)]
/// #[serde(default, deny_unknown_fields)]
/// struct Settings {
///     /// Words of fewer letters don't count.
///     least: usize,
/// }
///
/// #[derive(Debug)]
/// struct WordCount(ToolMetadata, usize);
///
/// #[async_trait]
/// impl KgasTool for WordCount {
///     fn metadata(&self) -> &ToolMetadata {
///         &self.0
///     }
///
///     fn validate(&self, _input: &ToolInput) -> Result<(), ToolError> {
///         Ok(())
///     }
///
///     async fn execute(&self, _context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
///         let words = input.document.text().split_whitespace().filter(|word| word.len() >= self.1).count();
///         Ok(ToolResult::whole(Self::ID, ToolOutput::Json { value: json!({ "words": words }) }))
///     }
/// }
///
/// impl ToolPlugin for WordCount {
///     const ID: &'static str = "acme.word_count";
///     type Config = Settings;
///
///     fn from_config(settings: Settings) -> Result<Self, ConfigError> {
///         let metadata = ToolMetadata {
///             id: Self::ID.to_owned(),
///             name: "Word count".to_owned(),
///             description: "Counts words".to_owned(),
///             category: "analysis".to_owned(),
///             tags: Vec::new(),
///             version: "1.0.0".to_owned(),
///             needs: Vec::new(),
///             capabilities: Capabilities::default(),
///         };
///         Ok(Self(metadata, settings.least))
///     }
/// }
///
/// kgas_core::register_tool!(WordCount);
///
/// # let shown = async {
/// let tool = Registry::collect()?.build("acme.word_count", json!({ "least": 4 }))?;
/// let result = tool.execute(&ToolContext::offline(), ToolInput::text("note", "a few short words")).await?;
/// assert_eq!(result.output, ToolOutput::Json { value: json!({ "words": 2 }) });
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # };
/// # let ended = Box::pin(shown).as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
/// # assert!(matches!(ended, std::task::Poll::Ready(Ok(()))));
/// ```
#[async_trait]
pub trait KgasTool: Send + Sync + fmt::Debug {
    /// What it is called, what it does, and what it needs.
    fn metadata(&self) -> &ToolMetadata;

    /// Checks the input without making a call.
    ///
    /// # Errors
    /// [`ToolError`] that says what is missing or wrong.
    fn validate(&self, input: &ToolInput) -> Result<(), ToolError>;

    /// Works on a document. Dropping the future cancels open calls.
    ///
    /// # Errors
    /// [`ToolError`] where there can be no result at all. A chunk that fails is no error but a state in the result.
    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError>;
}

/// How to build a tool by its name; [`crate::register_tool!`] makes it known.
pub trait ToolPlugin: KgasTool + Sized + 'static {
    /// The name. Ids of others than kgas have a prefix: `acme.word_count`.
    const ID: &'static str;

    /// What can be set. With `#[serde(default, deny_unknown_fields)]` a misspelt key is an error that names it.
    type Config: DeserializeOwned + Serialize + JsonSchema + Default;

    /// Builds the tool. The default configuration must be one that works.
    ///
    /// # Errors
    /// [`ConfigError`] that names the key and what is wrong with its value.
    fn from_config(config: Self::Config) -> Result<Self, ConfigError>;
}
