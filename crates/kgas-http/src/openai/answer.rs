//! What a chat model answered.

use std::fmt;

use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde_json::Value;

use super::usage::Usage;
use crate::retry::classify;
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

/// Reads a chat completion.
///
/// # Errors
///
/// [`ErrorKind::Protocol`] if it isn't one: a web page, nothing, other JSON, an error with
/// status 200. The base URL is probably not that of a model API.
pub fn read_chat(reply: &Reply) -> Result<ChatAnswer, HttpError> {
    let body: Body = reply.json()?;
    if let Some(error) = body.error.filter(|error| !error.is_null()) {
        let said = error.get("message").unwrap_or(&error).as_str();
        let said = said.map(|text| classify::presentable(text, reply.secrets()));
        return Err(unusable(reply, said.as_deref().unwrap_or("it sent an error")));
    }
    let Some(choice) = body.choices.into_iter().next() else {
        return Err(unusable(reply, "a chat completion without choices"));
    };
    Ok(ChatAnswer {
        text: choice.message.content.map(Content::text).unwrap_or_default(),
        refusal: choice.message.refusal,
        finish_reason: FinishReason::from(choice.finish_reason.unwrap_or_default()),
        usage: body.usage,
        model: body.model.unwrap_or_default(),
    })
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
pub(super) enum Content {
    Whole(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
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
