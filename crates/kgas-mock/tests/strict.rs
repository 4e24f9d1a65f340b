//! What the server refuses, and how it says so.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod client;

use client::{CHAT, EMBEDDINGS, ask, asking, exchange, post, request};
use kgas_mock::MockServer;
use serde_json::{Value, json};

/// A good chat body with one field replaced, or taken away if the value is null.
fn chat_with(name: &str, value: Value) -> Value {
    let mut body = asking("say json");
    match value {
        Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
        value => body[name] = value,
    }
    body
}

fn plain_server() -> MockServer {
    MockServer::builder().in_memory().unwrap()
}

#[tokio::test]
async fn a_bad_chat_request_is_400_and_names_the_param() {
    let server = plain_server();
    let cases = [
        ("model", Value::Null, "model"),
        ("model", json!(""), "model"),
        ("model", json!(3), "model"),
        ("messages", Value::Null, "messages"),
        ("messages", json!([]), "messages"),
        ("messages", json!("hello"), "messages"),
        ("messages", json!(["hello"]), "messages[0]"),
        ("messages", json!([{"content": "x"}]), "messages[0].role"),
        ("messages", json!([{"role": "robot", "content": "x"}]), "messages[0].role"),
        ("messages", json!([{"role": "user", "content": "x"}, {"role": "user"}]), "messages[1].content"),
        ("messages", json!([{"role": "user", "content": [{"type": "image_url"}]}]), "messages[0].content"),
        ("max_tokens", json!(0), "max_tokens"),
        ("max_tokens", json!("10"), "max_tokens"),
        ("max_completion_tokens", json!(1.5), "max_completion_tokens"),
        ("temperature", json!(2.1), "temperature"),
        ("temperature", json!("hot"), "temperature"),
        ("top_p", json!(-1), "top_p"),
        ("seed", json!(0.5), "seed"),
        ("n", json!(2), "n"),
        ("stop", json!([1]), "stop"),
        ("stream", json!("yes"), "stream"),
        ("stream_options", json!({"include_usage": true}), "stream_options"),
        ("response_format", json!("json"), "response_format.type"),
        ("response_format", json!({"type": "xml"}), "response_format.type"),
        ("response_format", json!({"type": "json_schema"}), "response_format.json_schema"),
        ("max_token", json!(10), "max_token"),
    ];
    for (name, value, param) in cases {
        let answer = post(&server, CHAT, &chat_with(name, value.clone())).await;
        assert_eq!((answer.status, answer.param()), (400, json!(param)), "{name}: {value}");
        assert_eq!(answer.json()["error"]["type"], "invalid_request_error");
    }
    assert_eq!(server.account().calls_answered(), 0);
}

