//! `kgas diff` compares two graphs by what they say.

mod support;

use serde_json::{Value, json};
use support::{Desk, Ran};

const ONTOLOGY: &str = r#"{"entities": {"Person": {"examples": ["Ann Bee", "AB", "Bob", "Cid"]}, "City": {"examples": ["Paris"]}},
    "relations": {"knows": {"domain": "Person", "range": "Person"}}}"#;

fn extract(desk: &Desk, out: &str, text: &str, more: &[&str]) {
    desk.write("ontology.json", ONTOLOGY);
    desk.write(&format!("{out}-in/a.txt"), text);
    let folder = format!("{out}-in");
    let ran = desk.kgas(&[&["extract", &folder, "--ontology", "ontology.json", "--out", out], more].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

fn diff(one: &str, other: &str, more: &[&str]) -> (Desk, Ran) {
    let desk = Desk::new();
    extract(&desk, "one", one, more);
    extract(&desk, "other", other, &[]);
    let ran = desk.kgas(&["diff", "one", "other"]);
    (desk, ran)
}

#[test]
fn graphs_that_say_the_same_are_the_same() {
    let (_, ran) = diff("Bob knows Cid. Paris.", "Bob knows Cid. Paris.", &["--chunk-size", "200"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.starts_with("entities: 0 added, 0 removed, 0 changed, 3 the same"), "{}", ran.stdout);
}

#[test]
fn what_was_added_removed_and_changed_has_a_line_each() {
    let (desk, ran) = diff("Bob knows Cid. Paris.", "Bob knows Cid. Bob left. Ann Bee left.", &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let said: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with(['+', '-', '~'])).collect();
    assert_eq!(said.len(), 3, "{}", ran.stdout);
    assert!(said[0].starts_with("- entity City \"Paris\" ("));
    assert!(said[1].starts_with("+ entity Person \"Ann Bee\" ("));
    assert!(said[2].starts_with("~ entity Person \"Bob\" (") && said[2].ends_with("): 1 mention added"), "{}", said[2]);
    let ran = desk.kgas(&["diff", "one", "other", "--json"]);
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&value["same"], &value["entities"]["added"][0]["name"]), (&json!(false), &json!("Ann Bee")));
}

#[test]
fn what_one_graph_has_merged_is_the_same_entity_in_the_other() {
    let text = "Ann Bee, also known as Cid, knows Bob. Cid knows Bob.";
    let (desk, ran) = diff(text, text, &["--merge", "exact"]);
    assert_eq!(desk.lines("one/entities.jsonl").len(), 3);
    assert_eq!(desk.lines("other/entities.jsonl").len(), 2);
    assert_eq!(ran.code, Some(1));
    let said: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with(['+', '-', '~'])).collect();
    assert_eq!(said.len(), 1, "{}", ran.stdout);
    assert!(said[0].contains("0 merged into it, now 1"), "{}", said[0]);
    assert!(desk.kgas(&["diff", "other", "one"]).stdout.contains("1 merged into it, now 0"));
}

#[test]
fn a_folder_without_a_graph_and_other_units_are_usage_errors() {
    let (desk, _) = diff("Bob knows Cid.", "Bob knows Cid.", &["--offsets", "bytes"]);
    let ran = desk.kgas(&["diff", "one", "other"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the first graph counts bytes, the second code_points"), "{}", ran.stderr);
    let ran = desk.kgas(&["diff", "one", "nowhere"]);
    let expected = "kgas: there is no complete graph in nowhere: name a folder that kgas extract has written\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), expected));
}
