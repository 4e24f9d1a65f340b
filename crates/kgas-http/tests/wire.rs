//! What happens on real sockets.

mod support;

use std::error::Error as _;
use std::time::Duration;

use kgas_http::{ApiStatus, Client, ClientBuilder, ErrorKind, Limits, RetryPolicy, Timeouts};
use support::{Act, Server, answer, fine, requests, status};
use tokio::net::TcpListener;

/// Three attempts, and hardly any wait between them.
fn quick() -> RetryPolicy {
    RetryPolicy { first_step: Duration::from_millis(1), ..RetryPolicy::default() }
}

async fn serve(script: impl Fn(usize, &support::Seen) -> Act + Send + Sync + 'static) -> (Server, ClientBuilder) {
    let (server, address) = Server::on_a_socket(script).await;
    (server, Client::builder(format!("http://{address}/v1")).retry(quick()))
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let (server, builder) = serve(|_, _| fine()).await;
    let client = builder.build().unwrap();
    for _ in 0..5 {
        assert_eq!(client.get("x").await.status(), ApiStatus::Success);
    }
    assert_eq!((server.seen().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn a_connection_that_was_hung_up_is_replaced() {
    let closing = Act::HangUpAfter(answer(200, &["connection: close"], "{}"));
    let (server, builder) = serve(move |_, _| closing.clone()).await;
    let client = builder.build().unwrap();
    for _ in 0..3 {
        let answer = client.get("x").await;
        assert_eq!((answer.status(), answer.retry_count()), (ApiStatus::Success, 0));
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_connection_lost_before_the_answer_is_tried_again() {
    let (server, builder) = serve(|n, _| if n == 0 { Act::HangUpAfter(String::new()) } else { fine() }).await;
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success);
    assert_eq!((answer.attempts, answer.maybe_paid), (2, 1));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_connection_lost_each_time_is_a_reset() {
    let (server, builder) = serve(|_, _| Act::HangUpAfter(String::new())).await;
    let answer = builder.build().unwrap().get("x").await;
    let error = answer.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::Reset);
    assert!(error.request_written() && error.source().is_some());
    assert_eq!((error.attempts(), server.seen().len()), (3, 3));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_tried_again() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":";
    let (_server, builder) = serve(move |n, _| if n < 2 { Act::HangUpAfter(cut.into()) } else { fine() }).await;
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success);
    assert_eq!((answer.attempts, answer.maybe_paid), (3, 2));

    let (_server, builder) = serve(move |_, _| Act::HangUpAfter(cut.into())).await;
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.error().unwrap().kind(), ErrorKind::Body);
}

#[tokio::test]
async fn a_silent_server_times_out() {
    let (server, builder) = serve(|_, _| Act::Hang).await;
    let timeouts = Timeouts { attempt: Duration::from_millis(30), ..Timeouts::default() };
    let answer = builder.timeouts(timeouts).build().unwrap().get("x").await;
    assert_eq!((answer.status(), answer.status_code()), (ApiStatus::Timeout, None));
    let error = answer.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::AttemptTimeout);
    assert!(error.request_written());
    assert_eq!((answer.attempts, server.seen().len(), answer.maybe_paid), (3, 3, 3));
}

#[tokio::test]
async fn a_server_that_stops_in_the_middle_times_out() {
    // Its head comes, its body never.
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n".to_owned();
    let (_server, builder) = serve(move |n, _| if n == 0 { Act::Answer(head.clone()) } else { Act::Hang }).await;
    let timeouts = Timeouts { attempt: Duration::from_millis(30), ..Timeouts::default() };
    let client = builder.timeouts(timeouts).retry(RetryPolicy::never()).build().unwrap();
    assert_eq!(client.get("x").await.status(), ApiStatus::Timeout);
}

#[tokio::test]
async fn a_web_page_is_not_an_answer() {
    let page = answer(200, &["Content-Type: text/HTML; charset=utf-8"], "<html>log in</html>");
    let (server, builder) = serve(move |_, _| Act::Answer(page.clone())).await;
    let answer = builder.build().unwrap().get("models").await;
    let error = answer.error().unwrap();
    assert_eq!((answer.status(), error.kind()), (ApiStatus::Error, ErrorKind::Protocol));
    assert_eq!(server.seen().len(), 1, "it would be the same page again");
    let text = error.to_string();
    assert!(text.contains("web page") && text.contains("/v1/models"), "{text}");
}

#[tokio::test]
async fn what_is_not_http_is_told() {
    let (_server, builder) = serve(|_, _| Act::HangUpAfter("SSH-2.0-OpenSSH_9.6\r\n".into())).await;
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.error().unwrap().kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn a_429_and_then_an_answer_is_a_success() {
    let slow = answer(429, &["retry-after-ms: 20"], r#"{"error":{"message":"slow down"}}"#);
    let (server, builder) = serve(move |n, _| if n == 0 { Act::Answer(slow.clone()) } else { fine() }).await;
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!((answer.status(), answer.retry_count()), (ApiStatus::Success, 1));
    assert_eq!((server.seen().len(), server.connections()), (2, 1));
}

#[tokio::test]
async fn a_refused_key_is_not_tried_again() {
    let body = r#"{"error":{"message":"Incorrect API key provided."}}"#;
    let (server, builder) = serve(move |_, _| Act::Answer(answer(401, &["x-request-id: req_7"], body))).await;
    let answer = builder.build().unwrap().get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthorized, Some(401)));
    assert_eq!(error.request_id(), Some("req_7"));
    assert_eq!(error.message(), Some("Incorrect API key provided."));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let moved = answer(308, &["location: https://elsewhere.example/v1/x?token=abc"], "");
    let (server, builder) = serve(move |_, _| Act::Answer(moved.clone())).await;
    let answer = builder.build().unwrap().get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), server.seen().len()), (ErrorKind::Redirect, 1));
    let text = error.to_string();
    assert!(text.contains("elsewhere.example/v1/x") && !text.contains("token"), "{text}");
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_and_writes_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::builder(format!("http://{address}")).retry(quick()).build().unwrap();
    let answer = client.get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 3));
    assert!(!error.request_written());
    assert_eq!(answer.maybe_paid, 0);
}

