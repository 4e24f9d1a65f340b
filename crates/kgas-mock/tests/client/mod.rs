//! A small HTTP/1.1 client that shares no code with the server.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "test helpers may panic")]

use std::collections::BTreeMap;
use std::io;

use kgas_mock::MockServer;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};

pub(crate) const CHAT: &str = "/v1/chat/completions";
pub(crate) const EMBEDDINGS: &str = "/v1/embeddings";

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn said(&self) -> String {
        self.json().pointer("/choices/0/message/content").unwrap().as_str().unwrap().to_owned()
    }

    pub(crate) fn param(&self) -> Value {
        self.json().pointer("/error/param").unwrap().clone()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// The body of a chat call with one user message.
pub(crate) fn asking(text: &str) -> Value {
    json!({ "model": "m", "messages": [{ "role": "user", "content": text }] })
}

/// Posts JSON over a fresh in-memory connection.
pub(crate) async fn post(server: &MockServer, path: &str, body: &Value) -> Answer {
    exchange(&mut server.connect(), &request("POST", path, &[], &body.to_string())).await.unwrap()
}

/// Asks with one user message over a fresh in-memory connection.
pub(crate) async fn ask(server: &MockServer, text: &str) -> Answer {
    post(server, CHAT, &asking(text)).await
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: mock\r\n");
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        text.push_str("content-type: application/json\r\n");
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    text
}

/// Sends a request and reads one answer by its length, so that the stream can be used again.
pub(crate) async fn exchange<S>(stream: &mut S, request: &str) -> io::Result<Answer>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(request.as_bytes()).await?;
    let mut received = Vec::new();
    let head_ends = loop {
        if let Some(at) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        more(stream, &mut received).await?;
    };
    let mut body = received.split_off(head_ends);
    let head = String::from_utf8(received).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map(|length| length.parse::<usize>().unwrap());
    while length.map_or(!body.ends_with(b"0\r\n\r\n"), |length| body.len() < length) {
        more(stream, &mut body).await?;
    }
    Ok(Answer { status, headers, body: String::from_utf8(body).unwrap() })
}

async fn more<S: AsyncRead + Unpin>(stream: &mut S, received: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(received).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// A connection that is used again and again.
#[derive(Debug)]
pub(crate) struct Line(DuplexStream);

impl Line {
    pub(crate) fn to(server: &MockServer) -> Self {
        Self(server.connect())
    }

    pub(crate) async fn ask(&mut self, text: &str) -> Answer {
        self.post(&asking(text)).await
    }

    /// A call that costs this many tokens: an empty prompt, and so long an answer.
    pub(crate) async fn spend(&mut self, tokens: u64) -> Answer {
        let messages = json!([{ "role": "user", "content": "" }]);
        self.post(&json!({ "model": "m", "messages": messages, "max_tokens": tokens })).await
    }

    pub(crate) async fn post(&mut self, body: &Value) -> Answer {
        exchange(&mut self.0, &request("POST", CHAT, &[], &body.to_string())).await.unwrap()
    }
}
