//! The key goes to the server and nowhere else.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::error::Error;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use kgas_http::{ApiResponse, ApiStatus, BuildError, Client, Cost, ErrorKind, Reply, RetryPolicy, Secret, SecretError};
use serde::Deserialize;
use serde_json::json;
use support::{Act, Server, answer, fine};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const KEY: &str = "sk-kgas-test-0123456789";

/// Writes down everything that is traced, at all levels and by all crates.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        attributes.record(&mut Line(&mut self.0.lock().unwrap()));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Line(&mut self.0.lock().unwrap()));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line(&mut self.0.lock().unwrap()));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// All that can be read from an answer, causes included.
fn everything_shown(answer: &ApiResponse) -> String {
    let mut shown = format!("{answer:?} {answer:#?}");
    if let Some(error) = answer.error() {
        shown.push_str(&causes(error));
        shown.push_str(&serde_json::to_string(answer).unwrap());
    }
    shown
}

fn causes(error: &(dyn Error + 'static)) -> String {
    let mut shown = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        write!(shown, " {error} {error:?} {error:#?}").unwrap();
        next = error.source();
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn the_key_is_sent_and_shows_nowhere() {
    let traced = Everything::default();
    let _guard = tracing::subscriber::set_default(traced.clone());
    let echo = format!(r#"{{"error":{{"message":"the key Bearer {KEY} ({KEY}) is wrong"}}}}"#);
    let acts = [
        fine(),
        Act::Answer(answer(401, &[], &echo)),
        Act::Answer(answer(429, &["retry-after: 500"], &echo)),
        Act::Answer(answer(500, &[], &echo)),
        Act::HangUpAfter(String::new()),
        Act::HangUpAfter("nonsense\r\n\r\n".into()),
        Act::Hang,
    ];
    let count = acts.len();
    let (server, builder) = Server::in_memory(move |n, _| acts[n].clone());
    let told = Arc::new(Mutex::new(String::new()));
    let book = Arc::clone(&told);
    let builder = builder
        .api_key(KEY.into())
        .header("x-api-key", KEY)
        .retry(RetryPolicy::never())
        .on_attempt(move |attempt| write!(book.lock().unwrap(), "{attempt:?} {attempt:#?}").unwrap());
    let mut shown = format!("{builder:?}");
    let client = builder.build().unwrap();
    write!(shown, "{client:?} {:?}", Secret::new(KEY)).unwrap();
    let permit = client.limiter().acquire(Cost::default()).await.unwrap();
    write!(shown, "{:?} {:?} {permit:?}", client.limiter(), client.limiter().snapshot()).unwrap();
    drop(permit);
    for _ in 0..count {
        let call = client.get("x").query("key", KEY);
        write!(shown, "{call:?}").unwrap();
        shown.push_str(&everything_shown(&call.await));
    }
    let bad_path = client.get("a b?key=".to_owned() + KEY).query("key", KEY).await;
    shown.push_str(&everything_shown(&bad_path));

    for seen in server.seen() {
        assert_eq!(seen.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    }
    assert!(shown.contains("is wrong"), "messages are shown");
    assert!(!shown.contains(KEY), "{shown}");
    let told = told.lock().unwrap().clone();
    assert!(told.contains("Unauthorized") && !told.contains(KEY), "{told}");
    let traced = traced.0.lock().unwrap().clone();
    assert!(traced.contains("attempt failed"), "something was traced");
    assert!(!traced.contains(KEY), "{traced}");
}

#[tokio::test(start_paused = true)]
async fn a_redirect_shows_no_key_that_is_in_its_address() {
    let traced = Everything::default();
    let _guard = tracing::subscriber::set_default(traced.clone());
    let (server, builder) = Server::in_memory(|n, _| {
        let host = if n % 2 == 0 { "" } else { "http://elsewhere.example" };
        Act::Answer(answer(307, &[&format!("location: {host}/v1/y?key={KEY}#{KEY}")], ""))
    });
    let client = builder.api_key(KEY.into()).redirects(1).build().unwrap();
    let answer = client.get("x").await;
    assert_eq!(answer.error().unwrap().kind(), ErrorKind::Redirect);
    assert!(server.seen()[1].target().contains(KEY), "it was followed");
    let shown = everything_shown(&answer);
    assert!(shown.contains("elsewhere.example/v1/y") && !shown.contains(KEY), "{shown}");
    let traced = traced.0.lock().unwrap().clone();
    assert!(traced.contains("redirected") && !traced.contains(KEY), "{traced}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_share_an_answer_show_no_key() {
    let (_server, builder) = Server::in_memory(|_, _| Act::AnswerAfter(Duration::from_secs(1), answer(500, &[], "")));
    let client = builder.api_key(KEY.into()).single_flight(true).retry(RetryPolicy::never()).build().unwrap();
    let ask = || async { client.post(KEY, &json!({"document": KEY})).query("key", KEY).await };
    let watch = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        format!("{client:?} {client:#?}")
    };
    let (first, second, while_under_way) = tokio::join!(ask(), ask(), watch);
    assert!(!while_under_way.contains(KEY), "{while_under_way}");
    for answer in [first, second] {
        // The path alone is shown: it is where a request went.
        let shown = everything_shown(&answer).replace(&format!("http://memory/v1/{KEY}"), "");
        assert!(shown.contains("ServerError") && !shown.contains(KEY), "{shown}");
    }
}

#[test]
fn a_wrong_setting_is_told_without_the_key_in_it() {
    let builder = || Client::builder("https://api.example.com");
    for (builder, expected) in [
        (builder().header("x-api-key", format!("{KEY}\n")), "x-api-key"),
        (builder().header(format!("Authorization: Bearer {KEY}"), ""), "Authorization"),
        (builder().header(format!("Authorization Bearer {KEY}"), ""), "Authorization"),
        (builder().proxy(format!("socks5://someone:{KEY}@h:1")), "scheme"),
        (builder().proxy(format!("http://someone:{KEY}@h:port")), "address"),
        (builder().api_key(format!("{KEY}\n").into()), "line break"),
        (Client::builder(format!("https://someone:{KEY}@h")), "user name"),
        (Client::builder(format!("https://h?key={KEY}")), "query"),
        (Client::builder(format!("https://h/ {KEY}")), "not an address"),
    ] {
        let mut shown = format!("{builder:?} {builder:#?}");
        let error = builder.build().unwrap_err();
        shown.push_str(&causes(&error));
        assert!(shown.contains(expected) && !shown.contains(KEY), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_comes_back_in_an_answer_of_another_shape_is_not_shown() {
    #[derive(Debug, Deserialize)]
    struct Shape {
        #[expect(dead_code, reason = "it is never there")]
        number: u32,
    }
    let bodies = [json!({"number": KEY}).to_string(), format!("<p>{KEY}"), format!("{{{KEY}"), KEY.to_owned()];
    for body in bodies {
        let error = Reply::new(200, HeaderMap::new(), Bytes::from(body.clone())).json::<Shape>().unwrap_err();
        assert!(!causes(&error).contains(KEY), "{body}");
        let json = answer(200, &["content-type: application/json"], &body);
        let (_server, builder) = Server::in_memory(move |_, _| Act::HangUpAfter(json.clone()));
        let answer = builder.api_key(KEY.into()).retry(RetryPolicy::never()).build().unwrap().get("x").await;
        let shown = everything_shown(&answer);
        assert!(answer.status() == ApiStatus::Success || !shown.contains(KEY), "{shown}");
    }
}

#[cfg(feature = "openai")]
#[test]
fn an_error_that_came_with_status_200_shows_no_key() {
    use kgas_http::HttpError;
    use kgas_http::openai::{ChatStreamDecoder, read_chat};

    let said = format!("the key Bearer {KEY} ({KEY}) is wrong");
    let whole = json!({"error": {"message": said}}).to_string();
    let piece = json!({"choices": KEY}).to_string();
    let mut errors: Vec<HttpError> = [whole.as_str(), &piece, KEY]
        .into_iter()
        .map(|body| read_chat(&Reply::new(200, HeaderMap::new(), Bytes::from(body.to_owned()))).unwrap_err())
        .collect();
    for event in [
        format!("data: {whole}\n\n"),
        format!("event: error\ndata: {}\n\n", json!({"message": said, "code": 401})),
        format!("event: error\ndata: {said}\n\n"),
        format!("data: {piece}\n\n"),
        format!("data: {KEY}\n\n"),
    ] {
        let mut decoder = ChatStreamDecoder::new();
        errors.extend(decoder.feed(event.as_bytes()).into_iter().filter_map(Result::err));
        assert!(!format!("{decoder:?}").contains(KEY), "{event}");
    }
    assert_eq!(errors.len(), 8);
    for error in &errors {
        let shown = causes(error);
        assert!(!shown.contains(KEY), "{shown}");
    }
    assert!(errors[0].to_string().contains("is wrong"), "{}", errors[0]);
}

#[test]
fn a_key_that_cannot_be_one_is_told_before_anything_is_sent() {
    let cases = [
        ("", SecretError::Empty),
        (" \n", SecretError::Empty),
        ("sk-kgas-test-1\n", SecretError::LineBreak),
        ("sk-kgas-test-1\r\nsk-kgas-test-2", SecretError::LineBreak),
        (" sk-kgas-test-1", SecretError::SurroundingSpace),
        ("sk-kgas-test-1\t", SecretError::SurroundingSpace),
        ("sk-kgas-test 1", SecretError::Unprintable),
        ("sk-kgas-test-ä", SecretError::Unprintable),
    ];
    for (key, expected) in cases {
        let built = Client::builder("http://localhost").api_key(key.into()).build();
        match built {
            Err(BuildError::Key(error)) => assert_eq!(error, expected, "{key:?}"),
            other => panic!("{key:?}: {other:?}"),
        }
    }
}

#[test]
fn a_key_travels_unencrypted_only_to_this_machine_or_if_allowed() {
    let build = |url: &str| Client::builder(url).api_key(KEY.into()).build();
    for url in ["http://localhost:1", "http://127.0.0.1", "http://[::1]:8080", "https://api.example.com"] {
        assert!(build(url).is_ok(), "{url}");
    }
    for url in ["http://api.example.com", "http://192.168.0.7:8080", "http://localhost.example.com"] {
        let error = build(url).unwrap_err();
        assert!(matches!(error, BuildError::InsecureKey { .. }), "{url}: {error}");
    }
    let allowed = Client::builder("http://10.0.0.1").api_key(KEY.into()).allow_insecure_http(true);
    assert!(allowed.build().is_ok());
    let by_header = Client::builder("http://10.0.0.1").header("X-Api-Key", KEY).build();
    assert!(matches!(by_header, Err(BuildError::InsecureKey { .. })));
    assert!(Client::builder("http://10.0.0.1").build().is_ok(), "no key, nothing to lose");
}
