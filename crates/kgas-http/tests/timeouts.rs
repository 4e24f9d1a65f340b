//! Time-outs: each ends what it is for, after its time, with its own kind and message.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::time::Duration;

use kgas_http::{ApiRequest, ApiResponse, ApiStatus, BuildError, Client, ErrorKind, RetryPolicy, Timeouts, memory};
use support::{Act, Server, answer, fine};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::Instant;

const ALL: Timeouts = Timeouts {
    connect: Duration::from_secs(3),
    tls: Duration::from_secs(4),
    attempt: Duration::from_secs(20),
    first_byte: Some(Duration::from_secs(5)),
    read: Duration::from_secs(7),
    total: None,
    keep_alive: Duration::from_secs(50),
};

/// Asks once of a server that does this; how it failed, after how many seconds, in which words.
async fn failing(timeouts: Timeouts, act: Act) -> (ErrorKind, f64, String, ApiResponse) {
    let (_server, builder) = Server::in_memory(move |_, _| act.clone());
    let client = builder.timeouts(timeouts).retry(RetryPolicy::never()).build().unwrap();
    let answer = client.get("x").await;
    let error = answer.error().unwrap();
    (error.kind(), answer.elapsed.as_secs_f64(), error.to_string(), answer)
}

fn head_and_half() -> Act {
    Act::Answer("HTTP/1.1 200 OK\r\nx-request-id: req_7\r\ncontent-length: 10\r\n\r\nhalf".to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_takes_too_long_is_given_up() {
    let (connector, _listener) = memory::connector();
    let connector = connector.with_handshake(Duration::from_secs(60));
    let builder = Client::builder("http://memory/v1").connector(connector).timeouts(ALL);
    let answer = builder.retry(RetryPolicy::never()).build().unwrap().get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), answer.elapsed), (ErrorKind::ConnectTimeout, Duration::from_secs(3)));
    assert!(!error.request_written() && error.kind().is_timeout() && error.is_transient());
    assert!(error.to_string().contains("3s allowed for a connection"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_takes_its_time_once_for_each_connection() {
    let (connector, mut listener) = memory::connector();
    let connector = connector.with_handshake(Duration::from_millis(300));
    let client = Client::builder("http://memory/v1").connector(connector).build().unwrap();
    let server = tokio::spawn(async move {
        let mut pipe = listener.accept().await.unwrap();
        let mut head = [0; 1024];
        while pipe.read(&mut head).await.unwrap() > 0 {
            pipe.write_all(answer(200, &[], "{}").as_bytes()).await.unwrap();
        }
    });
    let (first, second) = (client.get("x").await, client.get("x").await);
    assert_eq!(first.waited.wire, Duration::from_millis(300));
    assert_eq!(second.waited.wire, Duration::ZERO);
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn connections_opened_ahead_take_no_time_of_the_requests_that_use_them() {
    let (connector, mut listener) = memory::connector();
    let connector = connector.with_handshake(Duration::from_millis(300));
    let client = Client::builder("http://memory/v1").connector(connector).build().unwrap();
    let server = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Some(mut pipe) = listener.accept().await {
            connections.spawn(async move {
                let mut head = [0; 1024];
                while pipe.read(&mut head).await.unwrap_or(0) > 0 {
                    pipe.write_all(answer(200, &[], "{}").as_bytes()).await.unwrap();
                }
            });
        }
    });
    let begun = Instant::now();
    assert_eq!((client.connect(2).await, begun.elapsed()), (2, Duration::from_millis(300)));
    let both = client.batch_requests(vec![ApiRequest::get("x"), ApiRequest::get("y")]).await;
    assert!(both.iter().all(|answer| answer.waited.wire.is_zero()), "{both:?}");
    // By then both are closed, and what stands too long may be closed by the server.
    tokio::time::sleep(Duration::from_secs(400)).await;
    client.connect(1).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(client.get("x").await.waited.wire, Duration::from_millis(300));
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_is_given_up() {
    let (kind, seconds, text, answer) = failing(ALL, Act::Hang).await;
    assert_eq!((kind, seconds), (ErrorKind::FirstByteTimeout, 5.0));
    assert!(text.contains("did not begin to answer") && text.contains("5s allowed"), "{text}");
    assert_eq!((answer.status(), answer.maybe_paid), (ApiStatus::Timeout, 1));
    assert!(answer.error().unwrap().is_transient());
}

#[tokio::test(start_paused = true)]
async fn without_a_time_out_for_the_head_that_of_the_attempt_counts() {
    for first_byte in [None, Some(Duration::from_secs(100))] {
        let (kind, seconds, text, _) = failing(Timeouts { first_byte, ..ALL }, Act::Hang).await;
        assert_eq!((kind, seconds), (ErrorKind::AttemptTimeout, 20.0));
        assert!(text.contains("20s allowed for an attempt"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stalls_is_given_up() {
    let (kind, seconds, text, answer) = failing(ALL, head_and_half()).await;
    assert_eq!((kind, seconds), (ErrorKind::IdleTimeout, 7.0));
    assert!(text.contains("stalled") && text.contains("nothing came for 7s"), "{text}");
    let error = answer.error().unwrap();
    assert_eq!((error.status(), error.request_id()), (Some(200), Some("req_7")));
    assert!(error.is_transient() && error.kind().is_timeout());
    assert_eq!((answer.status(), answer.maybe_paid), (ApiStatus::Timeout, 1));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ends_even_while_its_answer_still_comes() {
    let slow = Timeouts { read: Duration::from_secs(60), ..ALL };
    let (kind, seconds, _, answer) = failing(slow, head_and_half()).await;
    assert_eq!((kind, seconds), (ErrorKind::AttemptTimeout, 20.0));
    assert!(answer.error().unwrap().request_written());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_slowly_but_steadily_is_waited_for() {
    let (connector, mut listener) = memory::connector();
    let client = Client::builder("http://memory/v1").connector(connector);
    let timeouts = Timeouts { attempt: Duration::from_secs(200), ..ALL };
    let client = client.timeouts(timeouts).retry(RetryPolicy::never()).build().unwrap();
    let server = tokio::spawn(async move {
        let mut pipe = listener.accept().await.unwrap();
        let mut head = [0; 1024];
        assert!(pipe.read(&mut head).await.unwrap() > 0);
        pipe.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n").await.unwrap();
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_secs(6)).await;
            pipe.write_all(b"7").await.unwrap();
        }
        std::future::pending::<()>().await;
    });
    let answer = client.get("x").await;
    assert_eq!((answer.status(), answer.elapsed), (ApiStatus::Success, Duration::from_secs(120)), "{answer:?}");
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn an_error_whose_text_stalls_is_still_that_error() {
    let stalling = "HTTP/1.1 503 Busy\r\nretry-after: 9\r\ncontent-length: 100\r\n\r\n{\"error\":";
    let (kind, seconds, _, answer) = failing(ALL, Act::Answer(stalling.to_owned())).await;
    assert_eq!((kind, seconds), (ErrorKind::ServerError, 5.0));
    assert_eq!(answer.error().unwrap().hint(), Some(Duration::from_secs(9)));
    let short = Timeouts { attempt: Duration::from_secs(2), first_byte: None, ..ALL };
    let (kind, seconds, ..) = failing(short, Act::Answer(stalling.to_owned())).await;
    assert_eq!((kind, seconds), (ErrorKind::ServerError, 2.0));
}

#[tokio::test(start_paused = true)]
async fn an_unused_connection_is_kept_so_long_and_no_longer() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.timeouts(ALL).build().unwrap();
    for (wait, connections) in [(0, 1), (49, 1), (51, 2)] {
        tokio::time::sleep(Duration::from_secs(wait)).await;
        assert_eq!(client.get("x").await.status(), ApiStatus::Success);
        assert_eq!(server.connections(), connections, "after {wait} s");
    }
}

#[test]
fn a_time_out_of_nothing_is_refused() {
    let none = Duration::ZERO;
    for timeouts in [
        Timeouts { connect: none, ..ALL },
        Timeouts { tls: none, ..ALL },
        Timeouts { attempt: none, ..ALL },
        Timeouts { first_byte: Some(none), ..ALL },
        Timeouts { read: none, ..ALL },
        Timeouts { total: Some(none), ..ALL },
    ] {
        let built = Client::builder("http://localhost").timeouts(timeouts).build();
        assert!(matches!(built, Err(BuildError::ZeroTimeout)), "{timeouts:?}");
    }
    let endless = Timeouts { connect: Duration::MAX, attempt: Duration::MAX, read: Duration::MAX, ..ALL };
    assert!(Client::builder("http://localhost").timeouts(endless).build().is_ok());
}

#[tokio::test(start_paused = true)]
async fn time_outs_without_an_end_are_none() {
    let (_server, builder) = Server::in_memory(|_, _| Act::AnswerAfter(Duration::from_secs(9999), "".into()));
    let max = Duration::MAX;
    let endless = Timeouts { connect: max, tls: max, attempt: max, first_byte: Some(max), read: max, ..ALL };
    let client = builder.timeouts(endless).build().unwrap();
    let waiting = tokio::time::timeout(Duration::from_secs(5000), async { client.get("x").await }).await;
    assert!(waiting.is_err());
}
