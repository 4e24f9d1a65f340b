//! A graph with the documents that it was made of, sentence by sentence, so that each place is where the text says it.

#![expect(clippy::indexing_slicing, reason = "test helpers may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kgas_engine::Origin;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::write;

/// A graph that is being told.
#[derive(Debug)]
pub(crate) struct World {
    /// The unit in which its places are written.
    pub(crate) offsets: &'static str,
    pub(crate) documents: Vec<Told>,
    pub(crate) rejected: Vec<Value>,
    entities: BTreeMap<String, Named>,
    relations: BTreeMap<(String, String, Target), Vec<Spot>>,
}

/// A document.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) state: &'static str,
}

#[derive(Debug)]
struct Named {
    kind: String,
    name: String,
    aliases: Vec<String>,
    properties: Value,
    mentions: Vec<Spot>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Object(String),
    Value(String),
}

/// Bytes of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    document: usize,
    start: usize,
    end: usize,
}

/// A folder with a graph in `OUT`, and its sources.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) folder: TempDir,
}

impl Written {
    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("OUT")
    }

    pub(crate) fn source(&self, document: &str) -> PathBuf {
        self.folder.path().join("in").join(document)
    }
}

impl World {
    pub(crate) const fn new() -> Self {
        Self {
            offsets: "code_points",
            documents: Vec::new(),
            rejected: Vec::new(),
            entities: BTreeMap::new(),
            relations: BTreeMap::new(),
        }
    }

    /// Begins a document.
    pub(crate) fn document(&mut self, id: &str) {
        self.documents.push(Told { id: id.to_owned(), text: String::new(), state: "complete" });
    }

    /// Makes an entity known, and gives its id.
    pub(crate) fn entity(&mut self, kind: &str, name: &str) -> String {
        let digest = Sha256::digest(format!("{kind}\0{name}\0").as_bytes());
        let id: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.entities.entry(id.clone()).or_insert_with(|| Named {
            kind: kind.to_owned(),
            name: name.to_owned(),
            aliases: Vec::new(),
            properties: json!({}),
            mentions: Vec::new(),
        });
        id
    }

    pub(crate) fn alias(&mut self, id: &str, alias: &str) {
        self.entities.get_mut(id).unwrap().aliases.push(alias.to_owned());
    }

    pub(crate) fn name(&self, id: &str) -> &str {
        self.entities.get(id).map_or("", |named| &named.name)
    }

    /// Adds words to the last document, and gives where they stand.
    pub(crate) fn say(&mut self, words: &str) -> Spot {
        let document = self.documents.len() - 1;
        let text = &mut self.documents.last_mut().unwrap().text;
        let start = text.len();
        text.push_str(words);
        Spot { document, start, end: text.trim_end().len() }
    }

    /// Marks each place within a spot that has an entity's name.
    pub(crate) fn mark(&mut self, id: &str, spot: &Spot) {
        let named = self.entities.get_mut(id).unwrap();
        let text = &self.documents.get(spot.document).unwrap().text;
        let said = text.get(spot.start..spot.end).unwrap();
        let found = said.match_indices(named.name.as_str()).map(|(at, words)| Spot {
            document: spot.document,
            start: spot.start + at,
            end: spot.start + at + words.len(),
        });
        let found: Vec<Spot> = found.filter(|spot| !named.mentions.contains(spot)).collect();
        named.mentions.extend(found);
    }

    pub(crate) fn relate(&mut self, kind: &str, subject: &str, object: &str, spot: &Spot) {
        self.edge(kind, subject, Target::Object(object.to_owned()), spot);
    }

    pub(crate) fn value(&mut self, kind: &str, subject: &str, value: &str, spot: &Spot) {
        self.edge(kind, subject, Target::Value(value.to_owned()), spot);
    }

    fn edge(&mut self, kind: &str, subject: &str, target: Target, spot: &Spot) {
        let key = (kind.to_owned(), subject.to_owned(), target);
        self.relations.entry(key).or_default().push(spot.clone());
    }

    pub(crate) fn count(&self) -> (usize, usize) {
        (self.entities.len(), self.relations.len())
    }

    pub(crate) fn mentions_in(&self, document: usize) -> usize {
        self.entities.values().flat_map(|named| &named.mentions).filter(|spot| spot.document == document).count()
    }

    fn place(&self, spot: &Spot, confidence: Option<f64>) -> Value {
        let told = self.documents.get(spot.document).unwrap();
        let unit = |at: usize| {
            let before = told.text.get(..at).unwrap();
            match self.offsets {
                "bytes" => before.len(),
                "utf16" => before.encode_utf16().count(),
                _ => before.chars().count(),
            }
        };
        let mut place = json!({"document": told.id, "chunk": 0, "start": unit(spot.start), "end": unit(spot.end),
            "quote": told.text.get(spot.start..spot.end), "match": "exact", "tool": "T23c_async", "flags": []});
        if let Some(confidence) = confidence {
            place["confidence"] = json!(confidence);
        }
        place
    }

