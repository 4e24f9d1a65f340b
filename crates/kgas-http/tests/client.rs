//! What the client sends, what it answers, and when it is closed.

mod support;

use std::time::Duration;

use http::{HeaderValue, header};
use kgas_http::{ApiRequest, ApiResponse, BaseUrl, BuildError, Client, ErrorKind, Limiter, Limits, Transport as _};
use serde_json::json;
use support::{Act, Server, answer, fine, status};

#[tokio::test(start_paused = true)]
async fn a_get_has_the_path_below_the_base_and_an_encoded_query() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.build().unwrap();
    client.get("/models").query("a b", "ü&=?").query("limit", "5").await;
    client.get("").await;
    let seen = server.seen();
    assert_eq!(seen[0].target(), "/v1/models?a%20b=%C3%BC%26%3D%3F&limit=5");
    assert_eq!(seen[0].header("host"), Some("memory"));
    assert_eq!(seen[0].header("content-type"), None);
    assert_eq!(seen[1].target(), "/v1");
}

#[tokio::test(start_paused = true)]
async fn a_post_has_its_body_and_the_client_s_headers() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let builder = builder.api_key("sk-kgas-test-1".into()).organization("org-1").header("X-Team", "a");
    let client = builder.header("x-team", "b").build().unwrap();
    let body = json!({"z": 1, "a": [0.7]});
    let answer = client.post("chat", &body).header(header::USER_AGENT, HeaderValue::from_static("me")).await;
    assert_eq!(answer.data(), Some(json!({"ok": true})));
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /v1/chat HTTP/1.1\r\n"));
    assert_eq!(seen.body, r#"{"z":1,"a":[0.7]}"#);
    for (name, value) in [
        ("authorization", "Bearer sk-kgas-test-1"),
        ("openai-organization", "org-1"),
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("x-team", "b"),
        ("user-agent", "me"),
    ] {
        assert_eq!(seen.header(name), Some(value), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_path_that_cannot_be_sent_is_told() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.build().unwrap();
    for path in ["a?b=c", "a#b", "a b", "a\nb"] {
        let answer = client.send(ApiRequest::get(path)).await;
        let error = answer.error().unwrap();
        assert_eq!((error.kind(), answer.attempts), (ErrorKind::InvalidRequest, 0), "{path:?}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_404_names_the_address_tried() {
    let (_server, builder) = Server::in_memory(|_, _| status(404));
    let answer = builder.build().unwrap().get("chat/completions").query("secret", "1").await;
    let error = answer.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.url(), Some("http://memory/v1/chat/completions"));
    assert!(error.to_string().contains("http://memory/v1/chat/completions (404)"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_serialises_as_the_six_facts() {
    let (_server, builder) = Server::in_memory(|n, _| match n {
        0 => status(500),
        1 => Act::AnswerAfter(Duration::from_secs(2), answer(200, &[], r#"{"n":1}"#)),
        _ => status(400),
    });
    let client = builder.build().unwrap();
    let good = serde_json::to_value(client.get("x").await).unwrap();
    let keys: Vec<_> = good.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["status", "data", "error", "status_code", "response_time", "retry_count"]);
    assert_eq!(good["status"], "success");
    assert_eq!(good["data"], json!({"n": 1}));
    assert_eq!(good["error"], json!(null));
    assert_eq!(good["status_code"], 200);
    assert_eq!(good["retry_count"], 1);
    let seconds = good["response_time"].as_f64().unwrap();
    assert!((2.0..2.6).contains(&seconds), "{seconds}");

    let bad = serde_json::to_value(client.get("x").await).unwrap();
    assert_eq!((&bad["status"], &bad["data"]), (&json!("error"), &json!(null)));
    assert!(bad["error"].as_str().unwrap().contains("(400)"));
}

#[test]
fn the_four_ends_have_their_words() {
    let failed = |kind| ApiResponse::failed(kgas_http::HttpError::new(kind));
    for (kind, word) in [
        (ErrorKind::RateLimited, "rate_limited"),
        (ErrorKind::AttemptTimeout, "timeout"),
        (ErrorKind::ConnectTimeout, "timeout"),
        (ErrorKind::Deadline, "timeout"),
        (ErrorKind::QuotaExhausted, "error"),
        (ErrorKind::Reset, "error"),
    ] {
        let record = serde_json::to_value(failed(kind)).unwrap();
        assert_eq!(record["status"], word, "{kind:?}");
        assert_eq!(record["response_time"], json!(null));
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_not_json_is_data_all_the_same() {
    let (_server, builder) =
        Server::in_memory(|n, _| Act::Answer(answer(200, &["content-type: text/plain"], ["pong", ""][n])));
    let client = builder.build().unwrap();
    assert_eq!(client.get("ping").await.data(), Some(json!("pong")));
    assert_eq!(client.get("ping").await.data(), None);
}

#[tokio::test(start_paused = true)]
async fn close_waits_for_those_inside_and_for_no_one_else() {
    let slow = Act::AnswerAfter(Duration::from_secs(5), answer(200, &[], "{}"));
    let (_server, builder) = Server::in_memory(move |_, _| slow.clone());
    let client = builder.build().unwrap();
    let start = tokio::time::Instant::now();
    client.close().await;
    assert!(start.elapsed().is_zero(), "nobody inside");
    assert_eq!(client.get("x").await.error().unwrap().kind(), ErrorKind::Closed);
    assert_eq!(client.clone().get("x").await.error().unwrap().kind(), ErrorKind::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_frees_its_place() {
    let (server, builder) = Server::in_memory(|n, _| if n == 0 { Act::Hang } else { fine() });
    let limits = Limits { max_concurrent: 1.try_into().unwrap(), ..Limits::default() };
    let client = builder.limits(limits).build().unwrap();
    let hung = async { client.get("hangs").await };
    assert!(tokio::time::timeout(Duration::from_secs(1), hung).await.is_err());
    assert!(client.get("x").await.error().is_none());
    client.close().await;
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn clients_that_share_a_limiter_share_its_allowance() {
    let limiter = Limiter::new(Limits { requests_per_minute: 2.try_into().ok(), ..Limits::default() });
    let (chat_server, chat) = Server::in_memory(|_, _| fine());
    let (other_server, other) = Server::in_memory(|_, _| fine());
    let chat = chat.limiter(limiter.clone()).build().unwrap();
    let other = other.limiter(limiter).build().unwrap();
    for _ in 0..2 {
        chat.get("x").await;
        other.get("x").await;
    }
    let (a, b) = (chat_server.seen(), other_server.seen());
    assert!((b[1].at - a[0].at).as_secs() >= 60);
}

#[test]
fn a_wrong_setting_is_named() {
    let bad_header = Client::builder("http://localhost").header("x-bad", "a\nb").build();
    assert!(matches!(bad_header, Err(BuildError::Header { name }) if name == "x-bad"));
    let zero = kgas_http::Timeouts { attempt: Duration::ZERO, ..Default::default() };
    let zero = Client::builder("http://localhost").timeouts(zero).build();
    assert!(matches!(zero, Err(BuildError::ZeroTimeout)));
    let url: BaseUrl = "http://localhost:1".parse().unwrap();
    assert_eq!(Client::builder(url.clone()).build().unwrap().base_url(), &url);
    assert!(matches!(Client::builder("localhost:1").build(), Err(BuildError::BaseUrl(_))));
}
