//! The network between: how long it takes, and that it takes the same each time.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod client;

use std::time::Duration;

use client::{CHAT, Line, ask, asking, exchange, request};
use kgas_mock::{Fault, MockServer};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, advance, timeout};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// When 50 calls of one connection arrived, were answered, and were over for the client.
async fn times(one_way: u64, jitter: u64, seed: u64) -> Vec<[Duration; 3]> {
    let server = MockServer::builder().transit(millis(one_way), millis(jitter), seed).in_memory().unwrap();
    let started = Instant::now();
    let mut line = Line::to(&server);
    let mut times = Vec::new();
    for _ in 0..50 {
        line.ask("hello").await;
        let attempt = server.account().attempts().last().unwrap().clone();
        times.push([attempt.arrived, attempt.answered.unwrap(), started.elapsed()]);
    }
    times
}

#[tokio::test(start_paused = true)]
async fn without_a_network_nothing_takes_time() {
    let started = Instant::now();
    let times = times(0, 30, 1).await;
    assert!(times.into_iter().flatten().all(|time| time.is_zero()));
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn each_way_takes_its_time_and_latency_lies_between() {
    let server = MockServer::builder().transit(millis(40), Duration::ZERO, 1).latency(millis(200)).in_memory().unwrap();
    let started = Instant::now();
    ask(&server, "hello").await;
    let account = server.account();
    let attempt = &account.attempts()[0];
    assert_eq!((attempt.arrived, attempt.answered), (millis(40), Some(millis(240))));
    assert_eq!(started.elapsed(), millis(280));
}

#[tokio::test(start_paused = true)]
async fn jitter_is_even_and_stays_within_its_bounds() {
    let mut ways = Vec::new();
    let mut before = Duration::ZERO;
    for [arrived, answered, over] in times(50, 30, 7).await {
        ways.extend([arrived - before, over - answered]);
        before = over;
    }
    // The timer rounds up to the next millisecond.
    assert!(ways.iter().all(|way| (millis(20)..=millis(81)).contains(way)), "{ways:?}");
    assert!(ways.iter().any(|way| *way < millis(30)) && ways.iter().any(|way| *way > millis(70)), "{ways:?}");
    let mean = ways.iter().sum::<Duration>() / 100;
    assert!((millis(45)..millis(55)).contains(&mean), "{mean:?}");
}

#[tokio::test(start_paused = true)]
async fn the_seed_decides_all_times() {
    assert_eq!(times(50, 30, 7).await, times(50, 30, 7).await);
    assert_ne!(times(50, 30, 7).await, times(50, 30, 8).await);
}

#[tokio::test(start_paused = true)]
async fn the_limit_judges_when_a_request_arrives_and_in_that_order() {
    let server =
        MockServer::builder().transit(millis(500), millis(500), 3).requests_per_minute(10).in_memory().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..40 {
        let mut line = Line::to(&server);
        calls.spawn(async move { line.ask(&format!("call {number}")).await.status });
    }
    calls.join_all().await;
    let account = server.account();
    assert!(account.attempts().is_sorted_by_key(|attempt| attempt.arrived));
    let let_in: Vec<bool> = account.attempts().iter().map(|attempt| attempt.status == Some(200)).collect();
    assert_eq!(let_in, [vec![true; 10], vec![false; 30]].concat());
    let first = account.attempts()[0].prompt.as_str();
    assert_ne!(first, "call 0", "nothing overtook anything");
}

#[tokio::test(start_paused = true)]
async fn tokens_are_judged_when_the_body_is_whole_and_the_account_has_that_order() {
    let server = MockServer::builder().tokens_per_minute(100).in_memory().unwrap();
    let mut body = asking("slow");
    body["max_tokens"] = 99.into();
    let text = request("POST", CHAT, &[], &body.to_string());
    let (early, late) = text.split_at(text.len() - 1);
    let mut slow = server.connect();
    slow.write_all(early.as_bytes()).await.unwrap();
    advance(millis(100)).await;
    assert_eq!(Line::to(&server).spend(50).await.status, 200);
    advance(millis(100)).await;
    assert_eq!(exchange(&mut slow, late).await.unwrap().status, 429);
    let account = server.account();
    let arrivals: Vec<(u64, Duration)> =
        account.attempts().iter().map(|attempt| (attempt.tokens, attempt.arrived)).collect();
    assert_eq!(arrivals, [(50, millis(100)), (0, millis(200))]);
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_client_leaves_on_the_way_still_counts() {
    let builder = MockServer::builder().transit(millis(500), Duration::ZERO, 1);
    let server = builder.requests_per_minute(1).tokens_per_minute(100).in_memory().unwrap();
    assert!(timeout(millis(200), ask(&server, "left")).await.is_err());
    assert_eq!(ask(&server, "late").await.status, 429);
    let account = server.account();
    let left = &account.attempts()[0];
    assert_eq!((left.prompt.as_str(), left.tokens, left.status), ("left", 1, None));
    assert_eq!((left.arrived, left.dropped), (millis(200), Some(millis(200))));
}

#[tokio::test(start_paused = true)]
async fn a_reset_takes_its_way_back() {
    let builder = MockServer::builder().transit(millis(40), Duration::ZERO, 1);
    let server = builder.fault(Fault::reset()).in_memory().unwrap();
    let started = Instant::now();
    let text = request("POST", CHAT, &[], &asking("hello").to_string());
    assert!(exchange(&mut server.connect(), &text).await.is_err());
    assert_eq!(started.elapsed(), millis(80));
    assert_eq!(server.account().attempts()[0].dropped, Some(millis(40)));
}
