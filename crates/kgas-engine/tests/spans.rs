//! What is traced of calls to models: OpenTelemetry's names, and no word that was asked or answered.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kgas_core::{ChatModel, ChatRequest, Embedder};
use kgas_engine::model::{Gate, OpenAiEmbedder, OpenAiModel};
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Reply, Transport};
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

type Fields = BTreeMap<String, String>;

#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<Fields>>>);

struct Into<'f>(&'f mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.name() == "model_call"
    }
    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut spans = self.0.lock().unwrap();
        let mut fields = Fields::new();
        attributes.record(&mut Into(&mut fields));
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }
    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = self.0.lock().unwrap();
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Into(spans.get_mut(at).unwrap()));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Gives the same answer to everything.
#[derive(Clone, Debug)]
struct Says(ApiResponse);

#[async_trait]
impl Transport for Says {
    async fn send(&self, _: ApiRequest) -> ApiResponse {
        self.0.clone()
    }
}

fn said(body: &Value, replayed: bool) -> ApiResponse {
    let reply = Reply::new(200, Default::default(), body.to_string().into());
    let mut response = ApiResponse::replayed(reply);
    (response.attempts, response.replayed) = (2, replayed);
    response
}

fn chat_answer(replayed: bool) -> ApiResponse {
    let body = json!({"choices": [{"message": {"content": "the secret answer"}, "finish_reason": "length"}],
        "model": "m-2026", "usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}});
    said(&body, replayed)
}

/// The span of a chat that is answered like this.
async fn chat(answer: ApiResponse) -> Fields {
    let spans = Spans::default();
    let listening = tracing::subscriber::set_default(spans.clone());
    let model = OpenAiModel::new("host", "m", Map::new(), Arc::new(Says(answer)), Arc::new(Gate::default()))
        .at(&"https://api.openai.com/v1".parse().unwrap());
    let question = ChatRequest {
        system: "system of the secret".to_owned(),
        user: "user of the secret".to_owned(),
        max_tokens: Some(64),
        temperature: Some(0.5),
        ..ChatRequest::default()
    };
    let _whatever_came = model.chat(question).await;
    drop(listening);
    let mut spans = spans.0.lock().unwrap().clone();
    assert_eq!(spans.len(), 1);
    spans.remove(0)
}

fn check(span: &Fields, expected: &[(&str, Option<&str>)]) {
    for (name, value) in expected {
        assert_eq!(span.get(*name).map(String::as_str), *value, "{name} in {span:?}");
    }
    assert!(!format!("{span:?}").contains("secret"), "{span:?}");
}

#[tokio::test]
async fn a_chat_has_the_names_of_the_conventions() {
    let expected = [
        ("otel.name", Some("chat m")),
        ("otel.kind", Some("client")),
        ("gen_ai.operation.name", Some("chat")),
        ("gen_ai.provider.name", Some("openai")),
        ("gen_ai.request.model", Some("m")),
        ("gen_ai.request.max_tokens", Some("64")),
        ("gen_ai.request.temperature", Some("0.5")),
        ("gen_ai.output.type", Some("text")),
        ("gen_ai.response.model", Some("m-2026")),
        ("gen_ai.response.finish_reasons", Some("length")),
        ("gen_ai.usage.input_tokens", Some("12")),
        ("gen_ai.usage.output_tokens", Some("5")),
        ("server.address", Some("api.openai.com")),
        ("server.port", Some("443")),
        ("error.type", None),
        ("kgas.attempts", Some("2")),
        ("kgas.replayed", Some("false")),
        ("kgas.waited.queue", Some("0.0")),
    ];
    check(&chat(chat_answer(false)).await, &expected);
}

#[tokio::test]
async fn the_tokens_of_a_replayed_answer_are_not_counted_a_second_time() {
    let expected = [
        ("kgas.replayed", Some("true")),
        ("gen_ai.usage.input_tokens", None),
        ("gen_ai.usage.output_tokens", None),
        ("kgas.saved.input_tokens", Some("12")),
        ("kgas.saved.output_tokens", Some("5")),
    ];
    check(&chat(chat_answer(true)).await, &expected);
}

#[tokio::test]
async fn an_error_is_a_class_and_never_its_words() {
    let quoting = HttpError::new(ErrorKind::ClientError).with_status(400).with_message("the secret is bad");
    for (error, class) in [(quoting, "400"), (HttpError::new(ErrorKind::Reset), "reset")] {
        let span = chat(ApiResponse::failed(error)).await;
        check(&span, &[("error.type", Some(class)), ("otel.status_code", Some("ERROR"))]);
    }
}

#[tokio::test]
async fn an_embedding_says_how_long_its_vectors_are() {
    let spans = Spans::default();
    let listening = tracing::subscriber::set_default(spans.clone());
    let body = json!({"data": [{"index": 0, "embedding": [0.5, 0.25, 0.125]}], "usage": {"prompt_tokens": 3}});
    let line = Arc::new(Says(said(&body, false)));
    let embedder = OpenAiEmbedder::new("host", "e", line, Arc::new(Gate::default()));
    embedder.embed(&["a secret"]).await.unwrap();
    drop(listening);
    let span = spans.0.lock().unwrap().first().cloned().unwrap();
    let expected = [
        ("otel.name", Some("embeddings e")),
        ("gen_ai.operation.name", Some("embeddings")),
        ("gen_ai.embeddings.dimension.count", Some("3")),
        ("gen_ai.usage.input_tokens", Some("3")),
    ];
    check(&span, &expected);
}
