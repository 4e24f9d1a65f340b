//! `acme.sentiment`: the mood of a text, by counting words.

#![forbid(unsafe_code)]

use async_trait::async_trait;
use kgas_core::{
    Capabilities, ConfigError, KgasTool, ToolContext, ToolError, ToolInput, ToolMetadata, ToolOutput, ToolPlugin,
    ToolResult,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Words that count.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SentimentConfig {
    /// Words that make a text happier.
    good: Vec<String>,
    /// Words that make it sadder.
    bad: Vec<String>,
}

impl Default for SentimentConfig {
    fn default() -> Self {
        let words = |list: &str| list.split(' ').map(str::to_owned).collect();
        Self { good: words("admired good great loved praised won"), bad: words("bad failed hated lost poor sad") }
    }
}

#[derive(Debug)]
struct Sentiment {
    metadata: ToolMetadata,
    config: SentimentConfig,
}

impl ToolPlugin for Sentiment {
    const ID: &'static str = "acme.sentiment";
    type Config = SentimentConfig;

    fn from_config(config: SentimentConfig) -> Result<Self, ConfigError> {
        if config.good.is_empty() && config.bad.is_empty() {
            return Err(ConfigError::new("good", "there are no words to count"));
        }
        let metadata = ToolMetadata {
            id: Self::ID.to_owned(),
            name: "Sentiment".to_owned(),
            description: "Counts happy and sad words".to_owned(),
            category: "analysis".to_owned(),
            tags: vec!["sentiment".to_owned(), "offline".to_owned()],
            version: env!("CARGO_PKG_VERSION").to_owned(),
            needs: Vec::new(),
            capabilities: Capabilities { concurrent_processing: true, ..Capabilities::default() },
        };
        Ok(Self { metadata, config })
    }
}

#[async_trait]
impl KgasTool for Sentiment {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, _input: &ToolInput) -> Result<(), ToolError> {
        Ok(())
    }

    async fn execute(&self, _context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        let text = input.document.text().to_lowercase();
        let count = |known: &[String]| {
            text.split(|c: char| !c.is_alphanumeric()).filter(|word| known.iter().any(|k| k == word)).count()
        };
        let (good, bad) = (count(&self.config.good), count(&self.config.bad));
        let mood = match good.cmp(&bad) {
            std::cmp::Ordering::Greater => "happy",
            std::cmp::Ordering::Equal => "neutral",
            std::cmp::Ordering::Less => "sad",
        };
        let value = json!({"mood": mood, "good": good, "bad": bad});
        Ok(ToolResult::whole(Self::ID, ToolOutput::Json { value }))
    }
}

kgas_core::register_tool!(Sentiment);

/// The guide's own examples, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/adding-a-tool.md")]
struct Guide;
