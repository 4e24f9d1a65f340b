//! What becomes of a run when the server misbehaves, by the server's own account.

mod support;

use std::time::Duration;

use kgas_mock::{ChatCall, Fault, FinishReason, Reply};
use support::{Desk, check_spans, serve, states};

const LONG: &str =
    "Ann knows Bob, and Bob is in Paris now. POISON is in the middle of this sentence here. Ann is here too.";

#[test]
fn one_failing_chunk_is_named_and_all_else_is_there() {
    let desk = Desk::with(&[("a.txt", LONG), ("b.txt", "Ann knows Bob.")]);
    // A 500 that meets one call while no other is under way may be an outage, and is tried more often.
    let (_runtime, server) = serve(|builder| builder.fault(Fault::truncated().on_prompt("POISON")));
    let ran = desk.extract(&server, &["--chunk-size", "50", "--max-retries", "1"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let failed: Vec<_> = states(&desk, "T23c_async").into_iter().filter(|(_, _, state)| state == "failed").collect();
    assert_eq!(failed, [("a.txt".to_owned(), 1, "failed".to_owned())]);
    let rows = desk.lines("OUT/documents.jsonl");
    assert_eq!((&rows[0]["state"], &rows[1]["state"]), (&"partial".into(), &"complete".into()));
    assert_eq!(rows[0]["chunks"][1]["tools"]["T23c_async"]["attempts"], 2);
    let names: Vec<_> = desk.lines("OUT/entities.jsonl").iter().map(|line| line["name"].clone()).collect();
    assert_eq!(names, ["Paris", "Ann", "Bob"]);
    assert_eq!(desk.lines("OUT/relations.jsonl")[0]["evidence"].as_array().unwrap().len(), 2);
    assert_eq!(check_spans(&desk.path("OUT"), |id| desk.read(&format!("in/{id}"))), 9);
    assert!(ran.stderr.contains("a.txt is partial: chunk 1 failed in T23c_async"), "{}", ran.stderr);
}

#[test]
fn an_answer_that_is_none_is_the_state_of_its_chunk() {
    let plain = |text: &'static str| move |_: &ChatCall| Reply::text(text);
    let cut = |_: &ChatCall| {
        Reply::text(r#"{"entities": [{"text": "Ann", "type": "Person"}, {"te"#).finish(FinishReason::Length)
    };
    let run = |with: &dyn Fn(kgas_mock::Builder) -> kgas_mock::Builder| {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        let (_runtime, server) = serve(with);
        let ran = desk.extract(&server, &["--tools", "T23c_async", "--max-retries", "0"]);
        let entities = desk.lines("OUT/entities.jsonl").len();
        (ran.code, states(&desk, "T23c_async").remove(0).2, entities)
    };
    let state = |code, state: &str, entities| (Some(code), state.to_owned(), entities);
    assert_eq!(run(&|b| b.fault(Fault::not_json("<html></html>"))), state(3, "failed", 0));
    assert_eq!(run(&|b| b.fault(Fault::empty_body())), state(3, "failed", 0));
    assert_eq!(run(&|b| b.fault(Fault::truncated())), state(3, "failed", 0));
    assert_eq!(run(&|b| b.answer(plain("I would rather not say."))), state(3, "failed", 0));
    assert_eq!(run(&|b| b.answer(plain(""))), state(3, "failed", 0));
    assert_eq!(run(&|b| b.answer(plain("{\"entities\": []}"))), state(0, "empty", 0));
    assert_eq!(run(&|b| b.answer(plain("[{\"text\": \"Eve\", \"type\": \"Person\"}]"))), state(0, "rejected", 0));
    assert_eq!(run(&|b| b.answer(|_: &ChatCall| Reply::refusal("no"))), state(3, "refused", 0));
    assert_eq!(run(&|b| b.answer(cut)), state(3, "truncated", 1));
}

#[test]
fn what_passes_is_tried_again() {
    for fault in
        [Fault::reset(), Fault::status(503), Fault::status(429).header("retry-after", "0"), Fault::reset_mid_body()]
    {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        let (_runtime, server) = serve(|builder| builder.fault(fault.times(1)));
        let ran = desk.extract(&server, &["--tools", "T23c_async"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(desk.lines("OUT/documents.jsonl")[0]["chunks"][0]["tools"]["T23c_async"]["attempts"], 2);
        assert_eq!(server.account().attempts().len(), 2);
        assert_eq!(desk.json("OUT/summary.json")["calls"], 1);
    }
}

#[test]
fn a_server_that_hangs_is_given_up() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::hang()));
    let ran = desk.extract(&server, &["--tools", "T23c_async", "--timeout", "0.2", "--max-retries", "1"]);
    assert_eq!(ran.code, Some(3));
    assert_eq!(server.account().attempts().len(), 2);
    assert!(ran.stderr.contains("in time"), "{}", ran.stderr);
}

#[test]
fn after_a_refusal_that_all_would_meet_nothing_more_is_bought() {
    let quota = r#"{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}"#;
    let refusals = [Fault::status(401), Fault::status(403), Fault::status(404), Fault::status(429).body(quota)];
    for refusal in refusals {
        let texts: Vec<_> = (0..9).map(|at| (format!("{at}.txt"), format!("Ann is here at {at}."))).collect();
        let documents: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let desk = Desk::with(&documents);
        let (_runtime, server) = serve(|builder| builder.fault(refusal.nth(3)));
        let ran = desk.extract(&server, &["--tools", "T23c_async", "--max-concurrent", "1"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert_eq!(server.account().attempts().len(), 4);
        assert_eq!(desk.lines("OUT/entities.jsonl")[0]["mentions"].as_array().unwrap().len(), 3);
        assert_eq!(desk.json("OUT/summary.json")["state"], "stopped");
        assert!(ran.stderr.contains("what was done before is in OUT"), "{}", ran.stderr);
    }
}

#[test]
fn a_server_that_never_was_there_is_fatal_after_its_tries() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for url in [format!("http://127.0.0.1:{unused}"), "http://no-such-host.invalid".to_owned()] {
        let desk = Desk::with(&[("a.txt", "Ann is here."), ("b.txt", "Bob is here.")]);
        let ran = desk.kgas(&support::extract_args(&url, &["--max-retries", "1"]));
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains(&url) && ran.stderr.contains("2 attempts"), "{}", ran.stderr);
    }
}

#[test]
fn a_bad_document_does_not_keep_the_others_from_their_graph() {
    let desk = Desk::with(&[
        ("a.txt", "Ann is here."),
        ("c.txt", ""),
        ("d.jsonl", "{\"id\": 7, \"text\": \"Bob.\"}\n{\"id\"\n"),
    ]);
    desk.write("in/b.txt", b"Ann \xff");
    let (_runtime, server) = serve(|builder| builder);
    let ran = desk.extract(&server, &["--tools", "T23c_async"]);
    assert_eq!(ran.code, Some(3));
    let rows = desk.lines("OUT/documents.jsonl");
    let told: Vec<_> =
        rows.iter().map(|row| (row["document"].as_str().unwrap(), row["state"].as_str().unwrap())).collect();
    let expected =
        [("a.txt", "complete"), ("b.txt", "failed"), ("c.txt", "complete"), ("7", "complete"), ("d.jsonl:2", "failed")];
    assert_eq!(told, expected);
    assert_eq!(rows[1]["error"], "not UTF-8 at byte 4: save it as UTF-8");
    assert!(rows[4]["error"].as_str().unwrap().starts_with("line 2 is not a JSON object"));
    assert!(ran.stderr.contains("empty"), "{}", ran.stderr);
}

#[test]
fn a_server_without_tls_is_fatal() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let (_runtime, server) = serve(|builder| builder);
    let ran = desk.kgas(&support::extract_args(&server.url().replace("http:", "https:"), &[]));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("no TLS connection to https://127.0.0.1:"), "{}", ran.stderr);
    assert_eq!(server.account().attempts().len(), 0);
}

#[test]
fn a_server_that_asks_for_a_second_is_given_it() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let busy = Fault::status(429).header("retry-after", "1").times(1);
    let (_runtime, server) = serve(|builder| builder.fault(busy));
    let ran = desk.extract(&server, &["--tools", "T23c_async"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let account = server.account();
    let [turned_away, answered] = account.attempts() else { panic!("{account:?}") };
    assert!(answered.arrived - turned_away.answered.unwrap() >= Duration::from_secs(1));
}

#[test]
fn retries_are_as_many_as_asked_for() {
    for retries in [0, 1, 3] {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        let (_runtime, server) = serve(|builder| builder.fault(Fault::status(429).header("retry-after", "0")));
        let ran = desk.extract(&server, &["--tools", "T23c_async", "--max-retries", &retries.to_string()]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert_eq!(server.account().attempts().len(), retries + 1);
        assert_eq!(desk.lines("OUT/documents.jsonl")[0]["chunks"][0]["tools"]["T23c_async"]["attempts"], retries + 1);
    }
}
