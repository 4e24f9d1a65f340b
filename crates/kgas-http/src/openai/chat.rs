//! What is asked of a chat model, and the exact body that asks it.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::body::{Body, Field, Format};
use super::{CHAT_MODEL, answer, model};
use crate::{ApiRequest, Cost};

/// Tokens that the markup around a message takes.
const MESSAGE_TOKENS: usize = 4;

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Whoever set the model up.
    System,
    /// Whoever asks.
    User,
    /// The model.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl ChatMessage {
    /// An instruction.
    pub fn system(content: impl Into<String>) -> Self {
        Self::new(Role::System, content)
    }

    /// A question.
    pub fn user(content: impl Into<String>) -> Self {
        Self::new(Role::User, content)
    }

    /// An earlier answer.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self::new(Role::Assistant, content)
    }

    fn new(role: Role, content: impl Into<String>) -> Self {
        let content = content.into();
        Self { role, content }
    }
}

/// The form that the answer must have.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ResponseFormat {
    /// Any text; nothing is asked of the server.
    #[default]
    Text,
    /// Some JSON object. OpenAI wants the word JSON in the prompt then.
    JsonObject,
    /// A JSON object of this schema, as llama.cpp takes it.
    JsonObjectSchema(Value),
    /// JSON of this schema, as OpenAI takes it, held to strictly.
    JsonSchema {
        /// What the schema is called: letters, digits, `_` and `-`.
        name: String,
        /// The schema; strictness wants all properties required and no others allowed.
        schema: Value,
    },
}

/// A question to a chat model.
///
/// ```
/// use kgas_http::openai::{ChatParams, chat_request};
///
/// let params = ChatParams {
///     model: "gpt-4o-mini".into(),
///     temperature: Some(0.3),
///     ..ChatParams::prompt("Which cities are named?")
/// };
/// let body = chat_request(&params).json().unwrap();
/// assert_eq!(body["model"], "gpt-4o-mini");
/// assert_eq!(body["messages"][0]["role"], "user");
/// assert_eq!(body["max_tokens"], 2000);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ChatParams {
    /// The model asked.
    pub model: String,
    /// The conversation so far.
    pub messages: Vec<ChatMessage>,
    /// The longest answer allowed, in tokens. It is sent under the name the model knows it by.
    pub max_tokens: Option<u32>,
    /// How freely the model chooses words, from 0. Not sent to models that take only their own.
    pub temperature: Option<f64>,
    /// The form the answer must have.
    pub response_format: ResponseFormat,
    /// More fields for the body; they win over those above.
    pub extra: Map<String, Value>,
}

impl ChatParams {
    /// The temperature for extraction: close to the text.
    pub const EXTRACTION_TEMPERATURE: f64 = 0.3;

    /// A conversation, with the model `gpt-4`, at most 2000 tokens and temperature 0.7.
    #[must_use]
    pub fn new(messages: Vec<ChatMessage>) -> Self {
        Self {
            model: CHAT_MODEL.to_owned(),
            messages,
            max_tokens: Some(2000),
            temperature: Some(0.7),
            response_format: ResponseFormat::Text,
            extra: Map::new(),
        }
    }

    /// A single question.
    pub fn prompt(prompt: impl Into<String>) -> Self {
        Self::new(vec![ChatMessage::user(prompt)])
    }
}

/// The request that asks this. The same question gives the same bytes.
#[must_use]
pub fn chat_request(params: &ChatParams) -> ApiRequest {
    post(params, &body(params)).with_usage_of(answer::used_tokens).with_shape(answer::SHAPE)
}

/// The request with this body, and about what it may cost.
pub(super) fn post(params: &ChatParams, body: &Body<'_>) -> ApiRequest {
    let bytes = body.to_bytes().into();
    ApiRequest::new(Method::POST, "chat/completions", Some(bytes)).with_cost(cost(params, body))
}

pub(super) fn body(params: &ChatParams) -> Body<'_> {
    let reasoning = model::is_reasoning(&params.model);
    let mut body = Body::with_capacity(params.extra.len().saturating_add(8));
    body.set("model", Field::Text(&params.model));
    body.set("messages", Field::Messages(&params.messages));
    if let Some(tokens) = params.max_tokens {
        let name = if reasoning { "max_completion_tokens" } else { "max_tokens" };
        body.set(name, Field::Own(tokens.into()));
    }
    if let Some(temperature) = params.temperature.filter(|_| !reasoning) {
        body.set("temperature", Field::Own(temperature.into()));
    }
    if let Some(format) = Format::of(&params.response_format) {
        body.set("response_format", Field::Format(format));
    }
    for (name, value) in &params.extra {
        body.set(name, Field::Given(value));
    }
    body
}

/// About what it may cost: the prompt at four characters a token, and the longest answer.
fn cost(params: &ChatParams, body: &Body<'_>) -> Cost {
    let prompt = params
        .messages
        .iter()
        .fold(0_usize, |sum, message| sum.saturating_add(tokens_of(&message.content)).saturating_add(MESSAGE_TOKENS));
    // Read back from the body, for `extra` may have changed it.
    let longest = ["max_completion_tokens", "max_tokens"].iter().find_map(|name| body.count(name)).unwrap_or_default();
    let prompt = u32::try_from(prompt).unwrap_or(u32::MAX);
    let longest = u32::try_from(longest).unwrap_or(u32::MAX);
    Cost::tokens(prompt.saturating_add(longest))
}

/// About how many tokens a text has.
pub(super) fn tokens_of(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}
