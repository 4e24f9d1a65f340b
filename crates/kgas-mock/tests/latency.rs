//! How long answers take: by tokens, by chance, and event by event.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod client;

use std::time::Duration;

use client::{CHAT, EMBEDDINGS, ask, asking, post, request};
use kgas_mock::{Fault, Latency, MockServer, Reply};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// 100 ms, 2 ms for a token of the prompt, 10 ms for one of the answer.
fn by_tokens() -> Latency {
    Latency::fixed(millis(100)).per_prompt_token(millis(2)).per_completion_token(millis(10))
}

#[tokio::test(start_paused = true)]
async fn each_token_takes_its_time() {
    let given = Reply::text("short").usage(1_000, 50);
    // Of 8 characters two tokens are estimated.
    for (reply, fault, expected) in [
        (Reply::text("12345678"), None, 100 + 2 * 2 + 2 * 10),
        (given.clone(), None, 100 + 1_000 * 2 + 50 * 10),
        (given.after(millis(7)), None, 100 + 1_000 * 2 + 50 * 10 + 7),
        (Reply::error(400, "no"), None, 100 + 2 * 2),
        (Reply::text("12345678"), Some(Fault::status(503)), 100),
    ] {
        let mut builder = MockServer::builder().latency_model(by_tokens()).answer(reply.clone());
        if let Some(fault) = fault {
            builder = builder.fault(fault);
        }
        let server = builder.in_memory().unwrap();
        ask(&server, "12345678").await;
        assert_eq!(server.account().attempts()[0].answered, Some(millis(expected)), "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn texts_to_embed_take_their_time_too() {
    let server = MockServer::builder().latency_model(by_tokens()).in_memory().unwrap();
    post(&server, EMBEDDINGS, &json!({"model": "e", "input": ["1234", "12345"]})).await;
    let account = server.account();
    let attempt = &account.attempts()[0];
    assert_eq!(attempt.answered, Some(millis(100 + 3 * 2)));
    assert_eq!(attempt.usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens)), Some((3, 0)));
}

#[tokio::test(start_paused = true)]
async fn attempts_take_what_the_model_says_for_their_number() {
    let latency = by_tokens().spread(0.5).outliers(0.2, 10.0).seed(3);
    let server = MockServer::builder()
        .latency_model(latency)
        .fault(Fault::status(500).nth(1))
        .requests_per_minute(20)
        .answer(Reply::text("ok").usage(10, 5))
        .in_memory()
        .unwrap();
    for _ in 0..21 {
        ask(&server, "hello").await;
    }
    let account = server.account();
    let took: Vec<Duration> = account.attempts().iter().map(|a| a.answered.unwrap() - a.arrived).collect();
    for (n, took) in (0..20).zip(&took) {
        let expected = if n == 1 { latency.of(n, 0, 0) } else { latency.of(n, 10, 5) };
        let rounded = took.checked_sub(expected).unwrap();
        assert!(rounded <= millis(1), "attempt {n} took {took:?} and not {expected:?}");
    }
    assert_eq!((account.attempts()[20].status, took[20]), (Some(429), Duration::ZERO));
}

#[test]
fn chance_has_the_median_the_spread_and_the_tail_that_were_asked_for() {
    let second = Duration::from_secs(1);
    let share = |latency: Latency, limit: f64| {
        let over = (0..10_000).filter(|n| latency.of(*n, 0, 0).as_secs_f64() > limit).count();
        over as f64 / 10_000.0
    };
    for seed in [1, 2] {
        let spread = Latency::fixed(second).spread(0.5).seed(seed);
        let tail = Latency::fixed(second).outliers(0.03, 8.0).seed(seed);
        for (latency, limit, expected) in
            [(spread, 1.0, 0.5), (spread, 2.276, 0.05), (spread, 3.2, 0.01), (tail, 1.0, 0.03), (tail, 7.99, 0.03)]
        {
            assert!((share(latency, limit) - expected).abs() < 0.015, "{latency:?} above {limit}");
        }
    }
    assert_eq!(Latency::fixed(second).spread(0.5).of(7, 0, 0), Latency::fixed(second).spread(0.5).of(7, 0, 0));
    assert_ne!(Latency::fixed(second).spread(0.5).of(7, 0, 0), Latency::fixed(second).spread(0.5).seed(1).of(7, 0, 0));
}

