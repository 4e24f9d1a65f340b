//! `kgas plan`: what an extraction will take, told without a single connection.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::time::Duration;

use bytes::Bytes;
use kgas_engine::journal::{Answer, Journal, Key};
use kgas_http::ApiRequest;
use kgas_mock::MockServer;
use serde_json::Value;
use support::{Desk, Ran, serve, states};

const TEXTS: [(&str, &str); 3] = [
    ("a.txt", "Ann knows Bob. They met in Paris. It rained all day and the river rose."),
    ("b.txt", "Bob left."),
    ("c.txt", "   "),
];

fn plan_args<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let base = ["plan", "in", "--ontology", "ontology.json", "--base-url", url];
    base.iter().chain(more).copied().collect()
}

fn plan(desk: &Desk, server: &MockServer, more: &[&str]) -> Ran {
    desk.kgas(&plan_args(server.url(), more))
}

fn planned(desk: &Desk, server: &MockServer, more: &[&str]) -> Value {
    let ran = plan(desk, server, &[more, &["--json"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

const TEXT: [&str; 4] = ["--response-format", "text", "--chunk-size", "40"];

#[test]
fn a_plan_counts_the_calls_of_the_run_and_sends_nothing() {
    let (_runtime, server) = serve(|builder| builder);
    for more in [&[][..], &["--second-pass"], &["--tools", "T23c_async"]] {
        let desk = Desk::with(&TEXTS);
        let all = [&TEXT, more].concat();
        let told = planned(&desk, &server, &all);
        let before = server.account().attempts().len();
        assert_eq!(desk.extract(&server, &all).code, Some(0));
        let calls = server.account().attempts().len() - before;
        assert_eq!(told["calls"], calls, "{more:?}");
    }
}

#[test]
fn no_connection_is_made_and_nothing_is_written() {
    let desk = Desk::with(&TEXTS);
    let (_runtime, server) = serve(|builder| builder);
    let ran = plan(&desk, &server, &["--out", "OUT", "--rpm", "60"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(server.account().connections(), 0);
    assert!(!desk.path("OUT").exists());
    assert!(ran.stdout.contains("T27_async") && ran.stdout.contains("--chunk-size 6000"), "{}", ran.stdout);
    assert!(ran.stdout.contains("cost unknown: name a price file with --prices"), "{}", ran.stdout);
}

#[test]
fn asking_for_the_form_of_answers_is_planned_where_it_is_not_known() {
    let desk = Desk::with(&TEXTS);
    let (_runtime, server) = serve(|builder| builder);
    let with = planned(&desk, &server, &["--chunk-size", "40"]);
    let without = planned(&desk, &server, &TEXT);
    assert_eq!(with["calls"].as_u64(), without["calls"].as_u64().map(|calls| calls + 1));
}

#[test]
fn a_price_file_gives_the_cost_and_the_window() {
    let desk = Desk::with(&TEXTS);
    let (_runtime, server) = serve(|builder| builder);
    desk.write(
        "prices.json",
        r#"{"small": {"input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6, "max_input_tokens": 300}}"#,
    );
    let all = [&TEXT[..], &["--model", "small", "--prices", "prices.json"]].concat();
    let told = planned(&desk, &server, &all);
    let (prompt, completion) = (&told["prompt_tokens"]["value"], &told["completion_tokens"]["value"]);
    let expected = (prompt.as_f64().unwrap() + 4.0 * completion.as_f64().unwrap()) / 1e6;
    let cost = told["cost"]["value"].as_f64().unwrap();
    assert!((cost / expected - 1.0).abs() < 0.05, "{cost}, expected {expected}");
    assert_eq!((&told["context_window"], &told["too_long"]["calls"]), (&300.into(), &told["calls"]));
}

#[test]
fn a_prompt_that_can_not_fit_is_listed_and_never_sent() {
    let desk = Desk::with(&TEXTS);
    let (_runtime, server) = serve(|builder| builder);
    let all = [&TEXT[..], &["--context-window", "2100", "--tools", "T23c_async"]].concat();
    let told = planned(&desk, &server, &all);
    assert_eq!(told["too_long"]["calls"], told["calls"]);
    assert_eq!(told["too_long"]["document"], "a.txt");
    let ran = desk.extract(&server, &all);
    assert_eq!((ran.code, server.account().attempts().len()), (Some(3), 0), "{}", ran.stderr);
    assert!(states(&desk, "T23c_async").iter().any(|(_, _, state)| state == "failed"));
    assert!(desk.read("OUT/documents.jsonl").contains("lower --chunk-size, max_tokens or ontology_tokens"));
}

/// Puts what the server was asked and answered into a journal, as a run with one does.
fn keep(desk: &Desk, server: &MockServer) -> Journal {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let journal = Journal::open(&desk.path("OUT/.kgas")).unwrap();
    for attempt in server.account().attempts() {
        let body = Bytes::from(attempt.request.as_ref().unwrap().body.clone());
        let request = ApiRequest::new(http::Method::POST, "chat/completions", Some(body.clone()));
        let answer = serde_json::json!({"choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": "[]"}}],
            "usage": {"prompt_tokens": 500, "completion_tokens": 7}});
        runtime.block_on(async {
            let key = Key::of(server.url(), &request);
            let number = journal.intend(&key, body).await.unwrap();
            let body = Bytes::from(serde_json::to_vec(&answer).unwrap());
            let took = Duration::from_millis(300);
            let answer = Answer { number, status: 200, body, attempts: 1, took, at: 0 };
            journal.answered(number, answer).await.unwrap();
        });
    }
    journal
}

#[test]
fn answers_of_the_journal_need_no_buying_and_a_locked_one_is_left_alone() {
    let desk = Desk::with(&TEXTS);
    let (_runtime, server) =
        serve(|builder| builder.keep_requests().answer(|_: &kgas_mock::ChatCall| kgas_mock::Reply::text("[]")));
    assert_eq!(desk.extract(&server, &[&TEXT[..], &["--no-journal"]].concat()).code, Some(0));
    let journal = keep(&desk, &server);
    let all = [&TEXT[..], &["--out", "OUT"]].concat();
    let locked = planned(&desk, &server, &all);
    assert_eq!(locked["held"], 0);
    assert!(locked["notes"].to_string().contains("another kgas has it open"), "{locked}");
    drop(journal);
    desk.write("in/d.txt", "Ann is here.");
    let told = planned(&desk, &server, &all);
    let calls = server.account().attempts().len();
    assert_eq!((&told["held"], &told["to_buy"]), (&calls.into(), &2.0.into()), "{told}");
    assert_eq!((&told["is_learned"], &told["time"]["has_latency"]), (&true.into(), &true.into()));
    let seconds = told["time"]["seconds"].as_f64().unwrap();
    assert!((0.55..0.65).contains(&seconds), "two calls, one after the other: {seconds}");
}

#[test]
fn what_can_not_be_planned_is_said_with_the_exit_code_of_other_commands() {
    let desk = Desk::with(&TEXTS);
    let (_runtime, server) = serve(|builder| builder);
    let ran = desk.kgas(&["plan", "in", "--ontology", "ontology.json"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--provider or --base-url"), "{}", ran.stderr);
    desk.write("in/bad.txt", b"\xff\xfe\xfd");
    let ran = plan(&desk, &server, &TEXT);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("bad.txt"), "{}", ran.stderr);
}

#[test]
fn what_the_run_would_refuse_is_refused_before_anything_is_planned() {
    let desk = Desk::with(&TEXTS);
    let (_runtime, server) = serve(|builder| builder);
    let cases: [(&[&str], &str); 4] = [
        (&["--max-usd", "5"], "--max-usd needs to know what gpt-4 costs"),
        (&["--merge-similar", "0.9"], "--merge-similar needs --merge similar"),
        (&["--tools", "T41_async", "--extra-body", r#"{"seed": 1}"#], "none of the tools asks a chat model"),
        (&["--show-prompt"], "a plan has no prompt to show"),
    ];
    for (more, expected) in cases {
        let ran = plan(&desk, &server, more);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{more:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

#[test]
fn what_will_end_the_run_early_is_noted() {
    let desk = Desk::with(&TEXTS);
    let (_runtime, server) = serve(|builder| builder);
    let prices = ["--price-in", "1", "--price-out", "2"];
    for (limit, too_little, enough) in
        [("--max-calls", "1", "100"), ("--max-total-tokens", "9", "1000000"), ("--max-usd", "0.0000001", "5")]
    {
        for (value, is_noted) in [(too_little, true), (enough, false)] {
            let told = planned(&desk, &server, &[&TEXT[..], &prices, &[limit, value]].concat());
            let note = format!("{limit} is less than that: it will stop the run before all is bought");
            assert_eq!(told["notes"].to_string().contains(&note), is_noted, "{limit} {value}: {told}");
        }
    }
    let told = planned(&desk, &server, &[&TEXT[..], &["--offline"]].concat());
    assert!(told["notes"].to_string().contains("--offline buys nothing"), "{told}");
}

#[test]
fn chunks_that_hold_each_document_whole_change_nothing() {
    let desk = Desk::with(&TEXTS);
    let (_runtime, server) = serve(|builder| builder);
    let told = planned(&desk, &server, &[]);
    let changes = told["otherwise"].as_array().unwrap();
    let larger = changes.iter().find(|change| change["change"] == "--chunk-size 6000").unwrap();
    assert_eq!(larger["to_buy"], told["to_buy"], "{told}");
    let prompt = |plan: &Value| plan["prompt_tokens"]["value"].as_f64().unwrap();
    assert!((prompt(larger) / prompt(&told) - 1.0).abs() < 0.01, "{told}");
}
