//! Finding out in which form a server takes schemas: a tiny question, asked before all others.

use kgas_core::{ModelError, Usage};
use kgas_http::ErrorKind;
use kgas_http::openai::{ChatMessage, ChatParams};
use serde_json::{Map, Value, json};

use super::form::{self, Form, Support};
use super::openai::OpenAiModel;

/// The forms that are tried, in this order.
const FORMS: [Support; 3] = [Support::JsonSchema, Support::JsonObjectSchema, Support::JsonObject];

/// JSON is named, for OpenAI wants it named; what the schema asks for is not.
const QUESTION: &str = "Greet me in one short sentence, as JSON.";

/// What no model answers to that by itself.
const WORD: &str = "ultramarine";

/// Enough for the answer, and for a few words of thought before it.
const MAX_TOKENS: u32 = 128;

/// What was found of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The form to ask for.
    pub support: Support,
    /// How that is known.
    pub evidence: Evidence,
    /// What it cost to find out.
    pub usage: Usage,
}

/// How it is known in which form a server takes schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The answer had what only the form could have told.
    Obeyed,
    /// A form was taken, and no answer shows that it mattered.
    Ignored,
    /// Every form was refused.
    Refused,
    /// Something else kept an answer away, and may not do so again.
    Unclear,
}

impl Finding {
    /// Whether it will hold later too.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        !matches!(self.evidence, Evidence::Unclear)
    }
}

/// What came of one form.
enum Outcome {
    Obeyed,
    Ignored,
    /// Refused, and whether for its form for certain.
    Refused {
        by_name: bool,
    },
    Unclear,
}

/// Asks until a form is obeyed. Where none is, the first that was taken is as good as any.
pub(super) async fn probe(model: &OpenAiModel) -> Result<Finding, ModelError> {
    let mut usage = Usage::default();
    let mut taken = None;
    let (mut is_clear, mut is_named) = (true, false);
    for support in FORMS {
        match ask(model, support, &mut usage).await? {
            Outcome::Obeyed => return Ok(Finding { support, evidence: Evidence::Obeyed, usage }),
            Outcome::Ignored => taken = taken.or(Some(support)),
            Outcome::Refused { by_name } => is_named |= by_name,
            Outcome::Unclear => {
                is_clear = false;
                // Each form would be waited for as long as this one.
                break;
            }
        }
    }
    let evidence = match taken {
        _ if !is_clear => Evidence::Unclear,
        Some(_) => Evidence::Ignored,
        None if is_named => Evidence::Refused,
        // Plain text may be refused just so, for a reason that a person can remove.
        None => Evidence::Unclear,
    };
    Ok(Finding { support: taken.unwrap_or_default(), evidence, usage })
}

async fn ask(model: &OpenAiModel, support: Support, usage: &mut Usage) -> Result<Outcome, ModelError> {
    let error = match model.exchange(&question(model, support)).await {
        Ok(reply) => {
            *usage += reply.usage;
            let obeyed = obeys(support, &reply.text);
            return Ok(if obeyed { Outcome::Obeyed } else { Outcome::Ignored });
        }
        Err(error) if error.is_fatal() => return Err(error),
        Err(error) => error,
    };
    *usage += spent_on(&error);
    let Some(http) = form::from_server(&error) else { return Ok(Outcome::Unclear) };
    let by_name = form::refusal(&error).is_some();
    // A model that thinks first may need more than it was allowed: the form was taken.
    let is_cut = http.message().is_some_and(|said| said.contains("output limit"));
    Ok(match http.kind() {
        ErrorKind::ClientError if is_cut => Outcome::Ignored,
        ErrorKind::ClientError if !http.is_transient() => Outcome::Refused { by_name },
        _ if by_name => Outcome::Refused { by_name },
        _ => Outcome::Unclear,
    })
}

fn question(model: &OpenAiModel, support: Support) -> ChatParams {
    let mut params = ChatParams::new(vec![ChatMessage::user(QUESTION)]);
    params.model = model.name().to_owned();
    params.extra = Map::clone(model.extra());
    params.max_tokens = Some(MAX_TOKENS);
    params.temperature = None;
    Form::from(support).put(&mut params, "greeting", &schema());
    params
}

fn schema() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["colour"],
        "properties": {"colour": {"type": "string", "enum": [WORD]}}})
}

/// Whether an answer shows that the form was minded; it may be cut, or wrapped in thoughts.
fn obeys(support: Support, answer: &str) -> bool {
    match support {
        Support::JsonSchema | Support::JsonObjectSchema => answer.contains(WORD),
        Support::JsonObject => answer.trim_start().starts_with('{'),
        Support::Text => true,
    }
}

/// What a call without an answer cost.
pub(super) fn spent_on(error: &ModelError) -> Usage {
    let attempts = u64::from(error.attempts());
    Usage { calls: attempts.min(1), attempts, ..Usage::default() }
}
