//! How the form of an answer is asked for, and what comes below it when a server refuses.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kgas_core::ModelError;
use kgas_http::openai::{ChatParams, ResponseFormat};
use kgas_http::{ErrorKind, HttpError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::strict;

/// The body's field for the form of the answer.
const FIELD: &str = "response_format";

/// Words by which a server says that it is the form which it refuses. Some say so with status 500.
const WORDS: [&str; 6] =
    ["response_format", "response format", "schema", "json_object", "grammar", "structured output"];

/// Keywords that bound an answer. Some servers take a schema only without them.
const BOUNDS: [&str; 12] = [
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];

/// Keywords whose value is a map from names to schemas: a name in it is no keyword.
const MAPS: [&str; 4] = ["properties", "$defs", "definitions", "patternProperties"];

/// How a server takes the form of an answer, from the form that says most to the one that says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// `{"type": "json_schema", "json_schema": {…}}`, as OpenAI defined it.
    JsonSchema,
    /// `{"type": "json_object", "schema": …}`, as llama.cpp first did.
    JsonObjectSchema,
    /// `{"type": "json_object"}`; the schema is not sent.
    JsonObject,
    /// Nothing is asked of the server: the prompt says it all.
    #[default]
    Text,
}

impl Support {
    /// The word for it, as `--response-format` takes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JsonSchema => "json_schema",
            Self::JsonObjectSchema => "json_object_schema",
            Self::JsonObject => "json_object",
            Self::Text => "text",
        }
    }

    const fn below(self) -> Option<Self> {
        match self {
            Self::JsonSchema => Some(Self::JsonObjectSchema),
            Self::JsonObjectSchema => Some(Self::JsonObject),
            Self::JsonObject => Some(Self::Text),
            Self::Text => None,
        }
    }
}

/// The form in which one schema is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    support: Support,
    has_bounds: bool,
}

impl From<Support> for Form {
    fn from(support: Support) -> Self {
        Self { support, has_bounds: true }
    }
}

impl Form {
    pub(super) const fn support(self) -> Support {
        self.support
    }

    /// The next form to try after a server refused this one in these words.
    pub(super) fn below(self, said: &str) -> Option<Self> {
        let sends_schema = matches!(self.support, Support::JsonSchema | Support::JsonObjectSchema);
        if sends_schema && self.has_bounds && is_about_bounds(said) {
            return Some(Self { has_bounds: false, ..self });
        }
        self.support.below().map(Self::from)
    }

    /// Puts it into a question. Fields that a person gave for the body win.
    pub(super) fn put(self, params: &mut ChatParams, name: &str, schema: &Value) {
        let schema = || {
            let mut schema = schema.clone();
            if !self.has_bounds {
                unbound(&mut schema);
            }
            schema
        };
        match self.support {
            Support::Text => {}
            Support::JsonObject => params.response_format = ResponseFormat::JsonObject,
            Support::JsonObjectSchema => params.response_format = ResponseFormat::JsonObjectSchema(schema()),
            Support::JsonSchema => {
                let (name, schema) = (name.to_owned(), schema());
                if strict::is_strict(&schema) {
                    params.response_format = ResponseFormat::JsonSchema { name, schema };
                } else if !params.extra.contains_key(FIELD) {
                    // Held to strictly it would be refused for what it is.
                    let format = json!({"name": name, "strict": false, "schema": schema});
                    let format = json!({"type": "json_schema", "json_schema": format});
                    params.extra.insert(FIELD.to_owned(), format);
                }
            }
        }
    }
}

/// llama.cpp says "repetition" where a bound makes its grammar too large. Keywords that are common words, too, as
/// `format` is, prove nothing.
fn is_about_bounds(said: &str) -> bool {
    let mut keywords = BOUNDS.iter().filter(|keyword| keyword.contains(char::is_uppercase));
    said.contains("repetition") || keywords.any(|keyword| said.contains(keyword))
}

/// Takes out the bounds, however deep they stand.
fn unbound(schema: &mut Value) {
    // A list of places rather than recursion: a schema is as deep as whoever made it wants.
    let mut places = vec![(schema, false)];
    while let Some((place, is_map)) = places.pop() {
        match place {
            Value::Object(fields) => {
                if !is_map {
                    fields.retain(|key, _| !BOUNDS.contains(&key.as_str()));
                }
                let inner = fields.iter_mut().filter(|(key, _)| is_map || !matches!(key.as_str(), "enum" | "const"));
                places.extend(inner.map(|(key, value)| (value, !is_map && MAPS.contains(&key.as_str()))));
            }
            Value::Array(items) => places.extend(items.iter_mut().map(|item| (item, false))),
            _ => {}
        }
    }
}

/// What a server said that refused a request for the form of its answer; `None` where it was for something else.
pub(super) fn refusal(error: &ModelError) -> Option<&str> {
    let said = from_server(error)?.message()?;
    let lower = said.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word)).then_some(said)
}

/// The error of a server that answered, and that may answer another request.
pub(super) fn from_server(error: &ModelError) -> Option<&HttpError> {
    let http = error.source()?.downcast_ref::<HttpError>()?;
    let may_answer = !error.is_fatal() && !matches!(http.kind(), ErrorKind::RateLimited | ErrorKind::Proxy);
    (may_answer && http.status().is_some()).then_some(http)
}

/// Whether fields for the body say themselves which form an answer is to have.
#[must_use]
pub fn has_form(extra: &Map<String, Value>) -> bool {
    extra.contains_key(FIELD)
}

/// The forms in which schemas are asked for: the one that was found, and for a schema by name what came of it.
#[derive(Debug, Default)]
pub(super) struct Forms {
    found: Support,
    lowered: Mutex<BTreeMap<String, Form>>,
}

impl Forms {
    pub(super) fn new(found: Support) -> Self {
        Self { found, lowered: Mutex::default() }
    }

    pub(super) fn of(&self, name: &str) -> Form {
        self.lowered().get(name).copied().unwrap_or_else(|| Form::from(self.found))
    }

    /// Asks for this schema in a lower form from now on; false where another call has done that already.
    pub(super) fn lower(&self, name: &str, from: Form, to: Form) -> bool {
        let mut lowered = self.lowered();
        let current = lowered.get(name).copied().unwrap_or_else(|| Form::from(self.found));
        if current == from {
            lowered.insert(name.to_owned(), to);
        }
        current == from
    }

    fn lowered(&self) -> MutexGuard<'_, BTreeMap<String, Form>> {
        self.lowered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
