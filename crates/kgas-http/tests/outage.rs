//! A server that goes away and comes back.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod simulated;
mod support;

use std::num::NonZeroUsize;
use std::time::Duration;

use kgas_http::{ApiResponse, ErrorKind, Limits, RetryPolicy};
use kgas_mock::{Account, Fault, MockServer};
use simulated::{provider, send_all};
use support::{Act, Server, answer, fine, requests, status};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

fn at_once(n: usize) -> Limits {
    Limits::unlimited(NonZeroUsize::new(n).unwrap())
}

/// The first success after this time of the server.
fn first_success_after(account: &Account, time: Duration) -> Duration {
    let answered = account.attempts().iter().filter(|a| a.status == Some(200) && a.fault.is_none());
    answered.filter_map(|a| a.answered).filter(|at| *at >= time).min().unwrap()
}

fn attempts(answers: &[ApiResponse]) -> usize {
    answers.iter().map(|a| a.attempts as usize).sum()
}

/// 500 calls, an outage in their middle: how it looks from the server and from the client.
async fn outage_of_three_seconds(fault: Fault, in_flight: usize) {
    let (from, until) = (2 * SECOND, 5 * SECOND);
    let fault = fault.between(from, until);
    let (server, builder) = provider(MockServer::builder().latency(Duration::from_millis(400)).fault(fault));
    let client = builder.limits(at_once(in_flight)).build().unwrap();
    let answers = send_all(&client, 500, 2 * in_flight).await;
    let lost: Vec<_> = answers.iter().filter_map(ApiResponse::error).map(ToString::to_string).collect();
    assert!(lost.is_empty(), "{lost:?}");
    let account = server.account();
    let seen = account.attempts().len();
    assert!(seen <= 600, "1.2 requests for each call at most, at the server: {seen}");
    let made = attempts(&answers);
    assert!(made <= 600, "and by the client's account: {made}");
    let back = first_success_after(&account, until) - until;
    assert!(back <= 2 * SECOND, "{back:?}");
}