#[tokio::test]
async fn a_good_chat_request_is_answered_with_all_its_options() {
    let server = plain_server();
    let cases = [
        ("max_tokens", json!(10)),
        ("max_completion_tokens", json!(10)),
        ("temperature", json!(0)),
        ("stop", json!(["a", "b"])),
        ("seed", json!(-3)),
        ("response_format", json!({"type": "json_object"})),
        ("messages", json!([{"role": "user", "content": [{"type": "text", "text": "hello"}]}])),
    ];
    for (name, value) in cases {
        assert_eq!(post(&server, CHAT, &chat_with(name, value)).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn json_mode_without_the_word_json_is_400() {
    let server = plain_server();
    let mut body = asking("list the names");
    body["response_format"] = json!({"type": "json_object"});
    assert_eq!(post(&server, CHAT, &body).await.param(), "messages");
}

#[tokio::test]
async fn a_strict_schema_is_closed_and_requires_each_property() {
    let server = plain_server();
    let item = json!({
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": false,
    });
    let list = |item: Value| {
        json!({
            "type": "object",
            "properties": {"items": {"type": "array", "items": item}},
            "required": ["items"],
            "additionalProperties": false,
        })
    };
    let without = |key: &str| {
        let mut item = item.clone();
        item.as_object_mut().unwrap().remove(key);
        item
    };
    let either = json!({"anyOf": [item, {"type": "null"}]});
    let cases = [
        (list(item.clone()), true, 200),
        (list(either), true, 200),
        (list(without("required")), true, 400),
        (list(without("additionalProperties")), true, 400),
        (list(without("additionalProperties")), false, 200),
        (list(json!({"oneOf": [item]})), true, 400),
        (item["properties"]["text"].clone(), true, 400),
    ];
    for (schema, strict, status) in cases {
        let format = json!({
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": strict, "schema": schema},
        });
        let answer = post(&server, CHAT, &chat_with("response_format", format)).await;
        assert_eq!(answer.status, status, "{schema}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_bad_embeddings_request_is_400_and_names_the_param() {
    let server = plain_server();
    let cases = [
        (json!({"input": "x"}), "model"),
        (json!({"model": "e"}), "input"),
        (json!({"model": "e", "input": []}), "input"),
        (json!({"model": "e", "input": ""}), "input"),
        (json!({"model": "e", "input": ["a", ""]}), "input"),
        (json!({"model": "e", "input": [1, 2]}), "input"),
        (json!({"model": "e", "input": vec!["a"; 2049]}), "input"),
        (json!({"model": "e", "input": "x", "dimensions": 0}), "dimensions"),
        (json!({"model": "e", "input": "x", "encoding_format": "hex"}), "encoding_format"),
        (json!({"model": "e", "input": "x", "messages": []}), "messages"),
    ];
    for (body, param) in cases {
        let answer = post(&server, EMBEDDINGS, &body).await;
        assert_eq!((answer.status, answer.param()), (400, json!(param)));
    }
}

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_400() {
    let server = plain_server();
    for body in ["", "{", "[]", "nonsense"] {
        let text = request("POST", CHAT, &[], body);
        assert_eq!(exchange(&mut server.connect(), &text).await.unwrap().status, 400, "{body}");
    }
}

#[tokio::test]
async fn a_content_type_other_than_json_is_400() {
    let server = plain_server();
    let body = asking("hello").to_string();
    for (media_type, status) in
        [("text/plain", 400), ("application/json; charset=utf-8", 200), ("Application/JSON", 200)]
    {
        let text = request("POST", CHAT, &[("content-type", media_type)], &body);
        let answer = exchange(&mut server.connect(), &text).await.unwrap();
        assert_eq!(answer.status, status, "{media_type}");
    }
}

#[tokio::test]
async fn only_paths_right_under_one_v1_are_known() {
    let server = plain_server();
    for (path, status) in [
        ("/v1/chat/completions", 200),
        ("/openai/v1/chat/completions", 200),
        ("/v1/chat/completions?version=1", 200),
        ("/chat/completions", 404),
        ("/v1/v1/chat/completions", 404),
        ("/v1//chat/completions", 404),
        ("/v1/chat/completions/", 404),
        ("/v1/beta/chat/completions", 404),
        ("/v1/completions", 404),
        ("/", 404),
    ] {
        let answer = post(&server, path, &asking("hello")).await;
        assert_eq!(answer.status, status, "{path}");
    }
}

#[tokio::test]
async fn the_wrong_method_is_405() {
    let server = plain_server();
    for (method, path) in [("GET", CHAT), ("GET", EMBEDDINGS), ("POST", "/v1/models")] {
        let text = request(method, path, &[], "");
        let answer = exchange(&mut server.connect(), &text).await.unwrap();
        assert_eq!(answer.status, 405, "{method} {path}");
    }
}

#[tokio::test]
async fn a_missing_or_wrong_key_is_401_and_is_not_repeated() {
    let server = MockServer::builder().require_key("right").in_memory().unwrap();
    let body = asking("hello").to_string();
    for (headers, status) in [
        (vec![], 401),
        (vec![("authorization", "Bearer wrong")], 401),
        (vec![("api-key", "wrong")], 401),
        (vec![("api-key", "right")], 200),
        (vec![("authorization", "Bearer right"), ("api-key", "right")], 401),
        (vec![("authorization", "right")], 401),
        (vec![("authorization", "Bearer right")], 200),
    ] {
        let text = request("POST", CHAT, &headers, &body);
        let answer = exchange(&mut server.connect(), &text).await.unwrap();
        assert_eq!(answer.status, status, "{headers:?}");
        if status == 401 {
            assert_eq!(answer.json()["error"]["code"], "invalid_api_key");
            assert!(!answer.body.contains("wrong"));
        }
    }
}

#[tokio::test]
async fn an_unknown_model_is_404_model_not_found() {
    let server = MockServer::builder().models(["other"]).in_memory().unwrap();
    let answer = ask(&server, "hello").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["error"]["code"], "model_not_found");
    assert_eq!(answer.param(), "model");
}

#[tokio::test]
async fn a_deployment_s_path_is_one_only_with_a_version() {
    let server = plain_server();
    let path = "/openai/deployments/four/chat/completions";
    let cases = [
        (path.to_owned(), 404),
        (format!("{path}?api-version="), 404),
        (format!("{path}?api-version=2024-10-21"), 200),
        ("/openai/deployments//chat/completions?api-version=2024-10-21".to_owned(), 404),
        ("/openai/deployments/four/v1/chat/completions?api-version=2024-10-21".to_owned(), 404),
    ];
    for (path, status) in cases {
        assert_eq!(post(&server, &path, &asking("hello")).await.status, status, "{path}");
    }
}
