//! What a call does beside being tried again: one key, a second attempt beside the first, one
//! call for many, another address.

mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use kgas_http::{ApiRequest, ApiStatus, ErrorKind, Hedge, Limits, RetryPolicy, Transport as _};
use serde_json::json;
use support::{Act, Server, answer, fine, requests, status};
use tokio::time::Instant;

fn slow(seconds: u64) -> Act {
    Act::AnswerAfter(Duration::from_secs(seconds), answer(200, &[], "{}"))
}

#[tokio::test(start_paused = true)]
async fn all_attempts_of_a_call_have_one_idempotency_key_and_calls_have_different_ones() {
    let (server, builder) = Server::in_memory(|n, _| if n % 3 < 2 { status(500) } else { fine() });
    let client = builder.build().unwrap();
    for _ in 0..2 {
        client.post("x", &json!({})).await;
    }
    client.get("x").await;
    let keys: Vec<_> = server.seen().iter().map(|s| s.header("idempotency-key").map(str::to_owned)).collect();
    assert_eq!(keys[..3].iter().collect::<BTreeSet<_>>().len(), 1, "{keys:?}");
    assert_eq!(keys[3..6].iter().collect::<BTreeSet<_>>().len(), 1, "{keys:?}");
    assert!(keys[0].is_some() && keys[0] != keys[3]);
    assert_eq!(keys[6], None, "a GET changes nothing");
}

