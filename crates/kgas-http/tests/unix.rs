//! Unix sockets.
#![cfg(unix)]

mod doors;
mod support;

use doors::{pass_on, quick};
use kgas_http::{ApiStatus, Client, ErrorKind};
use support::{Server, fine};
use tokio::net::UnixListener;

#[tokio::test]
async fn a_server_behind_a_socket_is_asked_as_any_other() {
    let (server, address) = Server::on_a_socket(|_, _| fine()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let door = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(pass_on(stream, address));
        }
    });
    let builder = Client::builder("http://model/v1").api_key("sk-kgas-test".into());
    let client = builder.unix_socket(&path).build().unwrap();
    for _ in 0..2 {
        assert_eq!(client.get("x").await.status(), ApiStatus::Success);
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(server.seen()[0].header("host"), Some("model"));
    door.abort();
}

#[tokio::test]
async fn a_socket_at_which_nobody_listens_is_told_by_its_name() {
    let builder = Client::builder("http://model/v1").retry(quick());
    let answer = builder.unix_socket("/no/such/model.sock").build().unwrap().get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 3));
    assert!(error.to_string().contains("/no/such/model.sock"), "{error}");
}
