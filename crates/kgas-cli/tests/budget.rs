//! What may be spent: by the server's own account, and in what is said of it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::fmt::Write as _;
use std::time::Duration;

use kgas_mock::{Account, Fault, MockServer};
use support::{Desk, Ran, serve, whole_args};

const LITTLE: [&str; 4] = ["--tools", "T23c_async", "--max-concurrent", "16"];

/// So many documents of one chunk each, in one file.
fn desk_of(count: usize) -> Desk {
    let desk = Desk::new();
    let mut lines = String::new();
    for at in 0..count {
        writeln!(lines, r#"{{"id": "{at}", "text": "Ann is here with number {at}."}}"#).unwrap();
    }
    desk.write("in/all.jsonl", lines);
    desk
}

fn run(desk: &Desk, server: &MockServer, more: &[&str]) -> Ran {
    desk.kgas(&whole_args(server.url(), &[&LITTLE, more].concat()))
}

/// The calls that were about documents, and were answered.
fn answered(account: &Account) -> u64 {
    let about = |prompt: &str| prompt.contains("Ann is here with number");
    let calls = account.attempts().iter().filter(|attempt| attempt.status == Some(200) && attempt.fault.is_none());
    let request = |attempt: &kgas_mock::Attempt| attempt.request.as_ref().is_some_and(|sent| about(&sent.body));
    u64::try_from(calls.filter(|attempt| request(attempt)).count()).unwrap()
}

/// The tokens that the server told, of prompts and of answers.
fn told(account: &Account) -> (u64, u64) {
    let usages = account.attempts().iter().filter_map(|attempt| attempt.usage);
    usages.fold((0, 0), |sum, usage| (sum.0 + usage.prompt_tokens, sum.1 + usage.completion_tokens))
}

/// The run ended by its budget: all that was bought was written, and the rest was skipped.
fn check_end(desk: &Desk, ran: &Ran, account: &Account, documents: u64) {
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let summary = desk.json("OUT/summary.json");
    assert_eq!(summary["state"], "stopped");
    assert!(summary["run"]["stopped_by"].as_str().unwrap().contains("the budget is spent"), "{summary}");
    let chunks = &summary["counts"]["chunks"];
    assert_eq!(chunks["ok"].as_u64(), Some(answered(account)), "what was bought is kept: {chunks}");
    assert_eq!(chunks["skipped"].as_u64(), Some(documents - answered(account)), "{chunks}");
    assert_eq!(desk.lines("OUT/documents.jsonl").len() as u64, documents);
    assert!(ran.stderr.contains("run the same command again to go on: what was bought is kept"), "{}", ran.stderr);
}

#[test]
fn as_many_calls_are_made_as_were_allowed() {
    let desk = desk_of(1000);
    let (_runtime, server) = serve(|builder| builder.keep_requests().latency(Duration::from_millis(5)));
    let ran = run(&desk, &server, &["--max-calls", "137"]);
    let account = server.account();
    assert_eq!(account.attempts().len(), 137);
    check_end(&desk, &ran, &account, 1000);
}

#[test]
fn calls_that_are_made_again_count_too() {
    let desk = desk_of(300);
    let (_runtime, server) = serve(|builder| builder.keep_requests().fault(Fault::status(500).every(4)));
    let ran = run(&desk, &server, &["--max-calls", "60"]);
    let account = server.account();
    assert_eq!(account.attempts().len(), 60);
    assert!(answered(&account) <= 45);
    check_end(&desk, &ran, &account, 300);
}

#[test]
fn tokens_stay_below_their_limit_and_are_used_well() {
    let desk = desk_of(300);
    let (_runtime, server) = serve(|builder| builder.keep_requests());
    let ran = run(&desk, &server, &["--max-total-tokens", "60000"]);
    let account = server.account();
    let (prompt, completion) = told(&account);
    let all = prompt + completion;
    assert!(all <= 60_000, "{all}");
    // No call of this run can take more than 10 000: less than that is left.
    assert!(all > 50_000, "{all}");
    check_end(&desk, &ran, &account, 300);
}

#[test]
fn dollars_stay_below_their_limit_by_the_prices_that_were_given() {
    let desk = desk_of(300);
    desk.write("prices.json", r#"{"gpt-4": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}}"#);
    for prices in [&["--prices", "prices.json"][..], &["--price-in", "1", "--price-out", "2"]] {
        let (_runtime, server) = serve(|builder| builder.keep_requests());
        let ran = run(&desk, &server, &[&["--max-usd", "0.06"], prices].concat());
        let account = server.account();
        let (prompt, completion) = told(&account);
        let millionths = prompt + 2 * completion;
        assert!((45_000..=60_000).contains(&millionths), "{millionths}");
        check_end(&desk, &ran, &account, 300);
    }
}

#[test]
fn a_budget_that_is_enough_changes_nothing() {
    let desk = desk_of(20);
    let (_runtime, server) = serve(|builder| builder);
    let ran = run(&desk, &server, &["--max-calls", "100", "--max-total-tokens", "1000000"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(desk.json("OUT/summary.json")["state"], "complete");
}

#[test]
fn vectors_are_bought_within_the_budget_too() {
    let desk = desk_of(30);
    let (_runtime, server) = serve(|builder| builder);
    let args = ["embed", "in", "--out", "v.jsonl", "--base-url", server.url(), "--max-calls", "4"];
    let ran = desk.kgas(&[&args[..], &["--max-concurrent", "2"]].concat());
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(server.account().attempts().len(), 4);
    assert!(ran.stderr.contains("the budget is spent: 4 of 4 calls"), "{}", ran.stderr);
}
