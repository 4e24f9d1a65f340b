//! Every kind of failure as a user reads it, made by real failures: one table, for one voice.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod allowance;
mod doors;
mod support;

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use allowance::Allowance;
use doors::Door;
use kgas_http::{
    ApiRequest, ApiResponse, Client, ClientBuilder, Cost, HttpError, Limits, RetryPolicy, Timeouts, memory,
};
use support::{Act, Server, answer, fine};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

const KEY: &str = "sk-kgas-test-messages";

/// The times that can pass, each another.
const TIMES: Timeouts = Timeouts {
    connect: Duration::from_secs(3),
    tls: Duration::from_secs(4),
    attempt: Duration::from_secs(20),
    first_byte: Some(Duration::from_secs(5)),
    read: Duration::from_secs(7),
    total: None,
    keep_alive: Duration::from_secs(50),
};

/// All kinds that there are, by the text that declares them: they cannot be counted otherwise.
fn declared() -> BTreeSet<String> {
    let source = include_str!("../src/error.rs");
    let (_, body) = source.split_once("pub enum ErrorKind {").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let variants = body.lines().filter_map(|line| line.trim().strip_suffix(','));
    variants.map(str::to_owned).collect()
}

fn refused(status: u16, headers: &[&str], said: &str) -> Act {
    Act::Answer(answer(status, headers, &serde_json::json!({"error": {"message": said}}).to_string()))
}

