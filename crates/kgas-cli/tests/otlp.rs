//! Spans on their way to a collector.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use kgas_mock::Fault;
use serde_json::Value;
use support::{Desk, Ran, extract_args, serve};

const KEY: &str = "sk-kgas-test-telemetry";
const COLLECTOR_KEY: &str = "sk-kgas-test-collector";
/// What the document says and nothing else does.
const TEXT: &str = "Ann met the xylophonist Quendolin in Paris.";

/// A request as it reached the collector.
#[derive(Clone, Debug)]
struct Export {
    head: String,
    body: Vec<u8>,
}

/// A collector that takes everything and keeps it.
struct Collector {
    url: String,
    taken: Arc<Mutex<Vec<Export>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let taken = Arc::<Mutex<Vec<Export>>>::default();
        let keeps = Arc::clone(&taken);
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let keeps = Arc::clone(&keeps);
                std::thread::spawn(move || serve_one(stream.unwrap(), &keeps));
            }
        });
        Self { url, taken }
    }

    fn taken(&self) -> Vec<Export> {
        self.taken.lock().unwrap().clone()
    }

    /// All spans, which must have come as JSON.
    fn spans(&self) -> Vec<Span> {
        let bodies = self.taken().into_iter().map(|export| serde_json::from_slice::<Value>(&export.body).unwrap());
        let mut spans = Vec::new();
        for body in bodies {
            for resource in body["resourceSpans"].as_array().unwrap() {
                assert_eq!(attributes(&resource["resource"])["service.name"], "kgas");
                for scope in resource["scopeSpans"].as_array().unwrap() {
                    spans.extend(scope["spans"].as_array().unwrap().iter().map(Span::of));
                }
            }
        }
        spans
    }
}

fn serve_one(stream: TcpStream, keeps: &Mutex<Vec<Export>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or_default() == 0 {
                return;
            }
        }
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or_default()];
        reader.read_exact(&mut body).unwrap();
        keeps.lock().unwrap().push(Export { head, body });
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        if reader.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

#[derive(Debug)]
struct Span {
    name: String,
    id: String,
    parent: String,
    failed: bool,
    attributes: BTreeMap<String, Value>,
}

impl Span {
    fn of(span: &Value) -> Self {
        let text = |field: &str| span[field].as_str().unwrap_or_default().to_owned();
        Self {
            name: text("name"),
            id: text("spanId"),
            parent: text("parentSpanId"),
            failed: span["status"]["code"] == 2,
            attributes: attributes(span),
        }
    }
}

/// Attributes with their values as JSON has them; numbers may come as texts.
fn attributes(of: &Value) -> BTreeMap<String, Value> {
    let all = of["attributes"].as_array().unwrap();
    let value = |value: &Value| value.as_object().unwrap().values().next().unwrap().clone();
    all.iter().map(|one| (one["key"].as_str().unwrap().to_owned(), value(&one["value"]))).collect()
}

/// Runs `kgas extract` on one document, in which the first request fails and is made again.
fn extract(environment: &[(&str, &str)], more: &[&str]) -> Ran {
    let desk = Desk::with(&[("a.txt", TEXT)]);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(500).nth(0)));
    let more = [&["--tools", "T23c_async", "--model", "small-model"][..], more].concat();
    let mut command = desk.command(&extract_args(server.url(), &more));
    command.env("KGAS_API_KEY", KEY).envs(environment.iter().copied()).output().unwrap().into()
}

fn is(span: &Span, name: &str, expected: &str) -> bool {
    match &span.attributes[name] {
        Value::String(text) => text == expected,
        other => serde_json::from_str::<Value>(expected).is_ok_and(|expected| *other == expected),
    }
}

