//! A server that does as it is told and keeps its own account of what reached it.
#![allow(dead_code, reason = "each test binary uses its part of this")]
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod trace;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kgas_http::{ApiRequest, Client, ClientBuilder, memory};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Answers, and keeps the connection.
    Answer(String),
    /// Answers after a while.
    AnswerAfter(Duration, String),
    /// Sends these bytes and hangs up.
    HangUpAfter(String),
    /// Never answers.
    Hang,
}

/// A request as it reached the server.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) connection: usize,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

type Script = dyn Fn(usize, &Seen) -> Act + Send + Sync;

/// A running server; it stops when dropped.
pub(crate) struct Server {
    account: Arc<Account>,
    _running: JoinSet<()>,
}

struct Account {
    script: Box<Script>,
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    seen: Vec<Seen>,
    connections: usize,
    now: usize,
    most: usize,
}

impl Server {
    /// On a real socket. The script gets the number of the request, from 0, and the request.
    pub(crate) async fn on_a_socket(
        script: impl Fn(usize, &Seen) -> Act + Send + Sync + 'static,
    ) -> (Self, SocketAddr) {
        trace::start();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let account = Account::new(script);
        let books = Arc::clone(&account);
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(books.clone().serve(stream));
            }
        });
        (Self { account, _running: running }, address)
    }

    /// In memory, with a builder that connects there.
    pub(crate) fn in_memory(script: impl Fn(usize, &Seen) -> Act + Send + Sync + 'static) -> (Self, ClientBuilder) {
        trace::start();
        let (connector, mut listener) = memory::connector();
        let account = Account::new(script);
        let books = Arc::clone(&account);
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut connections = JoinSet::new();
            while let Some(stream) = listener.accept().await {
                connections.spawn(books.clone().serve(stream));
            }
        });
        let builder = Client::builder("http://memory/v1").connector(connector).seed(1);
        (Self { account, _running: running }, builder)
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.account.books.lock().unwrap().seen.clone()
    }

    /// When they came, in seconds from the first.
    pub(crate) fn times(&self) -> Vec<f64> {
        let seen = self.seen();
        let Some(first) = seen.first() else { return Vec::new() };
        seen.iter().map(|s| (s.at - first.at).as_secs_f64()).collect()
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.account.books.lock().unwrap().connections
    }

    /// The most requests that were being answered at a time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.account.books.lock().unwrap().most
    }
}

impl Account {
    fn new(script: impl Fn(usize, &Seen) -> Act + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { script: Box::new(script), books: Mutex::default() })
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(self: Arc<Self>, mut stream: S) {
        let connection = {
            let mut books = self.books.lock().unwrap();
            books.connections += 1;
            books.connections
        };
        while let Some((head, body)) = read_request(&mut stream).await {
            let seen = Seen { at: Instant::now(), connection, head, body };
            let number = {
                let mut books = self.books.lock().unwrap();
                books.now += 1;
                books.most = books.most.max(books.now);
                books.seen.push(seen.clone());
                books.seen.len() - 1
            };
            let act = (self.script)(number, &seen);
            if let Act::AnswerAfter(wait, _) = &act {
                tokio::time::sleep(*wait).await;
            }
            if !matches!(act, Act::Hang) {
                self.books.lock().unwrap().now -= 1;
            }
            match act {
                Act::Answer(text) | Act::AnswerAfter(_, text) => {
                    if stream.write_all(text.as_bytes()).await.is_err() {
                        return;
                    }
                }
                Act::HangUpAfter(text) => {
                    let _ = stream.write_all(text.as_bytes()).await;
                    return;
                }
                Act::Hang => std::future::pending().await,
            }
        }
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut body = bytes.split_off(end + 4);
    let head = String::from_utf8(bytes).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, String::from_utf8(body).unwrap()))
}

/// A whole HTTP answer; `headers` are lines without their ends.
pub(crate) fn answer(status: u16, headers: &[&str], body: &str) -> String {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    format!("HTTP/1.1 {status} Said\r\n{lines}content-length: {}\r\n\r\n{body}", body.len())
}

/// Status 200 and some JSON.
pub(crate) fn fine() -> Act {
    Act::Answer(answer(200, &["content-type: application/json"], r#"{"ok":true}"#))
}

/// A status and nothing else.
pub(crate) fn status(status: u16) -> Act {
    Act::Answer(answer(status, &[], ""))
}

/// So many different requests.
pub(crate) fn requests(count: usize) -> Vec<ApiRequest> {
    (0..count).map(|n| ApiRequest::get(format!("item/{n}"))).collect()
}

/// The most of these times (in seconds, sorted) that lie within any 60 s.
pub(crate) fn most_in_a_minute(times: &[f64]) -> usize {
    let within = |start: &f64| times.iter().filter(|t| *t >= start && **t < start + 60.0).count();
    times.iter().map(within).max().unwrap_or(0)
}
