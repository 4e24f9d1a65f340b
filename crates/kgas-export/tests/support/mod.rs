//! Graphs to read, written as `kgas extract` writes them.

#![allow(dead_code, reason = "each test uses its part")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

mod wild;

pub(crate) mod chromium;
pub(crate) mod town;
pub(crate) mod world;

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// The lines of a graph.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) entities: Vec<Value>,
    pub(crate) relations: Vec<Value>,
    pub(crate) documents: Vec<Value>,
    pub(crate) rejected: Vec<Value>,
}

impl Draft {
    /// Three entities, two edges between them and one to a value; names with quotes, line breaks and other scripts.
    pub(crate) fn small() -> Self {
        let mut draft = Self::default();
        draft.entity("e1", "Person", "Ada \"Countess\" Lovelace\n(née Byron)");
        draft.entity("e2", "City", "Zürich — 東京, \\ & <b>'s</b>");
        draft.entity("e3", "Person", "Mikael Osei");
        draft.edge("r1", "born in", "e1", "e2");
        draft.edge("r2", "knows", "e1", "e3");
        draft.value("r3", "birth date", "e1", "10 December, 1815");
        draft.documents.push(json!({"document": "d1", "source": "d1.txt", "sha256": null, "characters": 100,
            "state": "complete", "error": null, "chunks": []}));
        draft
    }

    /// A star of so many edges, around a few entities.
    pub(crate) fn large(relations: usize) -> Self {
        let mut draft = Self::default();
        let entities = (relations / 10).max(2);
        for number in 0..entities {
            draft.entity(&format!("e{number:08}"), "Thing", &format!("Thing {number}, \"quoted\"\tü"));
        }
        for number in 0..relations {
            let (from, to) = (number % entities, (number * 7 + 1 + number / entities) % entities);
            draft.edge(&format!("r{number:08}"), "leads to", &format!("e{from:08}"), &format!("e{to:08}"));
        }
        draft
    }

    pub(crate) fn entity(&mut self, id: &str, class: &str, name: &str) {
        self.entities.push(json!({"id": id, "type": class, "name": name, "aliases": [format!("{name} (alias)")],
            "properties": {}, "confidence": 0.9, "mentions": [place(name)]}));
    }

    pub(crate) fn edge(&mut self, id: &str, relation: &str, subject: &str, object: &str) {
        self.relations.push(json!({"id": id, "type": relation, "subject": subject, "object": object,
            "confidence": 0.8, "evidence": [place("the words \"that\" state it,\nüber two lines")]}));
    }

    pub(crate) fn value(&mut self, id: &str, relation: &str, subject: &str, value: &str) {
        self.relations.push(json!({"id": id, "type": relation, "subject": subject, "value": value,
            "confidence": 0.8, "evidence": [place(value)]}));
    }
}

fn place(quote: &str) -> Value {
    json!({"document": "d1", "chunk": 0, "start": 3, "end": 3 + quote.chars().count(), "quote": quote,
        "match": "exact", "tool": "T23c_async", "flags": [], "confidence": 0.9})
}

/// A folder with this graph.
pub(crate) fn folder_of(draft: &Draft) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut files = serde_json::Map::new();
    for (name, lines) in [
        ("entities.jsonl", &draft.entities),
        ("relations.jsonl", &draft.relations),
        ("documents.jsonl", &draft.documents),
        ("rejected.jsonl", &draft.rejected),
    ] {
        files.insert(name.to_owned(), json!(write(&folder.path().join(name), lines)));
    }
    let summary = json!({"schema_version": 2, "state": "complete", "offsets": "code_points", "files": files});
    std::fs::write(folder.path().join("summary.json"), summary.to_string()).unwrap();
    folder
}

/// Writes lines and gives their digest.
fn write(path: &Path, lines: &[Value]) -> String {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(path, &text).unwrap();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
