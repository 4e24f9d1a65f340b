//! Faults by the clock and by chance, and connections refused.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod client;

use std::io::ErrorKind;
use std::time::Duration;

use client::{CHAT, Line, ask, asking, exchange, request};
use kgas_mock::{Builder, Fault, MockServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{advance, sleep, timeout};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn call() -> String {
    request("POST", CHAT, &[], &asking("hello").to_string())
}

#[tokio::test(start_paused = true)]
async fn a_fault_between_two_times_has_the_first_and_not_the_second() {
    let fault = Fault::status(503).between(millis(10_000), millis(13_000));
    let server = MockServer::builder().fault(fault).in_memory().unwrap();
    let mut line = Line::to(&server);
    for (step, status) in [(9_999, 200), (1, 503), (2_999, 503), (1, 200)] {
        advance(millis(step)).await;
        assert_eq!(line.ask("hello").await.status, status, "{step} ms later");
    }
}

#[tokio::test(start_paused = true)]
async fn all_that_is_said_of_a_fault_must_hold() {
    let fault = Fault::status(503).between(millis(1_000), millis(2_000)).every(2).times(2);
    let server = MockServer::builder().fault(fault).in_memory().unwrap();
    let mut line = Line::to(&server);
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(line.ask("hello").await.status);
        advance(millis(200)).await;
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 503, 200, 503, 200, 200]);
}

/// Which of 1000 attempts fail.
async fn failing(faults: Vec<Fault>) -> Vec<u16> {
    let builder = faults.into_iter().fold(MockServer::builder(), Builder::fault);
    let server = builder.in_memory().unwrap();
    let mut line = Line::to(&server);
    let mut statuses = Vec::new();
    for _ in 0..1_000 {
        statuses.push(line.ask("hello").await.status);
    }
    statuses
}

#[tokio::test]
async fn chance_hits_its_share_and_the_same_attempts_each_time() {
    let once = failing(vec![Fault::status(500).with_chance(0.1, 42)]).await;
    let hits = once.iter().filter(|status| **status == 500).count();
    assert!((70..130).contains(&hits), "{hits} of 1000");
    assert_eq!(failing(vec![Fault::status(500).with_chance(0.1, 42)]).await, once);
    assert_ne!(failing(vec![Fault::status(500).with_chance(0.1, 43)]).await, once);
}

#[tokio::test]
async fn another_fault_does_not_change_whom_chance_hits() {
    let alone = failing(vec![Fault::status(500).with_chance(0.1, 1)]).await;
    let beside = failing(vec![Fault::status(503).with_chance(0.1, 2), Fault::status(500).with_chance(0.1, 1)]).await;
    let same = alone.iter().zip(&beside).all(|(alone, beside)| *beside == 503 || alone == beside);
    assert!(same && beside.contains(&503));
}

#[tokio::test]
async fn chance_0_is_never_and_chance_1_is_always() {
    assert_eq!(failing(vec![Fault::status(500).with_chance(0.0, 1)]).await, [200; 1_000]);
    assert_eq!(failing(vec![Fault::status(500).with_chance(1.0, 1)]).await, [500; 1_000]);
}

#[tokio::test]
async fn a_fault_that_cannot_be_is_an_error_at_the_start() {
    for fault in [
        Fault::reset().with_chance(1.1, 1),
        Fault::reset().with_chance(-0.1, 1),
        Fault::reset().with_chance(f64::NAN, 1),
        Fault::refuse_connections().times(1),
        Fault::refuse_connections().nth(1),
        Fault::refuse_connections().with_chance(0.5, 1),
    ] {
        let refused = Builder::in_memory(MockServer::builder().fault(fault)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    }
}

fn with_an_outage() -> Builder {
    MockServer::builder().fault(Fault::refuse_connections().between(millis(1_000), millis(2_000)))
}

#[tokio::test(start_paused = true)]
async fn in_an_outage_no_connection_can_be_made() {
    let server = with_an_outage().in_memory().unwrap();
    for (step, is_refused) in [(999, false), (1, true), (999, true), (1, false)] {
        advance(millis(step)).await;
        assert_eq!(server.try_connect().err().map(|error| error.kind()).is_some(), is_refused, "{step} ms later");
        let mut opened = server.connect();
        assert_eq!(exchange(&mut opened, &call()).await.is_err(), is_refused, "{step} ms later");
    }
    assert_eq!(server.account().connections(), 4);
    assert_eq!(server.account().connections_refused(), 4);
    assert_eq!(server.account().attempts().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_outage_cuts_idle_connections_and_calls_in_flight() {
    let server = with_an_outage().latency(millis(700)).in_memory().unwrap();
    let mut idle = server.connect();
    let mut busy = server.connect();
    exchange(&mut busy, &call()).await.unwrap();
    busy.write_all(call().as_bytes()).await.unwrap();
    for stream in [&mut idle, &mut busy] {
        assert_eq!(timeout(millis(500), stream.read(&mut [0; 1])).await.unwrap().unwrap(), 0);
    }
    let account = server.account();
    assert_eq!(account.attempts()[1].dropped, Some(millis(1_000)));
    assert_eq!((account.attempts()[1].answered, account.attempts()[1].fault), (None, None));
    sleep(millis(1_000)).await;
    assert_eq!(ask(&server, "hello").await.status, 200);
}

#[tokio::test]
async fn over_tcp_an_outage_is_a_reset() {
    let server = MockServer::builder().fault(Fault::refuse_connections()).start().await.unwrap();
    let address = server.url().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The reset may come before the write is over, which then meets it.
    let written = stream.write_all(call().as_bytes()).await;
    let met = match written {
        Ok(()) => stream.read(&mut [0; 1]).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(matches!(met.unwrap_err().kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe));
    assert_eq!((server.account().connections(), server.account().connections_refused()), (0, 1));
}
