//! How tools are chosen and set: `--tools`, `--set`, and the flags that are settings.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use serde_json::{Value, json};
use support::Desk;

fn configs(desk: &Desk, more: &[&str]) -> Value {
    let args = [&["extract", "in", "--ontology", "ontology.json", "--out", "OUT"], more].concat();
    let ran = desk.kgas(&args);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let tools = desk.json("OUT/summary.json")["tools"].as_array().unwrap().clone();
    tools.into_iter().map(|tool| (tool["id"].as_str().unwrap().to_owned(), tool["config"].clone())).collect()
}

/// What is said on stderr by a command line that doesn't make sense.
fn refused(more: &[&str]) -> String {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    let ran = desk.kgas(&[&["extract", "in", "--ontology", "ontology.json", "--out", "OUT"], more].concat());
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(!desk.path("OUT").exists());
    ran.stderr
}

#[test]
fn a_setting_goes_to_the_tools_that_have_it_or_to_the_one_that_is_named() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    let set = configs(&desk, &["--set", "chunk_size=300", "--set", "T27_rules.min_confidence=0.1"]);
    assert_eq!((&set["T23a_rules"]["chunk_size"], &set["T27_rules"]["chunk_size"]), (&json!(300), &json!(300)));
    assert_eq!(set["T23a_rules"]["min_confidence"], 0.7);
    assert_eq!(set["T27_rules"]["min_confidence"], 0.1);
}

#[test]
fn a_value_is_json_or_else_text() {
    let desk = Desk::with(&[("a.txt", "Ann.")]);
    let ran = desk.kgas(&[
        "extract",
        "in",
        "--ontology",
        "ontology.json",
        "--out",
        "OUT",
        "--base-url",
        "http://127.0.0.1:1",
        "--show-prompt",
        "--set",
        "instructions=Mind the 3 rules",
        "--set",
        "temperature=null",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let body: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(body["messages"].to_string().contains("Mind the 3 rules"));
    assert_eq!(body.get("temperature"), None);
}

#[test]
fn tools_see_the_facts_of_those_before_them_alone() {
    let desk = Desk::with(&[("a.txt", "Paris was founded by Ann Smith.")]);
    let ontology = json!({
        "entities": {"Person": {"examples": ["Ann Smith"]}, "City": {"examples": ["Paris"]}},
        "relations": {"founder": {"domain": "City", "range": "Person"}},
    });
    desk.write("ontology.json", ontology.to_string());
    configs(&desk, &["--tools", "T23a_rules,T27_rules"]);
    assert_eq!(desk.lines("OUT/relations.jsonl").len(), 1);
    configs(&desk, &["--tools", "T27_rules,T23a_rules"]);
    assert_eq!(desk.lines("OUT/relations.jsonl").len(), 0);
    assert_eq!(desk.lines("OUT/entities.jsonl").len(), 2);
}

#[test]
fn what_does_not_exist_is_refused_with_the_nearest_name() {
    let cases = [
        (["--tools", "T23a_rule"], "did you mean T23a_rules?"),
        (["--tools", "T23a_rules,T23a_rules"], "--tools: T23a_rules is named twice"),
        (
            ["--set", "chunk_sise=1"],
            "--set chunk_sise: no such setting of T23a_rules, T27_rules; did you mean chunk_size?",
        ),
        (
            ["--set", "T27_rules.all_mentions=1"],
            "--set T27_rules.all_mentions: no such setting of T27_rules; there are chunk_size, min_confidence",
        ),
        (
            ["--set", "T23c_async.chunk_size=9"],
            "--set T23c_async.chunk_size: tool T23c_async is not among T23a_rules, T27_rules",
        ),
        (["--temperature", "1"], "--temperature is no setting of T23a_rules, T27_rules"),
        (["--rpm", "0"], "give a whole number above 0, or none"),
    ];
    for (args, expected) in cases {
        let said = refused(&args);
        assert!(said.contains(expected), "{args:?}: {said}");
    }
}
