//! The account in sums, asked for in Rust and over HTTP.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod client;

use std::time::Duration;

use client::{CHAT, EMBEDDINGS, asking, exchange, post, request};
use kgas_mock::{Dirt, Dirty, Fault, MockServer, Reply};
use serde_json::{Value, json};
use tokio::time::{advance, timeout};

/// Two answers, an embedding, a fault, a client that left, a refusal; what the model says is dirty.
async fn busy_server() -> MockServer {
    let server = MockServer::builder()
        .require_key("sk-test")
        .latency(Duration::from_millis(500))
        .requests_per_minute(5)
        .tokens_per_minute(1_000)
        .fault(Fault::status(503).nth(3))
        .answer(Dirty::new(Reply::text("ok").usage(9, 4), 1.0, 4).kinds([Dirt::Fence]))
        .in_memory()
        .unwrap();
    let key = [("authorization", "Bearer sk-test")];
    let hello = asking("hello").to_string();
    let texts = json!({"model": "e", "input": ["1234", "12345"]}).to_string();
    for (path, body) in [(CHAT, &hello), (CHAT, &hello), (EMBEDDINGS, &texts), (CHAT, &hello)] {
        exchange(&mut server.connect(), &request("POST", path, &key, body)).await.unwrap();
    }
    let mut stream = server.connect();
    let call = request("POST", CHAT, &key, &hello);
    assert!(timeout(Duration::from_millis(100), exchange(&mut stream, &call)).await.is_err());
    drop(stream);
    advance(Duration::from_millis(1)).await;
    exchange(&mut server.connect(), &request("POST", CHAT, &key, &hello)).await.unwrap();
    server
}

async fn asked(server: &MockServer, target: &str) -> Value {
    exchange(&mut server.connect(), &request("GET", target, &[], "")).await.unwrap().json()
}

#[tokio::test(start_paused = true)]
async fn statistics_are_the_sums_of_the_account() {
    let server = busy_server().await;
    assert_eq!(
        asked(&server, "/statistics").await,
        json!({
            "seconds": 2.101,
            "connections": 7,
            "connections_refused": 0,
            "attempts": 6,
            "calls": 6,
            "answered": 3,
            "refused": 1,
            "dropped": 1,
            "in_flight": 0,
            "max_in_flight": 1,
            "by_status": {"200": 3, "429": 1, "503": 1},
            "by_fault": {"status": 1},
            "by_dirt": {"fence": 3},
            "tokens": {"charged": 11, "prompt": 21, "completion": 8},
        })
    );
}

#[tokio::test(start_paused = true)]
async fn over_http_and_in_rust_statistics_are_the_same_and_being_asked_changes_nothing() {
    let server = busy_server().await;
    let mut line = server.connect();
    for target in ["/statistics", "/statistics?attempts=false", "/statistics"] {
        let answer = exchange(&mut line, &request("GET", target, &[], "")).await.unwrap();
        assert_eq!(answer.json(), serde_json::to_value(server.statistics()).unwrap(), "{target}");
    }
    assert_eq!(server.account().attempts().len(), 6);
    let whole = asked(&server, "/statistics?attempts=true").await;
    assert_eq!(whole.get("account"), Some(&serde_json::to_value(server.account()).unwrap()));
}

#[tokio::test(start_paused = true)]
async fn other_paths_and_methods_are_requests_like_any_other() {
    let server = MockServer::builder().in_memory().unwrap();
    assert_eq!(post(&server, "/statistics", &json!({})).await.status, 404);
    assert_eq!(asked(&server, "/v1/statistics").await.pointer("/error/type"), Some(&json!("invalid_request_error")));
    assert_eq!(server.statistics().by_status, [(404, 2)].into());
}

#[tokio::test]
async fn a_server_starts_on_the_port_it_is_told_to_unless_that_is_taken() {
    let first = MockServer::builder().start_on(("127.0.0.1", 0)).await.unwrap();
    let address = first.url().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap().to_owned();
    let error = MockServer::builder().start_on(address.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    first.shutdown().await;
    let second = MockServer::builder().start_on(address.as_str()).await.unwrap();
    assert_eq!(second.url(), format!("http://{address}/v1"));
}
