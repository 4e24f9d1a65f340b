//! HTTP/2, for who asks for it and with servers that can.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod doors;
mod support;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use doors::{Authority, Door, quick};
use http::{Request, Response, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use kgas_http::{ApiStatus, Client, ClientBuilder, ErrorKind, Limits, RetryPolicy, Timeouts};
use serde_json::json;
use support::{Server, fine, requests};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

const KEY: &str = "sk-kgas-test-http2";

/// A server of HTTP/2 that repeats bodies, and never answers to `hang`.
struct Http2 {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
    _running: JoinSet<()>,
}

impl Http2 {
    async fn new(acceptor: TlsAcceptor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, asked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (count, requests) = (Arc::clone(&connections), Arc::clone(&asked));
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut serving = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, count, requests) = (acceptor.clone(), Arc::clone(&count), Arc::clone(&requests));
                serving.spawn(async move {
                    let stream = acceptor.accept(stream).await.unwrap();
                    count.fetch_add(1, Ordering::SeqCst);
                    let service = service_fn(move |request| echo(request, Arc::clone(&requests)));
                    let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, connections, asked, _running: running }
    }
}

async fn echo(request: Request<Incoming>, asked: Arc<AtomicUsize>) -> Result<Response<Full<Bytes>>, Infallible> {
    asked.fetch_add(1, Ordering::SeqCst);
    assert_eq!(request.version(), Version::HTTP_2);
    assert_eq!(request.headers()["authorization"], format!("Bearer {KEY}"));
    if request.uri().path().ends_with("hang") {
        std::future::pending::<()>().await;
    }
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = if body.is_empty() { Bytes::from_static(b"{}") } else { body };
    Ok(Response::builder().header("content-type", "application/json").body(Full::new(body)).unwrap())
}

fn to(address: SocketAddr, authority: &Authority) -> ClientBuilder {
    let url = format!("https://localhost:{}/v1", address.port());
    Client::builder(url).api_key(KEY.into()).ca_pem(authority.pem()).retry(quick()).http2(true)
}

async fn started() -> (Http2, ClientBuilder) {
    let authority = Authority::new();
    let server = Http2::new(authority.server("localhost", &["h2", "http/1.1"])).await;
    let builder = to(server.address, &authority);
    (server, builder)
}

#[tokio::test]
async fn many_requests_share_one_connection() {
    let (server, builder) = started().await;
    let client = builder.limits(Limits::unlimited(20.try_into().unwrap())).build().unwrap();
    assert_eq!(client.post("x", &json!({"n": 1})).await.data(), Some(json!({"n": 1})));
    let answers = client.batch_requests(requests(50)).await;
    assert!(answers.iter().all(|a| a.status() == ApiStatus::Success), "{answers:?}");
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
    assert_eq!(server.asked.load(Ordering::SeqCst), 51);
}

#[tokio::test]
async fn a_request_counts_as_written_as_soon_as_its_head_is_sent() {
    let (server, builder) = started().await;
    let timeouts = Timeouts { attempt: Duration::from_millis(300), ..Timeouts::default() };
    let client = builder.timeouts(timeouts).retry(RetryPolicy::never()).build().unwrap();
    // So that the time-out is that of the answer alone.
    assert_eq!(client.get("x").await.status(), ApiStatus::Success);
    for answer in [client.get("hang").await, client.post("hang", &json!({})).await] {
        let error = answer.error().unwrap();
        assert_eq!((error.kind(), error.request_written()), (ErrorKind::AttemptTimeout, true));
        assert_eq!(answer.maybe_paid, 1);
    }
    assert_eq!(client.get("x").await.status(), ApiStatus::Success, "the connection goes on");
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_server_that_cannot_is_spoken_to_in_http_1() {
    let authority = Authority::new();
    for alpn in [&["http/1.1"][..], &[]] {
        let (server, address) = Server::on_a_socket(|_, _| fine()).await;
        let door = Door::tls(authority.server("localhost", alpn), address).await;
        let answer = to(door.address, &authority).build().unwrap().get("x").await;
        assert_eq!(answer.status(), ApiStatus::Success, "{answer:?}");
        assert!(server.seen()[0].head.starts_with("GET /v1/x HTTP/1.1"));
    }
}

#[tokio::test]
async fn who_does_not_ask_for_it_gets_http_1() {
    let authority = Authority::new();
    let (server, address) = Server::on_a_socket(|_, _| fine()).await;
    let door = Door::tls(authority.server("localhost", &["h2", "http/1.1"]), address).await;
    let answer = to(door.address, &authority).http2(false).build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success, "{answer:?}");
    assert!(server.seen()[0].head.contains("HTTP/1.1"));
}
