//! What can be set for a tool outside this program: what it names itself, and what kgas minds for all of them.

use kgas_core::{AnswerFormat, ChatRequest, ConfigError, SchemaStyle, nearest};
use serde_json::{Map, Value, json};

use super::message::{Introduction, Question};

const MIN_CONFIDENCE: &str = "min_confidence";
const ALL_MENTIONS: &str = "all_mentions";
const KEEP_UNGROUNDED: &str = "keep_ungrounded";
const RESPONSE_FORMAT: &str = "response_format";
const FORMS: [&str; 5] = ["auto", "text", "json_object", "json_schema", "json_object_schema"];

/// A setting that kgas minds by itself.
struct Own {
    name: &'static str,
    default: fn() -> Value,
    about: &'static str,
}

/// The last is for tools that ask a chat model.
const OWN: [Own; 4] = [
    Own {
        name: MIN_CONFIDENCE,
        default: || json!(0.7),
        about: "The confidence, from 0 to 1, that a claim must exceed to be kept.",
    },
    Own {
        name: ALL_MENTIONS,
        default: || json!(false),
        about: "Whether the other places where the text has the words of a kept claim are added, flagged.",
    },
    Own {
        name: KEEP_UNGROUNDED,
        default: || json!(false),
        about: "Whether what the text doesn't have is kept all the same, flagged.",
    },
    Own {
        name: RESPONSE_FORMAT,
        default: || json!("auto"),
        about: "The form that a JSON answer of the chat model is asked to have.",
    },
];

/// What kgas minds for a tool.
#[derive(Clone, Debug)]
pub(super) struct Minded {
    pub(super) min_confidence: f64,
    pub(super) all_mentions: bool,
    pub(super) keep_ungrounded: bool,
    form: String,
}

impl Introduction {
    /// The configuration that holds where nothing is set; `chats` tells whether it asks a chat model.
    #[must_use]
    pub fn defaults(&self, chats: bool) -> Value {
        let named = self.settings.iter().map(|(name, setting)| (name.clone(), setting.default.clone()));
        named.chain(own(chats).map(|own| (own.name.to_owned(), (own.default)()))).collect::<Map<_, _>>().into()
    }

    /// The JSON Schema of the configuration.
    #[must_use]
    pub fn config_schema(&self, chats: bool) -> Value {
        let property = |default: Value, description: &str| match kind(&default) {
            Some(kind) => json!({"type": kind, "default": default, "description": description}),
            None => json!({"default": default, "description": description}),
        };
        let named = self.settings.iter().map(|(name, setting)| {
            let property = property(setting.default.clone(), &setting.description);
            (name.clone(), property)
        });
        let own = own(chats).map(|own| (own.name.to_owned(), property((own.default)(), own.about)));
        let properties: Map<String, Value> = named.chain(own).collect();
        json!({"type": "object", "additionalProperties": false, "properties": properties})
    }

    /// Settings of its own that kgas minds already.
    pub(super) fn taken(&self) -> Option<&str> {
        self.settings.keys().map(String::as_str).find(|name| OWN.iter().any(|own| own.name == *name))
    }

    /// The whole configuration, with what isn't set at its default; and what kgas minds of it.
    ///
    /// # Errors
    /// Where a key is unknown, or a value is of another type than the default.
    pub(super) fn configured(&self, chats: bool, config: Value) -> Result<(Value, Minded), ConfigError> {
        let mut whole = self.defaults(chats);
        let (Some(fields), Value::Object(given)) = (whole.as_object_mut(), config) else {
            return Err(ConfigError::new("config", "it is no object"));
        };
        for (key, value) in given {
            let Some(place) = fields.get_mut(&key) else {
                let hint = match nearest(&key, fields.keys().map(String::as_str)) {
                    Some(name) => format!("did you mean {name}?"),
                    None => format!("there are {}", fields.keys().cloned().collect::<Vec<_>>().join(", ")),
                };
                return Err(ConfigError::new(key, format!("no such setting; {hint}")));
            };
            if let (Some(wanted), given) = (kind(place), kind(&value))
                && given != Some(wanted)
            {
                return Err(ConfigError::new(key, format!("it should be of type {wanted}, as its default is")));
            }
            *place = value;
        }
        let minded = minded(&whole)?;
        Ok((whole, minded))
    }
}

impl Minded {
    /// A question in the form that is set for answers; `name` is what its schema is called.
    pub(super) fn request(&self, name: &str, question: Question) -> ChatRequest {
        let Question { system, user, max_tokens, temperature, json, schema } = question;
        let with_schema = |schema, style| AnswerFormat::JsonSchema { name: name.to_owned(), schema, style };
        let format = match (self.form.as_str(), schema) {
            ("text", _) => AnswerFormat::Text,
            ("auto", Some(schema)) => with_schema(schema, SchemaStyle::Supported),
            ("json_schema", Some(schema)) => with_schema(schema, SchemaStyle::JsonSchema),
            ("json_object_schema", Some(schema)) => with_schema(schema, SchemaStyle::JsonObject),
            (_, Some(_)) => AnswerFormat::JsonObject,
            (_, None) if json => AnswerFormat::JsonObject,
            (_, None) => AnswerFormat::Text,
        };
        // The document is looked at as one chunk, the first.
        ChatRequest { system, user, max_tokens, temperature, format, chunk: Some(0), ..ChatRequest::default() }
    }
}

fn own(chats: bool) -> impl Iterator<Item = Own> {
    OWN.into_iter().filter(move |own| chats || own.name != RESPONSE_FORMAT)
}

fn minded(config: &Value) -> Result<Minded, ConfigError> {
    let min_confidence = config.get(MIN_CONFIDENCE).and_then(Value::as_f64).unwrap_or_default();
    if !(0.0..=1.0).contains(&min_confidence) {
        return Err(ConfigError::new(MIN_CONFIDENCE, format!("{min_confidence} is not between 0 and 1")));
    }
    let form = config.get(RESPONSE_FORMAT).and_then(Value::as_str).unwrap_or("text").to_owned();
    if !FORMS.contains(&form.as_str()) {
        return Err(ConfigError::new(RESPONSE_FORMAT, format!("{form:?} is none of {}", FORMS.join(", "))));
    }
    let is_set = |name: &str| config.get(name).and_then(Value::as_bool).unwrap_or_default();
    Ok(Minded { min_confidence, all_mentions: is_set(ALL_MENTIONS), keep_ungrounded: is_set(KEEP_UNGROUNDED), form })
}

/// The type of a value, as JSON Schema calls it; none of null, which stands for any.
const fn kind(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("boolean"),
        Value::Number(_) => Some("number"),
        Value::String(_) => Some("string"),
        Value::Array(_) => Some("array"),
        Value::Object(_) => Some("object"),
    }
}
