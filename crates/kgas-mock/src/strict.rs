//! What requests must look like.

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::openai::Refusal;
use crate::schema;
use crate::script::{ChatCall, Message};

const ROLES: [&str; 5] = ["system", "developer", "user", "assistant", "tool"];
const MAX_INPUTS: usize = 2048;
const MAX_DIMENSIONS: usize = 4096;

const CHAT_FIELDS: [&str; 34] = [
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
];
const EMBEDDINGS_FIELDS: [&str; 5] = ["dimensions", "encoding_format", "input", "model", "user"];

/// An embeddings call that passed all checks.
#[derive(Debug)]
pub(crate) struct EmbeddingsCall {
    pub(crate) model: String,
    pub(crate) texts: Vec<String>,
    pub(crate) dimensions: Option<usize>,
    pub(crate) is_base64: bool,
}

/// Reads a body as a JSON object.
pub(crate) fn object(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media_type = content_type.split(';').next().unwrap_or("").trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let message = format!("Invalid Content-Type header ({content_type}), expected application/json.");
        return Err(Refusal::invalid(None, message));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Refusal::invalid(None, "The body of your request must be a JSON object.")),
        Err(error) => Err(Refusal::invalid(None, format!("We could not parse the JSON body of your request: {error}"))),
    }
}

/// Checks a chat request. Its place in the order of calls is not known yet and stays 0.
pub(crate) fn chat(fields: Map<String, Value>) -> Result<ChatCall, Refusal> {
    only(&fields, &CHAT_FIELDS)?;
    let model = model(&fields)?;
    let messages = messages(&fields)?;
    for name in ["max_tokens", "max_completion_tokens"] {
        checked(&fields, name, "a positive integer", is_positive)?;
    }
    checked(&fields, "temperature", "a number from 0 to 2", |value| is_within(value, 0.0, 2.0))?;
    checked(&fields, "top_p", "a number from 0 to 1", |value| is_within(value, 0.0, 1.0))?;
    for name in ["frequency_penalty", "presence_penalty"] {
        checked(&fields, name, "a number from -2 to 2", |value| is_within(value, -2.0, 2.0))?;
    }
    checked(&fields, "seed", "an integer", |value| value.is_i64() || value.is_u64())?;
    checked(&fields, "n", "1: this server makes one choice", |value| value.as_u64() == Some(1))?;
    checked(&fields, "stop", "a string or an array of at most 4 strings", is_stop)?;
    checked(&fields, "user", "a string", Value::is_string)?;
    checked(&fields, "stream", "a boolean", Value::is_boolean)?;
    checked(&fields, "stream_options", "an object, with stream: true", |value| {
        value.is_object() && fields.get("stream") == Some(&Value::Bool(true))
    })?;
    if let Some(format) = present(&fields, "response_format") {
        response_format(format, &messages)?;
    }
    Ok(ChatCall { model, messages, body: Value::Object(fields), n: 0 })
}

/// Checks an embeddings request.
pub(crate) fn embeddings(fields: &Map<String, Value>) -> Result<EmbeddingsCall, Refusal> {
    only(fields, &EMBEDDINGS_FIELDS)?;
    let model = model(fields)?;
    let texts = match fields.get("input") {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => {
            let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            texts.ok_or_else(|| {
                Refusal::invalid(Some("input"), "'input' must hold strings: this server takes no token arrays.")
            })?
        }
        Some(_) => {
            let message = "'input' must be a string or an array of strings.";
            return Err(Refusal::invalid(Some("input"), message));
        }
        None => return Err(missing("input")),
    };
    if texts.is_empty() || texts.iter().any(String::is_empty) {
        return Err(Refusal::invalid(Some("input"), "'input' cannot be empty or hold an empty string."));
    }
    if texts.len() > MAX_INPUTS {
        let message = format!("'input' must have at most {MAX_INPUTS} items.");
        return Err(Refusal::invalid(Some("input"), message));
    }
    checked(fields, "encoding_format", "\"float\" or \"base64\"", |value| value == "float" || value == "base64")?;
    checked(fields, "user", "a string", Value::is_string)?;
    let dimensions = present(fields, "dimensions")
        .map(|value| {
            let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
            count.filter(|count| (1..=MAX_DIMENSIONS).contains(count)).ok_or_else(|| {
                let message = format!("'dimensions' must be an integer from 1 to {MAX_DIMENSIONS}.");
                Refusal::invalid(Some("dimensions"), message)
            })
        })
        .transpose()?;
    let is_base64 = present(fields, "encoding_format").is_some_and(|format| format == "base64");
    Ok(EmbeddingsCall { model, texts, dimensions, is_base64 })
}

