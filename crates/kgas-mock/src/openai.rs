//! What answers look like: completions, event streams, embeddings, models and errors.

use base64::prelude::{BASE64_STANDARD, Engine};
use hyper::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use crate::account::Usage;
use crate::body::Event;
use crate::embed::unit_vector;
use crate::script::{ChatCall, Reply, Said};
use crate::strict::EmbeddingsCall;

const CHARS_PER_EVENT: usize = 16;

/// A request turned down, in OpenAI's words.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
}

impl Refusal {
    /// The request itself is wrong; `param` is the part that is.
    pub(crate) fn invalid(param: Option<&str>, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            param: param.map(str::to_owned),
            message: message.into(),
        }
    }

    pub(crate) fn unknown_path(method: &str, path: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::invalid(None, format!("Invalid URL ({method} {path})")) }
    }

    pub(crate) fn wrong_method(method: &str, path: &str) -> Self {
        let message =
            format!("Not allowed to {method} on {path} (HINT: Perhaps you meant to use a different HTTP method?)");
        Self { status: StatusCode::METHOD_NOT_ALLOWED, ..Self::invalid(None, message) }
    }

    /// The message does not repeat the key that was sent: tests print it.
    pub(crate) fn wrong_key() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            code: Some("invalid_api_key"),
            ..Self::invalid(None, "Incorrect API key provided.")
        }
    }

    pub(crate) fn unknown_model(model: &str) -> Self {
        let message = format!("The model `{model}` does not exist or you do not have access to it.");
        Self { status: StatusCode::NOT_FOUND, code: Some("model_not_found"), ..Self::invalid(Some("model"), message) }
    }

    /// `kind` is the limit: `requests` or `tokens`.
    pub(crate) fn over_limit(kind: &'static str, message: String) -> Self {
        Self { status: StatusCode::TOO_MANY_REQUESTS, kind, code: Some("rate_limit_exceeded"), param: None, message }
    }

    /// An error asked for by a fault or a reply, worded by its status.
    pub(crate) fn of_status(status: u16, message: String) -> Self {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| !status.is_informational())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = if status.is_server_error() { "server_error" } else { "invalid_request_error" };
        Self { status, kind, code: None, param: None, message }
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "error": {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }})
    }
}

/// A request over the limit, in Anthropic's words.
pub(crate) fn anthropic_over_limit(message: &str) -> Value {
    json!({ "type": "error", "error": { "type": "rate_limit_error", "message": message } })
}

/// What a chat call costs before it is answered: its prompt, and as much answer as it allows.
pub(crate) fn chat_cost(call: &ChatCall) -> u64 {
    let prompt: usize = call.messages.iter().map(|message| tokens(&message.text)).sum();
    let answer = ["max_completion_tokens", "max_tokens"].iter().find_map(|name| call.body.get(*name)?.as_u64());
    count(prompt).saturating_add(answer.unwrap_or(0))
}

/// What an embeddings call costs.
pub(crate) fn embeddings_cost(call: &EmbeddingsCall) -> u64 {
    count(call.texts.iter().map(|text| tokens(text)).sum())
}

/// The answer to a chat call, whole.
pub(crate) fn completion(call: &ChatCall, reply: &Reply) -> Result<String, Refusal> {
    let (content, refusal) = match &reply.said {
        Said::Text(text) => (Some(text.as_str()), None),
        Said::Refusal(sentence) => (None, Some(sentence.as_str())),
        Said::Error { status, message } => {
            return Err(Refusal::of_status(*status, message.clone()));
        }
    };
    let completion = Completion {
        id: format!("chatcmpl-{}", call.n),
        object: "chat.completion",
        created: 0,
        model: &call.model,
        choices: [Choice {
            index: 0,
            message: Assistant { role: "assistant", content, refusal },
            logprobs: None,
            finish_reason: reply.finish.word(),
        }],
        usage: Report::of(usage(call, reply)),
    };
    serde_json::to_string(&completion).map_err(|_impossible| Refusal::of_status(500, "unwritable".to_owned()))
}

/// Written straight to text: most of what a large simulation does is to write these.
#[derive(Serialize)]
struct Completion<'a> {
    id: String,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: [Choice<'a>; 1],
    usage: Report,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: usize,
    message: Assistant<'a>,
    logprobs: Option<()>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Assistant<'a> {
    role: &'static str,
    content: Option<&'a str>,
    refusal: Option<&'a str>,
}

