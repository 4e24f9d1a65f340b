//! A small benchmark of our own in a folder, and the command run on it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

const FILMS: &str = r#"{"title": "Films", "id": "ont_1_film", "concepts": [
    {"qid": "Q1", "label": "human"}, {"qid": "Q2", "label": "film"}], "relations": [
    {"pid": "P1", "label": "director", "domain": "Q2", "range": "Q1"},
    {"pid": "P2", "label": "publication date", "domain": "Q2", "range": ""}]}"#;

const SONGS: &str = r#"{"title": "Songs", "id": "ont_10_song", "concepts": [
    {"qid": "Q1", "label": "human"}, {"qid": "Q3", "label": "song "}], "relations": [
    {"pid": "P3", "label": "composer", "domain": "Q3", "range": "Q1"}]}"#;

/// What the command did.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) struct Desk(TempDir);

impl Desk {
    /// A desk with two ontologies: films, of three sentences, and songs, of one.
    pub(crate) fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.write("data/ontologies/1_film_ontology.json", FILMS);
        desk.write("data/ontologies/10_song_ontology.json", SONGS);
        desk.truth(
            "1_film",
            &[
                (
                    "Glimmerdown is a 1999 film directed by Ottoline Vask.",
                    json!([
                {"sub": "Glimmerdown", "rel": "director", "obj": "Ottoline Vask"},
                {"sub": "Glimmerdown", "rel": "publication date", "obj": "01 January 1999"}]),
                ),
                (
                    "The Copper Orchard was directed by Teodor Brand.",
                    json!([
                {"sub": "The Copper Orchard", "rel": "director", "obj": "Teodor Brand"}]),
                ),
                ("It was shown again.", json!([{"sub": "Glimmerdown", "rel": "director", "obj": "Ottoline Vask"}])),
            ],
        );
        desk.truth(
            "10_song",
            &[(
                "Slow Tide was composed by Mira Lund.",
                json!([
            {"sub": "Slow Tide", "rel": "composer", "obj": "Mira Lund"}]),
            )],
        );
        desk
    }

    /// Writes an ontology's sentences and what is true of them.
    pub(crate) fn truth(&self, part: &str, sentences: &[(&str, Value)]) {
        let lines = |with_truth: bool| {
            let line = |(at, (text, triples)): (usize, &(&str, Value))| {
                let mut line = json!({"id": format!("ont_{part}_test_{}", at + 1), "sent": text});
                if with_truth {
                    line["triples"] = triples.clone();
                }
                format!("{line}\n")
            };
            sentences.iter().enumerate().map(line).collect::<String>()
        };
        self.write(&format!("data/test/ont_{part}_test.jsonl"), &lines(false));
        self.write(&format!("data/ground_truth/ont_{part}_ground_truth.jsonl"), &lines(true));
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.path(path)).unwrap()).unwrap()
    }

    /// Runs `kgas-bench quality` on the desk's benchmark.
    pub(crate) fn quality(&self, arguments: &[&str]) -> Ran {
        run(self.0.path(), &[&["--data", "data"], arguments].concat())
    }
}

/// Runs `kgas-bench quality` in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kgas-bench"));
    command.arg("quality").args(arguments).current_dir(folder).env("TMPDIR", folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KGAS_")) {
        command.env_remove(name);
    }
    for name in ["OPENAI_API_KEY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}
