//! Answers in gzip, br and zstd: decoded up to a cap, or left alone for who asks for them.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod doors;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use doors::quick;
use http::HeaderValue;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use kgas_http::{ApiResponse, ApiStatus, Client, ClientBuilder, ErrorKind};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Made by other programs from `{"text":"ab ab ab .."}`, 131 bytes.
const GZIP: &str = "1f8b0800000000000203ab562a49ad2851b2524a4c521810a4540b0069902b9a83000000";
const BROTLI: &str = "1b8200f88dd45679a01d28a508c85eeb8489f52949622b0244b03db030";
const ZSTD: &str = "28b52ffd2483ad0000707b2274657874223a22616220227d0100d2d425012d7ac0a2";

/// `[`, 64 MiB of spaces, `]`.
const BROTLI_BOMB: &str = "cbffff3ff8a540b6e2b24000f7fe2ffeffffc12f0110874500baf77ffcffff835f02200e0b0074effff8ff\
    ff07bf04401c1600e8defff1ffff0f7e0980382c00d0bdffe3ffff1ffc1200715800a07bffc7ffff3ff82500e2b00040f7fe8fffff7ff04b\
    00c4610180eefd1f020002205d03";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().map(|c| u8::try_from(c.to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

fn text() -> serde_json::Value {
    json!({"text": "ab ".repeat(40)})
}

fn answer(status: u16, encoding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-encoding: {encoding}\r\n\
         content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A server that answers each request with the same bytes, and keeps the heads it got.
struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    _running: JoinSet<()>,
}

impl Server {
    async fn saying(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let books = Arc::clone(&heads);
        let mut running = JoinSet::new();
        running.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while stream.read_buf(&mut head).await.unwrap_or(0) > 0 {
                    if head.ends_with(b"\r\n\r\n") {
                        books.lock().unwrap().push(String::from_utf8(std::mem::take(&mut head)).unwrap());
                        stream.write_all(&answer).await.unwrap();
                        break;
                    }
                }
            }
        });
        Self { address, heads, _running: running }
    }

    fn client(&self) -> ClientBuilder {
        Client::builder(format!("http://{}/v1", self.address)).retry(quick())
    }

    fn asked(&self) -> usize {
        self.heads.lock().unwrap().len()
    }
}

async fn one(answer: Vec<u8>) -> ApiResponse {
    Server::saying(answer).await.client().build().unwrap().get("x").await
}

#[tokio::test]
async fn each_encoding_is_decoded_and_no_longer_named() {
    for (encoding, body) in [("gzip", GZIP), ("x-gzip", GZIP), ("br", BROTLI), ("Zstd", ZSTD), ("identity, gzip", GZIP)]
    {
        let answer = one(answer(200, encoding, &bytes(body))).await;
        assert_eq!(answer.data(), Some(text()), "{encoding}: {answer:?}");
        let headers = answer.outcome.unwrap().headers;
        assert!(!headers.contains_key(CONTENT_ENCODING) && !headers.contains_key(CONTENT_LENGTH));
    }
}

#[tokio::test]
async fn parts_that_follow_one_another_are_one_answer() {
    for (encoding, body) in [("gzip", GZIP), ("zstd", ZSTD)] {
        let twice = bytes(body).repeat(2);
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {}\r\n\r\n", twice.len());
        let answer = one([head.as_bytes(), &twice].concat()).await;
        assert_eq!(answer.outcome.unwrap().body, text().to_string().repeat(2), "{encoding}");
    }
}

#[tokio::test]
async fn the_server_is_told_which_encodings_are_understood() {
    let server = Server::saying(answer(200, "gzip", &bytes(GZIP))).await;
    server.client().build().unwrap().get("x").await;
    assert!(server.heads.lock().unwrap()[0].contains("\r\naccept-encoding: gzip, br, zstd\r\n"));
}

#[tokio::test]
async fn who_asks_for_an_encoding_gets_the_bytes_as_they_are() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", GZIP.len() / 2);
    let server = Server::saying([head.as_bytes(), &bytes(GZIP)].concat()).await;
    let client = server.client().build().unwrap();
    let answer = client.get("x").header(ACCEPT_ENCODING, HeaderValue::from_static("gzip")).await;
    let reply = answer.outcome.unwrap();
    assert_eq!((reply.body.as_ref(), reply.headers.contains_key(CONTENT_ENCODING)), (bytes(GZIP).as_slice(), true));
    assert!(server.heads.lock().unwrap()[0].contains("\r\naccept-encoding: gzip\r\n"));
}

#[tokio::test]
async fn what_is_small_on_the_wire_and_large_decoded_is_given_up_at_the_cap() {
    let server = Server::saying(answer(200, "br", &bytes(BROTLI_BOMB))).await;
    let answer = server.client().max_body(1000).build().unwrap().get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), server.asked()), (ErrorKind::TooLarge, 1));
    assert!(error.to_string().contains("1000 bytes"), "{error}");
    // The other ones, at the size they have and one byte below.
    for (encoding, body) in [("gzip", GZIP), ("zstd", ZSTD), ("br", BROTLI)] {
        for (cap, status) in [(131, ApiStatus::Success), (130, ApiStatus::Error)] {
            let server = Server::saying(self::answer(200, encoding, &bytes(body))).await;
            let answer = server.client().max_body(cap).build().unwrap().get("x").await;
            assert_eq!(answer.status(), status, "{encoding} {cap}");
        }
    }
}

#[tokio::test]
async fn damage_is_tried_again_and_told() {
    for (encoding, body) in [("gzip", GZIP), ("br", BROTLI), ("zstd", ZSTD)] {
        let whole = bytes(body);
        let cut = whole[..whole.len() / 2].to_vec();
        let garbage = b"{\"plain\":true}".to_vec();
        for damaged in [cut, garbage] {
            let server = Server::saying(answer(200, encoding, &damaged)).await;
            let answer = server.client().build().unwrap().get("x").await;
            let error = answer.error().unwrap();
            assert_eq!((error.kind(), server.asked()), (ErrorKind::Undecodable, 3), "{encoding}: {error:?}");
            assert!(error.to_string().contains("cannot be decoded"), "{error}");
        }
    }
}

#[tokio::test]
async fn an_encoding_that_was_not_asked_for_is_told_and_not_tried_again() {
    let server = Server::saying(answer(200, "compress", b"{}")).await;
    let answer = server.client().build().unwrap().get("x").await;
    assert_eq!((answer.error().unwrap().kind(), server.asked()), (ErrorKind::Protocol, 1));
}

#[tokio::test]
async fn the_text_of_an_error_is_decoded_too() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, br#"{"error":{"message":"wrong model"}}"#).unwrap();
    let answer = one(answer(400, "gzip", &gzip.finish().unwrap())).await;
    assert_eq!(answer.error().unwrap().message(), Some("wrong model"));
    let damaged = one(self::answer(400, "gzip", b"not gzip")).await;
    assert_eq!(damaged.error().unwrap().kind(), ErrorKind::ClientError);
}
