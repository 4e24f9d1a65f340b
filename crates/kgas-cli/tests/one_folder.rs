//! One output folder: killed runs, stopped runs, and a second process.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kgas_mock::{Answer as _, ChatCall, Fault};
use serde_json::Value;
use support::{Desk, Ran, extract_args, people, serve};

const FILES: [&str; 5] = ["entities.jsonl", "relations.jsonl", "documents.jsonl", "rejected.jsonl", ".kgas/run.json"];
const BY_RULES: [&str; 6] = ["extract", "--ontology", "ontology.json", "--out", "OUT", "-q"];

fn graph(desk: &Desk) -> BTreeMap<&'static str, String> {
    FILES.into_iter().map(|name| (name, desk.read(&format!("OUT/{name}")))).collect()
}

/// What is in kgas's own folder.
fn own(desk: &Desk) -> BTreeSet<String> {
    let entries = std::fs::read_dir(desk.path("OUT/.kgas")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Documents enough that a kill meets each stage of a run.
fn corpus(word: &str) -> String {
    (0..200).fold(String::new(), |mut lines, at| {
        writeln!(lines, "{{\"text\": \"Paris {word} {at}. We saw Paris.\"}}").unwrap();
        lines
    })
}

#[test]
fn a_kill_at_any_moment_leaves_one_graph_or_a_mix_that_is_refused_and_the_next_run_makes_it_whole() {
    let desk = Desk::new();
    desk.write("one.jsonl", corpus("one"));
    desk.write("other.jsonl", corpus("another"));
    let begun = Instant::now();
    let graphs = ["other.jsonl", "one.jsonl"].map(|input| {
        let ran = desk.kgas(&[&BY_RULES[..], &[input]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        graph(&desk)
    });
    let one_run = begun.elapsed() / 2;
    let mut seen = BTreeSet::new();
    for kill in 0..16_u32 {
        // Each input's turn, so that a graph is replaced by another one.
        let input = if kill % 2 == 0 { "other.jsonl" } else { "one.jsonl" };
        let mut child = desk.command(&[&BY_RULES[..], &[input]].concat()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(one_run * (kill * 7 % 16) / 13);
        child.kill().unwrap();
        child.wait().unwrap();
        let ran = desk.kgas(&["diff", "OUT", "OUT"]);
        let whole = graphs.iter().position(|known| *known == graph(&desk));
        match ran.code {
            Some(0) => assert!(whole.is_some(), "kill {kill}"),
            _ => assert!(ran.stderr.contains("isn't the file that its summary names"), "{}", ran.stderr),
        }
        seen.insert(ran.code);
    }
    assert!(seen.contains(&Some(0)));
    let ran = desk.kgas(&[&BY_RULES[..], &["one.jsonl"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(graph(&desk) == graphs[1]);
    assert_eq!(own(&desk), BTreeSet::from(["lock", "run.json"].map(str::to_owned)));
}

/// One call that takes a while, and all others at once.
fn slow_for_the_first(call: &ChatCall) -> kgas_mock::Reply {
    people().answer(call).after(Duration::from_millis(if call.n == 0 { 1500 } else { 0 }))
}

#[test]
fn a_second_process_on_a_folder_is_told_and_touches_nothing() {
    let desk = Desk::of(2);
    let (_runtime, server) = serve(|builder| builder.answer(slow_for_the_first));
    let args = extract_args(server.url(), &["--tools", "T23c_async"]);
    let first = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while server.account().attempts().is_empty() {
        std::thread::yield_now();
    }
    let ran = desk.kgas(&[&BY_RULES[..], &["in"]].concat());
    let expected = "kgas: output OUT: another kgas is writing there: wait until it has ended, or name another folder\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), expected));
    let ran = Ran::from(first.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(desk.json("OUT/summary.json")["state"], "complete");
    assert_eq!(desk.kgas(&[&BY_RULES[..], &["in"]].concat()).code, Some(0));
}

#[test]
fn a_stopped_run_leaves_a_finished_graph_alone_and_says_where_its_own_is() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    assert_eq!(desk.kgas(&[&BY_RULES[..], &["in"]].concat()).code, Some(0));
    let before = (graph(&desk), desk.read("OUT/summary.json"));
    for at in 0..5 {
        desk.write(&format!("in/b{at}.txt"), format!("Ann is here. {at}"));
    }
    // The key is refused at the fourth call.
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(401).nth(3)));
    let ran = desk.extract(&server, &["--tools", "T23c_async", "--max-concurrent", "1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("OUT/.kgas/partial: 2 entities and 0 relations from "), "{}", ran.stdout);
    let kept = "warning: OUT keeps the graph of an earlier run, for which all documents were tried; \
                what this run did is in OUT/.kgas/partial, and the same command goes on\n";
    assert!(ran.stderr.contains(kept), "{}", ran.stderr);
    assert!(ran.stderr.contains("; what was done before is in OUT/.kgas/partial"), "{}", ran.stderr);
    assert!((graph(&desk), desk.read("OUT/summary.json")) == before);
    assert_eq!(desk.json("OUT/.kgas/partial/summary.json")["state"], "stopped");
    let ran = desk.kgas(&["explain", "OUT/.kgas/partial", "Ann"]);
    assert!(ran.stdout.contains("[[Ann]] is here."), "{}{}", ran.stdout, ran.stderr);
    let ran = desk.extract(&server, &["--tools", "T23c_async"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!desk.path("OUT/.kgas/partial").exists());
    assert!(desk.read("OUT/entities.jsonl").contains("Ann"));
}

#[test]
fn ctrl_c_leaves_a_finished_graph_alone_too() {
    let desk = Desk::of(6);
    let (_runtime, server) = serve(|builder| builder.latency(Duration::from_millis(100)));
    let more = ["--tools", "T23c_async", "--max-concurrent", "1"];
    assert_eq!(desk.extract(&server, &more).code, Some(0));
    let before = (graph(&desk), desk.read("OUT/summary.json"));
    let made = server.account().attempts().len();
    let again = [&more[..], &["--refresh"]].concat();
    let args = extract_args(server.url(), &again);
    let child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while server.account().attempts().len() < made + 2 {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    assert!(ran.stderr.contains("what this run did is in OUT/.kgas/partial"), "{}", ran.stderr);
    assert!((graph(&desk), desk.read("OUT/summary.json")) == before);
    assert_eq!(desk.json("OUT/.kgas/partial/summary.json")["state"], "interrupted");
}

#[test]
fn equal_runs_end_with_equal_summaries_but_for_the_run() {
    let desk = Desk::of(3);
    let (_runtime, server) = serve(|builder| builder);
    let mut summaries: Vec<Value> = (0..2)
        .map(|_| {
            // All that a user gets: the first run asks how the server takes schemas, the second knows.
            let ran = desk.kgas(&support::whole_args(server.url(), &[]));
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            desk.json("OUT/summary.json")
        })
        .collect();
    let runs: Vec<Value> = summaries.iter_mut().map(|summary| summary["run"].take()).collect();
    assert_eq!(summaries[0], summaries[1]);
    assert_eq!(summaries[0]["files"].as_object().unwrap().len(), 4);
    let calls = |run: &Value, by: &str| run[by]["calls"].as_u64().unwrap();
    // The first has bought an answer more: to how the server takes schemas.
    assert!(calls(&runs[0], "bought") > summaries[0]["calls"].as_u64().unwrap());
    assert_eq!((calls(&runs[0], "journal"), calls(&runs[1], "bought")), (0, 0));
    assert_eq!(summaries[0]["calls"], calls(&runs[1], "journal"));
    let by_tool: u64 = runs[1]["tools"].as_object().unwrap().values().map(|tool| calls(tool, "journal")).sum();
    assert_eq!(by_tool, calls(&runs[1], "journal"));
    assert_eq!(runs[0]["usd"], Value::Null);
}