#[derive(Serialize)]
struct Report {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

impl Report {
    fn of(usage: Usage) -> Self {
        let Usage { prompt_tokens, completion_tokens } = usage;
        Self { prompt_tokens, completion_tokens, total_tokens: prompt_tokens.saturating_add(completion_tokens) }
    }
}

/// The answer to a chat call as events: the role, the text in pieces, the reason, and the usage if asked for.
///
/// As OpenAI does, each event has a `usage` if it is asked for, which is null in all but the last.
pub(crate) fn events(call: &ChatCall, reply: &Reply) -> Result<Vec<Event>, Refusal> {
    let (key, text) = match &reply.said {
        Said::Text(text) => ("content", text),
        Said::Refusal(sentence) => ("refusal", sentence),
        Said::Error { status, message } => {
            return Err(Refusal::of_status(*status, message.clone()));
        }
    };
    let has_usage = call.body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true));
    let chunk = |choices: Value, usage: Value| {
        let mut chunk = json!({
            "id": format!("chatcmpl-{}", call.n),
            "object": "chat.completion.chunk",
            "created": 0,
            "model": call.model,
            "choices": choices,
        });
        if let (true, Some(fields)) = (has_usage, chunk.as_object_mut()) {
            fields.insert("usage".to_owned(), usage);
        }
        chunk.to_string()
    };
    let delta = |delta: Value, finish: Option<&str>| {
        chunk(json!([{ "index": 0, "delta": delta, "finish_reason": finish }]), Value::Null)
    };
    let letters: Vec<char> = text.chars().collect();
    let mut said = 0;
    let mut events = vec![Event { text: delta(json!({ "role": "assistant" }), None), done: 0.0 }];
    events.extend(letters.chunks(CHARS_PER_EVENT).map(|piece| {
        said += piece.len();
        let piece: String = piece.iter().collect();
        Event { text: delta(json!({ key: piece }), None), done: said as f64 / letters.len() as f64 }
    }));
    events.push(Event { text: delta(json!({}), Some(reply.finish.word())), done: 1.0 });
    if has_usage {
        events.push(Event { text: chunk(json!([]), json!(Report::of(usage(call, reply)))), done: 1.0 });
    }
    Ok(events)
}

/// The tokens that a reply reports.
pub(crate) fn usage(call: &ChatCall, reply: &Reply) -> Usage {
    let said = match &reply.said {
        Said::Text(text) | Said::Refusal(text) => text.as_str(),
        Said::Error { .. } => "",
    };
    let (prompt, completion) =
        reply.usage.unwrap_or_else(|| (call.messages.iter().map(|message| tokens(&message.text)).sum(), tokens(said)));
    Usage { prompt_tokens: count(prompt), completion_tokens: count(completion) }
}

/// The tokens that an embeddings answer reports.
pub(crate) fn embeddings_usage(call: &EmbeddingsCall) -> Usage {
    Usage { prompt_tokens: embeddings_cost(call), completion_tokens: 0 }
}

/// The answer to an embeddings call.
pub(crate) fn embeddings(call: &EmbeddingsCall, dimensions: usize) -> Value {
    let dimensions = call.dimensions.unwrap_or(dimensions);
    let data: Vec<Value> = call
        .texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let vector = unit_vector(text, dimensions);
            json!({
                "object": "embedding",
                "index": index,
                "embedding": if call.is_base64 { json!(in_base64(&vector)) } else { json!(vector) },
            })
        })
        .collect();
    let tokens = embeddings_cost(call);
    json!({
        "object": "list",
        "data": data,
        "model": call.model,
        "usage": { "prompt_tokens": tokens, "total_tokens": tokens },
    })
}

/// The numbers as OpenAI packs them: four bytes each, the least first.
fn in_base64(vector: &[f32]) -> String {
    let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
    BASE64_STANDARD.encode(bytes)
}

/// The list of models.
pub(crate) fn models(names: &[String]) -> Value {
    let data: Vec<Value> = names
        .iter()
        .map(|name| json!({ "id": name, "object": "model", "created": 0, "owned_by": "kgas-mock" }))
        .collect();
    json!({ "object": "list", "data": data })
}

fn count(tokens: usize) -> u64 {
    u64::try_from(tokens).unwrap_or(u64::MAX)
}

/// A quarter of the characters, rounded up.
fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}
