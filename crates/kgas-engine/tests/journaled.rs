//! A transport around a journal pays once, whatever is asked at the same time, given up, refused or run again.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

use std::collections::HashMap;
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use kgas_engine::Interrupt;
use kgas_engine::journal::{Journal, JournalProblem, Journaled};
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Reply, Transport};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ENDPOINT: &str = "https://api.example.com/v1";

/// Sells answers, and counts them.
#[derive(Debug, Default)]
struct Shop {
    /// Requests that came.
    asked: AtomicU32,
    /// Answers that were given, by what was asked.
    sold: Mutex<HashMap<String, u32>>,
    /// What the next ones get instead of an answer, and how many attempts of that were perhaps paid.
    refusals: Mutex<Vec<(ErrorKind, u32)>>,
}

#[async_trait]
impl Transport for Shop {
    async fn send(&self, request: ApiRequest) -> ApiResponse {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Some((kind, maybe_paid)) = self.refusals.lock().unwrap().pop() {
            let mut response = ApiResponse::failed(HttpError::new(kind).with_message("no").with_attempts(2));
            (response.attempts, response.maybe_paid) = (2, maybe_paid);
            return response;
        }
        let text = request.json().unwrap()["text"].as_str().unwrap().to_owned();
        *self.sold.lock().unwrap().entry(text).or_default() += 1;
        let mut response = ApiResponse::replayed(Reply::new(200, HeaderMap::new(), asked.to_string().into()));
        (response.attempts, response.replayed) = (2, false);
        response
    }
}

impl Shop {
    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

fn ask(text: &str) -> ApiRequest {
    ApiRequest::post("chat/completions", &json!({"text": text}))
}

fn said(response: &ApiResponse) -> Value {
    response.data().unwrap()
}

fn refused(response: &ApiResponse) -> (ErrorKind, String) {
    let error = response.error().unwrap();
    (error.kind(), error.to_string())
}

fn journaled(folder: &Path) -> (Arc<Shop>, Journal, Journaled) {
    let (shop, journal) = (Arc::new(Shop::default()), Journal::open(folder).unwrap());
    (Arc::clone(&shop), journal.clone(), Journaled::new(shop, journal, ENDPOINT))
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_bought_once_and_replayed_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, journal, transport) = journaled(folder.path());
    let bought = transport.send(ask("a")).await;
    assert_eq!((said(&bought), bought.replayed), (json!(1), false));
    journal.close().await.unwrap();
    drop((transport, journal));
    let (other, _, transport) = journaled(folder.path());
    let again = transport.send(ask("a")).await;
    assert_eq!((said(&again), again.replayed, again.attempts), (json!(1), true, bought.attempts));
    assert_eq!((again.elapsed, again.status_code()), (Duration::ZERO, Some(200)));
    assert_eq!((shop.asked(), other.asked()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn identical_calls_in_flight_share_one_purchase() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, _, transport) = journaled(folder.path());
    let transport = Arc::new(transport);
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let transport = Arc::clone(&transport);
        calls.spawn(async move { transport.send(ask(if number % 2 == 0 { "a" } else { "b" })).await });
    }
    let answers = calls.join_all().await;
    assert_eq!(shop.asked(), 2);
    assert_eq!(answers.iter().filter(|answer| answer.replayed).count(), 18);
    assert!(answers.iter().all(|answer| answer.outcome.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn transports_around_one_journal_share_a_purchase() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, journal, one) = journaled(folder.path());
    let other = Journaled::new(shop.clone(), journal, ENDPOINT);
    let (first, second) = tokio::join!(one.send(ask("a")), other.send(ask("a")));
    assert_eq!((said(&first), said(&second), shop.asked()), (json!(1), json!(1), 1));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_call_that_is_given_up_or_fails_goes_on_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, journal, transport) = journaled(folder.path());
    let given_up = tokio::time::timeout(Duration::from_millis(500), transport.send(ask("a")));
    let (given_up, answer) = tokio::join!(given_up, transport.send(ask("a")));
    assert!(given_up.is_err());
    assert_eq!((said(&answer), shop.asked()), (json!(2), 2));
    shop.refusals.lock().unwrap().push((ErrorKind::ServerError, 1));
    let (failed, answer) = tokio::join!(transport.send(ask("b")), transport.send(ask("b")));
    assert!(failed.outcome.is_err());
    assert_eq!((said(&answer), answer.replayed), (json!(4), false));
    let stats = journal.stats().unwrap();
    assert_eq!((stats.answered, stats.perhaps_paid, stats.in_flight), (2, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_perhaps_paid_only_where_the_server_may_have_worked() {
    for (maybe_paid, perhaps_paid) in [(0, 0), (1, 1), (3, 1)] {
        let folder = tempfile::tempdir().unwrap();
        let (shop, journal, transport) = journaled(folder.path());
        shop.refusals.lock().unwrap().push((ErrorKind::Reset, maybe_paid));
        let response = transport.send(ask("a")).await;
        assert_eq!((refused(&response).0, response.maybe_paid), (ErrorKind::Reset, maybe_paid));
        let stats = journal.stats().unwrap();
        assert_eq!((stats.perhaps_paid, stats.in_flight), (perhaps_paid, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn offline_nothing_is_bought() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, journal, transport) = journaled(folder.path());
    transport.send(ask("a")).await;
    let transport = Journaled::new(shop.clone(), journal.clone(), ENDPOINT).offline();
    assert_eq!(said(&transport.send(ask("a")).await), json!(1));
    let said = "the request to the server was not sent: the journal has no answer to it, and --offline buys none";
    assert_eq!(refused(&transport.send(ask("b")).await), (ErrorKind::Spent, said.to_owned()));
    assert_eq!((shop.asked(), transport.failure().is_none()), (1, true));
    assert_eq!(journal.stats().unwrap().calls, 1);
}

#[tokio::test(start_paused = true)]
async fn refreshed_answers_are_bought_again_once() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, journal, transport) = journaled(folder.path());
    transport.send(ask("a")).await;
    let since = journal.next();
    let transport = Journaled::new(shop.clone(), journal.clone(), ENDPOINT).refresh_since(since);
    for _ in 0..2 {
        assert_eq!(said(&transport.send(ask("a")).await), json!(2));
    }
    let transport = Journaled::new(shop.clone(), journal.clone(), ENDPOINT).anew_since(journal.next());
    assert_eq!(said(&transport.send(ask("a")).await), json!(2));
    for _ in 0..2 {
        assert_eq!(said(&transport.send(ask("a").with_anew(true)).await), json!(3));
    }
    assert_eq!((shop.asked(), journal.stats().unwrap().answered), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn with_an_empty_purse_nothing_more_is_begun_and_what_is_owned_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, journal, transport) = journaled(folder.path());
    transport.send(ask("a")).await;
    shop.refusals.lock().unwrap().push((ErrorKind::Spent, 0));
    let first = refused(&transport.send(ask("b")).await);
    let next = journal.next();
    let second = transport.send(ask("c")).await;
    assert_eq!((first.0, refused(&second).0, second.attempts), (ErrorKind::Spent, ErrorKind::Spent, 0));
    assert_eq!(said(&transport.send(ask("a")).await), json!(1));
    assert_eq!((shop.asked(), journal.next()), (2, next));
    assert!(transport.failure().is_none());
}

#[tokio::test(start_paused = true)]
async fn without_a_journal_nothing_is_bought_and_the_run_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, journal, transport) = journaled(folder.path());
    let interrupt = Interrupt::default();
    let transport = transport.stopping(interrupt.clone());
    journal.close().await.unwrap();
    let (kind, text) = refused(&transport.send(ask("a")).await);
    let expected =
        format!("the request to the server was not sent: journal {}: it is closed", journal.path().display());
    assert_eq!((kind, text), (ErrorKind::Spent, expected));
    assert_eq!((shop.asked(), interrupt.is_stopping()), (0, true));
    assert_eq!(transport.failure().unwrap().problem(), &JournalProblem::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_can_not_be_recorded_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, journal, transport) = journaled(folder.path());
    let closing = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        journal.close().await.unwrap();
    };
    let (response, ()) = tokio::join!(transport.send(ask("a")), closing);
    assert_eq!((refused(&response).0, response.attempts, response.maybe_paid), (ErrorKind::Spent, 2, 1));
    assert_eq!(shop.sold.lock().unwrap().values().sum::<u32>(), 1);
}

