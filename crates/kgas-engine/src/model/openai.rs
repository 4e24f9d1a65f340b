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
use kgas_http::{ApiRequest, BaseUrl, HttpError, Reply, Transport};
use serde_json::{Map, Value};
use tracing::{Instrument as _, Span, warn};

use super::error::{is_from_server, translate};
use super::form::{self, Form, Forms, Support};
use super::gate::Gate;
use super::probe::{self, Finding, spent_on};
use super::span::{self, Asked, Server};
use crate::usage::reported;

/// The most texts that OpenAI takes in one call.
const MAX_BATCH: usize = 2048;

/// A chat model.
#[derive(Clone, Debug)]
pub struct OpenAiModel {
    line: Line,
    model: String,
    extra: Map<String, Value>,
    forms: Arc<Forms>,
}

/// An embedding model.
#[derive(Clone, Debug)]
pub struct OpenAiEmbedder {
    line: Line,
    model: String,
    is_anew: bool,
}

/// The way to a server: what both kinds of model share.
#[derive(Clone, Debug)]
struct Line {
    id: String,
    transport: Arc<dyn Transport>,
    gate: Arc<Gate>,
    server: Server,
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
        Self { line: Line::new(provider, &model, transport, gate), model, extra, forms: Arc::default() }
    }

    /// With the address of its server, for who looks at what is traced.
    #[must_use]
    pub fn at(mut self, base: &BaseUrl) -> Self {
        self.line.server = Server::at(base);
        self
    }

    /// With the form in which its server takes schemas. Until that is said, nothing but the prompt asks for them.
    #[must_use]
    pub fn with_support(self, support: Support) -> Self {
        Self { forms: Arc::new(Forms::new(support)), ..self }
    }

    /// Asks the server in which form it takes schemas: one small call, or up to three where a form is refused or
    /// ignored. What it finds is for [`with_support`](Self::with_support).
    ///
    /// # Errors
    /// Only an error after which nothing else can be bought either.
    pub async fn probe(&self) -> Result<Finding, ModelError> {
        probe::probe(self).await
    }

    /// The request that a question becomes.
    #[must_use]
    pub fn request(&self, question: ChatRequest) -> ApiRequest {
        chat_request(&self.params(question, None))
    }

    /// What the model is called there.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.model
    }

    pub(super) const fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }

    /// The question as the server wants it; `form` is for a schema that is asked for as it was found to take it.
    fn params(&self, question: ChatRequest, form: Option<Form>) -> ChatParams {
        let system = Some(question.system).filter(|text| !text.is_empty()).map(ChatMessage::system);
        let messages = system.into_iter().chain([ChatMessage::user(question.user)]).collect();
        let mut params = ChatParams::new(messages);
        params.model.clone_from(&self.model);
        params.max_tokens = question.max_tokens;
        params.temperature = question.temperature;
        params.extra.clone_from(&self.extra);
        match question.format {
            AnswerFormat::Text => {}
            AnswerFormat::JsonObject => params.response_format = ResponseFormat::JsonObject,
            AnswerFormat::JsonSchema { name, schema, style: SchemaStyle::JsonSchema } => {
                params.response_format = ResponseFormat::JsonSchema { name, schema };
            }
            AnswerFormat::JsonSchema { schema, style: SchemaStyle::JsonObject, .. } => {
                params.response_format = ResponseFormat::JsonObjectSchema(schema);
            }
            AnswerFormat::JsonSchema { name, schema, style: SchemaStyle::Supported } => {
                form.unwrap_or_else(|| self.forms.of(&name)).put(&mut params, &name, &schema);
            }
        }
        params
    }

    /// One call, and its answer.
    pub(super) async fn exchange(&self, params: &ChatParams) -> Result<ChatReply, ModelError> {
        self.exchange_by(params, false).await
    }

    async fn ask(&self, question: ChatRequest, form: Option<Form>) -> Result<ChatReply, ModelError> {
        let is_anew = question.anew;
        self.exchange_by(&self.params(question, form), is_anew).await
    }

    async fn exchange_by(&self, params: &ChatParams, is_anew: bool) -> Result<ChatReply, ModelError> {
        let asked = Asked {
            operation: "chat",
            model: &params.model,
            max_tokens: params.max_tokens.map(u64::from),
            temperature: params.temperature,
            output: Some(if params.response_format == ResponseFormat::Text { "text" } else { "json" }),
        };
        let read = |reply: &Reply, span: &Span| {
            let answer = read_chat(reply)?;
            span::said(span, &answer.model, &answer.finish_reason);
            Ok(answer)
        };
        let request = chat_request(params).with_anew(is_anew);
        let (mut answer, usage) = self.line.call(&asked, request, read).await?;
        // Some servers write the field whether they refuse or not.
        answer.refusal = answer.refusal.filter(|words| !words.trim().is_empty());
        Ok(ChatReply { finish: finish(&answer), text: answer.refusal.unwrap_or(answer.text), usage })
    }

    /// Asks for a schema in the form that was found; where the server refuses it for this schema, in a lower one
    /// from then on.
    async fn ask_for(&self, name: &str, question: &ChatRequest) -> Result<ChatReply, ModelError> {
        let mut spent = Usage::default();
        loop {
            let form = self.forms.of(name);
            let error = match self.ask(question.clone(), Some(form)).await {
                Ok(mut reply) => {
                    reply.usage += spent;
                    return Ok(reply);
                }
                Err(error) => error,
            };
            let Some(lower) = form::refusal(&error).and_then(|said| form.below(said)) else {
                let before = u32::try_from(spent.attempts).unwrap_or(u32::MAX);
                let attempts = error.attempts().saturating_add(before);
                return Err(error.with_attempts(attempts));
            };
            spent += spent_on(&error);
            if self.forms.lower(name, form, lower) {
                let (refused, next) = (form.support().as_str(), lower.support().as_str());
                warn!(schema = name, refused, next, %error, "the server refuses a schema: it is asked for otherwise");
            }
        }
    }
}

