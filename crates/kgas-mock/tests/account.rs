//! What the server writes down about what reached it.

mod client;

use std::time::Duration;

use client::{CHAT, ask, asking, exchange, request};
use kgas_mock::{Fault, MockServer};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{advance, timeout};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_its_times_its_path_its_prompt_and_its_status() {
    let server = MockServer::builder().latency(seconds(2)).in_memory().unwrap();
    advance(seconds(1)).await;
    ask(&server, &"é".repeat(300)).await;
    let account = server.account();
    let attempt = &account.attempts()[0];
    assert_eq!(attempt.path, CHAT);
    assert_eq!(attempt.prompt, "é".repeat(200));
    assert_eq!(attempt.status, Some(200));
    assert_eq!((attempt.arrived, attempt.answered), (seconds(1), Some(seconds(3))));
}

#[tokio::test]
async fn only_whole_answers_count_as_answered_calls() {
    let server = MockServer::builder()
        .requests_per_minute(3)
        .fault(Fault::truncated().nth(0))
        .fault(Fault::status(500).nth(1))
        .in_memory()
        .unwrap();
    for _ in 0..4 {
        ask(&server, "hello").await;
    }
    let list = request("GET", "/v1/models", &[], "");
    exchange(&mut server.connect(), &list).await.unwrap();
    let account = server.account();
    let statuses: Vec<Option<u16>> = account.attempts().iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(200), Some(500), Some(200), Some(429), Some(200)]);
    assert_eq!(account.calls_answered(), 1);
}

#[tokio::test]
async fn a_request_id_is_the_index_of_the_attempt() {
    let server = MockServer::builder().fault(Fault::status(500).nth(1)).in_memory().unwrap();
    for id in ["req_0", "req_1", "req_2"] {
        assert_eq!(ask(&server, "hello").await.header("x-request-id"), Some(id));
    }
}

#[tokio::test]
async fn requests_on_one_connection_count_one_connection() {
    let server = MockServer::builder().in_memory().unwrap();
    let text = request("POST", CHAT, &[], &asking("hello").to_string());
    let mut stream = server.connect();
    exchange(&mut stream, &text).await.unwrap();
    exchange(&mut stream, &text).await.unwrap();
    exchange(&mut server.connect(), &text).await.unwrap();
    let account = server.account();
    let connections: Vec<usize> = account.attempts().iter().map(|attempt| attempt.connection).collect();
    assert_eq!((account.connections(), connections), (2, vec![0, 0, 1]));
}

