//! A full disk and a loss of power cost no answer that was recorded.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

#[path = "support/disk.rs"]
mod disk;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use disk::Disk;
use fastrand::Rng;
use kgas_engine::journal::{Answer, Journal, JournalProblem, Key};
use kgas_http::ApiRequest;
use serde_json::json;
use tokio::task::JoinSet;

const LANES: u64 = 8;

fn key(number: u64) -> Key {
    Key::of("https://api.example.com/v1", &ApiRequest::post("chat/completions", &json!({"number": number})))
}

fn noise(number: u64) -> Bytes {
    let mut dice = Rng::with_seed(number);
    let length = dice.usize(..6000);
    (0..length).map(|_| dice.u8(..)).collect()
}

fn answer(number: u64) -> Answer {
    Answer { number: 0, status: 200, body: noise(number), attempts: 1, took: Duration::ZERO, at: 0 }
}

/// What came of a load of calls.
#[derive(Debug, Default)]
struct Told {
    /// Calls whose answer is recorded.
    answered: Vec<u64>,
    /// Calls whose intent is, and whose answer could not be recorded.
    lost: Vec<u64>,
    refused: u64,
}

/// Makes calls in some lanes until each is refused one.
async fn load(journal: &Journal) -> Told {
    let told = Arc::new(Mutex::new(Told::default()));
    let mut lanes = JoinSet::new();
    for lane in 0..LANES {
        let (journal, told) = (journal.clone(), Arc::clone(&told));
        lanes.spawn(async move {
            for number in (lane..4000).step_by(usize::try_from(LANES).unwrap()) {
                let Ok(call) = journal.intend(&key(number), noise(number)).await else {
                    told.lock().unwrap().refused += 1;
                    return;
                };
                let recorded = journal.answered(call, answer(number)).await.is_ok();
                let mut told = told.lock().unwrap();
                if recorded { told.answered.push(number) } else { told.lost.push(number) }
            }
        });
    }
    lanes.join_all().await;
    Arc::into_inner(told).unwrap().into_inner().unwrap()
}

async fn assert_found(journal: &Journal, numbers: &[u64]) {
    for number in numbers {
        let found = journal.find(&key(*number)).await.unwrap();
        assert!(found.is_some_and(|found| found.body == noise(*number)), "the answer of {number} is gone");
    }
}

#[tokio::test]
async fn a_full_disk_ends_the_buying_and_loses_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    for room in [0, 3, 20, 150] {
        let disk = Disk::default();
        let journal = disk.open(folder.path()).unwrap();
        disk.leave(room, 2048, folder.path());
        let told = load(&journal).await;
        assert_eq!((told.lost.len(), told.refused), (0, LANES), "{told:?}");
        let failure = journal.failure().unwrap();
        assert_eq!(failure.problem(), &JournalProblem::Full { lost: 0 });
        assert!(failure.to_string().ends_with("the disk is full: make room and run the same command again"));
        // What it has is still given.
        assert_found(&journal, &told.answered).await;
        journal.close().await.unwrap();
        disk.clear_up();
        let journal = disk.open(folder.path()).unwrap();
        assert!(folder.path().join("journal.ballast").exists());
        assert_found(&journal, &told.answered).await;
        let stats = journal.stats().unwrap();
        assert_eq!((stats.answered, journal.left_open()), (told.answered.len() as u64, 0));
        // It takes calls again.
        let call = journal.intend(&key(9999), noise(1)).await.unwrap();
        journal.answered(call, answer(1)).await.unwrap();
    }
}

#[tokio::test]
async fn where_not_even_the_ballast_is_room_enough_the_lost_answers_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut lost = 0;
    for room in (0..70).step_by(14) {
        let disk = Disk::default();
        let journal = disk.open(folder.path()).unwrap();
        disk.leave(room, 1, folder.path());
        let told = load(&journal).await;
        let failure = journal.failure().unwrap();
        assert_eq!(failure.problem(), &JournalProblem::Full { lost: told.lost.len() as u64 });
        assert_eq!(failure.to_string().contains("paid for could not be kept"), !told.lost.is_empty());
        lost += told.lost.len();
        let _ = journal.close().await;
        disk.clear_up();
        let journal = disk.open(folder.path()).unwrap();
        assert_found(&journal, &told.answered).await;
    }
    assert!(lost > 0);
}

#[tokio::test]
async fn a_loss_of_power_takes_no_answer_and_no_intent_that_was_told_to_be_recorded() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..5 {
        let mut dice = Rng::with_seed(seed);
        let mut disk = Disk::default();
        let mut answered = Vec::new();
        let mut journal = disk.open(folder.path()).unwrap();
        for _ in 0..3 {
            disk.dies_after(dice.u32(1..25));
            let told = load(&journal).await;
            assert!(matches!(journal.failure().unwrap().problem(), JournalProblem::Io { .. }));
            assert!(journal.close().await.is_err());
            answered.extend(told.answered);
            disk = disk.revived(&mut dice);
            journal = disk.open(folder.path()).unwrap();
            assert_found(&journal, &answered).await;
            let mut known = journal.left_open();
            for number in &told.lost {
                known += u64::from(journal.find(&key(*number)).await.unwrap().is_some());
            }
            assert!(known >= told.lost.len() as u64, "seed {seed}: of {} {known} are known", told.lost.len());
        }
    }
}

/// Begins a future, and leaves it where it waits.
async fn begun<F: Future>(work: &mut Pin<Box<F>>) {
    poll_fn(|context| {
        assert!(work.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn no_call_begins_behind_a_write_that_failed() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::default();
    let journal = disk.open(folder.path()).unwrap();
    let (writing, go_on) = disk.holds();
    let keys = [key(0), key(1)];
    let mut first = Box::pin(journal.intend(&keys[0], noise(0)));
    begun(&mut first).await;
    writing.recv().unwrap();
    let mut second = Box::pin(journal.intend(&keys[1], noise(1)));
    begun(&mut second).await;
    go_on.send(()).unwrap();
    assert!(first.await.is_err());
    // Its answer could not be recorded, so it must not be made.
    assert!(second.await.is_err());
}
