//! The default policy against servers that count in five ways and don't say which, by their own
//! account. The whole table is `cargo bench -p kgas-http --bench quota`.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod simulated;
mod support;

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::{Limits, memory};
use kgas_mock::{Account, Algorithm, MockServer, Reply};
use simulated::{call, provider_by, send_all};

const BY_THE_MINUTE: [Algorithm; 3] = [Algorithm::FullBucket, Algorithm::FixedMinute, Algorithm::SlidingLog];
const BY_THE_SECOND: [Algorithm; 2] = [Algorithm::SecondBucket, Algorithm::SecondQuanta];
const MINUTE: Duration = Duration::from_secs(60);
const HANDSHAKE: Duration = Duration::from_millis(300);

/// A backlog for some minutes of quota, over connections that shake hands.
async fn backlog(server: kgas_mock::Builder, limits: Limits, calls: usize) -> Account {
    let (connector, listener) = memory::connector();
    let (server, builder) = provider_by(server.limit_headers(false), connector.with_handshake(HANDSHAKE), listener);
    let client = builder.limits(limits).build().unwrap();
    let answers = send_all(&client, calls, 200).await;
    let lost = answers.iter().filter(|answer| answer.error().is_some()).count();
    assert_eq!(lost, 0, "{:?}", answers.iter().find_map(|answer| answer.error()));
    server.account()
}

fn per_minute(requests: u32) -> Limits {
    let at_once = NonZeroUsize::new(64).unwrap();
    Limits { requests_per_minute: NonZeroU32::new(requests), ..Limits::unlimited(at_once) }
}

fn tokens_per_minute(tokens: u32) -> Limits {
    let tokens_per_minute = NonZeroU32::new(tokens);
    Limits { requests_per_minute: None, tokens_per_minute, ..per_minute(1) }
}

/// Answered calls per allowed rate, from the first attempt to the last.
fn share(account: &Account, requests: u32) -> f64 {
    let times = || account.attempts().iter().map(|attempt| attempt.arrived);
    let wall = times().max().unwrap() - times().min().unwrap();
    let answered = u32::try_from(account.calls_answered() - 1).unwrap();
    f64::from(answered) * 60.0 / (f64::from(requests) * wall.as_secs_f64())
}

#[tokio::test(start_paused = true)]
async fn where_a_minute_counts_nothing_is_refused_whatever_the_network_does() {
    for algorithm in BY_THE_MINUTE {
        for (requests, calls) in [(5, 30), (60, 240), (600, 1800)] {
            let server = MockServer::builder()
                .algorithm(algorithm)
                .requests_per_minute(requests)
                .phase(Duration::from_secs(17))
                .transit(Duration::from_millis(50), Duration::from_millis(50), 3);
            let account = backlog(server, per_minute(requests), calls).await;
            assert_eq!(account.refused(), 0, "{algorithm:?}, {requests} a minute");
            assert!(account.max_in_window(MINUTE) <= requests as usize, "{algorithm:?}, {requests} a minute");
            assert!(share(&account, requests) >= 0.97, "{algorithm:?}: {}", share(&account, requests));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_a_second_counts_ten_are_refused_at_most() {
    for algorithm in BY_THE_SECOND {
        for (requests, calls) in [(5, 50), (60, 600), (600, 6000)] {
            let server = MockServer::builder().algorithm(algorithm).requests_per_minute(requests);
            let account = backlog(server, per_minute(requests), calls).await;
            assert!(account.refused() <= 10, "{algorithm:?}, {requests} a minute: {}", account.refused());
            assert!(share(&account, requests) >= 0.97, "{algorithm:?}: {}", share(&account, requests));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_are_held_to_like_requests() {
    for algorithm in BY_THE_MINUTE.into_iter().chain(BY_THE_SECOND) {
        // What is used is what was estimated.
        let server = MockServer::builder().algorithm(algorithm).tokens_per_minute(6_000);
        let server = server.answer(Reply::text("ok").usage(4, 100));
        let account = backlog(server, tokens_per_minute(6_000), 120).await;
        let most = if BY_THE_MINUTE.contains(&algorithm) { 0 } else { 10 };
        assert!(account.refused() <= most, "{algorithm:?}: {}", account.refused());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_gives_no_tokens_back_is_believed_after_one_wave() {
    for algorithm in BY_THE_MINUTE {
        let server = MockServer::builder().algorithm(algorithm).tokens_per_minute(6_000);
        let account = backlog(server.answer(Reply::text("ok").usage(4, 10)), tokens_per_minute(6_000), 300).await;
        assert!(account.refused() <= 64, "those in flight, once: {algorithm:?}: {}", account.refused());
    }
}

#[tokio::test(start_paused = true)]
async fn a_network_that_jitters_more_than_the_server_forgives_slows_the_pace_and_loses_no_call() {
    let server = MockServer::builder().algorithm(Algorithm::SecondBucket).requests_per_minute(60).transit(
        Duration::from_millis(50),
        Duration::from_millis(50),
        3,
    );
    let account = backlog(server, per_minute(60), 600).await;
    assert!(account.refused() <= 30, "{}", account.refused());
    assert!(share(&account, 60) >= 0.85, "{}", share(&account, 60));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_counts_what_it_refuses_is_not_asked_to_death() {
    for algorithm in BY_THE_SECOND.into_iter().chain([Algorithm::SlidingLog]) {
        let server = MockServer::builder().algorithm(algorithm).requests_per_minute(60).refusals_count(true);
        let account = backlog(server, per_minute(60), 300).await;
        assert!(account.refused() <= 20, "{algorithm:?}: {}", account.refused());
    }
}

#[tokio::test(start_paused = true)]
async fn the_estimate_is_what_the_server_counts() {
    let (connector, listener) = memory::connector();
    let server = MockServer::builder().tokens_per_minute(100_000);
    let (server, builder) = provider_by(server, connector, listener);
    let client = builder.build().unwrap();
    let request = call(1);
    let estimate = request.cost.tokens;
    kgas_http::Transport::send(&client, request).await;
    let counted = u32::try_from(server.account().attempts()[0].tokens).unwrap();
    assert!(estimate.abs_diff(counted) <= 8, "{estimate} against {counted}");
}