    /// Writes documents and graph.
    pub(crate) fn write(&self) -> Written {
        let folder = TempDir::new().unwrap();
        let out = folder.path().join("OUT");
        std::fs::create_dir_all(out.join(".kgas")).unwrap();
        std::fs::create_dir_all(folder.path().join("in")).unwrap();
        for told in &self.documents {
            std::fs::write(folder.path().join("in").join(&told.id), &told.text).unwrap();
        }
        let mut files = serde_json::Map::new();
        for (name, lines) in [
            ("entities.jsonl", self.entity_lines()),
            ("relations.jsonl", self.relation_lines()),
            ("documents.jsonl", self.document_lines()),
            ("rejected.jsonl", self.rejected.clone()),
        ] {
            files.insert(name.to_owned(), json!(write(&out.join(name), &lines)));
        }
        let mut summary = self.summary();
        summary["files"] = Value::Object(files);
        std::fs::write(out.join("summary.json"), summary.to_string()).unwrap();
        std::fs::write(out.join(".kgas/run.json"), self.origin(folder.path()).to_string()).unwrap();
        Written { folder }
    }

    fn entity_lines(&self) -> Vec<Value> {
        let line = |(number, (id, named)): (usize, (&String, &Named))| {
            let confidence = 1.0 - f64::from(u32::try_from(number * 37 % 60).unwrap()) / 100.0;
            let mentions: Vec<Value> = named.mentions.iter().map(|spot| self.place(spot, Some(confidence))).collect();
            json!({"id": id, "type": named.kind, "name": named.name, "aliases": named.aliases,
                "properties": named.properties, "confidence": confidence, "mentions": mentions})
        };
        self.entities.iter().enumerate().map(line).collect()
    }

    fn relation_lines(&self) -> Vec<Value> {
        let mut lines = Vec::new();
        for (number, ((kind, subject, target), evidence)) in (0_u32..).zip(&self.relations) {
            let evidence: Vec<Value> = evidence.iter().map(|spot| self.place(spot, None)).collect();
            let confidence = 0.95 - f64::from(number * 53 % 45) / 100.0;
            let (end, value) = match target {
                Target::Object(id) => ("object", id),
                Target::Value(value) => ("value", value),
            };
            lines.push(json!({"id": format!("{number:016x}"), "type": kind, "subject": subject, end: value,
                "confidence": confidence, "evidence": evidence}));
        }
        lines
    }

    fn document_lines(&self) -> Vec<Value> {
        let line = |told: &Told| {
            let sha: String = Sha256::digest(told.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            let length = told.text.chars().count();
            let (state, error) = match told.state {
                "complete" => ("ok", Value::Null),
                "partial" => ("truncated", json!("the answer was cut off at 4096 tokens")),
                _ => ("failed", json!("the server answered 503 five times")),
            };
            json!({"document": told.id, "source": format!("in/{}", told.id), "sha256": sha, "characters": length,
                "state": told.state, "error": null, "chunks": [{"index": 0, "start": 0, "end": length,
                    "tools": {"T23c_async": {"state": state, "attempts": 1, "error": error}}}]})
        };
        self.documents.iter().map(line).collect()
    }

    fn origin(&self, folder: &Path) -> Value {
        let origin = Origin {
            kgas: "0.1.0".to_owned(),
            folder: folder.to_owned(),
            inputs: vec![folder.join("in")],
            id_field: "id".to_owned(),
            text_field: "text".to_owned(),
            stdin_format: "txt".to_owned(),
            ontology: None,
            tools: Vec::new(),
            offsets: self.offsets.to_owned(),
            merge: "aliases".to_owned(),
        };
        serde_json::to_value(origin).unwrap()
    }

    fn summary(&self) -> Value {
        let of = |state: &str| self.documents.iter().filter(|told| told.state == state).count();
        let (all, complete) = (self.documents.len(), of("complete"));
        let percent = |part: usize| f64::from(u32::try_from(part * 10_000 / all.max(1)).unwrap()) / 100.0;
        let mentions: usize = self.entities.values().map(|named| named.mentions.len()).sum();
        let rejected = self.rejected.len();
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for item in &self.rejected {
            *reasons.entry(item["reason"].as_str().unwrap()).or_default() += 1;
        }
        let kept = mentions + self.relations.len();
        let chunks = json!({"ok": complete, "truncated": of("partial"), "failed": of("failed")});
        let calls = json!({"calls": all, "attempts": all + 2, "prompt": all * 812, "completion": all * 344});
        let replayed = json!({"calls": 0, "prompt": 0, "completion": 0});
        json!({"schema_version": 2, "state": if complete == all { "complete" } else { "incomplete" },
            "coverage": {"documents": percent(complete), "chunks": percent(complete), "characters": percent(complete)},
            "counts": {"documents": {"complete": complete, "partial": of("partial"), "failed": of("failed")},
                "chunks": chunks, "entities": self.entities.len(), "mentions": mentions,
                "relations": self.relations.len(), "rejected": reasons,
                "items": {"claimed": kept + rejected, "kept": kept, "rejected": rejected}},
            "calls": all, "tokens": {"prompt": all * 812, "completion": all * 344},
            "tools": [{"id": "T23c_async", "version": "1.2.0", "config": {}, "chunks": chunks, "kept": kept,
                "rejected": reasons}],
            "models": ["api.example.org gpt-4o-mini"], "offsets": self.offsets,
            "run": {"kgas": "0.1.0", "started_unix": 1_795_964_400, "seconds": 84.2, "bought": calls, "journal": replayed,
                "usd": 0.0421, "usd_saved": 0.0, "in_flight": 16, "max_concurrent": 16, "stopped_by": null,
                "tools": {"T23c_async": {"seconds": 311.5, "bought": calls, "journal": replayed, "usd": 0.0421,
                    "usd_saved": 0.0}}}})
    }
}
