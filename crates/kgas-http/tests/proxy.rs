//! Through a proxy: a tunnel for every server, and no word of the password.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod doors;
mod support;

use std::error::Error;
use std::fmt::Write as _;

use doors::{Authority, Door, quick};
use kgas_http::{ApiResponse, ApiStatus, BuildError, Client, ErrorKind};
use support::{Server, fine};
use tokio::net::TcpListener;

const ESTABLISHED: &str = "HTTP/1.1 200 Connection established\r\nproxy-agent: test\r\n\r\n";

async fn behind(answer: &'static str) -> (Server, Door) {
    let (server, address) = Server::on_a_socket(|_, _| fine()).await;
    (server, Door::proxy(answer, address).await)
}

/// All that can be read from an answer, causes included.
fn shown(answer: &ApiResponse) -> String {
    let mut text = format!("{answer:?}");
    let mut next = answer.error().map(|e| e as &dyn Error);
    while let Some(error) = next {
        write!(text, " {error} {error:?}").unwrap();
        next = error.source();
    }
    text
}

#[tokio::test]
async fn a_plain_server_is_reached_through_a_tunnel() {
    let (server, proxy) = behind(ESTABLISHED).await;
    let client = Client::builder("http://model.example/v1").proxy(format!("http://{}", proxy.address));
    let client = client.build().unwrap();
    for _ in 0..2 {
        assert_eq!(client.get("x").await.status(), ApiStatus::Success);
    }
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1, "the tunnel is used again");
    assert!(heads[0].starts_with("CONNECT model.example:80 HTTP/1.1\r\n"), "{heads:?}");
    assert!(!heads[0].contains("authorization"));
    assert_eq!(server.seen()[1].header("host"), Some("model.example"));
}

#[tokio::test]
async fn tls_is_spoken_with_the_server_and_not_with_the_proxy() {
    let authority = Authority::new();
    let (server, address) = Server::on_a_socket(|_, _| fine()).await;
    let tls = Door::tls(authority.server("model.example", &[]), address).await;
    let proxy = Door::proxy(ESTABLISHED, tls.address).await;
    let client = Client::builder("https://model.example/v1").api_key("sk-kgas-test".into()).ca_pem(authority.pem());
    let client = client.proxy(proxy.address.to_string()).build().unwrap();
    let answer = client.get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success, "{answer:?}");
    let heads = proxy.heads();
    assert!(heads[0].starts_with("CONNECT model.example:443 ") && !heads[0].contains("sk-kgas-test"), "{heads:?}");
    assert_eq!(server.seen()[0].header("authorization"), Some("Bearer sk-kgas-test"));
}

#[tokio::test]
async fn credentials_go_to_the_proxy_and_show_nowhere() {
    let refusing =
        "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 2\r\n\r\nno";
    for answer in [ESTABLISHED, refusing, "HTTP/1.1 503 Down\r\n\r\n", "nonsense\r\n\r\n", ""] {
        let (server, proxy) = behind(answer).await;
        let address = format!("http://someone:hunter%21two@{}", proxy.address);
        let builder = Client::builder("http://model.example/v1").retry(quick()).proxy(address);
        let mut text = format!("{builder:?}");
        let client = builder.build().unwrap();
        write!(text, "{client:?}").unwrap();
        text.push_str(&shown(&client.get("x").await));
        let basic = "c29tZW9uZTpodW50ZXIhdHdv";
        assert!(proxy.heads()[0].contains(&format!("proxy-authorization: Basic {basic}\r\n")));
        assert!(!text.contains("hunter") && !text.contains(basic), "{text}");
        assert!(server.seen().iter().all(|seen| seen.header("proxy-authorization").is_none()));
    }
}

#[tokio::test]
async fn a_proxy_that_wants_other_credentials_is_told_once_and_by_name() {
    let (_server, proxy) = behind("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    let builder = Client::builder("http://model.example/v1").retry(quick());
    let answer = builder.proxy(proxy.address.to_string()).build().unwrap().get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Proxy, Some(407), 1));
    assert!(!error.request_written());
    let text = error.to_string();
    assert!(text.contains(&format!("the proxy {}", proxy.address)) && text.contains("password"), "{text}");
    assert!(!text.contains("API key"), "{text}");
}

#[tokio::test]
async fn a_proxy_that_cannot_connect_is_asked_again() {
    let (_server, proxy) = behind("HTTP/1.1 503 Service Unavailable\r\n\r\n").await;
    let builder = Client::builder("http://model.example/v1").retry(quick());
    let answer = builder.proxy(proxy.address.to_string()).build().unwrap().get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.status(), proxy.heads().len()), (ErrorKind::Proxy, Some(503), 3));
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told_as_the_proxy() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let builder = Client::builder("http://model.example/v1").retry(quick());
    let answer = builder.proxy(format!("http://u:p@{address}")).build().unwrap().get("x").await;
    let error = answer.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains(&format!("the proxy {address} cannot be reached")), "{error}");
}

#[test]
fn an_address_that_is_no_proxy_is_told_without_its_text() {
    for address in ["socks5://someone:hunter2@h:1", "http://someone:hunter2@h:port", "someone:hunter2@"] {
        let error = Client::builder("https://model.example").proxy(address).build().unwrap_err();
        assert!(matches!(error, BuildError::Proxy { .. }), "{error:?}");
        let text = format!("{error} {error:?}");
        assert!(text.contains("proxy") && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_key_for_this_machine_does_not_leave_it_through_a_proxy() {
    let builder = Client::builder("http://localhost:8080").api_key("sk-kgas-test".into());
    let error = builder.proxy("http://proxy.example:3128").build().unwrap_err();
    assert!(matches!(error, BuildError::InsecureKey { .. }), "{error:?}");
}

#[tokio::test]
async fn a_proxy_that_is_taken_back_is_not_asked() {
    let (server, address) = Server::on_a_socket(|_, _| fine()).await;
    let proxy = Door::proxy(ESTABLISHED, address).await;
    let builder = Client::builder(format!("http://{address}/v1")).proxy(proxy.address.to_string());
    let answer = builder.no_proxy().build().unwrap().get("x").await;
    assert_eq!((answer.status(), server.seen().len()), (ApiStatus::Success, 1));
    assert!(proxy.heads().is_empty());
}
