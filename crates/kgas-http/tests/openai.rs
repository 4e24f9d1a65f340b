//! Chat completions and embeddings: what is asked, and what is made of the answers.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::time::Duration;

use http::HeaderMap;
use kgas_http::openai::{
    self, ChatMessage, ChatParams, FinishReason, OpenAi, ResponseFormat, Usage, chat_request, embedding_request,
    read_chat, read_embeddings,
};
use kgas_http::{ApiStatus, Cost, ErrorKind, Limits, Reply};
use serde_json::{Value, json};
use support::{Act, Server, answer, status};

fn reply(body: &str) -> Reply {
    Reply::new(200, HeaderMap::new(), body.to_owned().into())
}

fn body(params: &ChatParams) -> Value {
    chat_request(params).json().unwrap()
}

#[test]
fn a_prompt_is_asked_with_the_defaults() {
    let request = chat_request(&ChatParams::prompt("Hello"));
    let expected = concat!(
        r#"{"model":"gpt-4","messages":[{"role":"user","content":"Hello"}],"#,
        r#""max_tokens":2000,"temperature":0.7}"#
    );
    assert_eq!(request.path, "chat/completions");
    assert_eq!(request.body.unwrap(), expected);
    assert_eq!(request.cost, Cost::tokens(2 + 4 + 2000));
    assert!(request.replayable);
}

#[test]
fn messages_keep_their_roles_and_what_is_none_is_left_out() {
    let messages = vec![ChatMessage::system("s"), ChatMessage::user("u"), ChatMessage::assistant("a")];
    let params = ChatParams { max_tokens: None, temperature: None, ..ChatParams::new(messages) };
    let roles = json!([
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": "a"},
    ]);
    assert_eq!(body(&params), json!({"model": "gpt-4", "messages": roles}));
}

#[test]
fn models_that_think_get_the_names_they_know() {
    for model in ["o1-mini", "o3", "o4-mini", "gpt-5-nano", "openai/gpt-5"] {
        let body = body(&ChatParams { model: model.into(), ..ChatParams::prompt("x") });
        assert_eq!(body["max_completion_tokens"], 2000, "{model}");
        assert_eq!((body.get("max_tokens"), body.get("temperature")), (None, None), "{model}");
    }
}

#[test]
fn each_format_is_asked_for_in_its_own_way() {
    let schema = json!({"type": "object"});
    let named = ResponseFormat::JsonSchema { name: "facts".into(), schema: schema.clone() };
    for (format, expected) in [
        (ResponseFormat::Text, Value::Null),
        (ResponseFormat::JsonObject, json!({"type": "json_object"})),
        (ResponseFormat::JsonObjectSchema(schema.clone()), json!({"type": "json_object", "schema": schema})),
        (
            named,
            json!({
                "type": "json_schema",
                "json_schema": {"name": "facts", "strict": true, "schema": schema},
            }),
        ),
    ] {
        let body = body(&ChatParams { response_format: format, ..ChatParams::prompt("x") });
        assert_eq!(body["response_format"], expected);
    }
}

#[test]
fn extra_fields_win() {
    let Value::Object(extra) = json!({"temperature": 0, "top_p": 0.9, "max_tokens": 5}) else { unreachable!() };
    let params = ChatParams { extra, ..ChatParams::prompt("1234") };
    let body = body(&params);
    assert_eq!((&body["temperature"], &body["top_p"], &body["max_tokens"]), (&json!(0), &json!(0.9), &json!(5)));
    assert_eq!(chat_request(&params).cost, Cost::tokens(1 + 4 + 5));
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let params = ChatParams::prompt("x");
    assert_eq!(chat_request(&params).body, chat_request(&params).body);
}