#[tokio::test]
async fn a_host_without_an_address_is_told_from_a_refused_connection() {
    let client = Client::builder("http://nowhere.invalid").retry(RetryPolicy::never()).build().unwrap();
    let answer = client.get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.request_written()), (ErrorKind::Dns, false));
    assert!(error.to_string().contains("nowhere.invalid"), "{error}");
}

#[tokio::test]
async fn tls_to_a_server_that_speaks_none_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, answer(400, &[], "").as_bytes()).await;
        std::future::pending::<()>().await;
    });
    let client = Client::builder(format!("https://{address}")).retry(quick()).build().unwrap();
    let answer = client.get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1));
    assert!(!error.request_written());
    server.abort();
}

#[tokio::test]
async fn a_server_that_accepts_and_never_speaks_tls_times_out_in_its_handshake() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let timeouts = Timeouts { tls: Duration::from_millis(20), attempt: Duration::from_secs(5), ..Timeouts::default() };
    let builder = Client::builder(format!("https://{address}")).retry(RetryPolicy::never());
    let answer = builder.timeouts(timeouts).build().unwrap().get("x").await;
    assert_eq!(answer.error().unwrap().kind(), ErrorKind::TlsTimeout);
    assert_eq!(answer.status(), ApiStatus::Timeout);
}

#[tokio::test]
async fn an_answer_above_the_cap_is_given_up() {
    let declared = answer(200, &[], &"x".repeat(1000));
    let chunked =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e8\r\n{}\r\n0\r\n\r\n", "x".repeat(1000));
    for large in [declared, chunked] {
        let (server, builder) = serve(move |_, _| Act::Answer(large.clone())).await;
        let answer = builder.max_body(999).build().unwrap().get("x").await;
        let error = answer.error().unwrap();
        assert_eq!((error.kind(), server.seen().len()), (ErrorKind::TooLarge, 1));
        assert_eq!(error.status(), Some(200));
    }
}

#[tokio::test]
async fn a_head_above_the_cap_is_given_up() {
    let header = format!("x-much: {}", "x".repeat(1_000_000));
    let (_server, builder) = serve(move |_, _| Act::Answer(answer(200, &[&header], "{}"))).await;
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.error().unwrap().kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn an_error_page_keeps_its_status() {
    let page = answer(502, &["content-type: text/html"], "<html>bad gateway</html>");
    let (_server, builder) = serve(move |_, _| Act::Answer(page.clone())).await;
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.status_code(), Some(502));
    assert!(!answer.error().unwrap().to_string().contains("<html>"));
}

