//! `kgas explain` shows what a fact rests on, by reading the sources again.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::io::Write;
use std::process::Stdio;

use kgas_mock::{ChatCall, Reply};
use serde_json::{Value, json};
use support::{Desk, Ran, serve};

fn by_rules(desk: &Desk, more: &[&str]) {
    let ran = desk.kgas(&[&["extract", "in", "--ontology", "ontology.json", "--out", "OUT"], more].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

fn explain(desk: &Desk, id: &str) -> Value {
    let ran = desk.kgas(&["explain", "OUT", id, "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn told(desk: &Desk, id: &str) -> Ran {
    desk.kgas(&["explain", "OUT", id])
}

#[test]
fn a_quote_stands_in_its_sentence_with_what_found_it() {
    let desk = Desk::with(&[("a.txt", "It rained 🎉. Yesterday Ann met nobody, and left. Ann knows Bob. It ended.")]);
    let (_runtime, server) = serve(|builder| builder);
    let ran = desk.extract(&server, &["--model", "small"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let line = explain(&desk, "Ann");
    assert_eq!(line["mentions"][0]["sentence"], json!(["Yesterday ", "Ann", " met nobody, and left."]));
    assert_eq!((&line["mentions"][0]["attempts"], &line["mentions"][0]["state"]), (&json!(1), &json!("ok")));
    assert!(line["mentions"][0]["model"].as_str().unwrap().ends_with("/small"), "{line}");
    let id = desk.lines("OUT/relations.jsonl")[0]["id"].as_str().unwrap().to_owned();
    let said = told(&desk, id.get(..8).unwrap()).stdout;
    assert!(said.contains("Person \"Ann\" (") && said.contains("-- knows -> Person \"Bob\" ("), "{said}");
    assert!(said.contains("[[Ann knows Bob") && said.contains("found by T27_async asking "), "{said}");
    assert!(said.contains("chunk 0 of 1") && said.contains("1 attempt") && said.contains("very words"), "{said}");
}

#[test]
fn places_are_found_again_whatever_the_unit() {
    for unit in ["chars", "bytes", "utf16"] {
        let desk = Desk::with(&[("a.txt", "東京 🎉🎉 e\u{301}. Then 🎉 Paris came.")]);
        by_rules(&desk, &["--offsets", unit]);
        assert_eq!(
            explain(&desk, "Paris")["mentions"][0]["sentence"],
            json!(["Then 🎉 ", "Paris", " came."]),
            "{unit}"
        );
    }
}

#[test]
fn a_source_that_changed_or_is_gone_is_told_and_the_rest_is_shown() {
    let desk = Desk::with(&[("a.txt", "Paris is far."), ("b.txt", "Paris is near."), ("c.txt", "Paris was.")]);
    by_rules(&desk, &[]);
    desk.write("in/a.txt", "Paris is gone.");
    std::fs::remove_file(desk.path("in/b.txt")).unwrap();
    let ran = told(&desk, "Paris");
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("a.txt (in/a.txt): it has changed since the run"), "{}", ran.stderr);
    assert!(ran.stderr.contains("b.txt (in/b.txt): there is no such file"), "{}", ran.stderr);
    assert!(ran.stdout.contains("[[Paris]] (source changed)"), "{}", ran.stdout);
    assert!(ran.stdout.contains("[[Paris]] was."), "{}", ran.stdout);
}

#[test]
fn records_of_a_file_are_found_by_their_line_from_any_folder() {
    let desk = Desk::new();
    desk.write("in/a.jsonl", "{\"id\": \"x\", \"text\": \"No.\"}\n{\"id\": \"y\", \"text\": \"We saw Paris now.\"}\n");
    by_rules(&desk, &[]);
    let out = desk.path("OUT");
    let mut command = desk.command(&["explain", out.to_str().unwrap(), "Paris"]);
    let ran: Ran = command.current_dir(std::env::temp_dir()).output().unwrap().into();
    assert!(ran.stdout.contains("We saw [[Paris]] now."), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn what_came_by_standard_input_is_kept_for_this_user_alone() {
    let desk = Desk::new();
    let args = ["extract", "-", "--ontology", "ontology.json", "--out", "OUT", "--stdin-format", "jsonl"];
    let mut child = desk.command(&args).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"{\"text\": \"No.\"}\n{\"text\": \"We saw Paris now.\"}\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(told(&desk, "Paris").stdout.contains("We saw [[Paris]] now."));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(desk.path("OUT/.kgas/stdin")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    desk.write("in/a.txt", "Paris");
    by_rules(&desk, &[]);
    assert!(!desk.path("OUT/.kgas/stdin").exists());
}

#[test]
fn what_was_merged_is_found_under_all_its_names_and_says_why() {
    let desk = Desk::with(&[("a.txt", "Ann Bee, also known as Cid, left.")]);
    desk.write("ontology.json", r#"{"entities": {"Person": {"examples": ["Ann Bee", "Cid"]}}}"#);
    by_rules(&desk, &["--tools", "T23a_rules"]);
    let line = explain(&desk, "Cid");
    assert_eq!(line["name"], "Ann Bee");
    let merged = line["merged_from"][0]["id"].as_str().unwrap();
    assert_eq!(explain(&desk, merged)["id"], line["id"]);
    let said = told(&desk, "Cid").stdout;
    assert!(
        said.contains("the text calls both names of one thing: \"Ann Bee, also known as Cid\" (a.txt 0-26)"),
        "{said}"
    );
}

#[test]
fn a_name_of_several_is_a_list_and_an_unknown_one_a_failure() {
    let desk = Desk::with(&[("a.txt", "Paris is far."), ("b.txt", "Paris is away.")]);
    let answer = |call: &ChatCall| {
        let class = if call.prompt().contains("away") { "Person" } else { "City" };
        Reply::text(format!(r#"{{"entities": [{{"text": "Paris", "type": "{class}"}}]}}"#))
    };
    let (_runtime, server) = serve(|builder| builder.answer(answer));
    assert_eq!(desk.extract(&server, &["--tools", "T23c_async"]).code, Some(0));
    let ran = told(&desk, "Paris");
    assert_eq!(ran.code, Some(2));
    let ids: Vec<String> =
        desk.lines("OUT/entities.jsonl").iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ran.stdout, format!("{}  City  \"Paris\"\n{}  Person  \"Paris\"\n", ids[0], ids[1]));
    std::fs::remove_file(desk.path("OUT/.kgas/run.json")).unwrap();
    let ran = told(&desk, &ids[1]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("run.json: where the graph came from isn't known"), "{}", ran.stderr);
    let ran = told(&desk, "Rome");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("OUT has no entity or relation with the id or name \"Rome\""), "{}", ran.stderr);
}
