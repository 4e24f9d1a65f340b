//! Each fault as the client meets it on the wire.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod client;

use std::io::ErrorKind;
use std::time::Duration;

use client::{CHAT, EMBEDDINGS, ask, asking, exchange, post, request};
use kgas_mock::{Builder, Fault, MockServer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

fn server_with(fault: Fault) -> MockServer {
    MockServer::builder().fault(fault).in_memory().unwrap()
}

async fn statuses(server: &MockServer, calls: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..calls {
        statuses.push(ask(server, "hello").await.status);
    }
    statuses
}

async fn connect(server: &MockServer) -> TcpStream {
    let address = server.url().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap();
    TcpStream::connect(address).await.unwrap()
}

#[tokio::test]
async fn a_fault_with_times_two_fails_twice_then_works() {
    let server = server_with(Fault::status(503).times(2));
    assert_eq!(statuses(&server, 4).await, [503, 503, 200, 200]);
}

#[tokio::test]
async fn faults_happen_when_they_are_said_to() {
    for (fault, expected) in [
        (Fault::status(500), [500, 500, 500, 500]),
        (Fault::status(500).nth(1), [200, 500, 200, 200]),
        (Fault::status(500).every(2), [200, 500, 200, 500]),
        (Fault::status(500).every(2).times(1), [200, 500, 200, 200]),
        (Fault::status(500).every(0), [200, 200, 200, 200]),
        (Fault::status(500).first(3), [500, 500, 500, 200]),
        (Fault::status(500).times(0), [200, 200, 200, 200]),
    ] {
        assert_eq!(statuses(&server_with(fault.clone()), 4).await, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn a_fault_on_a_prompt_happens_to_that_prompt_only() {
    let server = server_with(Fault::status(500).on_prompt("poison"));
    assert_eq!(ask(&server, "water").await.status, 200);
    assert_eq!(ask(&server, "some poison here").await.status, 500);
    let texts = json!({"model": "e", "input": ["water", "poison"]});
    assert_eq!(post(&server, EMBEDDINGS, &texts).await.status, 500);
}

#[tokio::test]
async fn of_two_faults_the_one_added_first_happens() {
    let server = MockServer::builder()
        .fault(Fault::status(500).times(1))
        .fault(Fault::status(503).times(2))
        .in_memory()
        .unwrap();
    assert_eq!(statuses(&server, 4).await, [500, 503, 503, 200]);
}

#[tokio::test]
async fn a_fault_does_not_use_up_the_script() {
    let server = MockServer::builder().script(["one", "two"]).fault(Fault::status(500).nth(1)).in_memory().unwrap();
    assert_eq!(ask(&server, "a").await.said(), "one");
    assert_eq!(ask(&server, "b").await.status, 500);
    assert_eq!(ask(&server, "b").await.said(), "two");
}

#[tokio::test]
async fn a_refused_request_meets_no_fault() {
    let server = server_with(Fault::status(500).times(1));
    assert_eq!(post(&server, CHAT, &json!({})).await.status, 400);
    assert_eq!(statuses(&server, 2).await, [500, 200]);
}

#[tokio::test]
async fn a_status_fault_brings_its_own_headers_and_body() {
    let fault = Fault::status(429).header("Retry-After", "121").body("slow down");
    let server = MockServer::builder().requests_per_minute(60).fault(fault).in_memory().unwrap();
    let answer = ask(&server, "hello").await;
    assert_eq!((answer.status, answer.body.as_str()), (429, "slow down"));
    assert_eq!(answer.header("x-ratelimit-limit-requests"), None);
    assert_eq!(answer.header("retry-after"), Some("121"));
}

#[tokio::test]
async fn a_status_fault_without_a_body_sends_an_openai_error() {
    let answer = ask(&server_with(Fault::status(500)), "hello").await;
    assert_eq!(answer.json()["error"]["type"], "server_error");
}

#[tokio::test]
async fn a_fault_that_http_does_not_allow_is_an_error_at_the_start() {
    for fault in [Fault::status(42), Fault::status(100), Fault::status(500).header("a b", "c")] {
        let refused = Builder::in_memory(MockServer::builder().fault(fault)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn a_reset_is_a_tcp_reset_before_any_byte() {
    let server = MockServer::builder().fault(Fault::reset().times(1)).start().await.unwrap();
    let text = request("POST", CHAT, &[], &asking("hello").to_string());
    let mut stream = connect(&server).await;
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    let error = stream.read_to_end(&mut received).await.unwrap_err();
    assert_eq!((error.kind(), received.len()), (ErrorKind::ConnectionReset, 0));
    assert_eq!(exchange(&mut connect(&server).await, &text).await.unwrap().status, 200);
    let account = server.account();
    assert_eq!(account.attempts()[0].fault, Some("reset"));
    assert_eq!(account.attempts()[0].status, None);
    assert!(account.attempts()[0].dropped.is_some());
}

#[tokio::test]
async fn a_reset_mid_body_sends_the_head_and_half_of_the_body() {
    let server = MockServer::builder().fault(Fault::reset_mid_body()).start().await.unwrap();
    let text = request("POST", CHAT, &[], &asking("hello").to_string());
    let mut stream = connect(&server).await;
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    let error = stream.read_to_end(&mut received).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let received = String::from_utf8(received).unwrap();
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"));
    assert_eq!(body.len(), announced.parse::<usize>().unwrap() / 2);
    assert_eq!(server.account().calls_answered(), 0);
}

#[tokio::test]
async fn in_memory_a_reset_is_an_end_before_any_byte() {
    let server = server_with(Fault::reset());
    let text = request("POST", CHAT, &[], &asking("hello").to_string());
    let error = exchange(&mut server.connect(), &text).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[tokio::test(start_paused = true)]
async fn a_hang_lasts_until_the_client_leaves() {
    let server = server_with(Fault::hang().times(1));
    let started = Instant::now();
    let hour = Duration::from_secs(3600);
    assert!(timeout(hour, ask(&server, "hello")).await.is_err());
    assert_eq!(started.elapsed(), hour);
    assert_eq!(ask(&server, "hello").await.status, 200);
    let attempt = server.account().attempts()[0].clone();
    assert_eq!((attempt.fault, attempt.status, attempt.answered), (Some("hang"), None, None));
    assert_eq!(attempt.dropped, Some(hour));
}

#[tokio::test]
async fn not_json_is_html_with_status_200() {
    let answer = ask(&server_with(Fault::not_json("<html>busy</html>")), "hello").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "<html>busy</html>"));
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
}

#[tokio::test]
async fn an_empty_body_is_200_with_length_0() {
    let answer = ask(&server_with(Fault::empty_body()), "hello").await;
    assert_eq!((answer.status, answer.header("content-length")), (200, Some("0")));
}

#[tokio::test]
async fn a_truncated_answer_is_whole_as_http_and_broken_as_json() {
    let answer = ask(&server_with(Fault::truncated()), "hello").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with('{'));
    assert!(serde_json::from_str::<Value>(&answer.body).unwrap_err().is_eof());
}
