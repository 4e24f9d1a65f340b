//! What can be set for a tool that asks a chat model.

use std::num::{NonZeroU32, NonZeroUsize};

use kgas_core::{AnswerFormat, ChatRequest, ConfigError, SchemaStyle};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Settings of a tool that asks a chat model about each chunk of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExtractionConfig {
    /// The most characters (Unicode code points) that one chunk may have.
    pub(crate) chunk_size: NonZeroUsize,
    /// Characters before a chunk that are shown with it, so that its pronouns can be understood; below `chunk_size`.
    pub(crate) chunk_overlap: usize,
    /// The confidence, from 0 to 1, that an item must exceed to be kept. An item without one counts as 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(crate) min_confidence: f64,
    /// The most tokens that one answer may have.
    pub(crate) max_tokens: NonZeroU32,
    /// How freely the model may answer, from 0 to 2; null leaves it to the model.
    #[schemars(range(min = 0.0, max = 2.0))]
    pub(crate) temperature: Option<f64>,
    /// Whether the other places where the text has the words of a kept item are added, flagged.
    pub(crate) all_mentions: bool,
    /// Whether what the text doesn't have is kept all the same, flagged.
    pub(crate) keep_ungrounded: bool,
    /// How often an answer that can't be read, or not all of it, is asked for again.
    pub(crate) ask_again: u32,
    /// Whether the model is asked once more what it missed; what it finds then is flagged.
    pub(crate) second_pass: bool,
    /// About the most tokens that the ontology may take in a prompt; of a larger one each chunk is shown what it needs.
    pub(crate) ontology_tokens: NonZeroUsize,
    /// What to tell the model beyond the ontology.
    pub(crate) instructions: Option<String>,
    /// The form that the answer is asked to have. Any form is read.
    pub(crate) response_format: ResponseFormat,
}

/// The form that an answer is asked to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResponseFormat {
    /// As the server was found to take it: by a schema, as any JSON object, or by the prompt alone.
    #[default]
    Auto,
    /// Nothing but the prompt says so.
    Text,
    /// `{"type": "json_object"}`.
    JsonObject,
    /// `{"type": "json_schema", …}` with a schema made from the ontology.
    JsonSchema,
    /// `{"type": "json_object", "schema": …}`, as llama.cpp takes it.
    JsonObjectSchema,
}

/// The most characters of a chunk where nothing is set.
pub(crate) const CHUNK_SIZE: NonZeroUsize = NonZeroUsize::new(3000).unwrap();

impl Default for ExtractionConfig {
    fn default() -> Self {
        Self {
            chunk_size: CHUNK_SIZE,
            chunk_overlap: 0,
            min_confidence: 0.7,
            max_tokens: const { NonZeroU32::new(2000).unwrap() },
            temperature: Some(0.3),
            all_mentions: false,
            keep_ungrounded: false,
            ask_again: 1,
            second_pass: false,
            ontology_tokens: const { NonZeroUsize::new(4000).unwrap() },
            instructions: None,
            response_format: ResponseFormat::Auto,
        }
    }
}

impl ExtractionConfig {
    /// Checks what the types don't.
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        if self.chunk_overlap >= self.chunk_size.get() {
            let problem = format!("{} is not below chunk_size, {}", self.chunk_overlap, self.chunk_size);
            return Err(ConfigError::new("chunk_overlap", problem));
        }
        within("min_confidence", self.min_confidence, 1.0)?;
        if let Some(temperature) = self.temperature {
            within("temperature", temperature, 2.0)?;
        }
        Ok(self)
    }

    /// The question, in the form that is set; `name` and `schema` say what the answer should be.
    pub(crate) fn request(&self, system: &str, user: String, name: &str, schema: &Value) -> ChatRequest {
        let with_schema = |style| AnswerFormat::JsonSchema { name: name.to_owned(), schema: schema.clone(), style };
        ChatRequest {
            system: system.to_owned(),
            user,
            max_tokens: Some(self.max_tokens.get()),
            temperature: self.temperature,
            format: match self.response_format {
                ResponseFormat::Auto => with_schema(SchemaStyle::Supported),
                ResponseFormat::Text => AnswerFormat::Text,
                ResponseFormat::JsonObject => AnswerFormat::JsonObject,
                ResponseFormat::JsonSchema => with_schema(SchemaStyle::JsonSchema),
                ResponseFormat::JsonObjectSchema => with_schema(SchemaStyle::JsonObject),
            },
            ..ChatRequest::default()
        }
    }
}

fn within(key: &str, value: f64, most: f64) -> Result<(), ConfigError> {
    if (0.0..=most).contains(&value) {
        Ok(())
    } else {
        Err(ConfigError::new(key, format!("{value} is not between 0 and {most}")))
    }
}