#[tokio::test(start_paused = true)]
async fn an_outage_with_resets_loses_no_call_and_multiplies_nothing() {
    outage_of_three_seconds(Fault::reset(), 40).await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_with_refused_connections_loses_no_call_and_multiplies_nothing() {
    outage_of_three_seconds(Fault::refuse_connections(), 40).await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_with_status_503_loses_no_call_and_multiplies_nothing() {
    outage_of_three_seconds(Fault::status(503), 40).await;
}

#[tokio::test(start_paused = true)]
async fn one_call_at_a_time_survives_an_outage_too() {
    let fault = Fault::status(503).between(2 * SECOND, 5 * SECOND);
    let (server, builder) = provider(MockServer::builder().latency(Duration::from_millis(200)).fault(fault));
    let client = builder.limits(at_once(1)).build().unwrap();
    let answers = send_all(&client, 100, 1).await;
    assert!(answers.iter().all(|a| a.error().is_none()));
    assert!(server.account().attempts().len() <= 110);
}

#[tokio::test(start_paused = true)]
async fn during_an_outage_one_probe_at_a_time_goes_out() {
    let fault = Fault::status(502).between(2 * SECOND, 60 * SECOND);
    let (server, builder) = provider(MockServer::builder().latency(Duration::from_millis(300)).fault(fault));
    let client = builder.limits(at_once(20)).build().unwrap();
    let answers = send_all(&client, 300, 40).await;
    assert!(answers.iter().all(|a| a.error().is_none()));
    let account = server.account();
    // Those that were under way have come back by then.
    let probes: Vec<_> = account
        .attempts()
        .iter()
        .filter(|a| a.arrived > 4 * SECOND && a.arrived < 60 * SECOND)
        .map(|a| (a.arrived, a.answered.unwrap()))
        .collect();
    assert!(probes.len() > 20, "{}", probes.len());
    assert!(probes.windows(2).all(|pair| pair[1].0 > pair[0].1), "{probes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_was_never_there_is_told_after_the_tries() {
    let (server, builder) = provider(MockServer::builder().fault(Fault::refuse_connections()));
    let start = Instant::now();
    let answers = send_all(&builder.build().unwrap(), 20, 20).await;
    for answer in &answers {
        let error = answer.error().unwrap();
        assert!(matches!(error.kind(), ErrorKind::Connect | ErrorKind::Reset), "{error}");
        assert_eq!(answer.attempts, 3);
    }
    assert!(start.elapsed() < 60 * SECOND);
    assert_eq!(server.account().calls_answered(), 0);
}

#[tokio::test(start_paused = true)]
async fn patience_ends_and_says_how_long_the_server_was_away() {
    let (_server, builder) = Server::in_memory(|n, _| if n == 0 { fine() } else { Act::HangUpAfter(String::new()) });
    let retry = RetryPolicy { outage_patience: 30 * SECOND, ..RetryPolicy::DEFAULT };
    let client = builder.limits(at_once(8)).retry(retry).build().unwrap();
    client.get("warm").await;
    let start = Instant::now();
    let answers = client.batch_requests(requests(30)).await;
    for answer in &answers {
        let error = answer.error().unwrap();
        assert_eq!(error.kind(), ErrorKind::Outage, "{error}");
        assert!(error.to_string().contains("has been away for 3"), "{error}");
    }
    let took = start.elapsed();
    assert!(took >= 30 * SECOND && took < 33 * SECOND, "{took:?}");
    let late = client.get("late").await;
    assert_eq!(late.error().unwrap().kind(), ErrorKind::Outage);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_server_cannot_take_fails_by_itself() {
    let poison = |_, seen: &support::Seen| if seen.target().ends_with("/7") { status(500) } else { fine() };
    for in_flight in [1, 8] {
        let (server, builder) = Server::in_memory(poison);
        let client = builder.limits(at_once(in_flight)).build().unwrap();
        let start = Instant::now();
        let answers = client.batch_requests(requests(40)).await;
        let failed: Vec<_> = (0..40).filter(|n| answers[*n].error().is_some()).collect();
        assert_eq!(failed, [7]);
        assert_eq!(answers[7].error().unwrap().kind(), ErrorKind::ServerError);
        assert!(start.elapsed() < 30 * SECOND, "{:?}", start.elapsed());
        assert_eq!(server.seen().len(), 42, "three attempts for it, one for each other");
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_limiter_ends_the_wait_for_a_server_and_between_attempts() {
    let slow_down = answer(429, &["retry-after: 90"], "");
    for act in [Act::HangUpAfter(String::new()), Act::Answer(slow_down)] {
        let (_server, builder) = Server::in_memory(move |n, _| if n == 0 { fine() } else { act.clone() });
        let client = builder.limits(at_once(8)).build().unwrap();
        client.get("warm").await;
        let start = Instant::now();
        let close = async {
            tokio::time::sleep(4 * SECOND).await;
            client.limiter().close();
        };
        let (answers, ()) = tokio::join!(client.batch_requests(requests(20)), close);
        assert!(answers.iter().all(|a| a.error().is_some()));
        assert!(start.elapsed() < 5 * SECOND, "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_wait_for_a_server() {
    let (_server, builder) = Server::in_memory(|n, _| if n == 0 { fine() } else { Act::HangUpAfter(String::new()) });
    let client = builder.limits(at_once(1)).build().unwrap();
    client.get("warm").await;
    let start = Instant::now();
    let answer = client.get("x").deadline(5 * SECOND).await;
    assert_eq!(answer.error().unwrap().kind(), ErrorKind::Deadline);
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn faults_of_every_tenth_attempt_cost_no_call_and_both_accounts_agree() {
    let chance = |fault: Fault, seed| fault.with_chance(0.1 / 7.0, seed);
    let server = MockServer::builder()
        .latency(Duration::from_millis(200))
        .fault(chance(Fault::reset(), 1))
        .fault(chance(Fault::reset_mid_body(), 2))
        .fault(chance(Fault::status(500), 3))
        .fault(chance(Fault::status(503).header("retry-after", "1"), 4))
        .fault(chance(Fault::status(429).header("retry-after-ms", "300"), 5))
        .fault(chance(Fault::truncated(), 6))
        .fault(chance(Fault::hang(), 7));
    let (server, builder) = provider(server);
    let retry = RetryPolicy { attempts: 5.try_into().unwrap(), window: 600 * SECOND, ..RetryPolicy::DEFAULT };
    let client = builder.limits(at_once(16)).retry(retry).build().unwrap();
    let answers = send_all(&client, 1000, 64).await;
    let account = server.account();
    for (number, answer) in answers.iter().enumerate() {
        assert!(answer.error().is_none(), "{number}: {}", answer.error().unwrap());
        assert!(answer.attempts <= 5, "{number}: {}", answer.attempts);
        let seen = account.attempts_of(&format!("[[doc:{number}]]")).count();
        assert_eq!(seen, answer.attempts as usize, "call {number}");
    }
    let struck = account.attempts().iter().filter(|a| a.fault.is_some()).count();
    assert!((70..150).contains(&struck), "{struck}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_refuses_the_call_ends_an_outage_all_the_same() {
    let begin = Instant::now();
    let (_server, builder) = Server::in_memory(move |n, _| match begin.elapsed() {
        _ if n == 0 => fine(),
        time if time < 3 * SECOND => status(503),
        _ => Act::AnswerAfter(SECOND, answer(400, &[], "")),
    });
    let client = builder.limits(at_once(40)).build().unwrap();
    client.get("x").await;
    client.batch_requests(requests(100)).await;
    assert!(begin.elapsed() < 30 * SECOND, "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_does_not_hold_up_the_next() {
    let begin = Instant::now();
    let (server, builder) = Server::in_memory(move |_, _| {
        let time = begin.elapsed();
        if time < 2 * SECOND || time > 5 * SECOND {
            Act::AnswerAfter(SECOND / 2, answer(200, &[], "{}"))
        } else if time < 5 * SECOND / 2 {
            Act::HangUpAfter(String::new())
        } else {
            Act::Hang
        }
    });
    let client = builder.limits(at_once(40)).build().unwrap();
    let answers = client.batch_requests(requests(500)).await;
    assert!(answers.iter().all(|a| a.error().is_none()));
    let back = server.seen().iter().map(|seen| seen.at - begin).find(|at| *at >= 5 * SECOND).unwrap();
    assert!(back <= 7 * SECOND, "{back:?}");
}
