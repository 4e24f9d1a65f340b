//! Every message of the command line that ends a run, with its exit code: read as a whole, for one voice.

mod support;

use support::{Desk, extract_args};

#[test]
fn all_messages_have_one_voice() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("empty.json", "");
    desk.write("broken.json", "{\"entities\": {\n  \"A\": }");
    desk.write("unknown.json", r#"{"entities": {"A": {}}, "relations": {"r": {"domain": "B", "range": "C"}}}"#);
    desk.write("bad.txt", b"\xff");
    desk.write("notes.pdf", "x");
    desk.write("file", "x");
    desk.write("only-bad/x.txt", b"\xff");
    std::fs::create_dir(desk.path("nothing")).ok();
    let local = "http://127.0.0.1:9";
    let with = |more: &[&'static str]| extract_args(local, more);
    let offline =
        |input: &'static str, ontology: &'static str| vec!["extract", input, "--ontology", ontology, "--out", "OUT"];
    let cases: Vec<Vec<&str>> = vec![
        offline("missing", "ontology.json"),
        offline("nothing", "ontology.json"),
        offline("only-bad", "ontology.json"),
        offline("notes.pdf", "ontology.json"),
        offline("in", "missing.json"),
        offline("in", "empty.json"),
        offline("in", "broken.json"),
        offline("in", "unknown.json"),
        offline("in", "in"),
        vec!["extract", "in", "--out", "OUT"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "file"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--tools", "T23c_asynk"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--tools", "T23c_async"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--show-prompt"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--provider", "openai"],
        with(&["--rpm", "0"]),
        with(&["--set", "chunk_sise=3"]),
        with(&["--set", "chunk_size=0"]),
        with(&["--set", "chunk_size"]),
        with(&["--min-confidence", "7"]),
        with(&["--extra-body", "[]"]),
        with(&["--temperature", "hot"]),
        with(&["--timeout", "0"]),
        with(&["--api-key-env", "NO_SUCH_VARIABLE_HERE"]),
        with(&["--instructions", "missing.txt"]),
        extract_args("not a url", &[]),
        extract_args("ftp://host", &[]),
        vec!["tools", "show", "T41"],
        vec!["run", "T23a_rules", "--input", "missing.txt", "--ontology", "ontology.json"],
        vec!["run", "T23a_rules", "--input", "broken.json"],
        vec!["run", "T23a_rules", "--input", "in/a.txt", "--validate"],
        vec!["run", "T23c_async", "--input", "in/a.txt", "--ontology", "ontology.json"],
        vec!["embed", "in", "--out", "v.jsonl"],
        vec!["embed", "in", "--out", "in", "--base-url", local],
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|args| {
            let ran = desk.kgas(args);
            let said: Vec<&str> = ran.stderr.lines().filter(|line| !line.trim().is_empty()).collect();
            format!("$ kgas {}\n{}\nexit {}\n", args.join(" "), said.join("\n"), ran.code.unwrap_or(-1))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}
