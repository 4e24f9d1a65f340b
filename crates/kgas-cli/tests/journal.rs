//! What the journal spares a person: calls that were made, by the server's account.

mod support;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kgas_mock::{Answer as _, ChatCall, Fault, MockServer, Reply};
use serde_json::Value;
use support::{Desk, Ran, extract_args, people, serve, states, whole_args};

const FILES: [&str; 4] = ["entities.jsonl", "relations.jsonl", "documents.jsonl", "rejected.jsonl"];

fn calls(server: &MockServer) -> usize {
    server.account().attempts().len()
}

fn done(ran: Ran) -> Ran {
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

fn graph(desk: &Desk) -> Vec<String> {
    FILES.iter().map(|file| desk.read(&format!("OUT/{file}"))).collect()
}

#[test]
fn the_same_command_again_buys_nothing_and_gives_the_same_graph() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::of(5);
    done(desk.extract(&server, &[]));
    let (before, first) = (calls(&server), graph(&desk));
    let ran = done(desk.extract(&server, &[]));
    assert_eq!((calls(&server), graph(&desk)), (before, first));
    assert!(ran.stdout.contains("10 calls (10 of them from the journal)"), "{}", ran.stdout);
}

#[test]
fn a_document_that_changed_is_asked_about_and_one_that_vanished_is_gone() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::with(&[("a.txt", "Ann is here."), ("b.txt", "Bob is here."), ("c.txt", "Paris is here.")]);
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    assert_eq!(calls(&server), 3);
    desk.write("in/b.txt", "Ann and Bob are here.");
    std::fs::remove_file(desk.path("in/c.txt")).unwrap();
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    assert_eq!(calls(&server), 4);
    assert_eq!(states(&desk, "T23c_async").len(), 2);
    assert!(!desk.read("OUT/entities.jsonl").contains("Paris"));
}

#[test]
fn another_model_or_ontology_is_another_question() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::of(1);
    let with = ["--tools", "T23c_async"];
    done(desk.extract(&server, &with));
    done(desk.extract(&server, &[&with[..], &["--model", "other"]].concat()));
    desk.write("ontology.json", r#"{"entities": {"Person": {}}, "relations": {}}"#);
    done(desk.extract(&server, &with));
    assert_eq!(calls(&server), 3);
}

#[test]
fn offline_uses_what_is_there_and_says_what_is_missing() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    desk.write("in/b.txt", "Bob is here.");
    let ran = desk.extract(&server, &["--tools", "T23c_async", "--offline"]);
    assert_eq!((ran.code, calls(&server)), (Some(3), 1), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 chunk skipped") && ran.stderr.contains("leave out --offline"), "{}", ran.stderr);
    assert!(desk.read("OUT/.kgas/partial/documents.jsonl").contains("--offline"));
    let states: Vec<String> = states(&desk, "T23c_async").into_iter().map(|(.., state)| state).collect();
    assert_eq!(states, ["ok"], "the graph of an earlier run stays");
}

#[test]
fn refresh_buys_all_again_once() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::of(3);
    let with = ["--tools", "T23c_async"];
    done(desk.extract(&server, &with));
    assert_eq!(calls(&server), 3);
    done(desk.extract(&server, &[&with[..], &["--refresh"]].concat()));
    assert_eq!(calls(&server), 6);
    done(desk.extract(&server, &with));
    assert_eq!(calls(&server), 6);
}

#[test]
fn a_refresh_that_was_stopped_goes_on_and_buys_nothing_twice() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::of(5);
    let with = ["--tools", "T23c_async", "--max-concurrent", "1"];
    done(desk.extract(&server, &with));
    let stopped = desk.extract(&server, &[&with[..], &["--refresh", "--max-calls", "2"]].concat());
    assert_eq!((stopped.code, calls(&server)), (Some(3), 7), "{}", stopped.stderr);
    done(desk.extract(&server, &[&with[..], &["--refresh"]].concat()));
    assert_eq!(calls(&server), 10);
    done(desk.extract(&server, &[&with[..], &["--refresh"]].concat()));
    assert_eq!(calls(&server), 15);
}

#[test]
fn what_a_refresh_missed_is_bought_without_it() {
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(500).on_prompt("at 1.").times(1)));
    let desk = Desk::of(3);
    let with = ["--tools", "T23c_async", "--max-retries", "0"];
    let ran = desk.extract(&server, &[&with[..], &["--refresh"]].concat());
    assert_eq!((ran.code, calls(&server)), (Some(3), 3), "{}", ran.stderr);
    assert!(ran.stderr.contains("run again without --refresh for what failed"), "{}", ran.stderr);
    done(desk.extract(&server, &with));
    assert_eq!(calls(&server), 4);
}

