//! The question that all clients ask, the answer they get, and its two readings for those that bring none.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clients::Failure;

/// A model that takes `max_tokens` and `temperature`.
pub(crate) const MODEL: &str = "gpt-4o-mini";

/// The longest answer allowed.
pub(crate) const MAX_TOKENS: u32 = 200;

/// How freely words are chosen.
pub(crate) const TEMPERATURE: f64 = 0.3;

/// What the answer says it cost.
pub(crate) const USED_TOKENS: u32 = 476;

const SENTENCE: &str = "The mill of \"Hansen & Sons\" in Odense was sold to a bank from Aarhus in 1911, \
                        which let its old owners run it.\n";

const SENTENCES: usize = 14;

/// The prompt of a document: its number, and about 1.5 kB of text.
pub(crate) fn prompt(number: usize) -> String {
    format!("Which places are named? [[doc:{number}]]\n{}", SENTENCE.repeat(SENTENCES))
}

/// What the server answers to each question.
pub(crate) fn answer() -> String {
    json!({
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": "chat.completion",
        "created": 1_741_569_952,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "{\"places\": [\"Odense\", \"Aarhus\"],\n \"companies\": [\"Hansen & Sons\"]}\n".repeat(4),
                "refusal": null,
                "annotations": [],
            },
            "logprobs": null,
            "finish_reason": "stop",
        }],
        "usage": {
            "prompt_tokens": 390,
            "completion_tokens": 86,
            "total_tokens": USED_TOKENS,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": "fp_06737a9306",
    })
    .to_string()
}

/// How the clients without types of their own write and read JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Through structs with just the fields that count: the least work.
    Typed,
    /// Through `serde_json::Value`: the least code.
    Value,
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "typed" => Ok(Self::Typed),
            "value" => Ok(Self::Value),
            _ => Err(format!("{word} is neither typed nor value")),
        }
    }
}

/// A question as a struct.
#[derive(Serialize)]
pub(crate) struct Question<'a> {
    model: &'a str,
    messages: [Message<'a>; 1],
    max_tokens: u32,
    temperature: f64,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
}

/// The question in its typed form.
pub(crate) fn question(prompt: &str) -> Question<'_> {
    let messages = [Message { role: "user", content: prompt }];
    Question { model: MODEL, messages, max_tokens: MAX_TOKENS, temperature: TEMPERATURE }
}

/// The question as a value.
pub(crate) fn question_value(prompt: &str) -> Value {
    json!({
        "model": MODEL,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": MAX_TOKENS,
        "temperature": TEMPERATURE,
    })
}

/// An answer as a struct, with all that our own reading of it has.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the bench needs the work of reading, not what was read")]
pub(crate) struct Answer {
    choices: Vec<Choice>,
    usage: Usage,
    model: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the bench needs the work of reading, not what was read")]
struct Choice {
    message: Said,
    finish_reason: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the bench needs the work of reading, not what was read")]
struct Said {
    content: String,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    total_tokens: u32,
}

impl Answer {
    /// What it cost.
    pub(crate) fn used_tokens(&self) -> u32 {
        self.usage.total_tokens
    }
}

/// What an answer in the form of a value cost.
pub(crate) fn used_tokens(answer: &Value) -> Result<u32, Failure> {
    let tokens = answer.pointer("/usage/total_tokens").and_then(Value::as_u64);
    Ok(u32::try_from(tokens.ok_or("an answer without usage")?)?)
}
