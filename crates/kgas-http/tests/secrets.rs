//! The key goes to the server and nowhere else.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::error::Error;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use kgas_http::{ApiResponse, BuildError, Client, RetryPolicy, Secret, SecretError};
use support::{Act, Server, answer, fine};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const KEY: &str = "sk-very-secret-0123456789";

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
        let mut next: Option<&dyn Error> = Some(error);
        while let Some(error) = next {
            write!(shown, " {error} {error:?}").unwrap();
            next = error.source();
        }
        shown.push_str(&serde_json::to_string(answer).unwrap());
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
    let builder = builder.api_key(KEY.into()).header("x-api-key", KEY).retry(RetryPolicy::never());
    let mut shown = format!("{builder:?}");
    let client = builder.build().unwrap();
    write!(shown, "{client:?} {:?}", Secret::new(KEY)).unwrap();
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
    let traced = traced.0.lock().unwrap().clone();
    assert!(traced.contains("attempt failed"), "something was traced");
    assert!(!traced.contains(KEY), "{traced}");
}

#[test]
fn a_key_that_cannot_be_one_is_told_before_anything_is_sent() {
    let cases = [
        ("", SecretError::Empty),
        (" \n", SecretError::Empty),
        ("sk-1\n", SecretError::LineBreak),
        ("sk-1\r\nsk-2", SecretError::LineBreak),
        (" sk-1", SecretError::SurroundingSpace),
        ("sk-1\t", SecretError::SurroundingSpace),
        ("sk 1", SecretError::Unprintable),
        ("sk-ä", SecretError::Unprintable),
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
