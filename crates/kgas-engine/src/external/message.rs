//! The lines that kgas and a tool write to each other.

use std::collections::BTreeMap;

use kgas_core::{ChatReply, Finish, GraphFragment, ModelError, ModelErrorKind, ToolInput};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// The version of the protocol.
pub(super) const PROTOCOL: u64 = 1;

const NOT_JSON: &str = "a line that is no JSON object; what is not for kgas belongs on standard error";
const CHAT: &str = r#""chat" has not the form {"system": "…", "user": "…", "max_tokens": 500, "temperature": 0, "json": true, "schema": {…}}, of which "user" must be there"#;
const RESULT: &str =
    r#""result" has not the form {"entities": […], "relations": […], "missing": "…"} or {"json": …, "missing": "…"}"#;
const TOOL: &str = r#""tool" has not the form {"version": "…", "name": "…", "description": "…", "category": "…", "settings": {"NAME": {"default": …, "description": "…"}}}, of which "version" must be there"#;

/// A document, and all that a tool is told of it.
#[derive(Serialize)]
struct Task<'a> {
    kgas: u64,
    id: u64,
    execute: Execute<'a>,
}

#[derive(Serialize)]
struct Execute<'a> {
    document: Text<'a>,
    ontology: Option<&'a RawValue>,
    graph: &'a GraphFragment,
    params: &'a Value,
    config: &'a Value,
}

#[derive(Serialize)]
struct Text<'a> {
    id: &'a str,
    source: Option<&'a str>,
    text: &'a str,
}

/// The line that asks a tool to work on a document.
pub(super) fn task(
    id: u64,
    input: &ToolInput,
    ontology: Option<&RawValue>,
    config: &Value,
) -> serde_json::Result<Vec<u8>> {
    let ToolInput { document, graph, params, .. } = input;
    let text = Text { id: document.id(), source: document.source(), text: document.text() };
    let execute = Execute { document: text, ontology, graph, params, config };
    line(&Task { kgas: PROTOCOL, id, execute })
}

/// The line that tells a tool what became of its question.
pub(super) fn answer(id: u64, call: Option<&Value>, told: &Result<ChatReply, ModelError>) -> Vec<u8> {
    let (field, told) = match told {
        Ok(reply) => ("chat_reply", json!({"text": reply.text, "finish": finish(reply.finish)})),
        Err(error) => ("chat_error", json!({"kind": kind(error.kind()), "message": error.to_string()})),
    };
    let mut message = Map::from_iter([("id".to_owned(), json!(id))]);
    message.extend(call.map(|call| ("call".to_owned(), call.clone())));
    message.insert(field.to_owned(), told);
    let mut bytes = Value::Object(message).to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

fn line(message: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(message)?;
    bytes.push(b'\n');
    Ok(bytes)
}

const fn finish(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Refused => "refused",
    }
}

const fn kind(kind: ModelErrorKind) -> &'static str {
    match kind {
        ModelErrorKind::Denied => "denied",
        ModelErrorKind::NotFound => "not_found",
        ModelErrorKind::QuotaExhausted => "quota_exhausted",
        ModelErrorKind::Unreachable => "unreachable",
        ModelErrorKind::Rejected => "rejected",
        ModelErrorKind::Protocol => "protocol",
        ModelErrorKind::Stopped => "stopped",
        // What is new says no less than that all tries are used up.
        _ => "gave_up",
    }
}

/// What a tool says of itself when it is started.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    /// Its version.
    pub version: String,
    /// A name for people.
    #[serde(default)]
    pub name: Option<String>,
    /// What it does.
    #[serde(default)]
    pub description: Option<String>,
    /// What kind of tool it is.
    #[serde(default)]
    pub category: Option<String>,
    /// What can be set.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
}

/// What can be set for a tool.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What holds where nothing is set; null where any value may be.
    #[serde(default)]
    pub default: Value,
    /// What it does.
    #[serde(default)]
    pub description: String,
}

/// What a tool said first.
pub(super) enum Hello {
    Introduction(Introduction),
    /// Another version of the protocol.
    Version(String),
}

/// Reads a tool's first line; what is wrong with it is told without its words.
pub(super) fn hello(line: &[u8]) -> Result<Hello, String> {
    let mut said = object(line)?;
    match said.remove("kgas") {
        Some(Value::Number(version)) if version.as_u64() == Some(PROTOCOL) => {}
        Some(Value::Number(version)) => return Ok(Hello::Version(version.to_string())),
        _ => return Err(format!("a first line without \"kgas\": {PROTOCOL}")),
    }
    let about = said.remove("tool").and_then(|about| serde_json::from_value(about).ok());
    about.map(Hello::Introduction).ok_or_else(|| TOOL.to_owned())
}

/// A line of a tool that works on a document.
#[derive(Debug)]
pub(super) struct Message {
    /// The task that it is about.
    pub(super) id: u64,
    pub(super) said: Said,
}

#[derive(Debug)]
pub(super) enum Said {
    /// It asks the chat model; `call` comes back with the answer.
    Chat { call: Option<Value>, question: Question },
    /// It is done.
    Result(Found),
    /// It can't do it.
    Error(String),
}

/// What a tool claims to have found.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Found {
    #[serde(default)]
    pub(super) entities: Vec<Value>,
    #[serde(default)]
    pub(super) relations: Vec<Value>,
    /// Something else than claims.
    #[serde(default)]
    pub(super) json: Option<Value>,
    /// What of the document was not dealt with.
    #[serde(default)]
    pub(super) missing: Option<String>,
}

/// What it asks the chat model.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    #[serde(default)]
    pub(super) system: String,
    pub(super) user: String,
    #[serde(default)]
    pub(super) max_tokens: Option<u32>,
    #[serde(default)]
    pub(super) temperature: Option<f64>,
    /// Whether the answer is to be a JSON object.
    #[serde(default)]
    pub(super) json: bool,
    /// The schema that such an object is to fit.
    #[serde(default)]
    pub(super) schema: Option<Value>,
}

/// Reads a line of a tool at work; what is wrong with it is told without its words.
pub(super) fn message(line: &[u8]) -> Result<Message, String> {
    let mut said = object(line)?;
    let id = said.remove("id").and_then(|id| id.as_u64()).ok_or("a line without the \"id\" of its task")?;
    let call = said.remove("call");
    let (chat, result, error) = (said.remove("chat"), said.remove("result"), said.remove("error"));
    if !said.is_empty() {
        return Err("a line with other fields than id, call, chat, result and error".to_owned());
    }
    let said = match (chat, result, error) {
        (Some(chat), None, None) => Said::Chat { call, question: serde_json::from_value(chat).ok().ok_or(CHAT)? },
        (None, Some(result), None) => Said::Result(found(result).ok_or(RESULT)?),
        (None, None, Some(Value::String(error))) => Said::Error(error),
        (None, None, Some(_)) => return Err("an \"error\" that is no text".to_owned()),
        _ => return Err("a line with none or several of chat, result and error".to_owned()),
    };
    Ok(Message { id, said })
}

fn object(line: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice(line) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(NOT_JSON.to_owned()),
    }
}

fn found(said: Value) -> Option<Found> {
    let has_null = said.get("json").is_some_and(Value::is_null);
    let mut found: Found = serde_json::from_value(said).ok()?;
    if has_null {
        found.json = Some(Value::Null);
    }
    let has_claims = !found.entities.is_empty() || !found.relations.is_empty();
    (found.json.is_none() || !has_claims).then_some(found)
}
