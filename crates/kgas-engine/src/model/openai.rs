//! Models behind an OpenAI-compatible server, over any transport.

use std::sync::Arc;

use async_trait::async_trait;
use kgas_core::{
    AnswerFormat, ChatModel, ChatReply, ChatRequest, EmbedReply, Embedder, Finish, ModelError, SchemaStyle, Usage,
};
use kgas_http::openai::{
    ChatAnswer, ChatMessage, ChatParams, FinishReason, ResponseFormat, chat_request, embedding_request, read_chat,
    read_embeddings,
};
use kgas_http::{ApiRequest, HttpError, Reply, Transport};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::{is_from_server, translate};
use super::gate::Gate;

/// The most texts that OpenAI takes in one call.
const MAX_BATCH: usize = 2048;

/// A chat model.
#[derive(Clone, Debug)]
pub struct OpenAiModel {
    line: Line,
    model: String,
    extra: Map<String, Value>,
}

/// An embedding model.
#[derive(Clone, Debug)]
pub struct OpenAiEmbedder {
    line: Line,
    model: String,
}

/// The way to a server: what both kinds of model share.
#[derive(Clone, Debug)]
struct Line {
    id: String,
    transport: Arc<dyn Transport>,
    gate: Arc<Gate>,
}

impl OpenAiModel {
    /// Makes a model; `provider` is what outputs call the server, `extra` goes into each request's body.
    pub fn new(
        provider: &str,
        model: impl Into<String>,
        extra: Map<String, Value>,
        transport: Arc<dyn Transport>,
        gate: Arc<Gate>,
    ) -> Self {
        let model = model.into();
        Self { line: Line { id: format!("{provider}/{model}"), transport, gate }, model, extra }
    }

    /// The request that a question becomes.
    #[must_use]
    pub fn request(&self, question: ChatRequest) -> ApiRequest {
        let system = Some(question.system).filter(|text| !text.is_empty()).map(ChatMessage::system);
        let messages = system.into_iter().chain([ChatMessage::user(question.user)]).collect();
        let mut params = ChatParams::new(messages);
        params.model.clone_from(&self.model);
        params.max_tokens = question.max_tokens;
        params.temperature = question.temperature;
        params.response_format = match question.format {
            AnswerFormat::Text | AnswerFormat::JsonSchema { style: SchemaStyle::Supported, .. } => ResponseFormat::Text,
            AnswerFormat::JsonObject => ResponseFormat::JsonObject,
            AnswerFormat::JsonSchema { name, schema, style: SchemaStyle::JsonSchema } => {
                ResponseFormat::JsonSchema { name, schema }
            }
            AnswerFormat::JsonSchema { schema, style: SchemaStyle::JsonObject, .. } => {
                ResponseFormat::JsonObjectSchema(schema)
            }
        };
        params.extra.clone_from(&self.extra);
        chat_request(&params)
    }
}

#[async_trait]
impl ChatModel for OpenAiModel {
    fn id(&self) -> &str {
        &self.line.id
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatReply, ModelError> {
        let (mut answer, usage) = self.line.call(self.request(request), read_chat).await?;
        // Some servers write the field whether they refuse or not.
        answer.refusal = answer.refusal.filter(|words| !words.trim().is_empty());
        Ok(ChatReply { finish: finish(&answer), text: answer.refusal.unwrap_or(answer.text), usage })
    }
}

fn finish(answer: &ChatAnswer) -> Finish {
    match answer.finish_reason {
        _ if answer.refusal.is_some() => Finish::Refused,
        FinishReason::ContentFilter => Finish::Refused,
        FinishReason::Length => Finish::Length,
        _ => Finish::Stop,
    }
}

impl OpenAiEmbedder {
    /// Makes an embedder; `provider` is what outputs call the server.
    pub fn new(provider: &str, model: impl Into<String>, transport: Arc<dyn Transport>, gate: Arc<Gate>) -> Self {
        let model = model.into();
        Self { line: Line { id: format!("{provider}/{model}"), transport, gate }, model }
    }
}

#[async_trait]
impl Embedder for OpenAiEmbedder {
    fn id(&self) -> &str {
        &self.line.id
    }

    fn max_batch(&self) -> usize {
        MAX_BATCH
    }

    async fn embed(&self, texts: &[&str]) -> Result<EmbedReply, ModelError> {
        let request = embedding_request(&self.model, texts);
        let (vectors, usage) = self.line.call(request, |reply| read_embeddings(reply, texts.len())).await?;
        Ok(EmbedReply { vectors, usage })
    }
}

impl Line {
    async fn call<T>(
        &self,
        request: ApiRequest,
        read: impl FnOnce(&Reply) -> Result<T, HttpError>,
    ) -> Result<(T, Usage), ModelError> {
        self.gate.check()?;
        let answer = self.transport.send(request).await;
        let (attempts, elapsed) = (answer.attempts, answer.elapsed);
        let read = answer.outcome.and_then(|reply| {
            self.gate.reach();
            let usage = usage_of(&reply, attempts);
            let facts = |error: HttpError| error.with_attempts(attempts).with_elapsed(elapsed);
            read(&reply).map(|value| (value, usage)).map_err(facts)
        });
        read.map_err(|error| {
            if is_from_server(&error) {
                self.gate.reach();
            }
            self.gate.observe(translate(error, self.gate.has_reached()))
        })
    }
}

/// What the provider says the call cost. The rest of the body, which may be thousands of vectors, is passed over.
fn usage_of(reply: &Reply, attempts: u32) -> Usage {
    #[derive(Deserialize)]
    struct Told {
        usage: Value,
    }
    let told: Option<Told> = serde_json::from_slice(&reply.body).ok();
    let tokens = |name: &str| told.as_ref()?.usage.get(name)?.as_u64();
    Usage {
        calls: 1,
        attempts: attempts.into(),
        prompt_tokens: tokens("prompt_tokens").unwrap_or_default(),
        completion_tokens: tokens("completion_tokens").unwrap_or_default(),
    }
}
