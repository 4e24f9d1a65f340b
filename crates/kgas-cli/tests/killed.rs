//! SIGKILL at a hundred moments of a run: no answer is paid for twice, and the graph is that of a run left in peace.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kgas_mock::{Answer as _, ChatCall, MockServer};
use serde_json::Value;
use support::{Desk, extract_args, people, serve};

/// How often the run is killed.
const KILLS: usize = 100;
/// Documents, each asked about twice: more calls than a hundred runs of a moment can make.
const DOCUMENTS: usize = 500;
const FILES: [&str; 4] = ["entities.jsonl", "relations.jsonl", "documents.jsonl", "rejected.jsonl"];

fn desk() -> Desk {
    let desk = Desk::new();
    let line = |at: usize| format!("{{\"id\": \"d{at}\", \"text\": \"Ann knows Bob since year {at}.\"}}\n");
    desk.write("in/all.jsonl", (0..DOCUMENTS).map(line).collect::<String>());
    desk
}

fn args(server: &MockServer) -> Vec<&str> {
    extract_args(server.url(), &["--max-concurrent", "4", "--quiet"])
}

fn spawn(desk: &Desk, server: &MockServer) -> Child {
    desk.command(&args(server)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills a run soon after its first calls, of which `arrived` counts all; false where it came to its end before.
fn kill(desk: &Desk, server: &MockServer, arrived: &AtomicUsize, moment: usize) -> bool {
    let mut child = spawn(desk, server);
    // The server's own account would be copied at each look, which keeps the server from its work.
    let wanted = arrived.load(Ordering::Relaxed) + moment % 5;
    while arrived.load(Ordering::Relaxed) < wanted {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    // Now at once, now a moment later: before, while and after an answer is written down.
    let later = Instant::now() + Duration::from_micros((moment as u64 * 7919) % 9000);
    while Instant::now() < later {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

/// Calls that were perhaps paid and whose answers never came, by what was asked.
fn perhaps_paid(desk: &Desk) -> BTreeMap<String, usize> {
    let ran = desk.kgas(&["journal", "OUT", "export"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let mut lost = BTreeMap::new();
    for line in ran.stdout.lines() {
        let call: Value = serde_json::from_str(line).unwrap();
        if call["state"] == "perhaps_paid" {
            *lost.entry(prompt(&call["request"])).or_default() += 1;
        }
    }
    lost
}

fn prompt(body: &Value) -> String {
    let messages = body["messages"].as_array().unwrap().iter();
    messages.map(|message| message["content"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_run_that_is_killed_a_hundred_times_pays_for_no_answer_twice() {
    let (_peaceful_runtime, peaceful) = serve(|builder| builder);
    let undisturbed = desk();
    assert_eq!(undisturbed.kgas(&args(&peaceful)).code, Some(0));
    assert_eq!(peaceful.account().attempts().len(), 2 * DOCUMENTS);

    let arrived = Arc::new(AtomicUsize::new(0));
    let (counted, people) = (Arc::clone(&arrived), people());
    let answer = move |call: &ChatCall| {
        counted.fetch_add(1, Ordering::Relaxed);
        people.answer(call)
    };
    let (_runtime, server) = serve(|builder| builder.answer(answer).latency(Duration::from_millis(3)).keep_requests());
    let desk = desk();
    let killed = (0..KILLS).filter(|moment| kill(&desk, &server, &arrived, *moment)).count();
    assert_eq!(killed, KILLS, "the run came to its end between kills: it is too short for this test");
    let ran = desk.kgas(&args(&server));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);

    let account = server.account();
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for attempt in account.attempts() {
        let body: Value = serde_json::from_str(&attempt.request.as_ref().unwrap().body).unwrap();
        *asked.entry(prompt(&body)).or_default() += 1;
    }
    let lost = perhaps_paid(&desk);
    let asked_again: BTreeSet<&String> = asked.iter().filter(|(_, times)| **times > 1).map(|(body, _)| body).collect();
    eprintln!(
        "{KILLS} kills: {} calls, {} in flight at a kill, {} of them asked again",
        account.attempts().len(),
        lost.values().sum::<usize>(),
        asked_again.len()
    );
    assert_eq!(asked.len(), 2 * DOCUMENTS);
    for (body, times) in &asked {
        // Each time but the last, the process died before it could know the answer.
        assert!(times - 1 <= lost.get(body).copied().unwrap_or_default(), "paid twice: asked {times} times");
    }
    for file in FILES {
        assert_eq!(desk.read(&format!("OUT/{file}")), undisturbed.read(&format!("OUT/{file}")), "{file}");
    }
}