#[test]
fn a_budget_that_is_spent_is_gone_on_with_by_the_same_command() {
    let (_runtime, server) = serve(|builder| builder.keep_requests());
    let desk = Desk::new();
    let line = |at: usize| format!("{{\"id\": \"d{at}\", \"text\": \"Ann is here at {at}.\"}}\n");
    desk.write("in/all.jsonl", (0..1000).map(line).collect::<String>());
    let with = ["--tools", "T23c_async", "--max-concurrent", "16"];
    let ran = desk.extract(&server, &[&with[..], &["--max-calls", "137"]].concat());
    assert_eq!((ran.code, calls(&server)), (Some(3), 137), "{}", ran.stderr);
    let again = ran.stderr.lines().find_map(|line| line.strip_prefix("to go on: kgas ")).unwrap();
    let words: Vec<&str> = again.split(' ').filter(|word| !["--max-calls", "137"].contains(word)).collect();
    done(desk.kgas(&words));
    let account = server.account();
    let asked: BTreeSet<&str> =
        account.attempts().iter().map(|attempt| attempt.request.as_ref().unwrap().body.as_str()).collect();
    assert_eq!((account.attempts().len(), asked.len()), (1000, 1000));
}

#[test]
fn a_run_goes_on_in_the_form_that_it_began_with() {
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(503).first(1)));
    let desk = Desk::of(5);
    let args = whole_args(server.url(), &["--tools", "T23c_async", "--max-retries", "0", "--max-concurrent", "1"]);
    let stopped = desk.kgas(&[&args[..], &["--max-calls", "4"]].concat());
    assert!(stopped.stderr.contains("no clear answer: text for this run"), "{}", stopped.stderr);
    assert_eq!((stopped.code, calls(&server)), (Some(3), 4), "{}", stopped.stderr);
    let ran = done(desk.kgas(&args));
    assert_eq!(calls(&server), 6, "{}", ran.stderr);
}

#[test]
fn retry_failed_asks_again_about_chunks_that_are_not_complete_and_about_no_others() {
    let moods = AtomicUsize::new(0);
    let moody =
        move |call: &ChatCall| match call.prompt().contains("moody") && moods.fetch_add(1, Ordering::SeqCst) == 0 {
            true => Reply::text("I would rather not."),
            false => people().answer(call),
        };
    let (_runtime, server) = serve(|builder| builder.answer(moody));
    let desk = Desk::with(&[("a.txt", "Ann is here."), ("b.txt", "Ann is moody.")]);
    let with = ["--tools", "T23c_async", "--set", "ask_again=0"];
    assert_eq!(desk.extract(&server, &with).code, Some(3));
    assert_eq!(calls(&server), 2);
    // A rerun takes the useless answer for what it is, pays for no other, and says what would help.
    let ran = desk.extract(&server, &with);
    assert_eq!((ran.code, calls(&server)), (Some(3), 2));
    assert!(ran.stderr.contains("run again with --retry-failed for what failed"), "{}", ran.stderr);
    done(desk.extract(&server, &[&with[..], &["--retry-failed"]].concat()));
    assert_eq!(calls(&server), 3);
}

#[test]
fn documents_that_say_the_same_are_asked_about_once() {
    let (_runtime, server) = serve(|builder| builder.latency(Duration::from_millis(20)));
    let desk = Desk::new();
    (0..9).for_each(|at| desk.write(&format!("in/{at}.txt"), "Ann is here."));
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    assert_eq!((calls(&server), states(&desk, "T23c_async").len()), (1, 9));
}

#[test]
fn retry_failed_without_a_graph_says_what_to_do() {
    let desk = Desk::of(1);
    let ran = desk.kgas(&extract_args("http://127.0.0.1:9", &["--tools", "T23c_async", "--retry-failed"]));
    let told = "kgas: --retry-failed: OUT: there is no graph in it yet, run without --retry-failed";
    assert_eq!((ran.code, ran.stderr.lines().last()), (Some(1), Some(told)));
}