#[tokio::test]
async fn a_batch_answers_in_the_order_asked() {
    let (_server, builder) = serve(|_, seen| {
        let number: u64 = seen.target().rsplit('/').next().unwrap().parse().unwrap();
        let wait = Duration::from_millis(5 * (10 - number));
        Act::AnswerAfter(wait, answer(200, &[], &number.to_string()))
    })
    .await;
    let answers = builder.build().unwrap().batch_requests(requests(10)).await;
    let numbers: Vec<_> = answers.iter().map(|a| a.data().unwrap().as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..10).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_several_threads_too_no_more_are_under_way_than_allowed() {
    let (server, builder) = serve(|_, _| fine()).await;
    let limits = Limits::unlimited(16.try_into().unwrap());
    let answers = builder.limits(limits).build().unwrap().batch_requests(requests(500)).await;
    assert!(answers.iter().all(|a| a.status() == ApiStatus::Success && a.attempts == 1));
    assert_eq!(server.seen().len(), 500);
    assert!(server.most_at_once() <= 16, "{}", server.most_at_once());
}

#[tokio::test]
async fn one_that_fails_takes_no_other_of_its_batch_with_it() {
    let (_server, builder) = serve(|_, seen| if seen.target().ends_with("/3") { status(400) } else { fine() }).await;
    let answers = builder.build().unwrap().batch_requests(requests(6)).await;
    let failed: Vec<_> = (0..6).filter(|n| answers[*n].error().is_some()).collect();
    assert_eq!(failed, [3]);
}

#[tokio::test]
async fn a_connection_closed_while_it_was_idle_is_told_from_others() {
    let hang_up = |text: &str| Act::HangUpAfter(text.to_owned());
    for (before, last, stale) in [
        (1, hang_up(""), true),
        (3, hang_up(""), true),
        // A new connection was not idle, and one that begins to answer neither.
        (0, hang_up(""), false),
        (1, hang_up("HTTP/1.1 20"), false),
    ] {
        let act = last.clone();
        let (server, builder) = serve(move |n, _| if n < before { fine() } else { act.clone() }).await;
        let client = builder.retry(RetryPolicy::never()).build().unwrap();
        for _ in 0..before {
            assert_eq!(client.get("x").await.status(), ApiStatus::Success);
        }
        let answer = client.get("x").await;
        let error = answer.error().unwrap();
        assert_eq!((error.kind(), error.is_stale()), (ErrorKind::Reset, stale), "{before} {last:?}");
        assert!(error.request_written());
        assert_eq!((server.connections(), server.seen().len()), (1, before + 1));
    }
}

#[tokio::test]
async fn what_says_it_is_json_and_is_not_is_tried_again() {
    for kind in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
        for (body, said) in [("", "empty"), (" ", "empty"), (r#"{"half":"#, "cut"), ("pong", "not the JSON")] {
            let header = format!("content-type: {kind}");
            let bad = answer(200, &[&header, "x-request-id: req_9"], body);
            let (server, builder) = serve(move |_, _| Act::Answer(bad.clone())).await;
            let answer = builder.build().unwrap().get("x").await;
            let error = answer.error().unwrap();
            assert_eq!((error.kind(), error.status()), (ErrorKind::Undecodable, Some(200)), "{kind} {body}");
            assert_eq!((server.seen().len(), answer.maybe_paid), (3, 3));
            assert_eq!(error.request_id(), Some("req_9"));
            assert!(error.to_string().contains(said), "{error}");
        }
    }
    let cut = answer(200, &["content-type: application/json"], "{");
    let (_server, builder) = serve(move |n, _| if n == 0 { Act::Answer(cut.clone()) } else { fine() }).await;
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!((answer.status(), answer.retry_count()), (ApiStatus::Success, 1));
}

#[tokio::test]
async fn what_need_not_be_json_is_not_looked_into() {
    for (status, kind, body) in [
        (200, "text/plain", "pong"),
        (200, "application/jsonl", "{}\n{}"),
        (204, "application/json", ""),
        (200, "application/json", " [1, 2]\n"),
    ] {
        let header = format!("content-type: {kind}");
        let text = answer(status, &[&header], body);
        let (_server, builder) = serve(move |_, _| Act::Answer(text.clone())).await;
        let answer = builder.build().unwrap().get("x").await;
        assert_eq!(answer.outcome.unwrap().body, body);
    }
    let page = answer(200, &["content-type: application/json"], "<html>log in</html>");
    let (server, builder) = serve(move |_, _| Act::Answer(page.clone())).await;
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!((answer.error().unwrap().kind(), server.seen().len()), (ErrorKind::Protocol, 1));
}
