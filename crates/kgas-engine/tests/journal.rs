//! What is told to a journal is there when it is opened again, and is counted, shown and pruned as it is.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use kgas_engine::journal::{Answer, CallState, Journal, JournalProblem, Key, Order, Prune, Stats};
use kgas_http::ApiRequest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ENDPOINT: &str = "https://api.example.com/v1";

fn key(text: &str) -> Key {
    Key::of(ENDPOINT, &ApiRequest::post("chat/completions", &json!({"text": text})))
}

fn body(text: &str) -> Bytes {
    json!({"text": text, "usage": {"prompt_tokens": 7, "completion_tokens": 2}}).to_string().into()
}

fn answer(text: &str, at: u64) -> Answer {
    let took = Duration::from_micros(1_234_567);
    Answer { number: 0, status: 200, body: body(text), attempts: 3, took, at }
}

fn open(folder: &Path) -> Journal {
    Journal::open(folder).unwrap()
}

/// Runs something in a runtime of its own, until all that it has started has ended.
fn alone<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// Makes a call with an answer of the same words.
async fn buy(journal: &Journal, text: &str, at: u64) -> u64 {
    let number = journal.intend(&key(text), body(text)).await.unwrap();
    journal.answered(number, answer(text, at)).await.unwrap();
    number
}

#[test]
fn an_answer_is_found_as_it_was_bought_after_closing_and_after_dropping() {
    for closed in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let number = alone(async {
            let journal = open(folder.path());
            let number = buy(&journal, "a", 5).await;
            if closed {
                journal.close().await.unwrap();
            }
            number
        });
        alone(async {
            let journal = open(folder.path());
            assert_eq!(journal.find(&key("a")).await.unwrap(), Some(Answer { number, ..answer("a", 5) }));
            assert_eq!(journal.find(&key("b")).await.unwrap(), None);
            assert_eq!((journal.left_open(), journal.next()), (0, number + 1));
        });
    }
}

#[tokio::test]
async fn the_latest_answer_of_a_key_counts_and_the_others_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut numbers = Vec::new();
    for at in 1..=3 {
        numbers.push(buy(&journal, "a", at).await);
    }
    assert_eq!(journal.find(&key("a")).await.unwrap().unwrap().number, numbers[2]);
    assert_eq!(journal.stats().unwrap().answered, 3);
}

#[tokio::test]
async fn what_was_in_flight_is_told_once_and_counts_as_perhaps_paid() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for text in ["a", "b"] {
        journal.intend(&key(text), body(text)).await.unwrap();
    }
    journal.close().await.unwrap();
    let looked_at = Journal::open_existing(folder.path()).unwrap();
    assert_eq!((looked_at.left_open(), looked_at.stats().unwrap().in_flight), (2, 2));
    looked_at.close().await.unwrap();
    let journal = open(folder.path());
    let stats = journal.stats().unwrap();
    assert_eq!((journal.left_open(), stats.in_flight, stats.perhaps_paid), (2, 0, 2));
    journal.close().await.unwrap();
    assert_eq!(open(folder.path()).left_open(), 0);
}

#[tokio::test]
async fn a_withdrawn_call_leaves_nothing_but_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let number = journal.intend(&key("a"), body("a")).await.unwrap();
    journal.withdrawn(number).await.unwrap();
    let other = journal.intend(&key("a"), body("a")).await.unwrap();
    journal.unanswered(other, 0).await.unwrap();
    assert_eq!(Stats { bytes: 0, ..journal.stats().unwrap() }, Stats::default());
    journal.close().await.unwrap();
    assert_eq!(open(folder.path()).next(), other + 1);
}

#[tokio::test]
async fn stats_count_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    buy(&journal, "a", 1).await;
    buy(&journal, "b", 1).await;
    let lost = journal.intend(&key("c"), body("c")).await.unwrap();
    journal.unanswered(lost, 2).await.unwrap();
    journal.intend(&key("d"), body("d")).await.unwrap();
    let stats = journal.stats().unwrap();
    assert!(stats.bytes > 0);
    let expected = Stats {
        calls: 4,
        answered: 2,
        perhaps_paid: 1,
        in_flight: 1,
        attempts: 6,
        prompt_tokens: 14,
        completion_tokens: 4,
        bytes: stats.bytes,
    };
    assert_eq!(stats, expected);
}