#[async_trait]
impl ChatModel for OpenAiModel {
    fn id(&self) -> &str {
        &self.line.id
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatReply, ModelError> {
        match &request.format {
            AnswerFormat::JsonSchema { name, style: SchemaStyle::Supported, .. } => self.ask_for(name, &request).await,
            _ => self.ask(request, None).await,
        }
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
        Self { line: Line::new(provider, &model, transport, gate), model, is_anew: false }
    }

    /// With the address of its server, for who looks at what is traced.
    #[must_use]
    pub fn at(mut self, base: &BaseUrl) -> Self {
        self.line.server = Server::at(base);
        self
    }

    /// The same, asked anew where a journal has an answer.
    #[must_use]
    pub fn anew(self) -> Self {
        Self { is_anew: true, ..self }
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
        let request = embedding_request(&self.model, texts).with_anew(self.is_anew);
        let asked =
            Asked { operation: "embeddings", model: &self.model, max_tokens: None, temperature: None, output: None };
        let read = |reply: &Reply, span: &Span| {
            let vectors = read_embeddings(reply, texts.len())?;
            span::embedded(span, &vectors);
            Ok(vectors)
        };
        let (vectors, usage) = self.line.call(&asked, request, read).await?;
        Ok(EmbedReply { vectors, usage })
    }
}

impl Line {
    fn new(provider: &str, model: &str, transport: Arc<dyn Transport>, gate: Arc<Gate>) -> Self {
        Self { id: format!("{provider}/{model}"), transport, gate, server: Server::named(provider) }
    }

    async fn call<T>(
        &self,
        asked: &Asked<'_>,
        request: ApiRequest,
        read: impl FnOnce(&Reply, &Span) -> Result<T, HttpError>,
    ) -> Result<(T, Usage), ModelError> {
        self.gate.check()?;
        let span = span::begin(&self.server, asked);
        let answer = self.transport.send(request).instrument(span.clone()).await;
        span::took(&span, &answer);
        let (attempts, elapsed, replayed) = (answer.attempts, answer.elapsed, answer.replayed);
        let read = answer.outcome.and_then(|reply| {
            // What a journal says tells nothing of the server.
            if !replayed {
                self.gate.reach();
            }
            let usage = usage_of(&reply, attempts);
            let usage = if replayed { usage.all_saved() } else { usage };
            span::used(&span, usage);
            let facts = |error: HttpError| error.with_attempts(attempts).with_elapsed(elapsed);
            read(&reply, &span).map(|value| (value, usage)).map_err(facts)
        });
        read.map_err(|error| {
            span::failed(&span, &error);
            if !replayed && is_from_server(&error) {
                self.gate.reach();
            }
            self.gate.observe(translate(error, self.gate.has_reached()))
        })
    }
}

/// What the provider says the call cost.
fn usage_of(reply: &Reply, attempts: u32) -> Usage {
    let (prompt_tokens, completion_tokens) = reported(&reply.body);
    Usage { calls: 1, attempts: attempts.into(), prompt_tokens, completion_tokens, ..Usage::default() }
}
