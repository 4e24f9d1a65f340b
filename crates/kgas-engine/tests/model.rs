//! What an answer, or the lack of one, means for a tool.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kgas_core::{AnswerFormat, ChatModel, ChatRequest, Embedder, Finish, ModelErrorKind, SchemaStyle, Usage};
use kgas_engine::Interrupt;
use kgas_engine::model::{Gate, OpenAiEmbedder, OpenAiModel};
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Reply, Transport};
use serde_json::{Map, Value, json};

/// Answers each request with the next of its answers.
#[derive(Debug, Default)]
struct Script {
    answers: Mutex<Vec<ApiResponse>>,
    asked: Mutex<Vec<Value>>,
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        self.asked.lock().unwrap().push(request.json().unwrap());
        self.answers.lock().unwrap().remove(0)
    }
}

fn script(answers: impl IntoIterator<Item = ApiResponse>) -> Arc<Script> {
    Arc::new(Script { answers: Mutex::new(answers.into_iter().collect()), ..Script::default() })
}

fn said(body: &Value) -> ApiResponse {
    raw(&body.to_string())
}

fn raw(body: &str) -> ApiResponse {
    let mut response = ApiResponse::replayed(Reply::new(200, Default::default(), body.to_owned().into()));
    (response.attempts, response.replayed) = (2, false);
    response.elapsed = Duration::from_secs(3);
    response
}

fn failed(kind: ErrorKind) -> ApiResponse {
    ApiResponse::failed(error(kind))
}

fn error(kind: ErrorKind) -> HttpError {
    HttpError::new(kind).with_url("https://api.test/v1/chat/completions").with_attempts(1)
}