#[test]
fn a_collector_gets_each_document_tool_call_and_attempt_with_the_conventions_names() {
    let collector = Collector::start();
    let environment =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")];
    let ran = extract(&environment, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let spans = collector.spans();
    let named = |name: &str| spans.iter().filter(|span| span.name == name).collect::<Vec<_>>();
    let (document, tool, chat) = (named("document"), named("execute_tool T23c_async"), named("chat small-model"));
    assert_eq!((document.len(), tool.len(), chat.len()), (1, 1, 1), "{spans:#?}");
    assert_eq!((&tool[0].parent, &chat[0].parent), (&document[0].id, &tool[0].id));
    assert!(document[0].parent.is_empty());
    for (name, value) in [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "127.0.0.1"),
        ("gen_ai.request.model", "small-model"),
        ("gen_ai.request.temperature", "0.3"),
        ("server.address", "127.0.0.1"),
        ("kgas.attempts", "2"),
        ("gen_ai.response.finish_reasons", r#"{"values":[{"stringValue":"stop"}]}"#),
    ] {
        assert!(is(chat[0], name, value), "{name} is not {value}: {:#?}", chat[0]);
    }
    let attempts = named("POST");
    assert_eq!(attempts.iter().map(|attempt| attempt.failed).collect::<Vec<_>>(), [true, false]);
    assert!(attempts.iter().all(|attempt| attempt.parent == chat[0].id));
    assert!(is(attempts[0], "http.response.status_code", "500") && is(attempts[1], "http.response.status_code", "200"));
    assert!(is(attempts[1], "http.request.resend_count", "1"));
}

#[test]
fn nothing_that_is_secret_leaves_and_the_collectors_key_goes_there_only() {
    let collector = Collector::start();
    let headers = format!("api-key={COLLECTOR_KEY}");
    let environment = [("OTEL_EXPORTER_OTLP_HEADERS", headers.as_str()), ("RUST_LOG", "trace")];
    let ran = extract(&environment, &["--otlp", &collector.url]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let taken = collector.taken();
    assert!(!taken.is_empty());
    for export in &taken {
        let body = String::from_utf8_lossy(&export.body);
        assert!(export.head.starts_with("POST /v1/traces "), "{}", export.head);
        assert!(export.head.contains("application/x-protobuf"), "{}", export.head);
        assert!(export.head.contains(COLLECTOR_KEY), "{}", export.head);
        assert!(!export.head.contains(KEY));
        for secret in [KEY, COLLECTOR_KEY, "xylophonist", "Quendolin"] {
            assert!(!body.contains(secret), "{secret} is in a span");
        }
    }
    let all: Vec<u8> = taken.into_iter().flat_map(|export| export.body).collect();
    assert!(String::from_utf8_lossy(&all).contains("gen_ai.usage.output_tokens"));
    assert!(!ran.stderr.contains(COLLECTOR_KEY) && !ran.stderr.contains(KEY));
}

#[test]
fn a_collector_that_is_away_costs_one_warning_and_nothing_else() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ran = extract(&[], &["--otlp", &format!("http://127.0.0.1:{port}")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let told: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("otlp") || line.contains("OTLP")).collect();
    assert_eq!(told.len(), 1, "{}", ran.stderr);
    assert!(told[0].starts_with("warning: --otlp ") && told[0].contains("5 of 5 spans did not arrive"), "{}", told[0]);
}

#[test]
fn a_collector_that_never_answers_is_not_waited_for_longer_than_some_seconds() {
    // It listens, and nobody accepts.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let ran = extract(&[], &["--otlp", &url]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("did not arrive").count(), 1, "{}", ran.stderr);
}

#[test]
fn an_address_that_is_none_is_a_mistake_on_the_command_line_and_a_warning_in_the_environment() {
    let ran = extract(&[], &["--otlp", "http://me:hunter2@collector"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("kgas: --otlp: ") && !ran.stderr.contains("hunter2"), "{}", ran.stderr);
    let ran = extract(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: OTEL_EXPORTER_OTLP_ENDPOINT: "), "{}", ran.stderr);
}
