//! What is traced of each attempt.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use kgas_http::{Client, ErrorKind};
use support::{Act, Server, fine, status};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

type Fields = BTreeMap<String, String>;

/// Keeps the spans of attempts.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<Fields>>>);

struct Into<'f>(&'f mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.name() == "http_attempt"
    }
    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut spans = self.0.lock().unwrap();
        let mut fields = Fields::new();
        attributes.record(&mut Into(&mut fields));
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }
    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = self.0.lock().unwrap();
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Into(spans.get_mut(at).unwrap()));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The spans of one call.
async fn spans(client: &Client, path: &str) -> Vec<Fields> {
    let spans = Spans::default();
    let listening = tracing::subscriber::set_default(spans.clone());
    client.get(path).query("token", "hunter2").await;
    drop(listening);
    spans.0.lock().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_a_span_with_its_place_and_how_it_ended() {
    let (_server, builder) = Server::in_memory(|n, _| if n == 0 { status(503) } else { fine() });
    let spans = spans(&builder.build().unwrap(), "models").await;
    let told = |name: &str| spans.iter().map(|span| span.get(name).cloned().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(told("otel.name"), ["GET", "GET"]);
    assert_eq!(told("http.request.method"), ["GET", "GET"]);
    assert_eq!(told("http.request.resend_count"), ["", "1"]);
    assert_eq!(told("http.response.status_code"), ["503", "200"]);
    assert_eq!(told("error.type"), ["503", ""]);
    assert_eq!(told("url.full"), ["http://memory/v1/models"; 2], "without the query");
    assert_eq!(told("server.address"), ["memory"; 2]);
    assert_eq!(told("server.port"), ["80"; 2]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_without_an_answer_says_what_became_of_it_in_a_word() {
    let (_server, builder) = Server::in_memory(|_, _| Act::HangUpAfter(String::new()));
    let spans = spans(&builder.build().unwrap(), "models").await;
    assert!(!spans.is_empty());
    for span in spans {
        assert_eq!(span.get("error.type").map(String::as_str), Some(ErrorKind::Reset.as_str()));
        assert!(!span.contains_key("http.response.status_code"));
    }
}