/// One failure for most kinds, and where a message depends on more than the kind, several.
async fn in_memory() -> Vec<HttpError> {
    let no_money = r#"{"error":{"message":"You exceeded your current quota.","code":"insufficient_quota"}}"#;
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    let json = "content-type: application/json";
    let acts = [
        Act::Hang,
        Act::Answer(half.to_owned()),
        Act::HangUpAfter(String::new()),
        Act::HangUpAfter(half.to_owned()),
        Act::Answer(answer(200, &[json], r#"{"choices": [{"#)),
        Act::Answer(answer(200, &["content-type: text/html"], "<html>log in</html>")),
        Act::HangUpAfter("SSH-2.0-OpenSSH_9.6\r\n".to_owned()),
        Act::Answer(answer(308, &["location: https://elsewhere.example/v1/x?token=abc"], "")),
        refused(401, &[], &format!("Incorrect API key provided: {KEY}.")),
        refused(403, &[], "You may not use this model."),
        refused(404, &[], "The model does not exist."),
        refused(429, &["retry-after: 500"], "Rate limit reached."),
        Act::Answer(answer(429, &[], no_money)),
        refused(500, &[], "The server had an error."),
        refused(400, &[], "max_tokens is too large."),
        refused(409, &[], "Another request is under way."),
    ];
    let mut errors = Vec::new();
    for act in acts {
        errors.push(failing(RetryPolicy::never(), |builder| builder, act).await);
    }
    let whole_attempt = |builder: ClientBuilder| builder.timeouts(Timeouts { first_byte: None, ..TIMES });
    errors.push(failing(RetryPolicy::never(), whole_attempt, Act::Hang).await);
    let small = |builder: ClientBuilder| builder.max_body(9);
    errors.push(failing(RetryPolicy::never(), small, Act::Answer(answer(200, &[], "ten bytes!"))).await);
    let soon = |builder: ClientBuilder| builder.timeouts(Timeouts { total: Some(Duration::from_secs(2)), ..TIMES });
    errors.push(failing(RetryPolicy::never(), soon, Act::Hang).await);
    // With all its tries.
    errors.push(failing(RetryPolicy::DEFAULT, |builder| builder, refused(503, &[], "Overloaded.")).await);
    errors.extend([unsendable("x?key=abc").await, unsendable("a b").await, closed().await, too_large_to_send().await]);
    errors.push(spent().await);
    errors.extend([outage().await, nobody_listens().await, nobody_accepts().await]);
    errors
}

async fn failing(policy: RetryPolicy, with: fn(ClientBuilder) -> ClientBuilder, act: Act) -> HttpError {
    let (_server, builder) = Server::in_memory(move |_, _| act.clone());
    let builder = with(builder.api_key(KEY.into()).timeouts(TIMES).retry(policy));
    error(builder.build().unwrap().get("x").query("token", "abc").await)
}

async fn unsendable(path: &str) -> HttpError {
    let (_server, builder) = Server::in_memory(|_, _| fine());
    error(builder.build().unwrap().get(path).await)
}

async fn closed() -> HttpError {
    let (_server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.build().unwrap();
    client.close().await;
    error(client.get("x").await)
}

async fn too_large_to_send() -> HttpError {
    let (_server, builder) = Server::in_memory(|_, _| fine());
    let limits = Limits { tokens_per_minute: 10_000.try_into().ok(), ..Limits::default() };
    error(builder.limits(limits).build().unwrap().get("x").cost(Cost::tokens(12_000)).await)
}

async fn spent() -> HttpError {
    let (_server, builder) = Server::in_memory(|_, _| fine());
    error(builder.purse(Allowance::of(0)).build().unwrap().get("x").await)
}

async fn outage() -> HttpError {
    let (_server, builder) = Server::in_memory(|n, _| if n == 0 { fine() } else { Act::HangUpAfter(String::new()) });
    let retry = RetryPolicy { outage_patience: Duration::from_secs(30), ..RetryPolicy::DEFAULT };
    let client = builder.limits(Limits::unlimited(8.try_into().unwrap())).retry(retry).build().unwrap();
    client.get("x").await;
    let answers = client.batch_requests(vec![ApiRequest::get("x"); 30]).await;
    // One that waited, and was not itself tried again.
    let waited = answers.into_iter().min_by_key(|answer| answer.attempts).unwrap();
    error(waited)
}

async fn nobody_listens() -> HttpError {
    let (connector, listener) = memory::connector();
    drop(listener);
    let builder = Client::builder("http://memory/v1").connector(connector).retry(RetryPolicy::never());
    error(builder.build().unwrap().get("x").await)
}

async fn nobody_accepts() -> HttpError {
    let (connector, _listener) = memory::connector();
    let connector = connector.with_handshake(Duration::from_secs(60));
    let builder = Client::builder("http://memory/v1").connector(connector).retry(RetryPolicy::never());
    error(builder.timeouts(TIMES).build().unwrap().get("x").await)
}

async fn over_sockets() -> Vec<HttpError> {
    let once = |url: String| Client::builder(url).retry(RetryPolicy::never());
    let no_host = error(once("http://nowhere.invalid/v1".to_owned()).build().unwrap().get("x").await);
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    let speaks_plainly = async {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(answer(400, &[], "").as_bytes()).await.unwrap();
        stream
    };
    let client = once(format!("https://{address}/v1")).build().unwrap();
    let (no_tls, _stream) = tokio::join!(async { error(client.get("x").await) }, speaks_plainly);
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let timeouts = Timeouts { tls: Duration::from_millis(20), ..Timeouts::default() };
    let no_handshake = once(format!("https://{}/v1", silent.local_addr().unwrap())).timeouts(timeouts);
    let no_handshake = error(no_handshake.build().unwrap().get("x").await);
    let mut errors = vec![no_host, no_tls, no_handshake];
    for said in ["HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "HTTP/1.1 503 Service Unavailable\r\n\r\n"] {
        let proxy = Door::proxy(said, address).await;
        let address = format!("http://someone:{KEY}@{}", proxy.address);
        let client = once("http://model.example/v1".to_owned()).proxy(address).build().unwrap();
        errors.push(error(client.get("x").query("token", "abc").await));
    }
    errors
}

fn error(answer: ApiResponse) -> HttpError {
    answer.outcome.unwrap_err()
}

fn block_on<F: Future>(paused: bool, future: F) -> F::Output {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(paused).build().unwrap().block_on(future)
}

fn all() -> Vec<HttpError> {
    let mut errors = block_on(true, in_memory());
    errors.extend(block_on(false, over_sockets()));
    errors
}

/// `kind | retried | message`.
fn row(error: &HttpError) -> String {
    let retried = if error.is_transient() { "yes" } else { "no" };
    format!("{:?} | {retried} | {error}", error.kind())
}

#[test]
fn every_kind_of_failure_has_its_message() {
    let errors = all();
    let shown: BTreeSet<_> = errors.iter().map(|error| format!("{:?}", error.kind())).collect();
    assert_eq!(shown, declared(), "each kind has a failure above, and no other");
    let mut rows: Vec<_> = errors.iter().map(row).collect();
    rows.sort();
    // What differs between runs, or with every change of the breaker's steps.
    let filters = vec![(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"), (r"away for \d+ s", "away for 30 s")];
    insta::with_settings!({filters => filters}, {
        insta::assert_snapshot!(rows.join("\n"));
    });
}

#[test]
fn every_message_is_one_line_that_names_the_address_and_no_secret() {
    for error in all() {
        let text = error.to_string();
        assert!(text.contains(error.url().unwrap()), "it names what was asked: {text}");
        assert!(!text.contains(KEY) && !text.contains("token=") && !text.contains("abc"), "{text}");
        assert!(!text.contains('\n') && !text.ends_with('.'), "one line, and no full stop: {text}");
    }
}

#[test]
fn the_documentation_has_these_messages() {
    // Whoever has the crate alone has another copy of it.
    let Ok(documentation) = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/http.md")) else {
        return;
    };
    let without_ports = |text: &str| {
        let mut pieces = text.split("127.0.0.1:");
        let first = pieces.next().unwrap_or_default().to_owned();
        let is_digit = |c: char| c.is_ascii_digit();
        pieces.fold(first, |text, piece| text + "PROXY" + piece.trim_start_matches(is_digit))
    };
    // The number of attempts, and how long they took, is not the message.
    for error in all().iter().filter(|error| error.attempts() <= 1) {
        let text = without_ports(&error.to_string().replace(error.url().unwrap(), "URL"));
        let retried = if error.is_transient() { "yes" } else { "no" };
        let row = format!("| `{:?}` | {retried} | {text} |", error.kind());
        assert!(documentation.contains(&row), "docs/http.md lacks the line {row}");
    }
}
