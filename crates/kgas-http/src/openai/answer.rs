//! What a chat model answered.

use std::fmt;

use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde_json::Value;

use crate::retry::classify;
use crate::shape::Shape;
use crate::{ErrorKind, HttpError, Reply};

/// A chat completion: its first choice.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChatAnswer {
    /// What the model said; empty if it said nothing.
    pub text: String,
    /// Why it would not answer, if it would not.
    pub refusal: Option<String>,
    /// Why it stopped.
    pub finish_reason: FinishReason,
    /// What it cost, if the server tells.
    pub usage: Option<Usage>,
    /// The model that answered; empty if the server doesn't tell.
    pub model: String,
}

/// Why a model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FinishReason {
    /// It was done.
    Stop,
    /// The longest answer allowed was not long enough.
    Length,
    /// The answer was withheld.
    ContentFilter,
    /// It wants a function called.
    ToolCalls,
    /// Something else, or (empty) nothing told.
    Other(String),
}

/// Tokens used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// By the question.
    pub prompt_tokens: u32,
    /// By the answer.
    pub completion_tokens: u32,
    /// By both.
    pub total_tokens: u32,
}

/// What a chat completion is read as.
pub(super) const SHAPE: Shape = Shape::of::<Body>();

/// Reads a chat completion.
///
/// # Errors
///
/// [`ErrorKind::Protocol`] if it isn't one: a web page, nothing, other JSON, an error with
/// status 200. The base URL is probably not that of a model API.
pub fn read_chat(reply: &Reply) -> Result<ChatAnswer, HttpError> {
    let body = reply.shape::<Body>()?;
    if let Some(error) = body.error.as_ref().filter(|error| !error.is_null()) {
        let said = error.get("message").unwrap_or(error).as_str();
        let said = said.map(|text| classify::presentable(text, reply.secrets()));
        return Err(unusable(reply, said.as_deref().unwrap_or("it sent an error")));
    }
    let Some(choice) = body.choices.first() else {
        return Err(unusable(reply, "a chat completion without choices"));
    };
    Ok(ChatAnswer {
        text: choice.message.content.clone().map(Content::text).unwrap_or_default(),
        refusal: choice.message.refusal.clone(),
        finish_reason: FinishReason::from(choice.finish_reason.clone().unwrap_or_default()),
        usage: body.usage,
        model: body.model.clone().unwrap_or_default(),
    })
}

/// How many tokens a call used in all, by its answer.
pub(super) fn used_tokens(reply: &Reply) -> Option<u32> {
    #[derive(Deserialize)]
    struct Used {
        usage: Usage,
    }
    match reply.known::<Body>() {
        Some(body) => body.usage?.all(),
        None => serde_json::from_slice::<Used>(&reply.body).ok()?.usage.all(),
    }
}

impl Usage {
    /// All tokens, if any are told.
    pub(super) fn all(self) -> Option<u32> {
        let total = self.total_tokens.max(self.prompt_tokens.saturating_add(self.completion_tokens));
        (total > 0).then_some(total)
    }
}

/// The error that an answer is which cannot be used.
pub(super) fn unusable(reply: &Reply, what: &str) -> HttpError {
    HttpError::new(ErrorKind::Protocol)
        .with_status(reply.status)
        .with_request_written(true)
        .with_request_id(classify::request_id(&reply.headers))
        .with_message(what)
}

impl From<String> for FinishReason {
    fn from(word: String) -> Self {
        match word.as_str() {
            "stop" | "eos" => Self::Stop,
            "length" => Self::Length,
            "content_filter" => Self::ContentFilter,
            "tool_calls" | "function_call" => Self::ToolCalls,
            _ => Self::Other(word),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    model: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<Content>,
    refusal: Option<String>,
}

/// Most servers send one text, some send parts.
#[derive(Clone)]
pub(super) enum Content {
    Whole(String),
    Parts(Vec<Part>),
}

#[derive(Clone, Deserialize)]
pub(super) struct Part {
    #[serde(default)]
    text: String,
}

impl Content {
    pub(super) fn text(self) -> String {
        match self {
            Self::Whole(text) => text,
            Self::Parts(parts) => parts.into_iter().map(|part| part.text).collect(),
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    // Not untagged: that would store a text, which may be long, before it looks at it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or its parts")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Whole(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Content, E> {
        Ok(Content::Whole(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<Content, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(parts)).map(Content::Parts)
    }
}
