//! Follows `docs/adding-a-tool.md`: its files are the example's, and its commands do what it says.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn guide() -> String {
    std::fs::read_to_string(root().join("docs/adding-a-tool.md")).unwrap()
}

/// The code blocks that stand after `<!-- file: PATH -->`.
fn files_of_the_guide() -> Vec<(String, String)> {
    let guide = guide();
    let mut files = Vec::new();
    for part in guide.split("<!-- file: ").skip(1) {
        let (path, rest) = part.split_once(" -->\n").unwrap();
        let code = rest.split_once('\n').unwrap().1.split_once("\n```").unwrap().0;
        files.push((path.to_owned(), code.to_owned()));
    }
    files
}

/// The words of each `cargo run -p custom-kgas -- …` of the guide.
fn commands_of_the_guide() -> Vec<Vec<String>> {
    let joined = guide().replace("\\\n", " ");
    let of_binary = joined.lines().filter_map(|line| line.strip_prefix("cargo run -p custom-kgas -- "));
    of_binary.map(|line| line.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect()).collect()
}

fn run(args: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_custom-kgas"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KGAS_")) {
        command.env_remove(name);
    }
    command.args(args).current_dir(root()).env("KGAS_CONFIG", "none").output().unwrap()
}

#[test]
fn the_files_of_the_guide_are_those_of_the_example() {
    let files = files_of_the_guide();
    assert_eq!(files.len(), 3);
    for (path, code) in files {
        let real = std::fs::read_to_string(root().join(&path)).unwrap();
        assert!(real.contains(&code), "{path} differs from the guide");
    }
}

#[test]
fn the_new_tool_is_listed_beside_the_built_in_ones() {
    let output = run(&["tools".to_owned(), "list".to_owned(), "--json".to_owned()]);
    let tools: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<&str> = tools.iter().map(|tool| tool["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["T23a_rules", "T23c_async", "T27_async", "T27_rules", "T41_async", "acme.sentiment"]);
    assert_eq!(tools.last().unwrap()["crate"], "sentiment-tool");
}

#[test]
fn the_commands_of_the_guide_work() {
    let out = tempfile::tempdir().unwrap();
    let commands = commands_of_the_guide();
    assert_eq!(commands.len(), 4);
    for mut words in commands {
        if let Some(place) = words.iter_mut().find(|word| *word == "OUT") {
            *place = out.path().to_str().unwrap().to_owned();
        }
        let output = run(&words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let written = std::fs::read_to_string(out.path().join("tools/acme.sentiment.jsonl")).unwrap();
    let lines: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let documents: Vec<&str> = lines.iter().map(|line| line["document"].as_str().unwrap()).collect();
    assert_eq!(documents, ["ferrow.md", "halden.txt", "note-1", "note-2"]);
    assert_eq!(lines[3]["value"]["mood"], "sad");
    assert!(!std::fs::read_to_string(out.path().join("relations.jsonl")).unwrap().is_empty());
}

#[test]
fn a_setting_of_the_tool_is_heard() {
    let run_with = |set: &str| {
        let words = ["run", "acme.sentiment", "--input", "examples/data/documents/ferrow.md", "--set", set];
        let output = run(&words.map(str::to_owned));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["output"]["value"]["mood"].clone()
    };
    assert_eq!(run_with("bad=[]"), "happy");
    assert_eq!(run_with(r#"bad=["old","optics","in","the"]"#), "sad");
}