fn answer(message: &Value, finish: &str) -> Value {
    json!({"choices": [{"message": message, "finish_reason": finish}], "model": "m-1",
        "usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}})
}

fn good() -> ApiResponse {
    said(&answer(&json!({"content": "yes"}), "stop"))
}

struct Line {
    model: OpenAiModel,
    embedder: OpenAiEmbedder,
    script: Arc<Script>,
    gate: Arc<Gate>,
    interrupt: Interrupt,
}

fn line(answers: impl IntoIterator<Item = ApiResponse>) -> Line {
    let (script, interrupt) = (script(answers), Interrupt::default());
    let gate = Arc::new(Gate::new(interrupt.clone()));
    let transport: Arc<dyn Transport> = Arc::<Script>::clone(&script);
    let model = OpenAiModel::new("test", "m", Map::new(), Arc::clone(&transport), Arc::clone(&gate));
    let embedder = OpenAiEmbedder::new("test", "e", transport, Arc::clone(&gate));
    Line { model, embedder, script, gate, interrupt }
}

fn question() -> ChatRequest {
    ChatRequest { user: "Is it?".to_owned(), ..ChatRequest::default() }
}

#[tokio::test]
async fn an_answer_has_its_words_its_end_and_its_cost() {
    let cases = [
        (json!({"content": "yes"}), "stop", Finish::Stop, "yes"),
        (json!({"content": "ye"}), "length", Finish::Length, "ye"),
        (json!({"content": "yes"}), "eos", Finish::Stop, "yes"),
        (json!({"content": null}), "content_filter", Finish::Refused, ""),
        (json!({"content": null, "refusal": "I won't."}), "stop", Finish::Refused, "I won't."),
        (json!({"content": "yes", "refusal": null}), "stop", Finish::Stop, "yes"),
        // Some servers write the field whether they refuse or not.
        (json!({"content": "yes", "refusal": ""}), "stop", Finish::Stop, "yes"),
    ];
    for (message, finish, expected, text) in cases {
        let line = line([said(&answer(&message, finish))]);
        let reply = line.model.chat(question()).await.unwrap();
        assert_eq!((reply.finish, reply.text.as_str()), (expected, text), "{message} {finish}");
        let spent = Usage { calls: 1, attempts: 2, prompt_tokens: 12, completion_tokens: 5, ..Usage::default() };
        assert_eq!(reply.usage, spent);
    }
}

#[tokio::test]
async fn a_server_that_tells_no_cost_costs_calls_and_attempts() {
    let body = json!({"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]});
    let reply = line([said(&body)]).model.chat(question()).await.unwrap();
    assert_eq!(reply.usage, Usage { calls: 1, attempts: 2, ..Usage::default() });
}

#[tokio::test]
async fn vectors_come_in_the_order_of_the_texts_with_their_cost() {
    let body = json!({"data": [{"index": 1, "embedding": [2.0]}, {"index": 0, "embedding": [1.0]}],
        "usage": {"prompt_tokens": 4, "total_tokens": 4}});
    let line = line([said(&body)]);
    let reply = line.embedder.embed(&["a", "b"]).await.unwrap();
    assert_eq!(reply.vectors, [[1.0], [2.0]]);
    assert_eq!(
        reply.usage,
        Usage { calls: 1, attempts: 2, prompt_tokens: 4, completion_tokens: 0, ..Usage::default() }
    );
    assert_eq!(line.embedder.id(), "test/e");
    assert_eq!(line.script.asked.lock().unwrap()[..], [json!({"model": "e", "input": ["a", "b"]})]);
}

#[tokio::test]
async fn an_answer_that_is_none_is_of_the_protocol_and_counts_its_attempts() {
    let too_few = json!({"data": [{"embedding": [1.0]}]}).to_string();
    for body in ["", "<html>", "{}", "[]", "{\"choices\": []}", "{\"error\": {\"message\": \"overloaded\"}}", &too_few]
    {
        let line = line([raw(body), raw(body)]);
        let chat = line.model.chat(question()).await.unwrap_err();
        let embed = line.embedder.embed(&["a", "b"]).await.unwrap_err();
        for error in [chat, embed] {
            assert_eq!((error.kind(), error.attempts()), (ModelErrorKind::Protocol, 2), "{body}: {error}");
        }
    }
}

#[tokio::test]
async fn each_kind_of_failure_means_one_thing_to_a_tool() {
    use ModelErrorKind::{Denied, GaveUp, NotFound, Protocol, QuotaExhausted, Rejected, Stopped, Unreachable};
    // (kind, before the server has answered anything, after it)
    let cases = [
        (ErrorKind::Unauthorized, Denied, Denied),
        (ErrorKind::Forbidden, Denied, Denied),
        (ErrorKind::NotFound, NotFound, NotFound),
        (ErrorKind::Redirect, NotFound, NotFound),
        (ErrorKind::QuotaExhausted, QuotaExhausted, QuotaExhausted),
        (ErrorKind::Dns, Unreachable, GaveUp),
        (ErrorKind::Connect, Unreachable, GaveUp),
        (ErrorKind::ConnectTimeout, Unreachable, GaveUp),
        (ErrorKind::Tls, Unreachable, GaveUp),
        (ErrorKind::TlsTimeout, Unreachable, GaveUp),
        (ErrorKind::Proxy, Unreachable, GaveUp),
        (ErrorKind::Outage, Unreachable, Unreachable),
        (ErrorKind::Closed, Stopped, Stopped),
        (ErrorKind::InvalidRequest, Rejected, Rejected),
        (ErrorKind::NeverFits, Rejected, Rejected),
        (ErrorKind::ClientError, Rejected, Rejected),
        (ErrorKind::TooLarge, Rejected, Rejected),
        (ErrorKind::Protocol, Protocol, Protocol),
        (ErrorKind::Body, Protocol, Protocol),
        (ErrorKind::Undecodable, Protocol, Protocol),
        (ErrorKind::RateLimited, GaveUp, GaveUp),
        (ErrorKind::ServerError, GaveUp, GaveUp),
        (ErrorKind::FirstByteTimeout, GaveUp, GaveUp),
        (ErrorKind::IdleTimeout, GaveUp, GaveUp),
        (ErrorKind::AttemptTimeout, GaveUp, GaveUp),
        (ErrorKind::Deadline, GaveUp, GaveUp),
        (ErrorKind::Reset, GaveUp, GaveUp),
    ];
    for (kind, before, after) in cases {
        let error = line([failed(kind)]).model.chat(question()).await.unwrap_err();
        assert_eq!(error.kind(), before, "{kind:?}");
        assert_eq!(error.attempts(), 1);
        assert!(error.source().is_some());
        let reached = line([good(), failed(kind)]);
        reached.model.chat(question()).await.unwrap();
        assert_eq!(reached.model.chat(question()).await.unwrap_err().kind(), after, "{kind:?}");
    }
}

#[tokio::test]
async fn an_answer_with_an_error_status_shows_that_the_server_is_there() {
    let busy = ApiResponse::failed(error(ErrorKind::ServerError).with_status(503));
    let line = line([busy, failed(ErrorKind::Connect), good()]);
    assert_eq!(line.model.chat(question()).await.unwrap_err().kind(), ModelErrorKind::GaveUp);
    assert_eq!(line.model.chat(question()).await.unwrap_err().kind(), ModelErrorKind::GaveUp);
    assert!(line.model.chat(question()).await.is_ok());
    assert!(!line.interrupt.is_stopping());
}

#[tokio::test]
async fn what_a_journal_gives_does_not_show_that_the_server_is_there() {
    let mut kept = said(&json!({"error": {"message": "overloaded"}}));
    kept.replayed = true;
    let line = line([kept, failed(ErrorKind::Connect)]);
    assert_eq!(line.model.chat(question()).await.unwrap_err().kind(), ModelErrorKind::Protocol);
    assert_eq!(line.model.chat(question()).await.unwrap_err().kind(), ModelErrorKind::Unreachable);
}

#[tokio::test]
async fn a_proxy_s_status_does_not_show_that_the_server_is_there() {
    let refused = ApiResponse::failed(error(ErrorKind::Proxy).with_status(502));
    let line = line([refused]);
    assert_eq!(line.model.chat(question()).await.unwrap_err().kind(), ModelErrorKind::Unreachable);
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_denies_all_calls_alike() {
    let denied = || ApiResponse::failed(error(ErrorKind::Proxy).with_status(407));
    for before in [None, Some(good())] {
        let is_reached = before.is_some();
        let line = line(before.into_iter().chain([denied()]));
        if is_reached {
            line.model.chat(question()).await.unwrap();
        }
        assert_eq!(line.model.chat(question()).await.unwrap_err().kind(), ModelErrorKind::Denied);
        assert!(line.interrupt.is_stopping());
    }
}

#[tokio::test]
async fn a_server_that_stayed_away_stops_the_run_and_its_sentence_says_to_start_again() {
    let line = line([good(), failed(ErrorKind::Outage), good()]);
    line.model.chat(question()).await.unwrap();
    let first = line.model.chat(question()).await.unwrap_err();
    assert!(first.to_string().contains("start again when it is back"), "{first}");
    assert!(line.interrupt.is_stopping());
    assert!(line.model.chat(question()).await.is_err());
    assert_eq!(line.script.asked.lock().unwrap().len(), 2);
}

#[test]
fn nothing_that_may_pass_is_final() {
    let is_final = |error: HttpError| kgas_engine::model::is_final(&error);
    for kind in [ErrorKind::Unauthorized, ErrorKind::Forbidden, ErrorKind::NotFound, ErrorKind::QuotaExhausted] {
        assert!(is_final(error(kind)), "{kind:?}");
        assert!(!is_final(error(kind).with_should_retry(Some(true))), "{kind:?} that the server wants again");
    }
    assert!(is_final(error(ErrorKind::Proxy).with_status(407)));
    let passing = [
        ErrorKind::Dns,
        ErrorKind::Connect,
        ErrorKind::Tls,
        ErrorKind::Proxy,
        ErrorKind::ConnectTimeout,
        ErrorKind::TlsTimeout,
        ErrorKind::FirstByteTimeout,
        ErrorKind::IdleTimeout,
        ErrorKind::AttemptTimeout,
        ErrorKind::Deadline,
        ErrorKind::Reset,
        ErrorKind::Body,
        ErrorKind::Undecodable,
        ErrorKind::RateLimited,
        ErrorKind::ServerError,
        ErrorKind::ClientError,
    ];
    for kind in passing {
        assert!(!is_final(error(kind)), "{kind:?}");
    }
}

#[tokio::test]
async fn after_a_fatal_error_nothing_more_is_sent_by_any_model_of_the_run() {
    for kind in [ErrorKind::Unauthorized, ErrorKind::NotFound, ErrorKind::QuotaExhausted, ErrorKind::Connect] {
        let line = line([failed(kind), good()]);
        let first = line.model.chat(question()).await.unwrap_err();
        assert!(first.is_fatal());
        assert!(line.interrupt.is_stopping(), "{kind:?}");
        for second in [line.model.chat(question()).await.unwrap_err(), line.embedder.embed(&["a"]).await.unwrap_err()] {
            // The same reason, and no request of its own.
            assert_eq!((second.kind(), second.to_string()), (first.kind(), first.to_string()));
            assert_eq!(second.attempts(), 0);
        }
        assert_eq!(line.script.asked.lock().unwrap().len(), 1, "{kind:?}");
        assert_eq!(line.gate.fatal().unwrap().kind(), first.kind());
    }
}

#[tokio::test]
async fn an_error_of_one_call_closes_no_door() {
    for kind in [ErrorKind::ServerError, ErrorKind::ClientError, ErrorKind::Protocol, ErrorKind::Closed] {
        let line = line([failed(kind), good()]);
        assert!(line.model.chat(question()).await.is_err());
        assert!(line.model.chat(question()).await.is_ok(), "{kind:?}");
        assert!(line.gate.fatal().is_none() && !line.interrupt.is_stopping(), "{kind:?}");
    }
}

#[test]
fn a_question_becomes_a_request() {
    let body = |request: ChatRequest, extra: Value| {
        let extra = extra.as_object().unwrap().clone();
        let gate = Arc::new(Gate::default());
        OpenAiModel::new("test", "m", extra, script([]), gate).request(request).json().unwrap()
    };
    let asked = ChatRequest {
        system: "You are terse.".to_owned(),
        user: "Is it?".to_owned(),
        max_tokens: Some(9),
        temperature: Some(0.0),
        format: AnswerFormat::JsonObject,
        ..question()
    };
    let expected = json!({"model": "m", "max_tokens": 9, "temperature": 0.0, "seed": 1,
        "response_format": {"type": "json_object"},
        "messages": [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "Is it?"}]});
    assert_eq!(body(asked, json!({"seed": 1})), expected);
    // What was not said is not sent.
    assert_eq!(body(question(), json!({})), json!({"model": "m", "messages": [{"role": "user", "content": "Is it?"}]}));

    let schema = || json!({"type": "object"});
    for (style, expected) in [
        (
            SchemaStyle::JsonSchema,
            json!({"type": "json_schema", "json_schema": {"name": "n", "strict": true, "schema": schema()}}),
        ),
        (SchemaStyle::JsonObject, json!({"type": "json_object", "schema": schema()})),
    ] {
        let format = AnswerFormat::JsonSchema { name: "n".to_owned(), schema: schema(), style };
        assert_eq!(body(ChatRequest { format, ..question() }, json!({}))["response_format"], expected);
    }
}

#[tokio::test]
async fn no_key_is_shown_by_a_model_or_its_errors() {
    let key = "sk-kgas-test-very-secret";
    let (connector, listener) = kgas_http::memory::connector();
    drop(listener);
    let client = kgas_http::Client::builder("https://api.test/v1")
        .api_key(key.into())
        .connector(connector)
        .retry(kgas_http::RetryPolicy::never())
        .build()
        .unwrap();
    let model = OpenAiModel::new("test", "m", Map::new(), Arc::new(client), Arc::new(Gate::default()));
    let error = model.chat(question()).await.unwrap_err();
    assert_eq!(error.kind(), ModelErrorKind::Unreachable);
    let mut shown = format!("{model:?} {error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        shown += &format!(" {error} {error:?}");
        cause = error.source();
    }
    assert!(shown.contains("api.test"));
    assert!(!shown.contains(key), "{shown}");
}