#[tokio::test]
async fn a_refused_request_leaves_its_connection_usable() {
    let server = MockServer::builder().requests_per_minute(1).in_memory().unwrap();
    let text = request("POST", CHAT, &[], &asking(&"long ".repeat(50_000)).to_string());
    let mut stream = server.connect();
    for status in [200, 429, 429] {
        assert_eq!(exchange(&mut stream, &text).await.unwrap().status, status);
    }
    assert_eq!(server.account().connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn max_in_flight_is_the_most_at_one_moment() {
    let server = MockServer::builder().latency(seconds(10)).in_memory().unwrap();
    tokio::join!(ask(&server, "a"), ask(&server, "b"), ask(&server, "c"));
    tokio::join!(ask(&server, "d"), ask(&server, "e"));
    assert_eq!(server.account().max_in_flight(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_client_left_is_dropped_and_no_longer_in_flight() {
    let server = MockServer::builder().latency(seconds(10)).in_memory().unwrap();
    assert!(timeout(seconds(4), ask(&server, "a")).await.is_err());
    ask(&server, "b").await;
    let account = server.account();
    assert_eq!(account.attempts()[0].dropped, Some(seconds(4)));
    assert_eq!(account.attempts()[0].answered, None);
    assert_eq!((account.calls_answered(), account.max_in_flight()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn max_in_window_slides_and_is_half_open() {
    let server = MockServer::builder().in_memory().unwrap();
    for gap in [0, 30, 20, 10, 60] {
        advance(seconds(gap)).await;
        ask(&server, "hello").await;
    }
    // Arrivals at 0, 30, 50, 60 and 120 s.
    let account = server.account();
    for (window, most) in [(60, 3), (61, 4), (31, 3), (30, 2), (10, 1), (1000, 5)] {
        assert_eq!(account.max_in_window(seconds(window)), most, "window of {window} s");
    }
}

#[tokio::test]
async fn requests_are_kept_on_demand_and_without_their_key() {
    let server = MockServer::builder().require_key("sk-secret").keep_requests().in_memory().unwrap();
    let headers = [("authorization", "Bearer sk-secret"), ("X-Title", "kgas")];
    let body = asking("hello").to_string();
    exchange(&mut server.connect(), &request("POST", CHAT, &headers, &body)).await.unwrap();
    let account = server.account();
    let kept = account.attempts()[0].request.as_ref().unwrap();
    assert_eq!(kept.body, body);
    assert_eq!(kept.headers["x-title"], "kgas");
    assert!(!serde_json::to_string(&account).unwrap().contains("sk-secret"));
    assert!(!format!("{server:?} {account:?}").contains("sk-secret"));
}

#[tokio::test]
async fn no_header_that_may_be_a_key_is_kept() {
    let server = MockServer::builder().keep_requests().in_memory().unwrap();
    let secret = [
        "x-api-key",
        "Api-Key",
        "proxy-authorization",
        "Cookie",
        "x-goog-api-key",
        "ocp-apim-subscription-key",
        "X-Auth-Token",
        "x-amz-security-token",
        "client-secret",
        "x-session-id",
    ];
    let mut headers: Vec<_> = secret.into_iter().map(|name| (name, "hush-7f3a9c")).collect();
    headers.extend([("x-custom", "Bearer hush-7f3a9c"), ("x-other", "sk-hush-7f3a9c"), ("x-title", "kgas")]);
    exchange(&mut server.connect(), &request("POST", CHAT, &headers, &asking("hello").to_string())).await.unwrap();
    let account = serde_json::to_string(&server.account()).unwrap();
    assert!(!account.contains("hush"), "{account}");
    assert!(account.contains("x-title"), "{account}");
}

#[tokio::test]
async fn a_key_that_stands_in_the_body_too_is_hidden_there() {
    let server = MockServer::builder().keep_requests().in_memory().unwrap();
    let headers = [("authorization", "Bearer hush-7f3a9c"), ("x-title", "of hush-7f3a9c")];
    let body = json!({"model": "m", "key": "hush-7f3a9c"}).to_string();
    exchange(&mut server.connect(), &request("POST", CHAT, &headers, &body)).await.unwrap();
    let account = server.account();
    let kept = account.attempts()[0].request.as_ref().unwrap();
    assert_eq!(kept.body, body.replace("hush-7f3a9c", "[key]"));
    assert_eq!(kept.headers["x-title"], "of [key]");
}

#[tokio::test(start_paused = true)]
async fn the_account_is_json_with_times_in_seconds() {
    let server = MockServer::builder().latency(Duration::from_millis(1_500)).in_memory().unwrap();
    ask(&server, "hello").await;
    assert_eq!(
        serde_json::to_value(server.account()).unwrap(),
        json!({
            "connections": 1,
            "max_in_flight": 1,
            "attempts": [{
                "connection": 0,
                "path": CHAT,
                "call": true,
                "arrived": 0.0,
                "prompt": "hello",
                "status": 200,
                "fault": null,
                "usage": {"prompt_tokens": 2, "completion_tokens": 1},
                "answered": 1.5,
                "dropped": null,
            }],
        })
    );
}

#[tokio::test]
async fn over_tcp_a_stopped_server_cuts_and_refuses_connections_and_keeps_its_account() {
    let server = MockServer::builder().start().await.unwrap();
    let address = server.url().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let text = request("POST", CHAT, &[], &asking("hello").to_string());
    assert_eq!(exchange(&mut stream, &text).await.unwrap().status, 200);
    server.shutdown().await;
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(TcpStream::connect(&address).await.is_err());
    assert_eq!(server.account().calls_answered(), 1);
}

#[tokio::test]
async fn dropping_the_server_ends_its_connections() {
    let server = MockServer::builder().fault(Fault::hang()).in_memory().unwrap();
    let mut stream = server.connect();
    let text = request("POST", CHAT, &[], &asking("hello").to_string());
    stream.write_all(text.as_bytes()).await.unwrap();
    drop(server);
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
}

#[tokio::test]
async fn each_attempt_of_a_call_is_found_by_its_prompt_refused_or_not() {
    let server = MockServer::builder()
        .requests_per_minute(3)
        .fault(Fault::status(500).on_prompt("[[doc:1]]").times(1))
        .in_memory()
        .unwrap();
    for prompt in ["[[doc:1]] a", "[[doc:10]] b", "[[doc:1]] a", "[[doc:1]] a"] {
        ask(&server, prompt).await;
    }
    let account = server.account();
    let statuses = |beginning: &str| -> Vec<Option<u16>> {
        account.attempts_of(beginning).map(|attempt| attempt.status).collect()
    };
    assert_eq!(statuses("[[doc:1]]"), [Some(500), Some(200), Some(429)]);
    assert_eq!(statuses("[[doc:10]]"), [Some(200)]);
    assert_eq!(account.refused(), 1);
}

#[tokio::test]
async fn a_refusal_by_a_fault_is_a_refusal() {
    let server = MockServer::builder().fault(Fault::status(429).nth(1)).in_memory().unwrap();
    for _ in 0..3 {
        ask(&server, "hello").await;
    }
    assert_eq!(server.account().refused(), 1);
}
