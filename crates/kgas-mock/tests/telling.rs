//! What a caller is told about the limits: headers in both styles, and each kind of hint.

mod client;

use std::time::{Duration, UNIX_EPOCH};

use client::Line;
use kgas_mock::{Algorithm, Fault, HeaderStyle, Hint, MockServer};
use serde_json::json;
use tokio::time::advance;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn limit_headers(answer: &client::Answer) -> Vec<(&str, &str)> {
    let headers = answer.headers.iter().filter(|(name, _)| name.contains("ratelimit"));
    headers.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test(start_paused = true)]
async fn openai_headers_tell_both_limits_as_they_stand() {
    let server = MockServer::builder()
        .requests_per_minute(60)
        .tokens_per_minute(6_000)
        .algorithm(Algorithm::FullBucket)
        .in_memory()
        .unwrap();
    let mut line = Line::to(&server);
    line.spend(1_000).await;
    advance(millis(500)).await;
    assert_eq!(
        limit_headers(&line.spend(50).await),
        [
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-limit-tokens", "6000"),
            ("x-ratelimit-remaining-requests", "58"),
            ("x-ratelimit-remaining-tokens", "5000"),
            ("x-ratelimit-reset-requests", "1.5s"),
            ("x-ratelimit-reset-tokens", "10s"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn anthropic_headers_have_times_of_day_that_are_not_too_early() {
    let server = MockServer::builder()
        .requests_per_minute(60)
        .tokens_per_minute(6_000)
        .algorithm(Algorithm::FullBucket)
        .header_style(HeaderStyle::Anthropic)
        .clock(UNIX_EPOCH + Duration::from_secs(1_767_225_590))
        .in_memory()
        .unwrap();
    let mut line = Line::to(&server);
    line.spend(1_000).await;
    advance(millis(500)).await;
    let answer = line.spend(50).await;
    assert_eq!(
        limit_headers(&answer),
        [
            ("anthropic-ratelimit-requests-limit", "60"),
            ("anthropic-ratelimit-requests-remaining", "58"),
            ("anthropic-ratelimit-requests-reset", "2025-12-31T23:59:52Z"),
            ("anthropic-ratelimit-tokens-limit", "6000"),
            ("anthropic-ratelimit-tokens-remaining", "5000"),
            ("anthropic-ratelimit-tokens-reset", "2026-01-01T00:00:01Z"),
        ]
    );
    assert_eq!(answer.header("date"), Some("Wed, 31 Dec 2025 23:59:50 GMT"));
}

#[tokio::test(start_paused = true)]
async fn every_answer_has_the_date_of_a_clock_that_was_chosen() {
    let clock = UNIX_EPOCH + Duration::from_secs(1_767_225_590);
    let server = MockServer::builder().clock(clock).models(["m"]).require_key("sk").in_memory().unwrap();
    let mut line = Line::to(&server);
    advance(millis(12_000)).await;
    let answer = line.ask("hello").await;
    assert_eq!((answer.status, answer.header("date")), (401, Some("Thu, 01 Jan 2026 00:00:02 GMT")));
}

#[tokio::test(start_paused = true)]
async fn anthropic_refuses_in_its_own_words() {
    let server = MockServer::builder().requests_per_minute(0).header_style(HeaderStyle::Anthropic).in_memory().unwrap();
    let refused = Line::to(&server).ask("hello").await;
    let body = refused.json();
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("60")));
    assert_eq!((&body["type"], &body["error"]["type"]), (&json!("error"), &json!("rate_limit_error")));
}

#[tokio::test(start_paused = true)]
async fn each_algorithm_tells_what_is_left_and_when_all_is_back() {
    // 120 requests a minute; three have come at 0.25 s, or as many as were let in.
    for (algorithm, remaining, reset) in [
        (Algorithm::FullBucket, "117", "1.5s"),
        (Algorithm::SecondBucket, "0", "1s"),
        (Algorithm::FixedMinute, "117", "59.75s"),
        (Algorithm::SlidingLog, "117", "1m0s"),
        (Algorithm::SecondQuanta, "0", "750ms"),
    ] {
        let server = MockServer::builder().requests_per_minute(120).algorithm(algorithm).in_memory().unwrap();
        let mut line = Line::to(&server);
        advance(millis(250)).await;
        line.ask("a").await;
        line.ask("b").await;
        let last = line.ask("c").await;
        let told = ["limit", "remaining", "reset"].map(|name| last.header(&format!("x-ratelimit-{name}-requests")));
        assert_eq!(told, [Some("120"), Some(remaining), Some(reset)], "{algorithm:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hint_comes_in_the_form_asked_for() {
    for (hint, seconds, millis, is_in_message) in [
        (Hint::Seconds, Some("2"), None, true),
        (Hint::Millis, Some("2"), Some("1201"), true),
        (Hint::Message, None, None, true),
        (Hint::Nothing, None, None, false),
    ] {
        let server = MockServer::builder()
            .requests_per_minute(48)
            .algorithm(Algorithm::SecondBucket)
            .hint(hint)
            .header_style(HeaderStyle::None)
            .in_memory()
            .unwrap();
        let mut line = Line::to(&server);
        line.ask("a").await;
        advance(Duration::from_micros(49_001)).await;
        let refused = line.ask("b").await;
        let told = (refused.header("retry-after"), refused.header("retry-after-ms"));
        assert_eq!((refused.status, told), (429, (seconds, millis)), "{hint:?}");
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert_eq!(message.ends_with("Please try again in 1.201s."), is_in_message, "{hint:?}: {message}");
        assert_eq!(message.contains("again"), is_in_message, "{hint:?}: {message}");
        assert_eq!(limit_headers(&refused), []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_tokens_says_so() {
    let server = MockServer::builder().tokens_per_minute(100).algorithm(Algorithm::FullBucket).in_memory().unwrap();
    let mut line = Line::to(&server);
    line.spend(90).await;
    let refused = line.spend(30).await;
    assert_eq!(
        refused.json(),
        json!({ "error": {
            "message": "Rate limit reached on tokens per min (TPM): Limit 100, Used 90, Requested 30. \
                        Please try again in 12s.",
            "type": "tokens",
            "param": null,
            "code": "rate_limit_exceeded",
        }})
    );
    assert_eq!(refused.header("retry-after"), Some("12"));
}

#[tokio::test(start_paused = true)]
async fn a_request_larger_than_the_minute_gets_no_hint() {
    let server = MockServer::builder().tokens_per_minute(100).hint(Hint::Millis).in_memory().unwrap();
    let refused = Line::to(&server).spend(101).await;
    let told = (refused.header("retry-after"), refused.header("retry-after-ms"));
    assert_eq!((refused.status, told), (429, (None, None)));
    let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("Request too large") && !message.contains("again"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_fault_carries_no_anthropic_headers_either() {
    let server = MockServer::builder()
        .requests_per_minute(60)
        .header_style(HeaderStyle::Anthropic)
        .fault(Fault::status(529))
        .in_memory()
        .unwrap();
    let answer = Line::to(&server).ask("hello").await;
    assert_eq!((answer.status, limit_headers(&answer)), (529, vec![]));
}
