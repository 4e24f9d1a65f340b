//! What a 429 changes for all requests of its key, and what a server's headers teach.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod simulated;
mod support;

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::{ApiResponse, ApiStatus, Cause, Cost, Limiter, Limits, Refusal, Timeouts};
use kgas_mock::{Algorithm, HeaderStyle, Hint, MockServer};
use simulated::{provider, send_all};
use support::{Act, Server, answer, fine, requests, status};
use tokio::time::Instant;

fn limits(requests: Option<u32>, at_once: usize) -> Limits {
    Limits {
        requests_per_minute: requests.and_then(NonZeroU32::new),
        ..Limits::unlimited(NonZeroUsize::new(at_once).unwrap())
    }
}

fn all_fine(answers: &[ApiResponse]) -> bool {
    answers.iter().all(|a| a.status() == ApiStatus::Success)
}

/// Takes turns until `count` are written, and returns when, in seconds from now.
async fn turns(limiter: &Limiter, count: usize) -> Vec<f64> {
    let start = Instant::now();
    let mut times = Vec::new();
    for _ in 0..count {
        limiter.acquire(Cost::default()).await.unwrap().written();
        times.push(start.elapsed().as_secs_f64());
    }
    times
}

#[tokio::test(start_paused = true)]
async fn after_a_pause_waiters_leave_one_by_one() {
    let limiter = Limiter::new(limits(Some(60), 10));
    limiter.pause_until(Instant::now() + Duration::from_secs(30));
    let times = turns(&limiter, 4).await;
    for (n, time) in (0_u32..).zip(&times) {
        let expected = 30.0 + f64::from(n) / 0.98;
        assert!((time - expected).abs() < 0.01, "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_429_ends_bursts_for_good() {
    let limiter = Limiter::new(limits(Some(60), 10));
    let permit = limiter.acquire(Cost::default()).await.unwrap();
    permit.refused(Refusal::TooFast, None);
    drop(permit);
    tokio::time::sleep(Duration::from_secs(300)).await;
    let times = turns(&limiter, 3).await;
    assert!(times[1] > 1.0 && times[2] > 2.0, "{times:?}");
    assert!(limiter.snapshot().is_strict);
}

#[tokio::test(start_paused = true)]
async fn one_429_pauses_all_and_nobody_comes_together_again() {
    let refuse_first = |n, _: &support::Seen| match n {
        0..5 => Act::Answer(answer(429, &["retry-after: 20"], "")),
        _ => fine(),
    };
    let (server, builder) = Server::in_memory(refuse_first);
    let client = builder.limits(limits(Some(60), 5)).build().unwrap();
    let answers = client.batch_requests(requests(12)).await;
    assert!(all_fine(&answers));
    let later: Vec<_> = server.times().into_iter().filter(|t| *t > 0.1).collect();
    assert_eq!(later.len(), 12, "five were refused and came again: {later:?}");
    assert!(later[0] >= 20.0, "{later:?}");
    assert!(later.windows(2).all(|w| w[1] - w[0] > 1.0), "at the pace: {later:?}");
}

#[tokio::test(start_paused = true)]
async fn a_503_with_a_hint_pauses_all_and_halves_those_at_a_time() {
    let busy = |n, _: &support::Seen| if n == 0 { Act::Answer(answer(503, &["retry-after: 7"], "")) } else { fine() };
    let (server, builder) = Server::in_memory(busy);
    let client = builder.limits(limits(None, 8)).build().unwrap();
    client.get("x").await;
    let snapshot = client.limiter().snapshot();
    assert!(server.times()[1] >= 7.0);
    assert_eq!(snapshot.at_once, 4);
}

#[tokio::test(start_paused = true)]
async fn without_a_known_limit_429s_lead_to_fewer_at_a_time() {
    let slow = Act::AnswerAfter(Duration::from_secs(1), answer(200, &[], "{}"));
    let (server, builder) = Server::in_memory(move |n, _| if n < 16 { status(429) } else { slow.clone() });
    let client = builder.limits(limits(None, 16)).build().unwrap();
    let answers = client.batch_requests(requests(64)).await;
    assert!(all_fine(&answers));
    assert!(client.limiter().snapshot().at_once < 16);
    let refused = server.seen().len() - 64;
    assert!(refused <= 32, "fewer at a time, fewer refused: {refused}");
}

#[tokio::test(start_paused = true)]
async fn a_lower_limit_of_the_server_is_believed_and_explains_its_429s() {
    let server = MockServer::builder().requests_per_minute(30).algorithm(Algorithm::SlidingLog);
    let (server, builder) = provider(server);
    let client = builder.limits(limits(Some(60), 10)).build().unwrap();
    let answers = send_all(&client, 90, 90).await;
    assert!(all_fine(&answers));
    assert_eq!(server.account().refused(), 0, "it was told before it was too late");
    let snapshot = client.limiter().snapshot();
    assert_eq!(snapshot.limits.requests_per_minute, NonZeroU32::new(30));
    assert_eq!(snapshot.learned.requests_per_minute, NonZeroU32::new(30));
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_nobody_configured_is_learned() {
    for style in [HeaderStyle::OpenAi, HeaderStyle::Anthropic] {
        let server = MockServer::builder().requests_per_minute(60).header_style(style);
        let (server, builder) = provider(server);
        let client = builder.limits(limits(None, 10)).build().unwrap();
        assert!(all_fine(&send_all(&client, 150, 50).await));
        assert_eq!(server.account().refused(), 0, "{style:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn assumed_limits_are_raised_by_the_server_and_configured_ones_are_not() {
    for (assumed, expected) in [(true, 600), (false, 60)] {
        // A bucket whose numbers show that it refills in a minute; else it might be a day's.
        let server = MockServer::builder().requests_per_minute(600).algorithm(Algorithm::FullBucket);
        let (_server, builder) = provider(server);
        let client = builder.limits(Limits { assumed, ..limits(Some(60), 10) }).build().unwrap();
        send_all(&client, 2, 1).await;
        let snapshot = client.limiter().snapshot();
        assert_eq!(snapshot.limits.requests_per_minute, NonZeroU32::new(expected), "assumed: {assumed}");
        assert_eq!(snapshot.learned.requests_per_minute, NonZeroU32::new(600));
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_bucket_that_tells_of_itself_is_emptied_at_once() {
    let server = MockServer::builder().requests_per_minute(120).algorithm(Algorithm::FullBucket);
    let (server, builder) = provider(server.latency(Duration::from_millis(100)));
    let client = builder.limits(limits(Some(120), 20)).build().unwrap();
    let start = Instant::now();
    assert!(all_fine(&send_all(&client, 100, 100).await));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(server.account().refused(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_user_s_word_makes_a_larger_burst() {
    let burst = NonZeroU32::new(50);
    let limiter = Limiter::new(Limits { burst, ..limits(Some(60), 10) });
    let times = turns(&limiter, 51).await;
    assert!(times[49] < 0.01 && times[50] > 0.9, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn somebody_else_who_uses_the_key_is_noticed() {
    let server = MockServer::builder().requests_per_minute(60).algorithm(Algorithm::FullBucket).hint(Hint::Nothing);
    let (server, builder) = provider(server);
    let (connector, mut listener) = kgas_http::memory::connector();
    let far_end = std::sync::Arc::clone(&server);
    tokio::spawn(async move {
        while let Some(pipe) = listener.accept().await {
            far_end.serve_stream(pipe);
        }
    });
    let other = kgas_http::Client::builder(server.url()).connector(connector).seed(2);
    let other = other.limits(limits(None, 30)).build().unwrap();
    let client = builder.limits(limits(Some(60), 10)).build().unwrap();
    assert!(all_fine(&send_all(&client, 1, 1).await));
    assert!(all_fine(&send_all(&other, 55, 30).await));
    let before = server.account().refused();
    assert!(all_fine(&send_all(&client, 30, 30).await));
    let refused = server.account().refused() - before;
    assert!(refused < 10, "what was on its way before the first answer told, and no more: {refused}");
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_tells_where_the_limiter_stands() {
    let limiter = Limiter::new(limits(Some(20), 3));
    let held: Vec<_> = futures_util::future::join_all((0..3).map(|_| limiter.acquire(Cost::default()))).await;
    {
        let mut waiting = std::pin::pin!(limiter.acquire(Cost::default()));
        assert!(tokio::time::timeout(Duration::from_millis(1), waiting.as_mut()).await.is_err());
        assert_eq!(limiter.snapshot().queued, 1);
    }
    let snapshot = limiter.snapshot();
    assert_eq!((snapshot.under_way, snapshot.queued, snapshot.at_once), (3, 0, 3));
    assert_eq!((snapshot.requests, snapshot.is_strict, snapshot.paused_until), (0, false, None));
    for permit in held {
        permit.unwrap().written();
    }
    let snapshot = limiter.snapshot();
    assert_eq!((snapshot.requests, snapshot.under_way), (3, 0));
    assert!((snapshot.share_used - 0.15).abs() < 1e-9);
    let until = Instant::now() + Duration::from_secs(9);
    limiter.pause_until(until);
    assert_eq!(limiter.snapshot().paused_until, Some(until));
}

#[tokio::test(start_paused = true)]
async fn each_answer_tells_which_limit_it_waited_for() {
    let slow = Act::AnswerAfter(Duration::from_secs(5), answer(200, &[], "{}"));
    let (_server, builder) = Server::in_memory(move |_, _| slow.clone());
    let client = builder.limits(limits(None, 1)).build().unwrap();
    let answers = client.batch_requests(requests(3)).await;
    let mut waits: Vec<_> = answers.iter().map(|a| a.waited.queued.concurrency.as_secs()).collect();
    waits.sort_unstable();
    assert_eq!(waits, [0, 5, 10], "the third waited behind the second, for the same reason");
    assert!(answers.iter().all(|a| a.waited.queued.requests.is_zero()));

    let (_server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.limits(limits(Some(1), 4)).build().unwrap();
    let answers = client.batch_requests(requests(2)).await;
    assert_eq!(answers[1].waited.queued.longest(), Some(Cause::Requests));
    assert_eq!(answers[0].waited.queued.longest(), None);
}

#[tokio::test(start_paused = true)]
async fn slow_answers_with_limit_headers_keep_the_pace() {
    let server = MockServer::builder().requests_per_minute(60).algorithm(Algorithm::FullBucket);
    let (server, builder) = provider(server.latency(Duration::from_secs(100)));
    let timeouts = Timeouts { attempt: Duration::from_secs(300), ..Timeouts::default() };
    let client = builder.limits(limits(Some(60), 200)).timeouts(timeouts).build().unwrap();
    let start = Instant::now();
    assert!(all_fine(&send_all(&client, 600, 400).await));
    assert!(start.elapsed() < Duration::from_secs(740), "{:?}", start.elapsed());
    assert_eq!(server.account().refused(), 0);
}

#[tokio::test(start_paused = true)]
async fn after_a_pause_without_a_known_limit_nobody_leaves_together() {
    let refuse = |n, _: &support::Seen| if n < 8 { status(429) } else { fine() };
    let (server, builder) = Server::in_memory(refuse);
    let client = builder.limits(limits(None, 8)).build().unwrap();
    assert!(all_fine(&client.batch_requests(requests(24)).await));
    let later: Vec<_> = server.times().into_iter().skip(8).take(4).collect();
    assert!(later[0] >= 0.5 && later.windows(2).all(|w| w[1] > w[0]), "{later:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wild_usage_stops_nothing_for_long() {
    let tokens_per_minute = NonZeroU32::new(1000);
    let limiter = Limiter::new(Limits { tokens_per_minute, ..limits(None, 4) });
    limiter.acquire(Cost::tokens(10)).await.unwrap().settle(u32::MAX);
    let turn = tokio::time::timeout(Duration::from_secs(130), limiter.acquire(Cost::tokens(10))).await;
    assert!(turn.is_ok());
}
