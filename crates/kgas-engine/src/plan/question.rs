//! What a request asks, as far as its size and its kind are concerned.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use serde_json::Value;

/// The path of requests for vectors.
const EMBEDDINGS: &str = "embeddings";

/// Requests that are alike: of one model, and with one instruction before the question. A tool's are of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// The model.
    pub model: String,
    /// Tells instructions apart; 0 for requests for vectors.
    instruction: u64,
}

impl Kind {
    /// Whether vectors are asked for.
    #[must_use]
    pub const fn is_embedding(&self) -> bool {
        self.instruction == 0
    }
}

/// The body of a request, borrowed.
#[derive(Debug, Deserialize)]
pub(super) struct Question<'b> {
    #[serde(borrow, default)]
    model: Cow<'b, str>,
    #[serde(borrow, default)]
    messages: Vec<Message<'b>>,
    #[serde(borrow)]
    input: Option<Input<'b>>,
    max_completion_tokens: Option<u64>,
    max_tokens: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Message<'b> {
    #[serde(borrow, default)]
    role: Cow<'b, str>,
    #[serde(borrow)]
    content: Option<Cow<'b, str>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Input<'b> {
    #[serde(borrow)]
    Many(Vec<Cow<'b, str>>),
    #[serde(borrow)]
    One(Cow<'b, str>),
}

impl<'b> Question<'b> {
    /// Reads a body; `None` where it is none of these requests.
    pub(super) fn read(body: &'b [u8]) -> Option<Self> {
        let question: Self = serde_json::from_slice(body).ok()?;
        (!question.messages.is_empty() || question.input.is_some()).then_some(question)
    }

    pub(super) fn kind(&self) -> Kind {
        let instruction = if self.messages.is_empty() {
            0
        } else {
            let mut hasher = DefaultHasher::new();
            self.instructions().for_each(|text| text.hash(&mut hasher));
            hasher.finish().max(1)
        };
        Kind { model: self.model.clone().into_owned(), instruction }
    }

    /// All messages but the last.
    fn instructions(&self) -> impl Iterator<Item = &str> {
        let before = self.messages.len().saturating_sub(1);
        self.messages.iter().take(before).filter_map(|message| message.content.as_deref())
    }

    /// The last message, which is what differs from request to request.
    pub(super) fn asked(&self) -> &str {
        self.messages.last().and_then(|message| message.content.as_deref()).unwrap_or_default()
    }

    /// Everything that is the same in requests of one kind, apart from the beginning of the last message.
    pub(super) fn constant_texts(&self) -> impl Iterator<Item = &str> {
        self.instructions().chain(self.messages.iter().map(|message| &*message.role))
    }

    pub(super) fn messages(&self) -> u64 {
        self.messages.len() as u64
    }

    /// The texts of which vectors are asked for.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &str> {
        let (many, one) = match &self.input {
            Some(Input::Many(texts)) => (texts.as_slice(), None),
            Some(Input::One(text)) => (Default::default(), Some(&**text)),
            None => (Default::default(), None),
        };
        many.iter().map(|text| &**text).chain(one)
    }

    /// The longest answer that is asked for.
    pub(super) fn max_tokens(&self) -> Option<u64> {
        self.max_completion_tokens.or(self.max_tokens)
    }
}

/// An answer as a server without anything to say would give it: as empty as the form that is asked for allows.
pub(super) fn empty_answer(path: &str, body: &[u8]) -> Option<Value> {
    if path.trim_matches('/') == EMBEDDINGS {
        let texts = Question::read(body)?.inputs().count();
        let data: Vec<Value> =
            (0..texts).map(|index| serde_json::json!({"index": index, "embedding": [1.0]})).collect();
        return Some(serde_json::json!({"data": data, "usage": {"prompt_tokens": 0, "total_tokens": 0}}));
    }
    let body: Value = serde_json::from_slice(body).ok()?;
    let format = body.get("response_format");
    let schema = format.and_then(|format| format.pointer("/json_schema/schema").or_else(|| format.get("schema")));
    let said = schema.map_or_else(|| "[]".to_owned(), |schema| least(schema, 0).to_string());
    Some(serde_json::json!({
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }))
}

/// Objects within objects that are looked into.
const DEEPEST: usize = 8;

/// The least value that fits a schema: required fields, empty lists and texts, the first of several words.
fn least(schema: &Value, depth: usize) -> Value {
    if let Some(word) = schema.get("const").or_else(|| schema.get("enum")?.get(0)) {
        return word.clone();
    }
    let kind = schema.get("type");
    let kind = kind.and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match kind {
        Some("object") if depth < DEEPEST => {
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            let field = |name: &Value| {
                let name = name.as_str()?;
                Some((name.to_owned(), least(schema.get("properties")?.get(name)?, depth + 1)))
            };
            Value::Object(required.filter_map(field).collect())
        }
        Some("object") => serde_json::json!({}),
        Some("array") => serde_json::json!([]),
        Some("string") => serde_json::json!(""),
        Some("integer" | "number") => serde_json::json!(0),
        Some("boolean") => serde_json::json!(false),
        _ => Value::Null,
    }
}