#[test]
fn an_answer_is_read_with_what_it_cost() {
    let answer = read_chat(&reply(
        r#"{"id": "1", "model": "gpt-4-0613", "choices": [{"index": 0, "finish_reason": "length",
            "message": {"role": "assistant", "content": "[1, 2"}}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}}"#,
    ))
    .unwrap();
    assert_eq!((answer.text.as_str(), answer.finish_reason), ("[1, 2", FinishReason::Length));
    assert_eq!((answer.model.as_str(), answer.refusal), ("gpt-4-0613", None));
    assert_eq!(answer.usage, Some(Usage { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }));
}

#[test]
fn what_servers_leave_out_or_spell_otherwise_is_read_too() {
    let read = |body: Value| read_chat(&reply(&body.to_string())).unwrap();
    let refused = read(json!({"choices": [{"message": {"content": null, "refusal": "No."}, "finish_reason": null}]}));
    assert_eq!((refused.text.as_str(), refused.refusal.as_deref()), ("", Some("No.")));
    assert_eq!(refused.finish_reason, FinishReason::Other(String::new()));
    let parts = read(json!({"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"text": "b"}]}}]}));
    assert_eq!(parts.text, "ab");
    for (word, expected) in [
        ("stop", FinishReason::Stop),
        ("content_filter", FinishReason::ContentFilter),
        ("tool_calls", FinishReason::ToolCalls),
        ("weird", FinishReason::Other("weird".into())),
    ] {
        let answer = read(json!({"choices": [{"message": {}, "finish_reason": word}], "usage": null}));
        assert_eq!(answer.finish_reason, expected);
    }
}

#[test]
fn what_is_no_chat_completion_is_told() {
    for (body, said) in [
        ("", "empty"),
        ("<!doctype html><p>hi", "web page"),
        ("pong", "not JSON"),
        (r#"{"choices": [{"message"#, "not JSON"),
        ("[1]", "another shape"),
        ("{}", "without choices"),
        (r#"{"choices": []}"#, "without choices"),
        (r#"{"choices": [{"text": "old"}]}"#, "another shape"),
        (r#"{"error": {"message": "model is\nloading"}}"#, "model is loading"),
        (r#"{"error": "overloaded"}"#, "overloaded"),
    ] {
        let error = read_chat(&reply(body)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
        assert!(error.to_string().contains(said), "{body}: {error}");
    }
}

#[test]
fn embeddings_come_in_the_order_of_the_texts() {
    let request = embedding_request("text-embedding-3-small", &["12345", "1234"]);
    assert_eq!(request.path, "embeddings");
    assert_eq!(request.json(), Some(json!({"model": "text-embedding-3-small", "input": ["12345", "1234"]})));
    assert_eq!(request.cost, Cost::tokens(3));
    let body = r#"{"data": [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1.5, -2e-3]}]}"#;
    assert_eq!(read_embeddings(&reply(body), 2).unwrap(), [vec![1.5, -0.002], vec![3.0, 4.0]]);
    let unnumbered = r#"{"data": [{"embedding": [1]}, {"embedding": [2]}]}"#;
    assert_eq!(read_embeddings(&reply(unnumbered), 2).unwrap(), [[1.0], [2.0]]);
}

#[test]
fn embeddings_that_cannot_be_used_are_told() {
    for (body, said) in [
        (r#"{"data": [{"index": 0, "embedding": [1]}]}"#, "1 embeddings for 2 texts"),
        (r#"{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [2]}]}"#, "wrong index"),
        (r#"{"data": [{"index": 0, "embedding": [1]}, {"index": 2, "embedding": [2]}]}"#, "wrong index"),
        (r#"{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": []}]}"#, "different lengths"),
        (r#"{"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]}"#, "empty"),
        (r#"{"object": "list"}"#, "another shape"),
    ] {
        let error = read_embeddings(&reply(body), 2).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
        assert!(error.to_string().contains(said), "{body}: {error}");
    }
}

/// A server whose answers repeat the question.
fn echo() -> (Server, kgas_http::ClientBuilder) {
    Server::in_memory(|_, seen| {
        let asked: Value = serde_json::from_str(&seen.body).unwrap();
        let said = if seen.target().ends_with("embeddings") {
            let inputs = asked["input"].as_array().unwrap().iter().enumerate();
            let data: Vec<_> =
                inputs.map(|(i, text)| json!({"index": i, "embedding": [text.as_str().unwrap().len()]})).collect();
            json!({"data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}})
        } else {
            let usage = json!({"prompt_tokens": 4, "completion_tokens": 6, "total_tokens": 10});
            json!({"choices": [{"message": asked["messages"][0], "finish_reason": "stop"}], "usage": usage})
        };
        Act::AnswerAfter(Duration::from_millis(200), answer(200, &[], &said.to_string()))
    })
}

#[tokio::test(start_paused = true)]
async fn batches_answer_in_the_order_asked() {
    let (server, builder) = echo();
    let model = OpenAi::from(builder.limits(openai::LIMITS).timeouts(openai::TIMEOUTS).build().unwrap());
    let prompts: Vec<_> = (0..12).map(|n| ChatParams::prompt(n.to_string())).collect();
    let answers = model.batch_completions(&prompts).await;
    for (n, answer) in answers.iter().enumerate() {
        let chat = read_chat(answer.outcome.as_ref().unwrap()).unwrap();
        assert_eq!(chat.text, n.to_string());
    }
    assert_eq!(server.most_at_once(), 5);

    let lists = [vec!["a".to_owned()], vec!["bb".to_owned(), "ccc".to_owned()]];
    let answers = model.batch_embeddings(openai::EMBEDDING_MODEL, &lists).await;
    assert_eq!(answers.len(), 2);
    assert_eq!(read_embeddings(answers[1].outcome.as_ref().unwrap(), 2).unwrap(), [[2.0], [3.0]]);
    assert_eq!(model.embed(openai::EMBEDDING_MODEL, &["dddd"]).await.unwrap(), [[4.0]]);
}

#[tokio::test(start_paused = true)]
async fn what_a_call_used_in_the_end_is_what_it_is_charged() {
    let (server, builder) = echo();
    // Each call announces about 2000 tokens and uses 10.
    let limits = Limits { tokens_per_minute: 2300.try_into().ok(), ..openai::LIMITS };
    let model = OpenAi::from(builder.limits(limits).build().unwrap());
    for _ in 0..20 {
        model.chat(&ChatParams::prompt("x")).await.unwrap();
    }
    assert!(server.times()[19] < 30.0, "{:?}", server.times());
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_with_its_facts() {
    let (_server, builder) = Server::in_memory(|_, _| status(404));
    let model = OpenAi::from(builder.build().unwrap());
    let error = model.chat(&ChatParams::prompt("x")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 1));
    assert!(error.to_string().contains("/v1/chat/completions"), "{error}");
    let answers = model.batch_completions(&[ChatParams::prompt("x")]).await;
    assert_eq!(answers[0].status(), ApiStatus::Error);
}

#[test]
fn an_empty_path_means_v1_and_any_other_is_taken_as_it_is() {
    for (text, expected) in [
        ("https://api.openai.com", "https://api.openai.com/v1"),
        ("http://[::1]:8080/", "http://[::1]:8080/v1"),
        ("https://h/v1/", "https://h/v1"),
        ("https://h/openai/deployments/x", "https://h/openai/deployments/x"),
    ] {
        assert_eq!(openai::base_url(text).unwrap().to_string(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_echoed_with_status_200_is_not_shown_and_neither_is_any_text() {
    let bodies = [
        r#"{"error":{"message":"sk-kgas-test-1 has no access"}}"#,
        r#"{"choices":"sk-kgas-test-1 and somebody's text"}"#,
    ];
    for body in bodies {
        let (_server, builder) = Server::in_memory(move |_, _| Act::Answer(answer(200, &[], body)));
        let model = OpenAi::from(builder.api_key("sk-kgas-test-1".into()).build().unwrap());
        let error = model.chat(&ChatParams::prompt("hello")).await.unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let shown = format!("{error} {error:?} {cause:?}");
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(!shown.contains("sk-kgas") && !shown.contains("somebody"), "{shown}");
    }
}
