//! `kgas run` and `kgas tools`.

#![expect(clippy::panic, reason = "test helpers may panic")]

mod support;

use serde_json::{Value, json};
use support::{Desk, serve};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_json_input_holds_text_and_ontology_and_given_entities() {
    let desk = Desk::new();
    let ontology = parsed(support::ONTOLOGY);
    desk.write("input.json", json!({"text": "Ann met Bob in Paris.", "ontology": ontology}).to_string());
    let ran = desk.kgas(&["run", "T23a_rules", "--input", "input.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let result = parsed(&ran.stdout);
    assert_eq!((&result["status"], &result["output"]["entities"][0]["name"]), (&json!("success"), &json!("Paris")));
    let given = json!([{"text": "Ann", "type": "Person", "start": 1, "end": 4}]);
    desk.write("wrong.json", json!({"text": "Ann met Bob.", "ontology": ontology, "entities": given}).to_string());
    let ran = desk.kgas(&["run", "T27_rules", "--input", "wrong.json"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("given entity number 1"), "{}", ran.stderr);
}

#[test]
fn validation_makes_no_call() {
    let desk = Desk::with(&[("a.txt", "Ann knows Bob.")]);
    let (_runtime, server) = serve(|builder| builder);
    let base = ["run", "T27_async", "--input", "in/a.txt", "--ontology", "ontology.json", "--base-url", server.url()];
    let ran = desk.kgas(&[&base[..], &["--validate"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let said = parsed(&ran.stdout);
    assert_eq!((&said["status"], &said["validation"]), (&json!("success"), &json!(true)));
    assert_eq!(server.account().connections(), 0);
    let real = desk.kgas(&base);
    assert_eq!(real.code, Some(0), "{}", real.stderr);
    assert_eq!(parsed(&real.stdout)["output"]["relations"][0]["type"], "knows");
    assert_eq!(server.account().calls_answered(), 1);
}

#[test]
fn a_failed_call_is_a_partial_result_and_exit_code_3() {
    let desk = Desk::with(&[("a.txt", "Ann is here. POISON is there.")]);
    let (_runtime, server) = serve(|builder| builder.fault(kgas_mock::Fault::status(500).on_prompt("POISON")));
    let ran = desk.kgas(&[
        "run",
        "T23c_async",
        "--input",
        "in/a.txt",
        "--ontology",
        "ontology.json",
        "--base-url",
        server.url(),
        "--set",
        "chunk_size=16",
        "--max-retries",
        "0",
    ]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let result = parsed(&ran.stdout);
    assert_eq!((&result["status"], &result["chunks"][1]["state"]), (&json!("partial"), &json!("failed")));
}

#[test]
fn every_tool_is_listed_and_can_be_shown() {
    let desk = Desk::new();
    let listed = parsed(&desk.kgas(&["tools", "list", "--json"]).stdout);
    let ids: Vec<&str> = listed.as_array().unwrap().iter().map(|tool| tool["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["T23a_rules", "T23c_async", "T27_async", "T27_rules", "T41_async"]);
    for id in ids {
        let shown = parsed(&desk.kgas(&["tools", "show", id, "--json"]).stdout);
        assert!(shown["config_schema"]["properties"].is_object() && shown["result_schema"].is_object());
        assert_eq!(shown["defaults"]["chunk_size"], 3000);
        assert_eq!(shown["crate"], "kgas-tools");
        assert_eq!(desk.kgas(&["tools", "show", id]).code, Some(0));
    }
}