fn only(fields: &Map<String, Value>, known: &[&str]) -> Result<(), Refusal> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Refusal::invalid(Some(name), format!("Unrecognized request argument supplied: {name}"))),
    }
}

fn model(fields: &Map<String, Value>) -> Result<String, Refusal> {
    match fields.get("model") {
        Some(Value::String(model)) if !model.is_empty() => Ok(model.clone()),
        Some(_) => Err(Refusal::invalid(Some("model"), "'model' must be a non-empty string.")),
        None => Err(Refusal::invalid(Some("model"), "you must provide a model parameter")),
    }
}

fn messages(fields: &Map<String, Value>) -> Result<Vec<Message>, Refusal> {
    let messages = fields.get("messages").ok_or_else(|| missing("messages"))?;
    let messages = messages
        .as_array()
        .filter(|messages| !messages.is_empty())
        .ok_or_else(|| Refusal::invalid(Some("messages"), "'messages' must be an array with at least one message."))?;
    messages.iter().enumerate().map(|(index, value)| message(index, value)).collect()
}

fn message(index: usize, value: &Value) -> Result<Message, Refusal> {
    let refuse = |part: &str, problem: &str| {
        let param = format!("messages[{index}]{part}");
        Refusal::invalid(Some(&param), format!("'{param}' {problem}"))
    };
    let fields = value.as_object().ok_or_else(|| refuse("", "must be an object."))?;
    let role = fields
        .get("role")
        .and_then(Value::as_str)
        .filter(|role| ROLES.contains(role))
        .ok_or_else(|| refuse(".role", &format!("must be one of: {}.", ROLES.join(", "))))?;
    let text = match fields.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) if !parts.is_empty() => {
            let texts: Option<String> = parts.iter().map(text_part).collect();
            texts.ok_or_else(|| refuse(".content", "must have parts of type text, with a text."))?
        }
        _ => return Err(refuse(".content", "must be a string or an array of content parts.")),
    };
    Ok(Message { role: role.to_owned(), text })
}

fn text_part(part: &Value) -> Option<&str> {
    (part.get("type")? == "text").then(|| part.get("text")?.as_str())?
}

fn response_format(format: &Value, messages: &[Message]) -> Result<(), Refusal> {
    let kind = format.get("type").and_then(Value::as_str);
    match kind {
        Some("text") => Ok(()),
        Some("json_object") => {
            let is_told = messages.iter().any(|message| message.text.to_lowercase().contains("json"));
            is_told.then_some(()).ok_or_else(|| {
                let message = "'messages' must contain the word 'json' in some form, to use \
                               'response_format' of type 'json_object'.";
                Refusal::invalid(Some("messages"), message)
            })
        }
        Some("json_schema") => schema::check(format),
        _ => Err(Refusal::invalid(
            Some("response_format.type"),
            "'response_format.type' must be one of: text, json_object, json_schema.",
        )),
    }
}

/// A field that is there and not null: OpenAI takes null for absent.
fn present<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name).filter(|value| !value.is_null())
}

fn checked(
    fields: &Map<String, Value>,
    name: &str,
    wanted: &str,
    is_right: impl Fn(&Value) -> bool,
) -> Result<(), Refusal> {
    match present(fields, name) {
        Some(value) if !is_right(value) => Err(Refusal::invalid(Some(name), format!("'{name}' must be {wanted}."))),
        _ => Ok(()),
    }
}

fn is_positive(value: &Value) -> bool {
    value.as_u64().is_some_and(|number| number > 0)
}

fn is_within(value: &Value, least: f64, most: f64) -> bool {
    value.as_f64().is_some_and(|number| (least..=most).contains(&number))
}

fn is_stop(value: &Value) -> bool {
    value.is_string() || value.as_array().is_some_and(|stops| stops.len() <= 4 && stops.iter().all(Value::is_string))
}

fn missing(name: &str) -> Refusal {
    Refusal::invalid(Some(name), format!("Missing required parameter: '{name}'."))
}