#[tokio::test]
async fn tokens_count_where_a_server_tells_only_some() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let number = journal.intend(&key("a"), body("a")).await.unwrap();
    let body = Bytes::from_static(br#"{"usage": {"prompt_tokens": 7, "completion_tokens": null}}"#);
    journal.answered(number, Answer { body, ..answer("a", 1) }).await.unwrap();
    let stats = journal.stats().unwrap();
    assert_eq!((stats.prompt_tokens, stats.completion_tokens), (7, 0));
}

#[tokio::test]
async fn no_number_that_a_server_reports_costs_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for text in ["a", "b"] {
        let number = journal.intend(&key(text), body(text)).await.unwrap();
        let body = Bytes::from_static(br#"{"usage": {"prompt_tokens": 18446744073709551615}}"#);
        journal.answered(number, Answer { body, ..answer(text, 1) }).await.unwrap();
    }
    assert_eq!(journal.stats().unwrap().prompt_tokens, u64::MAX);
}

#[tokio::test]
async fn calls_come_in_both_orders_through_many_batches() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut bought = JoinSet::new();
    for number in 0..300 {
        let journal = journal.clone();
        bought.spawn(async move { buy(&journal, &format!("text {number}"), 1).await });
    }
    bought.join_all().await;
    for (order, numbers) in
        [(Order::Oldest, (1..=300).collect::<Vec<u64>>()), (Order::Newest, (1..=300).rev().collect())]
    {
        let calls: Vec<_> = journal.calls(order).map(|call| call.unwrap().number).collect();
        assert_eq!(calls, numbers);
    }
    let recent: Vec<_> = journal.recent(2).unwrap().into_iter().map(|call| call.number).collect();
    assert_eq!(recent, [300, 299]);
}

#[tokio::test]
async fn a_call_is_exported_with_its_bodies_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    buy(&journal, "a", 5).await;
    let lost = journal.intend(&key("b"), Bytes::from_static(b"not JSON")).await.unwrap();
    journal.unanswered(lost, 1).await.unwrap();
    let calls: Vec<_> = journal.calls(Order::Oldest).map(Result::unwrap).collect();
    assert_eq!((calls[0].state, calls[1].state), (CallState::Answered, CallState::PerhapsPaid));
    let rows: Vec<Value> = calls.iter().map(|call| serde_json::to_value(call).unwrap()).collect();
    let said = json!({"text": "a", "usage": {"prompt_tokens": 7, "completion_tokens": 2}});
    let expected = json!({
        "number": 1, "key": key("a").to_string(), "state": "answered", "request": said,
        "answer": {
            "status": 200, "at": 5, "attempts": 3, "seconds": 1.234_567,
            "prompt_tokens": 7, "completion_tokens": 2, "body": said,
        },
    });
    assert_eq!(rows[0], expected);
    assert_eq!((&rows[1]["state"], &rows[1]["request"]), (&json!("perhaps_paid"), &json!("not JSON")));
}

#[tokio::test]
async fn pruning_takes_what_fits_and_frees_the_disk() {
    let cases: [(Prune, &[u64]); 4] = [
        (Prune::default(), &[4]),
        (Prune { before: Some(2), ..Prune::default() }, &[2, 3, 4]),
        (Prune { key: Some(key("b").to_string()), ..Prune::default() }, &[1, 3, 4]),
        (Prune { before: Some(2), key: Some(key("b").to_string()) }, &[1, 2, 3, 4]),
    ];
    for (what, left) in cases {
        let folder = tempfile::tempdir().unwrap();
        let journal = open(folder.path());
        for (text, at) in [("a", 1), ("b", 2), ("a", 3)] {
            buy(&journal, text, at).await;
        }
        let flying = journal.intend(&key("c"), body("c")).await.unwrap();
        let pruned = journal.prune(&what).unwrap();
        assert_eq!(pruned.calls, 4 - u64::try_from(left.len()).unwrap());
        let numbers: Vec<_> = journal.calls(Order::Oldest).map(|call| call.unwrap().number).collect();
        assert_eq!(numbers, left);
        let latest = journal.find(&key("a")).await.unwrap().map(|answer| answer.number);
        assert_eq!(latest, left.contains(&3).then_some(3));
        // What was in flight goes on, and the file is whole.
        journal.answered(flying, answer("c", 9)).await.unwrap();
        journal.close().await.unwrap();
        assert_eq!(open(folder.path()).next(), 5);
    }
}

