//! Tools outside kgas, from the file that declares them to the graph.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use serde_json::{Value, json};
use support::{Desk, Ran, serve};

const CONFIG: &str = r#"
[external."acme.words"]
command = ["python3", "words.py"]
description = "Finds words"
needs = ["ontology", "chat_model"]
timeout = 60
processes = 2

[tools."acme.words"]
shout = true
"#;

/// Claims Ann and Bob, asks the model where told to, and writes down its environment.
const TOOL: &str = r#"
import json, os, sys

def say(message):
    print(json.dumps(message), flush=True)

say({"kgas": 1, "tool": {"version": "2.1", "settings": {"shout": {"default": False}, "ask": {"default": ""}}}})
for line in sys.stdin.buffer:
    task = json.loads(line)
    config, document = task["execute"]["config"], task["execute"]["document"]
    with open("environment.json", "w") as out:
        json.dump(dict(os.environ), out)
    if "POISON" in document["text"]:
        print("no antidote", file=sys.stderr, flush=True)
        sys.exit(9)
    if config["ask"]:
        say({"id": task["id"], "chat": {"user": config["ask"] + " TEXT:" + document["text"]}})
        answer = json.loads(sys.stdin.buffer.readline())
        entities = json.loads(answer["chat_reply"]["text"])["entities"]
    else:
        entities = [{"text": name, "type": "Person"} for name in ("Ann", "Bob", "Eve")]
    say({"id": task["id"], "result": {"entities": entities}})
"#;

/// A desk with the tool, where an interpreter is there that can run it.
fn desk(documents: &[(&str, &str)]) -> Option<Desk> {
    std::process::Command::new("python3").arg("--version").output().ok()?;
    let desk = Desk::with(documents);
    desk.write("kgas.toml", CONFIG);
    desk.write("words.py", TOOL);
    Some(desk)
}

fn extract(desk: &Desk, url: &str, more: &[&str]) -> Ran {
    let args = ["--config", "kgas.toml", "extract", "in", "--ontology", "ontology.json", "--out", "OUT"];
    let tools = ["--tools", "acme.words", "--base-url", url, "--response-format", "text"];
    let mut command = desk.command(&[&args[..], &tools, more].concat());
    command.env("OPENAI_API_KEY", "sk-secret").env("ACME_TOKEN", "secret").env("ACME_PLACE", "here");
    command.env("ACME_GATE", "open").env("ACME_DOOR", "open");
    command.output().unwrap().into()
}

#[test]
fn an_external_tool_makes_a_graph_and_one_document_that_kills_it_does_not_cost_the_others() {
    let Some(desk) = desk(&[("a.txt", "Ann knows Bob."), ("b.txt", "POISON"), ("c.txt", "Bob is here.")]) else {
        return;
    };
    let (_runtime, server) = serve(|builder| builder);
    desk.write("kgas.toml", format!("[provider]\napi_key_env = \"ACME_DOOR\"\n{CONFIG}"));
    let ran = extract(&desk, server.url(), &["--api-key-env", "ACME_GATE"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let names: Vec<Value> = desk.lines("OUT/entities.jsonl").iter().map(|entity| entity["name"].clone()).collect();
    assert_eq!(names, ["Ann", "Bob"]);
    let states: Vec<String> = support::states(&desk, "acme.words").into_iter().map(|(_, _, state)| state).collect();
    assert_eq!(states, ["ok", "failed", "ok"]);
    assert!(desk.read("OUT/documents.jsonl").contains("exit status: 9 (its last words: no antidote)"));
    let tool = &desk.json("OUT/summary.json")["tools"][0];
    assert_eq!(
        (&tool["id"], &tool["version"], &tool["config"]["shout"]),
        (&json!("acme.words"), &json!("2.1"), &json!(true))
    );
    assert_eq!(server.account().calls_answered(), 0);
    let environment = desk.json("environment.json");
    assert_eq!(environment["ACME_PLACE"], "here");
    for secret in ["OPENAI_API_KEY", "ACME_TOKEN", "ACME_GATE", "ACME_DOOR"] {
        assert_eq!(environment.get(secret), None, "{secret}");
    }
}

#[test]
fn its_questions_are_journaled_and_bought_once() {
    let Some(desk) = desk(&[("a.txt", "Ann knows Bob.")]) else { return };
    let (_runtime, server) = serve(|builder| builder);
    for _ in 0..2 {
        let ran = extract(&desk, server.url(), &["--set", "acme.words.ask=List the \"entities\"."]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(desk.lines("OUT/entities.jsonl").len(), 2);
    }
    assert_eq!(server.account().calls_answered(), 1);
    assert_eq!(desk.json("OUT/summary.json")["calls"], 1);
}

#[test]
fn a_budget_holds_for_its_questions() {
    let Some(desk) = desk(&[("a.txt", "Ann is here."), ("b.txt", "Bob is here.")]) else { return };
    let (_runtime, server) = serve(|builder| builder);
    let ran = extract(&desk, server.url(), &["--max-calls", "1", "--set", "ask=List the \"entities\"."]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(server.account().calls_answered(), 1);
}

#[test]
fn it_is_listed_shown_and_run_by_its_id() {
    let Some(desk) = desk(&[("a.txt", "Ann is here.")]) else { return };
    let base = ["--config", "kgas.toml"];
    let ran = desk.kgas(&[&base[..], &["tools", "list", "--json"]].concat());
    let listed: Value = serde_json::from_str(&ran.stdout).unwrap();
    let ids: Vec<&Value> = listed.as_array().unwrap().iter().map(|tool| &tool["id"]).collect();
    assert_eq!((ids.len(), ids.last().unwrap().as_str()), (6, Some("acme.words")));
    let ran = desk.kgas(&[&base[..], &["tools", "show", "acme.words", "--json"]].concat());
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
    assert_eq!((&shown["version"], &shown["defaults"]["shout"]), (&json!("2.1"), &json!(false)));
    let (_runtime, server) = serve(|builder| builder);
    let run = ["run", "acme.words", "--input", "in/a.txt", "--ontology", "ontology.json", "--base-url", server.url()];
    let ran = desk.kgas(&[&base[..], &run].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let result: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(result["output"]["entities"][0]["name"], "Ann");
}

#[test]
fn a_plan_says_that_it_does_not_know_what_it_asks() {
    let Some(desk) = desk(&[("a.txt", "POISON")]) else { return };
    let args = ["--config", "kgas.toml", "plan", "in", "--ontology", "ontology.json", "--out", "OUT"];
    let ran =
        desk.kgas(&[&args[..], &["--tools", "acme.words,T23c_async", "--base-url", "http://127.0.0.1:9"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("acme.words runs outside kgas, and no document is shown to it for a plan"),
        "{}",
        ran.stdout
    );
    assert!(!desk.path("environment.json").exists());
}
