//! `--examples`: checked before anything is spent, and of use.

mod support;

use support::{Desk, serve};

const GOOD: &str = concat!(
    r#"{"text": "Zed knows Una.", "entities": [{"text": "Zed", "type": "Person"}, {"text": "Una", "type": "Person"}], "#,
    r#""relations": [{"subject": "Zed", "type": "knows", "object": "Una"}]}"#,
    "\n"
);

#[test]
fn every_problem_is_listed_and_nothing_is_spent() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write(
        "bad.jsonl",
        format!(
            "{GOOD}{}\n{}\n",
            r#"{"text": "Zed left.", "entities": [{"text": "Una", "type": "Person"}]}"#,
            r#"{"text": "Zed left.", "entities": [{"text": "Zed", "type": "Robot"}]}"#,
        ),
    );
    let (_runtime, server) = serve(|builder| builder);
    let ran = desk.extract(&server, &["--examples", "bad.jsonl"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("examples bad.jsonl: line 2: the text doesn't have it, as whole words: {\"text\":\"Una\""),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("examples bad.jsonl: line 3: its type is no class of the ontology: {\"text\":\"Zed\""),
        "{}",
        ran.stderr
    );
    assert!(server.account().attempts().is_empty());
    assert!(!desk.path("OUT/summary.json").exists());
}

#[test]
fn a_file_that_can_not_be_read_is_named() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("none.jsonl", "\n");
    desk.write("broken.jsonl", "{\"text\": ");
    let cases = [
        ("missing.jsonl", "examples missing.jsonl: there is no such file"),
        ("none.jsonl", "examples none.jsonl: there are none in it"),
        ("broken.jsonl", "examples broken.jsonl: line 1: not a JSON object"),
    ];
    for (file, told) in cases {
        let ran = desk.kgas(&["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--examples", file]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
}

#[test]
fn examples_reach_the_model() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("good.jsonl", GOOD);
    let (_runtime, server) = serve(kgas_mock::Builder::keep_requests);
    let ran = desk.extract(&server, &["--examples", "good.jsonl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let shown = desk.extract(&server, &["--examples", "good.jsonl", "--show-prompt"]);
    assert!(shown.stdout.contains("Zed knows Una."), "{}", shown.stdout);
}
