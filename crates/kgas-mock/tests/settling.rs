//! A token limit that is settled by what answers report.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod client;

use std::time::Duration;

use client::{Line, asking};
use kgas_mock::{Algorithm, Builder, Fault, Latency, MockServer, Reply};
use serde_json::json;
use tokio::time::sleep;

/// 600 tokens a minute; an answer takes 1 s and reports so many tokens.
fn settling(algorithm: Algorithm, used: usize) -> Builder {
    MockServer::builder()
        .tokens_per_minute(600)
        .algorithm(algorithm)
        .settle_tokens(true)
        .latency(Duration::from_secs(1))
        .answer(Reply::text("ok").usage(0, used))
}

async fn remaining(line: &mut Line) -> String {
    // A call that is refused for its size takes nothing, and is told where it stands.
    let told = line.spend(601).await;
    assert_eq!(told.status, 429);
    told.header("x-ratelimit-remaining-tokens").unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_reports_is_taken_instead_of_what_was_estimated() {
    use Algorithm::{FixedMinute, FullBucket, SecondBucket, SecondQuanta, SlidingLog};
    // Estimated are 500. A second gives the bucket 10 back; a second's bucket and quantum hold 10, and those that owe
    // tokens have nothing.
    for (algorithm, used, left) in [
        (FullBucket, 100, "510"),
        (FullBucket, 500, "110"),
        (FullBucket, 550, "60"),
        (FullBucket, 700, "0"),
        (SecondBucket, 15, "5"),
        (SecondBucket, 5, "10"),
        (SecondBucket, 500, "0"),
        (FixedMinute, 100, "500"),
        (FixedMinute, 700, "0"),
        (SlidingLog, 100, "500"),
        (SlidingLog, 700, "0"),
        (SecondQuanta, 15, "5"),
        (SecondQuanta, 5, "10"),
        (SecondQuanta, 500, "0"),
    ] {
        let server = settling(algorithm, used).in_memory().unwrap();
        let mut line = Line::to(&server);
        assert_eq!(line.spend(500).await.status, 200);
        assert_eq!(remaining(&mut line).await, left, "{algorithm:?}, used {used}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_settled_when_the_answer_is_known_and_only_if_asked_for() {
    let server = settling(Algorithm::SlidingLog, 100).in_memory().unwrap();
    let (mut one, mut other) = (Line::to(&server), Line::to(&server));
    let (answer, before) = tokio::join!(one.spend(500), async {
        sleep(Duration::from_millis(999)).await;
        remaining(&mut other).await
    });
    assert_eq!((answer.status, before.as_str()), (200, "100"));
    assert_eq!(remaining(&mut other).await, "500");

    let server = settling(Algorithm::SlidingLog, 100).settle_tokens(false).in_memory().unwrap();
    let mut line = Line::to(&server);
    line.spend(500).await;
    assert_eq!(remaining(&mut line).await, "100");
}

#[tokio::test(start_paused = true)]
async fn a_minute_that_is_over_is_not_settled() {
    let latency = Duration::from_secs(61);
    for (algorithm, left) in [(Algorithm::FixedMinute, "600"), (Algorithm::SlidingLog, "600")] {
        let server = settling(algorithm, 700).latency(latency).in_memory().unwrap();
        let mut line = Line::to(&server);
        line.spend(500).await;
        assert_eq!(remaining(&mut line).await, left, "{algorithm:?}");
    }
    let server = settling(Algorithm::FixedMinute, 700).phase(Duration::from_millis(59_500)).in_memory().unwrap();
    let mut line = Line::to(&server);
    line.spend(500).await;
    assert_eq!(remaining(&mut line).await, "600");
}

#[tokio::test(start_paused = true)]
async fn the_estimate_stays_behind_a_fault() {
    let server = settling(Algorithm::SlidingLog, 1).fault(Fault::status(503)).in_memory().unwrap();
    let mut line = Line::to(&server);
    line.spend(500).await;
    assert_eq!(remaining(&mut line).await, "100");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_settled_at_its_end() {
    let second = Duration::from_secs(1);
    let server = settling(Algorithm::SlidingLog, 100)
        .latency_model(Latency::fixed(second).per_completion_token(second / 10))
        .in_memory()
        .unwrap();
    let (mut one, mut other) = (Line::to(&server), Line::to(&server));
    let mut body = asking("");
    body.as_object_mut().unwrap().extend([("stream".to_owned(), json!(true)), ("max_tokens".to_owned(), json!(500))]);
    let (answer, during) = tokio::join!(one.post(&body), async {
        sleep(Duration::from_millis(10_900)).await;
        remaining(&mut other).await
    });
    assert_eq!((answer.status, during.as_str()), (200, "100"));
    assert_eq!(remaining(&mut other).await, "500");
}