#[test]
fn a_latency_that_cannot_be_is_refused() {
    let fixed = Latency::fixed(millis(1));
    for (latency, problem) in [
        (fixed.spread(-1.0), "the spread -1 of a latency is not a number from 0 up"),
        (fixed.spread(f64::NAN), "the spread NaN of a latency is not a number from 0 up"),
        (fixed.outliers(1.5, 2.0), "the share 1.5 of a latency's outliers is not a share from 0 to 1"),
        (fixed.outliers(0.5, -2.0), "the factor -2 of a latency's outliers is not a number from 0 up"),
    ] {
        let error = MockServer::builder().latency_model(latency).in_memory().unwrap_err();
        assert_eq!(error.to_string(), problem);
    }
}

/// What came of a stream at each moment.
async fn pieces(server: &MockServer) -> Vec<(Duration, String)> {
    let mut body = asking("12345678");
    body["stream"] = json!(true);
    let mut stream = server.connect();
    let begun = Instant::now();
    stream.write_all(request("POST", CHAT, &[], &body.to_string()).as_bytes()).await.unwrap();
    let mut pieces: Vec<(Duration, String)> = Vec::new();
    while !pieces.last().is_some_and(|(_, piece)| piece.ends_with("0\r\n\r\n")) {
        let mut received = Vec::new();
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0);
        let text = String::from_utf8(received).unwrap();
        match pieces.last_mut() {
            Some((time, piece)) if *time == begun.elapsed() => piece.push_str(&text),
            _ => pieces.push((begun.elapsed(), text)),
        }
    }
    pieces
}

#[tokio::test(start_paused = true)]
async fn a_stream_comes_as_its_tokens_are_made() {
    // Three pieces of 16, 16 and 8 characters: 4, 4 and 2 tokens.
    let text = "x".repeat(40);
    let server = MockServer::builder().latency_model(by_tokens()).answer(Reply::text(text)).in_memory().unwrap();
    let pieces = pieces(&server).await;
    let times: Vec<Duration> = pieces.iter().map(|(time, _)| *time).collect();
    assert_eq!(times, [104, 144, 184, 204].map(millis), "{pieces:?}");
    assert!(pieces[0].1.contains("assistant") && !pieces[0].1.contains("xxx"), "{pieces:?}");
    assert!(pieces[3].1.contains("[DONE]"), "{pieces:?}");
    let account = server.account();
    let attempt = &account.attempts()[0];
    assert_eq!((attempt.status, attempt.answered), (Some(200), Some(millis(204))));
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_spread_over_the_tokens_it_reports_and_keeps_its_pace_behind_a_network() {
    let reply = Reply::text("x".repeat(40)).usage(0, 100);
    let server = MockServer::builder().transit(millis(30), Duration::ZERO, 1).latency_model(by_tokens()).answer(reply);
    let server = server.in_memory().unwrap();
    let times: Vec<Duration> = pieces(&server).await.into_iter().map(|(time, _)| time).collect();
    assert_eq!(times, [160, 560, 960, 1_160].map(millis));
    assert_eq!(server.account().attempts()[0].answered, Some(millis(1_130)));
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_inside_the_server_until_its_end() {
    let text = "x".repeat(40);
    let server = MockServer::builder().latency_model(by_tokens()).answer(Reply::text(text)).in_memory().unwrap();
    let (first, second) = tokio::join!(pieces(&server), async {
        tokio::time::sleep(millis(150)).await;
        pieces(&server).await
    });
    assert_eq!((first.len(), second.len()), (4, 4));
    assert_eq!(server.account().max_in_flight(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_a_stream_is_seen() {
    let text = "x".repeat(40);
    let server = MockServer::builder().latency_model(by_tokens()).answer(Reply::text(text)).in_memory().unwrap();
    let left = tokio::time::timeout(millis(150), pieces(&server)).await;
    assert!(left.is_err());
    tokio::time::sleep(millis(1)).await;
    let account = server.account();
    let attempt = &account.attempts()[0];
    assert_eq!((attempt.status, attempt.answered), (Some(200), None));
    assert_eq!((attempt.dropped, account.calls_answered()), (Some(millis(150)), 0));
}
