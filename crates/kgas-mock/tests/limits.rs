//! The request limit against its definition: never more than the allowance in any 60 s.

mod client;

use std::time::Duration;

use client::{CHAT, EMBEDDINGS, ask, asking, exchange, post, request};
use kgas_mock::{Fault, MockServer};
use serde_json::json;
use tokio::time::{Instant, advance};

const MINUTE: Duration = Duration::from_secs(60);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn the_call_over_the_allowance_is_429_until_the_oldest_is_60_s_old() {
    let server = MockServer::builder().requests_per_minute(2).in_memory().unwrap();
    assert_eq!(ask(&server, "at 0 s").await.status, 200);
    advance(seconds(10)).await;
    assert_eq!(ask(&server, "at 10 s").await.status, 200);
    advance(seconds(10)).await;
    let refused = ask(&server, "at 20 s").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("40")));
    advance(seconds(40) - Duration::from_millis(1)).await;
    assert_eq!(ask(&server, "a moment too early").await.status, 429);
    advance(Duration::from_millis(1)).await;
    assert_eq!(ask(&server, "at 60 s").await.status, 200);
    assert_eq!(ask(&server, "also at 60 s").await.status, 429);
    advance(seconds(10)).await;
    assert_eq!(ask(&server, "at 70 s").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn whatever_arrives_no_window_of_60_s_lets_in_more_than_the_allowance() {
    let server = MockServer::builder().requests_per_minute(7).in_memory().unwrap();
    let started = Instant::now();
    let mut state = 1_u64;
    let mut let_in: Vec<Duration> = Vec::new();
    for _ in 0..400 {
        // A small generator of uneven gaps, 0 to 8.191 s.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        advance(Duration::from_millis(state >> 51)).await;
        let now = started.elapsed();
        let recent = let_in.iter().filter(|at| now - **at < MINUTE).count();
        let answer = ask(&server, "hello").await;
        assert_eq!(answer.status, if recent < 7 { 200 } else { 429 }, "at {now:?}");
        if answer.status == 200 {
            let_in.push(now);
        }
    }
    assert!(let_in.len() < 400, "the limit was never reached");
}

#[tokio::test(start_paused = true)]
async fn the_headers_say_where_the_caller_stands() {
    let server = MockServer::builder().requests_per_minute(2).in_memory().unwrap();
    let standing = |answer: &client::Answer| {
        ["limit", "remaining", "reset"]
            .map(|name| answer.header(&format!("x-ratelimit-{name}-requests")).unwrap().to_owned())
    };
    assert_eq!(standing(&ask(&server, "a").await), ["2", "1", "1m0s"]);
    assert_eq!(standing(&ask(&server, "b").await), ["2", "0", "1m0s"]);
    advance(Duration::from_millis(1_500)).await;
    let refused = ask(&server, "c").await;
    assert_eq!(standing(&refused), ["2", "0", "58.5s"]);
    assert_eq!(refused.header("retry-after"), Some("59"));
    assert_eq!(refused.json()["error"]["code"], "rate_limit_exceeded");
}

#[tokio::test(start_paused = true)]
async fn without_limit_headers_retry_after_stays() {
    let server = MockServer::builder().requests_per_minute(0).limit_headers(false).in_memory().unwrap();
    let refused = ask(&server, "hello").await;
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert!(!refused.headers.keys().any(|name| name.starts_with("x-ratelimit")));
}

#[tokio::test(start_paused = true)]
async fn chat_and_embeddings_share_the_limit_and_models_has_none() {
    let server = MockServer::builder().requests_per_minute(1).in_memory().unwrap();
    let list = request("GET", "/v1/models", &[], "");
    assert_eq!(exchange(&mut server.connect(), &list).await.unwrap().status, 200);
    let texts = json!({"model": "e", "input": "x"});
    assert_eq!(post(&server, EMBEDDINGS, &texts).await.status, 200);
    assert_eq!(ask(&server, "hello").await.status, 429);
    assert_eq!(exchange(&mut server.connect(), &list).await.unwrap().status, 200);
}

#[tokio::test(start_paused = true)]
async fn bad_requests_and_faults_count_and_wrong_keys_do_not() {
    let server =
        MockServer::builder().requests_per_minute(2).require_key("k").fault(Fault::status(500)).in_memory().unwrap();
    let good = asking("hello").to_string();
    let key = [("authorization", "Bearer k")];
    for (headers, body, status) in [
        (&[][..], good.as_str(), 401),
        (&key[..], "{}", 400),
        (&key[..], good.as_str(), 500),
        (&key[..], good.as_str(), 429),
    ] {
        let text = request("POST", CHAT, headers, body);
        assert_eq!(exchange(&mut server.connect(), &text).await.unwrap().status, status);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_leaves_at_once_and_uses_no_script() {
    let server =
        MockServer::builder().requests_per_minute(1).latency(seconds(5)).script(["one", "two"]).in_memory().unwrap();
    assert_eq!(ask(&server, "a").await.said(), "one");
    let started = Instant::now();
    assert_eq!(ask(&server, "b").await.status, 429);
    assert_eq!(started.elapsed(), Duration::ZERO);
    advance(MINUTE).await;
    assert_eq!(ask(&server, "b").await.said(), "two");
}
