//! What a purse allows is what reaches the server, and each attempt is settled once.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod allowance;
mod simulated;
mod support;

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use allowance::Allowance;
use http::Method;
use kgas_http::{
    ApiRequest, ApiStatus, Cost, ErrorKind, Hedge, Limiter, Limits, Purse, RetryPolicy, Timeouts, Transport as _,
    memory,
};
use kgas_mock::{Fault, Latency, MockServer};
use proptest::prelude::*;
use simulated::{call, provider, send_all};
use support::{Act, Server, answer, fine, requests, status};
use tokio::time::{sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

fn at_once(n: usize) -> Limits {
    Limits::unlimited(NonZeroUsize::new(n).unwrap())
}

fn retries(attempts: u32) -> RetryPolicy {
    RetryPolicy { attempts: NonZeroU32::new(attempts).unwrap(), window: 600 * SECOND, ..RetryPolicy::DEFAULT }
}

#[tokio::test(start_paused = true)]
async fn as_many_attempts_reach_the_server_as_were_allowed() {
    let faults = [
        None,
        Some(Fault::status(500).every(3)),
        Some(Fault::status(429).header("retry-after", "1").every(5)),
        Some(Fault::reset().every(4)),
        Some(Fault::reset_mid_body().every(4)),
        Some(Fault::truncated().every(3)),
    ];
    for fault in faults {
        let name = format!("{fault:?}");
        let server = MockServer::builder().latency(Duration::from_millis(300));
        let server = match fault {
            Some(fault) => server.fault(fault),
            None => server,
        };
        let (server, builder) = provider(server);
        let purse = Allowance::of(137);
        let client = builder.limits(at_once(16)).retry(retries(5)).purse(purse.clone()).build().unwrap();
        let answers = send_all(&client, 300, 40).await;
        assert_eq!(server.account().attempts().len(), 137, "{name}");
        assert_eq!(purse.made(), 137, "{name}");
        purse.assert_even();
        let attempts: u32 = answers.iter().map(|answer| answer.attempts).sum();
        assert_eq!(attempts, 137, "{name}");
        let spent = answers.iter().filter(|a| a.error().is_some_and(|e| e.kind() == ErrorKind::Spent)).count();
        let answered = answers.iter().filter(|answer| answer.status() == ApiStatus::Success).count();
        assert_eq!(spent + answered, 300, "{name}: a call is answered, or there is no money for it");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_beside_the_first_is_paid_for_too() {
    let latency = Latency::fixed(SECOND).outliers(0.3, 20.0).seed(5);
    let (server, builder) = provider(MockServer::builder().latency_model(latency));
    let purse = Allowance::of(60);
    let hedge = Hedge { after: 2 * SECOND, share: 0.5 };
    let client = builder.limits(at_once(16)).hedge(hedge).purse(purse.clone()).build().unwrap();
    let answers = send_all(&client, 100, 8).await;
    assert_eq!(server.account().attempts().len(), 60);
    let calls = answers.iter().filter(|answer| answer.status() == ApiStatus::Success).count();
    assert!(calls < 60, "some were sent twice: {calls}");
    purse.assert_even();
}

#[tokio::test(start_paused = true)]
async fn no_second_attempt_is_made_without_money_for_it() {
    let (server, builder) = provider(MockServer::builder().latency(5 * SECOND));
    let purse = Allowance::of(1);
    let client = builder.hedge(Hedge::after(SECOND)).purse(purse.clone()).build().unwrap();
    assert_eq!(client.send(call(0)).await.status(), ApiStatus::Success);
    assert_eq!(server.account().attempts().len(), 1);
    purse.assert_even();
}

#[tokio::test(start_paused = true)]
async fn each_end_of_an_attempt_is_told_by_its_name() {
    let page = answer(200, &["content-type: text/html"], "<html>");
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_owned();
    let cases: [(&str, Act, &str); 8] = [
        ("an answer", fine(), "answered"),
        ("429", status(429), "refused"),
        ("500", status(500), "refused"),
        ("401", status(401), "refused"),
        ("a page", Act::Answer(page), "perhaps"),
        ("a lost connection", Act::HangUpAfter(String::new()), "perhaps"),
        ("a cut answer", Act::HangUpAfter(cut), "perhaps"),
        ("no answer", Act::Hang, "perhaps"),
    ];
    for (name, act, expected) in cases {
        let (server, builder) = Server::in_memory(move |_, _| act.clone());
        let purse = Allowance::of(5);
        let client = builder.retry(RetryPolicy::never()).purse(purse.clone()).build().unwrap();
        client.get("x").await;
        assert_eq!(purse.settled(), [(expected, 1)].into(), "{name}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_found_no_server_costs_nothing() {
    let (connector, listener) = memory::connector();
    drop(listener);
    let purse = Allowance::of(5);
    let client = kgas_http::Client::builder("http://memory").connector(connector).purse(purse.clone());
    let client = client.retry(RetryPolicy::never()).build().unwrap();
    assert!(client.get("x").await.error().is_some());
    assert_eq!(purse.settled(), [("unsent", 1)].into());
    assert_eq!(purse.left(), 5);
}

#[tokio::test(start_paused = true)]
async fn nobody_knows_what_a_stream_costs_when_its_head_comes() {
    let (_server, builder) = Server::in_memory(|_, _| fine());
    let purse = Allowance::of(5);
    let client = builder.purse(purse.clone()).build().unwrap();
    client.open(ApiRequest::get("x")).await.unwrap();
    assert_eq!(purse.settled(), [("perhaps", 1)].into());
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_paid_for_as_two_attempts() {
    let (server, builder) = Server::in_memory(|n, _| match n {
        0 => Act::Answer(answer(307, &["location: /v1/y"], "")),
        _ => fine(),
    });
    let purse = Allowance::of(5);
    let client = builder.redirects(3).purse(purse.clone()).build().unwrap();
    assert_eq!(client.get("x").await.status(), ApiStatus::Success);
    assert_eq!(purse.settled(), [("answered", 1), ("refused", 1)].into());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_is_charged_only_if_it_was_written() {
    let (server, builder) = Server::in_memory(|_, _| Act::Hang);
    let purse = Allowance::of(9);
    let client = builder.limits(at_once(2)).purse(purse.clone()).build().unwrap();
    // Two are on the wire, three queue for it.
    assert!(timeout(SECOND, client.batch_requests(requests(5))).await.is_err());
    assert_eq!(purse.settled(), [("perhaps", 2), ("unsent", 3)].into());
    assert_eq!(server.seen().len(), 2);
    assert_eq!(purse.left(), 7);
    purse.assert_even();
}

#[tokio::test(start_paused = true)]
async fn a_call_without_money_is_not_tried_again_and_says_why() {
    let (server, builder) = Server::in_memory(|_, _| status(503));
    let purse = Allowance::of(2);
    let client = builder.retry(retries(9)).purse(purse.clone()).build().unwrap();
    let answer = client.get("x").await;
    let error = answer.error().unwrap();
    assert_eq!((error.kind(), answer.attempts, server.seen().len()), (ErrorKind::Spent, 2, 2));
    insta::assert_snapshot!(error.to_string().split(" (").next().unwrap(), @"the request to http://memory/v1/x was not sent: all attempts are made");
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<kgas_http::HttpError>());
    assert_eq!(cause.map(kgas_http::HttpError::kind), Some(ErrorKind::ServerError), "what went wrong before is kept");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_money_holds_no_turn_of_the_limiter_s() {
    let (server, builder) =
        Server::in_memory(|n, _| if n == 0 { Act::AnswerAfter(10 * SECOND, answer(200, &[], "")) } else { fine() });
    let limiter = Limiter::new(at_once(2));
    let poor = builder.limiter(limiter.clone()).purse(Allowance::at_once(1)).build().unwrap();
    let both = tokio::spawn(async move { poor.batch_requests(requests(2)).await });
    sleep(SECOND).await;
    // One is on the wire and the other waits for its money: the second place is free.
    let permit = timeout(SECOND, limiter.acquire(Cost::default())).await;
    assert!(permit.expect("a turn at once").is_ok());
    let answers = both.await.unwrap();
    assert!(answers.iter().all(|answer| answer.status() == ApiStatus::Success));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_closed_limiter_and_a_deadline_end_the_wait_for_money() {
    let (_server, builder) = Server::in_memory(|_, _| Act::Hang);
    let purse = Allowance::of(1);
    // Somebody else has it.
    let other = ApiRequest::get("other");
    purse.reserve(&other).await.unwrap();
    let client = builder.purse(purse.clone()).build().unwrap();
    let late = client.get("x").deadline(3 * SECOND).await;
    assert_eq!(late.error().unwrap().kind(), ErrorKind::Deadline);
    let limiter = client.limiter().clone();
    let (stopped, ()) = tokio::join!(async { client.get("y").await }, async {
        sleep(SECOND).await;
        limiter.close();
    });
    assert_eq!(stopped.error().unwrap().kind(), ErrorKind::Closed);
    assert_eq!((purse.aside(), stopped.attempts), (1, 0), "only the other's is aside");
}

#[tokio::test(start_paused = true)]
async fn an_outage_ends_though_little_money_can_be_aside() {
    let fault = Fault::refuse_connections().between(2 * SECOND, 10 * SECOND);
    let (_server, builder) = provider(MockServer::builder().latency(Duration::from_millis(200)).fault(fault));
    let purse = Allowance::at_once(3);
    let client = builder.limits(at_once(8)).purse(purse.clone()).build().unwrap();
    let answers = send_all(&client, 100, 30).await;
    assert!(answers.iter().all(|answer| answer.status() == ApiStatus::Success));
    purse.assert_even();
}

// A connection may take a request up in the instant in which its caller gives up: not every run meets that.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_is_sent_that_was_given_up_as_unsent() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let purse = Allowance::of(100_000);
    let client = builder.limits(at_once(50)).retry(RetryPolicy::never()).purse(purse.clone()).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..4000_u64 {
        let client = client.clone();
        calls.spawn(async move {
            let patience = async {
                for _ in 0..number % 17 {
                    tokio::task::yield_now().await;
                }
                if number % 17 == 16 {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                _ = client.get(format!("item/{number}")) => {}
                () = patience => {}
            }
        });
        if number % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    calls.join_all().await;
    sleep(Duration::from_millis(50)).await;
    purse.assert_even();
    let (seen, made) = (server.seen().len(), purse.made());
    assert!(seen <= made, "{seen} reached the server, {made} were paid for");
    assert!(seen >= 4000 / 17, "those that were not given up: {seen}");
}

#[derive(Clone, Debug)]
enum Way {
    Fine(u64),
    Status(u16),
    Lost,
    Hang,
}

fn way() -> impl Strategy<Value = Way> {
    prop_oneof![
        4 => (0..3000_u64).prop_map(Way::Fine),
        2 => prop_oneof![Just(429), Just(500), Just(503), Just(401)].prop_map(Way::Status),
        1 => Just(Way::Lost),
        1 => Just(Way::Hang),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_reservation_is_settled_once_whatever_happens(
        ways in prop::collection::vec(way(), 1..20),
        allowed in 0..25_usize,
        calls in 1..20_usize,
        given_up_after in 0..90_u64,
        is_hedged: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (server, builder) = Server::in_memory(move |n, _| match ways[n % ways.len()] {
                Way::Fine(millis) => Act::AnswerAfter(Duration::from_millis(millis), answer(200, &[], "{}")),
                Way::Status(code) => status(code),
                Way::Lost => Act::HangUpAfter(String::new()),
                Way::Hang => Act::Hang,
            });
            let purse = Allowance::of(allowed);
            let timeouts = Timeouts { attempt: 10 * SECOND, ..Timeouts::DEFAULT };
            let mut builder = builder.limits(at_once(4)).timeouts(timeouts).retry(retries(4));
            if is_hedged {
                builder = builder.hedge(Hedge { after: SECOND, share: 0.5 });
            }
            let client = builder.purse(Arc::clone(&purse) as Arc<dyn Purse>).build().unwrap();
            let all = (0..calls).map(|n| ApiRequest::new(Method::GET, format!("item/{n}"), None)).collect();
            let answered = timeout(Duration::from_secs(given_up_after), client.batch_requests(all)).await;
            purse.assert_even();
            // What a connection took up is at the server a moment later.
            sleep(SECOND).await;
            let seen = server.seen().len();
            prop_assert!(seen <= allowed, "{} of {} reached it", seen, allowed);
            prop_assert_eq!(purse.made(), seen);
            if let Ok(answers) = answered {
                let attempts: u32 = answers.iter().map(|answer| answer.attempts).sum();
                prop_assert_eq!(usize::try_from(attempts).unwrap(), seen);
            }
            Ok(())
        })?;
    }
}
