//! Answers read piece by piece, from the client's end of the wire.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::openai::{ChatParams, FinishReason, chat_stream};
use kgas_http::{ApiRequest, ClientBuilder, ErrorKind, Limits, Timeouts};
use support::{Act, Server, answer, fine, status};
use tokio::time::Instant;

fn event(json: &str) -> String {
    format!("data: {json}\n\n")
}

fn said(text: &str) -> String {
    event(&format!(r#"{{"choices":[{{"delta":{{"content":"{text}"}}}}]}}"#))
}

const STOP: &str = r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;
const USAGE: &str = r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}"#;

fn stream(events: &[String]) -> Act {
    Act::Answer(answer(200, &["content-type: text/event-stream"], &events.concat()))
}

fn whole_answer() -> Vec<String> {
    vec![said("Hel"), said("lo"), event(STOP), event(USAGE), event("[DONE]")]
}

fn params() -> ChatParams {
    ChatParams { max_tokens: Some(50), ..ChatParams::prompt("hello") }
}

async fn texts(builder: ClientBuilder) -> Vec<Result<String, ErrorKind>> {
    let client = builder.build().unwrap();
    let mut stream = chat_stream(&client, &params()).await.unwrap();
    let mut all = Vec::new();
    while let Some(delta) = stream.next().await {
        all.push(delta.map(|delta| delta.text).map_err(|error| error.kind()));
    }
    assert!(stream.next().await.is_none(), "after its end nothing comes");
    all
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_asked_for_read_and_settled() {
    let (server, builder) = Server::in_memory(|_, _| stream(&whole_answer()));
    let limits = Limits { tokens_per_minute: NonZeroU32::new(1000), ..Limits::default() };
    let client = builder.limits(limits).build().unwrap();
    let answer = chat_stream(&client, &params()).await.unwrap().finish().await.unwrap();
    assert_eq!((answer.text.as_str(), answer.finish_reason), ("Hello", FinishReason::Stop));
    assert_eq!(answer.usage.unwrap().total_tokens, 7);
    assert_eq!(client.limiter().snapshot().tokens, 7, "the estimate was more");
    let seen = &server.seen()[0];
    assert_eq!(seen.header("accept"), Some("text/event-stream"));
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
    assert!(seen.body.contains(r#""stream":true"#) && seen.body.contains("include_usage"));
}

#[tokio::test(start_paused = true)]
async fn pieces_come_one_by_one_and_then_the_end() {
    let (_server, builder) = Server::in_memory(|_, _| stream(&whole_answer()));
    let texts = texts(builder).await;
    assert_eq!(texts, ["Hel", "lo", "", ""].map(|text| Ok(text.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn an_error_inside_the_stream_is_an_error_without_the_key() {
    let events = [
        said("Hel"),
        event(
            r#"{"error":{"message":"sk-kgas-test-1 is too fast","type":"rate_limit_error","code":"rate_limit_exceeded"}}"#,
        ),
        said("never read"),
    ];
    let (server, builder) = Server::in_memory(move |_, _| stream(&events));
    let client = builder.api_key("sk-kgas-test-1".into()).build().unwrap();
    let mut stream = chat_stream(&client, &params()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text, "Hel");
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
    let text = format!("{error} {error:?} {stream:?}");
    assert!(text.contains("too fast") && text.contains("/v1/chat/completions"), "{text}");
    assert!(!text.contains("sk-kgas"), "{text}");
    assert!(stream.next().await.is_none());
    assert_eq!(server.seen().len(), 1, "what was read is not asked for again");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_off_is_an_error() {
    let cut = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}", said("Hel"));
    let (_server, builder) = Server::in_memory(move |_, _| Act::HangUpAfter(cut.clone()));
    assert_eq!(texts(builder).await, [Ok("Hel".to_owned()), Err(ErrorKind::Body)]);
    let (_server, builder) = Server::in_memory(|_, _| stream(&[said("Hel")]));
    assert_eq!(texts(builder).await, [Ok("Hel".to_owned()), Err(ErrorKind::Body)], "an end without [DONE]");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_stalls_is_told_and_one_that_is_slow_is_not() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}", said("Hel"));
    let (_server, builder) = Server::in_memory(move |_, _| Act::Answer(head.clone()));
    let timeouts = Timeouts { attempt: Duration::from_secs(5), read: Duration::from_secs(20), ..Timeouts::default() };
    let start = Instant::now();
    let texts = texts(builder.timeouts(timeouts)).await;
    assert_eq!(texts, [Ok("Hel".to_owned()), Err(ErrorKind::IdleTimeout)]);
    assert_eq!(start.elapsed().as_secs(), 20, "the attempt's time-out is for the head");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_holds_for_a_stream_too() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}", said("Hel"));
    let (_server, builder) = Server::in_memory(move |_, _| Act::Answer(head.clone()));
    let timeouts = Timeouts { total: Some(Duration::from_secs(9)), ..Timeouts::default() };
    let texts = texts(builder.timeouts(timeouts)).await;
    assert_eq!(texts, [Ok("Hel".to_owned()), Err(ErrorKind::Deadline)]);
}

#[tokio::test(start_paused = true)]
async fn until_it_begins_a_stream_is_tried_again_like_any_call() {
    let (server, builder) = Server::in_memory(|n, _| if n < 2 { status(503) } else { stream(&whole_answer()) });
    let client = builder.build().unwrap();
    let stream = chat_stream(&client, &params()).await.unwrap();
    assert_eq!(stream.finish().await.unwrap().text, "Hello");
    assert_eq!(server.seen().len(), 3);
    let (_server, builder) = Server::in_memory(|_, _| status(401));
    let error = chat_stream(&builder.build().unwrap(), &params()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 1));
}

#[tokio::test(start_paused = true)]
async fn an_open_answer_keeps_its_place_until_it_is_dropped() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let limits = Limits::unlimited(NonZeroUsize::MIN);
    let client = builder.limits(limits).build().unwrap();
    let mut opened = client.open(ApiRequest::get("x")).await.unwrap();
    assert_eq!((opened.status(), opened.attempts()), (200, 1));
    let waiting = client.get("y");
    assert!(tokio::time::timeout(Duration::from_secs(60), waiting.into_future()).await.is_err());
    assert_eq!(opened.next().await.unwrap().unwrap().as_ref(), br#"{"ok":true}"#);
    assert!(opened.next().await.is_none());
    drop(opened);
    assert!(client.get("z").await.error().is_none());
    assert_eq!(server.seen().len(), 2);
    client.close().await;
    assert_eq!(client.open(ApiRequest::get("x")).await.unwrap_err().kind(), ErrorKind::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_429_inside_a_stream_pauses_the_key() {
    let error = event(r#"{"error":{"message":"Please try again in 30s.","code":"rate_limit_exceeded"}}"#);
    let (server, builder) =
        Server::in_memory(move |n, _| if n == 0 { stream(&[said("Hel"), error.clone()]) } else { fine() });
    let client = builder.build().unwrap();
    chat_stream(&client, &params()).await.unwrap().finish().await.unwrap_err();
    client.get("x").await;
    assert!(server.times()[1] >= 30.0, "{:?}", server.times());
}

#[tokio::test(start_paused = true)]
async fn an_open_answer_that_was_read_to_its_end_frees_its_place() {
    let (_server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.limits(Limits::unlimited(NonZeroUsize::MIN)).build().unwrap();
    let mut opened = client.open(ApiRequest::get("x")).await.unwrap();
    while opened.next().await.is_some() {}
    assert!(client.get("y").deadline(Duration::from_secs(5)).await.error().is_none());
    assert_eq!(opened.status(), 200);
}
