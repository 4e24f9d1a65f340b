//! What a tool is.

use std::fmt;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{ConfigError, ToolContext, ToolError, ToolInput, ToolMetadata, ToolResult};

/// A tool that is ready to work on documents.
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
