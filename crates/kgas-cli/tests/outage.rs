//! What becomes of a run whose server goes away, and of a call that takes too long in all.

mod support;

use std::ops::Range;

use kgas_mock::{Builder, Fault};
use support::{Desk, Ran, serve};

/// Loses these attempts, one after the other, whenever they come: an outage without a clock.
fn away(attempts: Range<usize>) -> impl FnOnce(Builder) -> Builder {
    move |builder| attempts.fold(builder, |builder, at| builder.fault(Fault::reset().nth(at)))
}

fn complete(desk: &Desk) -> usize {
    desk.lines("OUT/documents.jsonl").iter().filter(|row| row["state"] == "complete").count()
}

#[test]
fn an_outage_in_the_middle_of_a_run_loses_nothing() {
    let desk = Desk::of(12);
    // As many as two calls of two attempts each have, one at a time so that no answer comes in among them.
    let (_runtime, server) = serve(away(4..8));
    let ran = desk.extract(&server, &["--tools", "T23c_async", "--max-concurrent", "1", "--max-retries", "1"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(complete(&desk), 12);
    let account = server.account();
    assert_eq!((account.attempts().len(), account.calls_answered()), (16, 12));
    assert!(ran.stderr.contains("the server seems to be down: calls wait for it"), "{}", ran.stderr);
}

#[test]
fn a_server_that_stays_away_ends_the_run_with_the_patience_and_what_was_done_is_written() {
    let desk = Desk::of(30);
    let (_runtime, server) = serve(away(6..1000));
    let more = ["--tools", "T23c_async", "--max-concurrent", "1", "--max-retries", "1", "--outage-patience", "1"];
    let ran = desk.extract(&server, &more);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let last = ran.stderr.lines().last().unwrap_or_default();
    assert!(
        last.starts_with(&format!("kgas: {}/chat/completions was there, and has been away", server.url())),
        "{last}"
    );
    assert!(last.contains("start again when it is back") && last.ends_with("what was done before is in OUT"), "{last}");
    assert!((1..5).any(|seconds| last.contains(&format!(" for {seconds} s: "))), "{last}");
    assert_eq!(complete(&desk), 6);
    assert_eq!(desk.json("OUT/summary.json")["state"], "stopped");
    // One probe at a time, and nothing for the documents that were not begun.
    assert!(server.account().attempts().len() <= 20, "{}", server.account().attempts().len());
}

#[test]
fn a_call_ends_with_its_time_in_all_whatever_tries_are_left() {
    let desk = Desk::of(1);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::hang()));
    let Ran { code, stderr, .. } =
        desk.extract(&server, &["--tools", "T23c_async", "--total-timeout", "0.3", "--max-retries", "9"]);
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.contains("before the deadline: 300ms allowed in all"), "{stderr}");
    assert_eq!(server.account().attempts().len(), 1);
}