/// Polls a future so often, and drops it where it waits then.
async fn give_up_after<T>(polls: u32, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(move |context| {
        left -= 1;
        match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[test]
fn what_was_answered_is_never_bought_twice_whoever_gives_up() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, journal, transport) = journaled(folder.path());
    let transport = Arc::new(transport);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let case = AtomicU32::new(0);
    let calls = prop::collection::vec((0..3_u32, 1..6_u32, 0..2500_u64), 1..12);
    let mut runner = TestRunner::new(Config::with_cases(40));
    let tried = runner.run(&calls, |calls| {
        let case = case.fetch_add(1, Ordering::SeqCst);
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for (text, polls, starts) in calls {
                let transport = Arc::clone(&transport);
                tasks.spawn(async move {
                    tokio::time::sleep(Duration::from_millis(starts)).await;
                    let request = ask(&format!("{case} {text}"));
                    // Five polls are enough for a call that nobody else makes.
                    give_up_after(polls, transport.send(request)).await
                });
            }
            tasks.join_all().await;
            for text in 0..3 {
                assert!(transport.send(ask(&format!("{case} {text}"))).await.outcome.is_ok());
            }
        });
        let sold = shop.sold.lock().unwrap();
        prop_assert!(sold.values().all(|times| *times == 1), "{sold:?}");
        Ok(())
    });
    tried.unwrap();
    let stats = journal.stats().unwrap();
    assert_eq!(stats.answered, 3 * u64::from(case.load(Ordering::SeqCst)));
    // Calls that were given up before they were sent are not among those whose end isn't known.
    assert_eq!(u64::from(shop.asked()), stats.answered + stats.in_flight);
}
