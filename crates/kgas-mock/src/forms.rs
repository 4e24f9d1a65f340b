//! What the server makes of `response_format`: it refuses, ignores or obeys.

use serde_json::{Map, Value, json};

use crate::openai::Refusal;
use crate::script::{ChatCall, Reply, Said};

/// What the server makes of `response_format`. Forms are called `json_schema`, `json_object` and, where that has a
/// schema beside it as llama.cpp takes it, `json_object_schema`.
///
/// ```
/// use kgas_mock::{Forms, MockServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = MockServer::builder().forms(Forms::obeyed().refuse("json_schema", 400)).in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Forms {
    refused: Vec<(String, u16)>,
    is_obeyed: bool,
}

impl Forms {
    /// Forms are accepted, and the answer is what it would have been without.
    #[must_use]
    pub fn ignored() -> Self {
        Self::default()
    }

    /// An answer that doesn't have the form is replaced by the least one that has. Of a schema the outermost object
    /// counts: its required fields, and those with an enum.
    #[must_use]
    pub fn obeyed() -> Self {
        Self { is_obeyed: true, ..Self::default() }
    }

    /// Refuses a form with this status, and says that it does.
    #[must_use]
    pub fn refuse(mut self, form: impl Into<String>, status: u16) -> Self {
        self.refused.push((form.into(), status));
        self
    }

    pub(crate) fn check(&self, call: &ChatCall) -> Result<(), Refusal> {
        let Some(form) = form_of(&call.body) else { return Ok(()) };
        match self.refused.iter().find(|(refused, _)| refused == form) {
            None => Ok(()),
            Some((_, status)) => {
                let message = format!("This model does not support 'response_format' of type '{form}'.");
                Err(Refusal::of_status(*status, message))
            }
        }
    }

    /// The reply, in the form that was asked for.
    pub(crate) fn bend(&self, call: &ChatCall, reply: Reply) -> Reply {
        let Said::Text(text) = &reply.said else { return reply };
        if !self.is_obeyed || form_of(&call.body).is_none() {
            return reply;
        }
        let free = json!({"type": "object"});
        let schema = schema_of(&call.body).unwrap_or(&free);
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) if fits(&fields, schema) => reply,
            _ => Reply { said: Said::Text(least(schema).to_string()), dirt: None, ..reply },
        }
    }
}

/// What the form asked for is called; none for plain text.
fn form_of(body: &Value) -> Option<&str> {
    let format = body.get("response_format")?;
    match format.get("type")?.as_str()? {
        "text" => None,
        "json_object" if format.get("schema").is_some() => Some("json_object_schema"),
        form => Some(form),
    }
}

fn schema_of(body: &Value) -> Option<&Value> {
    let format = body.get("response_format")?;
    format.get("schema").or_else(|| format.get("json_schema")?.get("schema"))
}

fn fits(fields: &Map<String, Value>, schema: &Value) -> bool {
    required(schema).all(|name| fields.get(name).is_some_and(|value| is_allowed(value, field(schema, name))))
}

fn is_allowed(value: &Value, schema: &Value) -> bool {
    schema.get("enum").and_then(Value::as_array).is_none_or(|words| words.contains(value))
}

/// The least value that a schema takes.
fn least(schema: &Value) -> Value {
    if let Some(word) = schema.get("enum").and_then(|words| words.get(0)) {
        return word.clone();
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        kind => kind.and_then(Value::as_str),
    };
    match kind {
        Some("object") => {
            Value::Object(required(schema).map(|name| (name.to_owned(), least(field(schema, name)))).collect())
        }
        Some("array") => json!([]),
        Some("string") => json!(""),
        Some("number" | "integer") => json!(0),
        Some("boolean") => json!(false),
        _ => Value::Null,
    }
}

fn field<'s>(schema: &'s Value, name: &str) -> &'s Value {
    schema.get("properties").and_then(|all| all.get(name)).unwrap_or(&Value::Null)
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
