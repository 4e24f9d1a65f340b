//! Ctrl-C once and twice, sent to the real process.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kgas_mock::MockServer;
use support::{Desk, Ran, extract_args, serve};

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

fn begin(latency: Duration, more: &[&str]) -> (Desk, tokio::runtime::Runtime, MockServer, Child) {
    let texts: Vec<_> = (0..40).map(|at| (format!("{at:02}.txt"), "Ann is here.")).collect();
    let documents: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let desk = Desk::with(&documents);
    let (runtime, server) = serve(|builder| builder.latency(latency));
    let args = [&["--tools", "T23c_async", "--max-concurrent", "2"], more].concat();
    let mut command = desk.command(&extract_args(server.url(), &args));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
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
fn ctrl_c_twice_drops_what_is_in_flight_and_keeps_what_is_done() {
    let (desk, _runtime, server, child) = begin(Duration::from_secs(600), &[]);
    until(&server, |server| server.account().attempts().len() == 2);
    interrupt(&child);
    // The second signal must not be merged with the first: the first closes the queue, which nothing outside shows,
    // so it is sent until the process has ended.
    let mut child = child;
    while child.try_wait().unwrap().is_none() {
        interrupt(&child);
        std::thread::yield_now();
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(server.account().calls_answered(), 0);
    assert!(!desk.path("OUT/embeddings.jsonl").exists());
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
