//! Trying again, by the whole client under a paused clock.

mod support;

use std::time::Duration;

use http::Method;
use kgas_http::{ApiRequest, ApiStatus, ErrorKind, RetryPolicy, Timeouts, Transport};
use support::{Act, Server, answer, fine, requests, status};
use tokio::time::Instant;

/// 429 with this header, once; then all is fine.
fn slow_down_once(header: &'static str) -> impl Fn(usize, &support::Seen) -> Act + Send + Sync {
    move |n, _| if n == 0 { Act::Answer(answer(429, &[header], "")) } else { fine() }
}

#[tokio::test(start_paused = true)]
async fn a_server_error_is_tried_three_times_in_all() {
    let (server, builder) = Server::in_memory(|_, _| status(503));
    let client = builder.build().unwrap();
    let answer = client.get("x").await;
    assert_eq!(answer.status(), ApiStatus::Error);
    assert_eq!(answer.status_code(), Some(503));
    assert_eq!((answer.attempts, answer.retry_count()), (3, 2));
    assert_eq!(server.seen().len(), 3, "the server's account agrees");
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ServerError, 3));
    assert!(error.to_string().contains("3 attempts"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn no_answer_comes_earlier_than_the_server_asked() {
    let date = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun, 06 Nov 1994 08:50:07 GMT";
    let cases = [
        ("retry-after: 7", 7.0),
        ("retry-after: 2.5", 2.5),
        ("retry-after-ms: 1500", 1.5),
        ("retry-after: 90", 90.0),
        (date, 30.0),
    ];
    for (header, seconds) in cases {
        let (server, builder) = Server::in_memory(slow_down_once(header));
        let answer = builder.build().unwrap().get("x").await;
        assert_eq!(answer.status(), ApiStatus::Success, "{header}");
        assert_eq!(answer.retry_count(), 1);
        let waited = server.times()[1];
        assert!((seconds..seconds + 0.6).contains(&waited), "{header}: {waited}");
        assert!(answer.waited.backoff >= Duration::from_secs_f64(seconds));
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_121_makes_one_attempt() {
    let (server, builder) = Server::in_memory(slow_down_once("retry-after: 121"));
    let start = Instant::now();
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::RateLimited);
    assert_eq!((answer.attempts, server.seen().len()), (1, 1));
    assert!(start.elapsed() < Duration::from_secs(1));
    let error = answer.error().unwrap();
    assert_eq!(error.hint(), Some(Duration::from_secs(121)));
    assert!(error.to_string().contains("121"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_server_asked_for_does_not_use_up_the_window() {
    let (server, builder) = Server::in_memory(|n, _| match n {
        0 => Act::Answer(answer(429, &["retry-after: 100"], "")),
        1 => status(500),
        _ => fine(),
    });
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_429_that_says_when_is_waited_for_and_no_attempt_of_its_call() {
    let (server, builder) = Server::in_memory(|n, _| match n {
        0..=3 | 5 | 7 => Act::Answer(answer(429, &["retry-after: 2"], "")),
        4 | 6 => status(500),
        _ => fine(),
    });
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success);
    assert_eq!((answer.attempts, server.seen().len()), (9, 9));
}

#[tokio::test(start_paused = true)]
async fn a_429_for_ever_ends_after_ten_waits_and_one_that_says_no_time_counts_at_once() {
    for (hint, attempts) in [("retry-after: 1", 13), ("retry-after: 0", 3), ("x-other: 1", 3), ("retry-after: 121", 1)]
    {
        let (server, builder) = Server::in_memory(move |_, _| Act::Answer(answer(429, &[hint], "")));
        let answer = builder.build().unwrap().get("x").await;
        assert_eq!(answer.status(), ApiStatus::RateLimited, "{hint}");
        assert_eq!(server.seen().len(), attempts, "{hint}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_up_all_requests_of_the_client() {
    let (server, builder) = Server::in_memory(slow_down_once("retry-after: 20"));
    let client = builder.build().unwrap();
    let (first, others) = tokio::join!(async { client.get("first").await }, async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        client.clone().batch_requests(requests(3)).await
    });
    assert_eq!(first.status(), ApiStatus::Success);
    assert!(others.iter().all(|a| a.retry_count() == 0));
    let times = server.times();
    assert!(times[1..].iter().all(|t| *t >= 20.0), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_hint_of_a_day_stops_one_request_and_not_the_client() {
    let (_server, builder) = Server::in_memory(slow_down_once("retry-after: 86400"));
    let client = builder.build().unwrap();
    let start = Instant::now();
    assert_eq!(client.get("first").await.status(), ApiStatus::RateLimited);
    assert_eq!(client.get("second").await.status(), ApiStatus::Success);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn an_empty_account_is_told_at_once() {
    let body = r#"{"error":{"message":"You exceeded your current quota.","code":"insufficient_quota"}}"#;
    let (server, builder) = Server::in_memory(move |_, _| Act::Answer(answer(429, &["retry-after: 1"], body)));
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Error);
    assert_eq!(answer.error().unwrap().kind(), ErrorKind::QuotaExhausted);
    assert_eq!(answer.status_code(), Some(429));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_time_out_is_for_each_attempt() {
    let (server, builder) = Server::in_memory(|n, _| if n < 2 { Act::Hang } else { fine() });
    let timeouts = Timeouts { attempt: Duration::from_secs(10), ..Timeouts::default() };
    let answer = builder.timeouts(timeouts).build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success);
    assert_eq!((answer.attempts, answer.maybe_paid), (3, 2));
    assert!(answer.waited.wire >= Duration::from_secs(20), "{:?}", answer.waited);
    assert!(server.times()[2] < 22.0);
}

#[tokio::test(start_paused = true)]
async fn the_window_counts_from_the_first_attempt_on() {
    let (server, builder) = Server::in_memory(|_, _| Act::Hang);
    let timeouts = Timeouts { attempt: Duration::from_secs(30), ..Timeouts::default() };
    let answer = builder.timeouts(timeouts).build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Timeout);
    assert_eq!(server.seen().len(), 2, "the second ended at 60 s: no third");
    assert_eq!(answer.maybe_paid, 2);
}

#[tokio::test(start_paused = true)]
async fn time_in_the_queue_counts_neither_into_the_window_nor_into_the_time_out() {
    let limits = kgas_http::Limits { requests_per_minute: 1.try_into().ok(), ..kgas_http::Limits::default() };
    let (server, builder) = Server::in_memory(|n, _| if n < 2 { status(500) } else { fine() });
    let answer = builder.limits(limits).build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success, "{answer:?}");
    assert_eq!(answer.attempts, 3);
    assert!(server.times()[2] >= 120.0, "each attempt pays the limiter: {:?}", server.times());
    assert!(answer.waited.queue > Duration::from_secs(115));
    assert!(answer.response_time().unwrap() < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_everything_and_says_so() {
    // On the wire.
    let (_server, builder) = Server::in_memory(|_, _| Act::Hang);
    let client = builder.build().unwrap();
    let start = Instant::now();
    let answer = client.get("x").deadline(Duration::from_secs(5)).await;
    assert_eq!(answer.status(), ApiStatus::Timeout);
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.request_written()), (ErrorKind::Deadline, true));
    assert_eq!(start.elapsed().as_secs(), 5);

    // In the queue.
    let limits = kgas_http::Limits { requests_per_minute: 1.try_into().ok(), ..kgas_http::Limits::default() };
    let (_server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.limits(limits).build().unwrap();
    client.get("x").await;
    let answer = client.get("x").deadline(Duration::from_secs(5)).await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.request_written()), (ErrorKind::Deadline, false));
    assert_eq!((answer.attempts, answer.maybe_paid), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let (_server, builder) = Server::in_memory(slow_down_once("retry-after: 30"));
    let client = builder.build().unwrap();
    let start = Instant::now();
    let answer = client.get("x").deadline(Duration::from_secs(10)).await;
    assert_eq!(answer.status(), ApiStatus::RateLimited, "what failed, not that time ran out");
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn what_must_not_happen_twice_is_sent_once() {
    let (server, builder) = Server::in_memory(|_, _| Act::HangUpAfter(String::new()));
    let request = ApiRequest::new(Method::POST, "pay", Some("{}".into())).with_replayable(false);
    let answer = builder.build().unwrap().send(request).await;
    assert_eq!(answer.error().unwrap().kind(), ErrorKind::Reset);
    assert_eq!((server.seen().len(), answer.maybe_paid), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn back_off_frees_the_place_on_the_wire() {
    let first_fails =
        |n, _: &support::Seen| if n == 0 { Act::Answer(answer(500, &["retry-after: 50"], "")) } else { fine() };
    let (server, builder) = Server::in_memory(first_fails);
    let limits = kgas_http::Limits { max_concurrent: 1.try_into().unwrap(), ..kgas_http::Limits::default() };
    let client = builder.limits(limits).build().unwrap();
    client.batch_requests(requests(2)).await;
    let times = server.times();
    assert!(times[1] < 10.0 && times[2] >= 50.0, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn never_means_one_attempt() {
    let (server, builder) = Server::in_memory(|_, _| status(500));
    let answer = builder.retry(RetryPolicy::never()).build().unwrap().get("x").await;
    assert_eq!((answer.attempts, server.seen().len()), (1, 1));
}