#[test]
fn outputs_that_share_a_cache_share_what_was_bought() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::of(1);
    let args = |out| {
        let url = server.url();
        ["extract", "in", "--ontology", "ontology.json", "--tools", "T23c_async", "--response-format", "text"]
            .into_iter()
            .chain(["--cache", "shared", "--base-url", url, "--out", out])
            .collect::<Vec<_>>()
    };
    done(desk.kgas(&args("OUT1")));
    done(desk.kgas(&args("OUT2")));
    assert_eq!(calls(&server), 1);
    assert!(!desk.path("OUT1/.kgas/journal.redb").exists());
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    let mut of_graph = args("OUT3");
    of_graph.iter_mut().filter(|word| **word == "shared").for_each(|word| *word = "OUT");
    done(desk.kgas(&of_graph));
    assert_eq!(calls(&server), 2, "a graph's own journal can be shared by its folder");
    let stats: Value =
        serde_json::from_str(&done(desk.kgas(&["journal", "shared", "stats", "--json"])).stdout).unwrap();
    assert_eq!(stats["answered"], 1);
}

#[test]
fn without_a_journal_nothing_is_kept() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::of(1);
    let with = ["--tools", "T23c_async", "--no-journal"];
    done(desk.extract(&server, &with));
    done(desk.extract(&server, &with));
    assert_eq!(calls(&server), 2);
    assert!(!desk.path("OUT/.kgas/journal.redb").exists());
    let ran = desk.extract(&server, &[&with[..], &["--max-calls", "1", "--chunk-size", "10"]].concat());
    assert!(
        !ran.stderr.contains("to go on") && ran.stderr.contains("nothing that was bought is kept"),
        "{}",
        ran.stderr
    );
}

#[test]
fn embeddings_are_kept_too() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let args = ["embed", "in", "--out", "v.jsonl", "--base-url", server.url()];
    done(desk.kgas(&args));
    let first = desk.read("v.jsonl");
    done(desk.kgas(&args));
    assert_eq!((calls(&server), desk.read("v.jsonl")), (1, first));
}

#[test]
fn a_damaged_journal_is_named_and_no_call_is_made() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::of(2);
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    let whole = std::fs::read(desk.path("OUT/.kgas/journal.redb")).unwrap();
    let before = calls(&server);
    let half = whole[..whole.len() / 2].to_vec();
    let mut garbled = whole.clone();
    garbled[4096..].iter_mut().step_by(7).for_each(|byte| *byte ^= 0x5a);
    for (name, bytes) in [("truncated", half), ("garbled", garbled), ("empty", Vec::new()), ("text", b"hello".to_vec())]
    {
        desk.write("OUT/.kgas/journal.redb", bytes);
        let ran = desk.extract(&server, &["--tools", "T23c_async"]);
        assert_eq!((ran.code, calls(&server)), (Some(1), before), "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains("journal.redb") && ran.stderr.contains("damaged"), "{name}: {}", ran.stderr);
    }
}

#[test]
fn the_journal_shows_what_was_asked_and_answered() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    let shown = done(desk.kgas(&["journal", "OUT", "show"])).stdout;
    assert_eq!(shown.lines().count(), 2, "{shown}");
    let key = shown.lines().nth(1).unwrap().split_whitespace().nth(1).unwrap();
    let call: Value = serde_json::from_str(&done(desk.kgas(&["journal", "OUT", "show", key])).stdout).unwrap();
    assert!(call["request"]["messages"].to_string().contains("Ann is here."));
    assert!(call["answer"]["body"]["choices"].is_array());
    let exported = done(desk.kgas(&["journal", "OUT", "export"])).stdout;
    assert_eq!(serde_json::from_str::<Value>(&exported).unwrap(), call);
    done(desk.kgas(&["journal", "OUT", "prune", "--all"]));
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    assert_eq!(calls(&server), 2);
}

#[test]
fn a_key_that_is_empty_or_none_takes_nothing_out() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::of(2);
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    for key in ["", " ", "%", "key"] {
        let ran = desk.kgas(&["journal", "OUT", "prune", "--key", key]);
        assert_eq!(ran.code, Some(2), "{key}: {}", ran.stdout);
        assert_eq!(desk.kgas(&["journal", "OUT", "show", key]).code, Some(2), "{key}");
    }
    done(desk.extract(&server, &["--tools", "T23c_async"]));
    assert_eq!(calls(&server), 2);
}

#[cfg(unix)]
#[test]
fn the_journal_is_for_its_user_alone_and_holds_no_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::of(1);
    let args = extract_args(server.url(), &["--tools", "T23c_async"]);
    let ran: Ran = desk.command(&args).env("KGAS_API_KEY", "sk-kgas-test-own").output().unwrap().into();
    done(ran);
    let path = desk.path("OUT/.kgas/journal.redb");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let exported = done(desk.kgas(&["journal", "OUT", "export"])).stdout;
    assert!(!exported.contains("sk-kgas-test"));
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(12).any(|window| window == b"sk-kgas-test"));
}