#[tokio::test]
async fn pruning_everything_makes_the_file_small_again() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let noise: String = (0..400_000).map(|_| fastrand::alphanumeric()).collect();
    for at in 0..8 {
        buy(&journal, &noise, at).await;
    }
    let before = journal.stats().unwrap().bytes;
    let pruned = journal.prune(&Prune::default()).unwrap();
    let after = journal.stats().unwrap().bytes;
    assert!(after < before / 2, "{before} to {after}");
    assert_eq!(pruned.bytes, before - after);
}

#[tokio::test]
async fn what_requests_share_is_kept_once_and_each_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = fastrand::Rng::with_seed(3);
    let mut noise = |length: usize| -> String { (0..length).map(|_| dice.alphanumeric()).collect() };
    // Two kinds of questions, each between words of its own, and some that are like no other.
    let kinds: Vec<_> = (0..2).map(|_| (noise(40_000), noise(9000))).collect();
    let mut bodies: Vec<Bytes> = Vec::new();
    for number in 0..30 {
        let (begin, end) = &kinds[number % 2];
        let length = [0, 1, 300][number % 3];
        bodies.push(format!("{begin}{}{end}", noise(length)).into());
        bodies.push(noise(number * 50).into());
    }
    let told = async |journal: &Journal| {
        for (number, body) in bodies.iter().enumerate() {
            let call = journal.intend(&key(&number.to_string()), body.clone()).await.unwrap();
            // A base must outlive the call that it came with.
            let withdrawn = if number < 2 { 0 } else { 1 };
            journal.unanswered(call, withdrawn).await.unwrap();
        }
    };
    let journal = open(folder.path());
    told(&journal).await;
    let bytes = journal.stats().unwrap().bytes;
    assert!(bytes < 40_000 * 15, "{bytes} bytes");
    let read = |journal: &Journal| journal.calls(Order::Oldest).map(|call| call.unwrap().request).collect::<Vec<_>>();
    assert_eq!(read(&journal), bodies[2..]);
    // Pruning takes what nothing needs any more, and no more.
    journal.prune(&Prune { key: Some(key("5").to_string()), before: None }).unwrap();
    told(&journal).await;
    assert_eq!(read(&journal).len(), 2 * bodies.len() - 5);
    journal.prune(&Prune::default()).unwrap();
    assert!(journal.stats().unwrap().bytes < bytes / 2);
    told(&journal).await;
    assert_eq!(read(&journal), bodies[2..]);
}

#[tokio::test]
async fn a_call_ends_once_and_only_where_it_was_begun() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let number = buy(&journal, "a", 1).await;
    for number in [number, number + 1] {
        let problem = journal.answered(number, answer("a", 1)).await.unwrap_err().problem().clone();
        assert_eq!(problem, JournalProblem::NoSuchCall(number));
        assert!(journal.withdrawn(number).await.is_err());
    }
    assert_eq!(journal.stats().unwrap().answered, 1);
}

#[tokio::test]
async fn a_closed_journal_takes_nothing_more_and_may_be_closed_again() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let number = journal.intend(&key("a"), body("a")).await.unwrap();
    journal.close().await.unwrap();
    journal.close().await.unwrap();
    let problem = |error: kgas_engine::journal::JournalError| error.problem().clone();
    assert_eq!(problem(journal.intend(&key("b"), body("b")).await.unwrap_err()), JournalProblem::Closed);
    assert_eq!(problem(journal.answered(number, answer("a", 1)).await.unwrap_err()), JournalProblem::Closed);
    assert_eq!(problem(journal.find(&key("a")).await.unwrap_err()), JournalProblem::Closed);
    assert_eq!(problem(journal.stats().unwrap_err()), JournalProblem::Closed);
}

#[test]
fn what_was_told_is_written_by_the_next_runtime_where_the_first_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for text in ["a", "b"] {
        alone(buy(&journal, text, 1));
    }
    assert_eq!(journal.stats().unwrap().answered, 2);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_what_is_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("a/b");
    let journal = open(&below);
    buy(&journal, "a", 1).await;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&below).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        names.push(entry.file_name());
    }
    names.sort();
    assert_eq!(names, ["journal.ballast", "journal.redb"]);
}

#[tokio::test]
async fn nothing_of_a_body_is_in_what_a_journal_shows_of_itself() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    buy(&journal, "somebody's text", 1).await;
    let call = journal.recent(1).unwrap().remove(0);
    let found = journal.find(&key("somebody's text")).await.unwrap();
    let shown = format!("{journal:?} {call:?} {found:?} {:?}", call.answer);
    assert!(!shown.contains("somebody"), "{shown}");
}
