//! Ctrl-C once and twice, sent to the real process.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kgas_mock::{Answer as _, ChatCall, MockServer};
use support::{Desk, Ran, extract_args, people, serve};

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits until the server's account says so.
fn until(server: &MockServer, is_so: impl Fn(&MockServer) -> bool) {
    while !is_so(server) {
        std::thread::yield_now();
    }
}

fn spawn(desk: &Desk, server: &MockServer, more: &[&str]) -> Child {
    let mut command = desk.command(&extract_args(server.url(), more));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn begin(latency: Duration, more: &[&str]) -> (Desk, tokio::runtime::Runtime, MockServer, Child) {
    let texts: Vec<_> = (0..40).map(|at| (format!("{at:02}.txt"), format!("Ann is here at {at}."))).collect();
    let documents: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let desk = Desk::with(&documents);
    let (runtime, server) = serve(|builder| builder.latency(latency));
    let child = spawn(&desk, &server, &[&["--tools", "T23c_async", "--max-concurrent", "2"], more].concat());
    (desk, runtime, server, child)
}

#[test]
fn ctrl_c_once_finishes_what_is_in_flight_and_writes_all() {
    let (desk, _runtime, server, child) = begin(Duration::from_millis(150), &[]);
    until(&server, |server| server.account().attempts().len() >= 5);
    interrupt(&child);
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    let account = server.account();
    assert!(account.attempts().len() < 20);
    assert_eq!(account.calls_answered(), account.attempts().len());
    let mentions = desk.lines("OUT/entities.jsonl")[0]["mentions"].as_array().unwrap().len();
    assert_eq!(mentions, account.calls_answered());
    assert_eq!(desk.json("OUT/summary.json")["state"], "interrupted");
}

#[test]
fn ctrl_c_twice_drops_what_is_in_flight_and_writes_what_is_done() {
    let desk = Desk::with(&[("a.txt", "Ann is here."), ("b.txt", "Ann was here."), ("c.txt", "SLOW")]);
    let slow = |call: &ChatCall| {
        let wait = if call.prompt().contains("SLOW") { Duration::from_secs(600) } else { Duration::ZERO };
        people().answer(call).after(wait)
    };
    let (_runtime, server) = serve(|builder| builder.answer(slow));
    let mut child = spawn(&desk, &server, &["--tools", "T23c_async", "--max-concurrent", "1"]);
    // Two documents are in flight at a time: the third is only begun when one of the others is done.
    until(&server, |server| server.account().attempts().len() == 3);
    interrupt(&child);
    // The first signal was heard, so that the second can't be merged with it.
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.starts_with("stopping: ")));
    interrupt(&child);
    assert!(said.any(|line| line == "stopping now: what is done is written"));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let rows = desk.lines("OUT/documents.jsonl");
    assert_eq!((&rows[2]["document"], &rows[2]["state"]), (&"c.txt".into(), &"failed".into()));
    let done = rows.iter().filter(|row| row["state"] == "complete").count();
    let mentions = desk.lines("OUT/entities.jsonl")[0]["mentions"].as_array().unwrap().len();
    assert_eq!((done >= 1, mentions), (true, done));
    assert_eq!((desk.lines("OUT/relations.jsonl"), desk.lines("OUT/rejected.jsonl")), (vec![], vec![]));
    assert_eq!(desk.json("OUT/summary.json")["state"], "interrupted");
}

#[test]
fn calls_that_only_queue_are_not_made_after_ctrl_c() {
    let (desk, _runtime, server, child) = begin(Duration::ZERO, &["--rpm", "3"]);
    until(&server, |server| server.account().calls_answered() >= 2);
    interrupt(&child);
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    assert!(server.account().attempts().len() <= 3);
    assert_eq!(desk.json("OUT/summary.json")["state"], "interrupted");
    assert!(desk.read("OUT/documents.jsonl").contains("skipped"));
}