#[tokio::test(start_paused = true)]
async fn an_idempotency_key_of_the_caller_stays() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let name = HeaderName::from_static("idempotency-key");
    builder.build().unwrap().post("x", &json!({})).header(name, HeaderValue::from_static("mine")).await;
    assert_eq!(server.seen()[0].header("idempotency-key"), Some("mine"));
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_is_sent_a_second_time_and_the_first_answer_counts() {
    let (server, builder) = Server::in_memory(|n, _| if n == 0 { slow(25) } else { slow(1) });
    let client = builder.hedge(Hedge::after(Duration::from_secs(2))).build().unwrap();
    let start = Instant::now();
    let answer = client.get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success);
    assert_eq!(start.elapsed().as_secs(), 3);
    assert_eq!((answer.attempts, answer.maybe_paid, server.seen().len()), (2, 1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_quick_call_is_sent_once_though_it_may_be_hedged() {
    let (server, builder) = Server::in_memory(|_, _| slow(1));
    let answer = builder.hedge(Hedge::after(Duration::from_secs(2))).build().unwrap().get("x").await;
    assert_eq!((answer.attempts, answer.maybe_paid, server.seen().len()), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn second_attempts_are_budgeted_and_pay_the_limiter() {
    let (server, builder) = Server::in_memory(|_, _| slow(10));
    let limits = Limits { requests_per_minute: None, max_concurrent: 200.try_into().unwrap(), ..Limits::default() };
    let hedge = Hedge { after: Duration::from_secs(2), share: 0.1 };
    let client = builder.limits(limits).hedge(hedge).build().unwrap();
    client.batch_requests(requests(100)).await;
    assert!((108..=111).contains(&server.seen().len()), "{}", server.seen().len());

    let (server, builder) = Server::in_memory(|_, _| slow(10));
    let limits = Limits { requests_per_minute: 1.try_into().ok(), ..Limits::default() };
    let client = builder.limits(limits).hedge(Hedge::after(Duration::from_secs(2))).build().unwrap();
    client.get("x").await;
    assert_eq!(server.seen().len(), 1, "the minute had room for one");
}

#[tokio::test(start_paused = true)]
async fn what_must_not_happen_twice_is_never_hedged() {
    let (server, builder) = Server::in_memory(|_, _| slow(10));
    let client = builder.hedge(Hedge::after(Duration::from_secs(2))).build().unwrap();
    client.send(ApiRequest::new(Method::POST, "pay", Some("{}".into())).with_replayable(false)).await;
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn identical_requests_under_way_share_one_call_where_asked_for() {
    let (server, builder) = Server::in_memory(|_, _| slow(1));
    let client = builder.single_flight(true).build().unwrap();
    let body = json!({"q": 1});
    let ask = || async { client.post("x", &body).await };
    let (a, b, other) = tokio::join!(ask(), ask(), async { client.post("x", &json!({"q": 2})).await });
    assert_eq!((a.data(), other.error().is_none()), (b.data(), true));
    assert_eq!(server.seen().len(), 2);
    ask().await;
    assert_eq!(server.seen().len(), 3, "what is over is not remembered");
}

#[tokio::test(start_paused = true)]
async fn a_shared_call_goes_on_when_whoever_asked_first_gives_up() {
    let (server, builder) = Server::in_memory(|_, _| slow(5));
    let client = builder.single_flight(true).build().unwrap();
    let first = async { tokio::time::timeout(Duration::from_secs(1), client.get("x").into_future()).await };
    let second = async { client.get("x").await };
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_err());
    assert_eq!(second.status(), ApiStatus::Success);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_shared_call_has_the_deadline_of_all_who_share_it() {
    let (server, builder) = Server::in_memory(|_, _| slow(20));
    let client = builder.single_flight(true).build().unwrap();
    let short = async { client.get("x").deadline(Duration::from_secs(2)).await };
    let (short, long) = tokio::join!(short, async { client.get("x").await });
    assert_eq!(short.error().unwrap().kind(), ErrorKind::Deadline);
    assert_eq!(long.status(), ApiStatus::Success);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_told_when_it_ends() {
    let (_server, builder) = Server::in_memory(|n, _| if n == 0 { status(503) } else { fine() });
    let told: Arc<Mutex<Vec<_>>> = Arc::default();
    let book = Arc::clone(&told);
    let note = move |a: &kgas_http::Attempt<'_>| {
        book.lock().unwrap().push((a.path.to_owned(), a.number, a.status, a.error.map(kgas_http::HttpError::kind)));
    };
    builder.on_attempt(note).build().unwrap().get("x").await;
    let expected = [("x".to_owned(), 1, Some(503), Some(ErrorKind::ServerError)), ("x".to_owned(), 2, Some(200), None)];
    assert_eq!(*told.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn the_server_s_word_on_asking_again_is_obeyed() {
    for (code, said, attempts) in [(500, "false", 1), (400, "true", 3), (500, "perhaps", 3)] {
        let header = format!("x-should-retry: {said}");
        let (server, builder) = Server::in_memory(move |_, _| Act::Answer(answer(code, &[&header], "")));
        builder.build().unwrap().get("x").await;
        assert_eq!(server.seen().len(), attempts, "{code} {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_only_the_message_tells_is_waited_for() {
    let words = r#"{"error":{"message":"Rate limit reached. Please try again in 12.5s."}}"#;
    let (server, builder) =
        Server::in_memory(move |n, _| if n == 0 { Act::Answer(answer(429, &[], words)) } else { fine() });
    builder.build().unwrap().get("x").await;
    assert!((12.5..13.2).contains(&server.times()[1]), "{:?}", server.times());
}

fn moved(code: u16, to: &str) -> Act {
    Act::Answer(answer(code, &[&format!("location: {to}")], ""))
}

#[tokio::test(start_paused = true)]
async fn redirects_are_followed_where_asked_for_and_not_for_ever() {
    let (server, builder) =
        Server::in_memory(|_, seen| if seen.target() == "/v1/y?z=1" { fine() } else { moved(307, "y?z=1") });
    let client = builder.redirects(3).build().unwrap();
    let answer = client.post("x", &json!({"a": 1})).await;
    assert_eq!((answer.status(), answer.attempts), (ApiStatus::Success, 2));
    assert_eq!(server.seen()[1].body, r#"{"a":1}"#);

    let (server, builder) = Server::in_memory(|_, _| moved(308, "/v1/x"));
    let answer = builder.redirects(3).build().unwrap().get("x").await;
    assert_eq!(answer.error().unwrap().kind(), ErrorKind::Redirect);
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn no_credential_crosses_an_origin() {
    let (server, builder) =
        Server::in_memory(|n, _| if n == 0 { moved(307, "http://elsewhere.example/v1/x") } else { fine() });
    let builder = builder.api_key("sk-kgas-test".into()).organization("org").header("x-team", "a").redirects(1);
    builder.build().unwrap().post("x", &json!({})).await;
    let there = &server.seen()[1];
    assert_eq!(there.header("host"), Some("elsewhere.example"));
    for name in ["authorization", "openai-organization", "x-team", "idempotency-key"] {
        assert_eq!(there.header(name), None, "{name}");
    }
    assert_eq!(there.header("content-type"), Some("application/json"));
}

#[tokio::test(start_paused = true)]
async fn a_post_is_not_turned_into_a_get() {
    for code in [301, 302, 303] {
        let (server, builder) = Server::in_memory(move |_, _| moved(code, "/v1/y"));
        let client = builder.redirects(1).retry(RetryPolicy::never()).build().unwrap();
        assert_eq!(client.post("x", &json!({})).await.error().unwrap().kind(), ErrorKind::Redirect);
        assert_eq!(server.seen().len(), 1);
        client.get("x").await;
        assert_eq!(server.seen().len(), 3, "a GET follows");
    }
}

#[tokio::test(start_paused = true)]
async fn the_refused_half_of_a_hedged_pair_pauses_the_key() {
    let slow_down = answer(429, &["retry-after: 60"], "");
    let (server, builder) = Server::in_memory(move |n, _| match n {
        0 => slow(4),
        1 => Act::Answer(slow_down.clone()),
        _ => fine(),
    });
    let client = builder.hedge(Hedge::after(Duration::from_secs(2))).build().unwrap();
    assert_eq!(client.get("x").await.status(), ApiStatus::Success);
    client.get("y").await;
    assert!(server.times()[2] >= 62.0, "{:?}", server.times());
}
