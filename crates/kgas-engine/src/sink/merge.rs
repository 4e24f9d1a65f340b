//! From sorted mentions and evidence to one line for each entity and each edge.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;

use kgas_core::most_used;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::spool::{Sorted, Spool};
use crate::key::{digest, relation_id, sort_key, sorted_parts};

/// Bytes of the mentions of an entity, or of the evidence of an edge, held in memory before they go to disk.
const LINES_IN_MEMORY: usize = 256 * 1024;

/// Numbers at the end of a key that tell the records of a group apart.
const NUMBERS: usize = 3 * 8;

/// What came of merging.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Lines made.
    pub(super) merged: u64,
    /// Records that went into them.
    pub(super) records: u64,
}

/// Merges mentions to entities; the lines go to `lines`, keyed by type and name. What doesn't fit into memory lies in
/// `scratch`.
pub(super) fn entities(mut mentions: Sorted, lines: &mut Spool, scratch: &Path) -> io::Result<Counts> {
    let mut counts = Counts::default();
    let mut open: Option<(Vec<u8>, OpenEntity<'_>)> = None;
    let mut payload = Vec::new();
    while let Some(key) = mentions.read(&mut payload)? {
        let group = key.get(..key.len().saturating_sub(NUMBERS)).unwrap_or_default();
        if open.as_ref().is_none_or(|(current, _)| current != group) {
            if let Some((_, entity)) = open.take() {
                entity.close(lines)?;
            }
            open = Some((group.to_vec(), OpenEntity::of_group(group, scratch)));
            counts.merged += 1;
        }
        if let Some((_, entity)) = &mut open {
            entity.add(&payload)?;
            counts.records += 1;
        }
    }
    if let Some((_, entity)) = open {
        entity.close(lines)?;
    }
    Ok(counts)
}

/// Merges evidence to edges; the lines come in their final order.
pub(super) fn relations(mut evidence: Sorted, out: &mut dyn Write, scratch: &Path) -> io::Result<Counts> {
    let mut counts = Counts::default();
    let mut open: Option<(Vec<u8>, OpenRelation<'_>)> = None;
    let mut payload = Vec::new();
    while let Some(key) = evidence.read(&mut payload)? {
        let group = key.get(..key.len().saturating_sub(NUMBERS)).unwrap_or_default();
        let (head, line) = split(&payload);
        let (relation_type, subject, object, is_value, confidence) = parse(head)?;
        if open.as_ref().is_none_or(|(current, _)| current != group) {
            if let Some((_, relation)) = open.take() {
                relation.close(out)?;
            }
            let lines = Lines::new(scratch);
            let relation = OpenRelation { relation_type, subject, object, is_value, confidence, lines };
            open = Some((group.to_vec(), relation));
            counts.merged += 1;
        }
        if let Some((_, relation)) = &mut open {
            relation.confidence = relation.confidence.max(confidence);
            relation.lines.add(line)?;
            counts.records += 1;
        }
    }
    if let Some((_, relation)) = open {
        relation.close(out)?;
    }
    Ok(counts)
}

struct OpenEntity<'s> {
    entity_type: String,
    id: String,
    spellings: BTreeMap<String, usize>,
    properties: Map<String, Value>,
    confidence: f64,
    lines: Lines<'s>,
}

#[derive(Deserialize)]
struct MentionHead {
    quote: String,
    confidence: f64,
}

impl<'s> OpenEntity<'s> {
    fn of_group(group: &[u8], scratch: &'s Path) -> Self {
        let mut parts = sorted_parts(group);
        let (entity_type, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let id = digest(&[&entity_type, &name]);
        let (spellings, properties) = Default::default();
        Self { entity_type, id, spellings, properties, confidence: 0.0, lines: Lines::new(scratch) }
    }

    fn add(&mut self, payload: &[u8]) -> io::Result<()> {
        let (line, mut rest) = split(payload);
        let head: MentionHead = parse(line)?;
        *self.spellings.entry(head.quote).or_default() += 1;
        self.confidence = self.confidence.max(head.confidence);
        while !rest.is_empty() {
            let (property, more) = split(rest);
            let (name, value): (String, Value) = parse(property)?;
            if let Value::Array(values) = self.properties.entry(name).or_insert_with(|| json!([])) {
                values.push(value);
            }
            rest = more;
        }
        self.lines.add(line)
    }

    fn close(self, lines: &mut Spool) -> io::Result<()> {
        let name = most_used(&self.spellings).cloned().unwrap_or_default();
        let aliases: Vec<&String> = self.spellings.keys().filter(|spelling| **spelling != name).collect();
        let key = sort_key(&[&self.entity_type, &name, &self.id], &[]);
        let head = [
            ("id", json!(self.id)),
            ("type", json!(self.entity_type)),
            ("name", json!(name)),
            ("aliases", json!(aliases)),
            ("properties", Value::Object(self.properties)),
            ("confidence", json!(self.confidence)),
        ];
        let mentions = self.lines;
        lines.push_with(&key, |out| write_line(out, &head, "mentions", mentions))
    }
}

struct OpenRelation<'s> {
    relation_type: String,
    subject: String,
    object: String,
    is_value: bool,
    confidence: f64,
    lines: Lines<'s>,
}

impl OpenRelation<'_> {
    fn close(self, out: &mut dyn Write) -> io::Result<()> {
        let id = relation_id(&self.relation_type, &self.subject, &self.object, self.is_value);
        let head = [
            ("id", json!(id)),
            ("type", json!(self.relation_type)),
            ("subject", json!(self.subject)),
            (if self.is_value { "value" } else { "object" }, json!(self.object)),
            ("confidence", json!(self.confidence)),
        ];
        write_line(out, &head, "evidence", self.lines)?;
        out.write_all(b"\n")
    }
}

/// JSON values with commas between them, on disk where they are many.
struct Lines<'s> {
    scratch: &'s Path,
    /// The latest; those before them are on disk.
    memory: Vec<u8>,
    disk: Option<File>,
    is_empty: bool,
}

impl<'s> Lines<'s> {
    const fn new(scratch: &'s Path) -> Self {
        Self { scratch, memory: Vec::new(), disk: None, is_empty: true }
    }

    fn add(&mut self, line: &[u8]) -> io::Result<()> {
        if !self.is_empty {
            self.memory.push(b',');
        }
        self.is_empty = false;
        self.memory.extend_from_slice(line);
        if self.memory.len() > LINES_IN_MEMORY {
            let mut file = match self.disk.take() {
                Some(file) => file,
                None => tempfile::tempfile_in(self.scratch)?,
            };
            file.write_all(&self.memory)?;
            self.disk = Some(file);
            self.memory.clear();
        }
        Ok(())
    }

    fn copy(self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(mut file) = self.disk {
            file.rewind()?;
            io::copy(&mut file, out)?;
        }
        out.write_all(&self.memory)
    }
}

fn write_line(out: &mut dyn Write, head: &[(&str, Value)], list: &str, lines: Lines<'_>) -> io::Result<()> {
    out.write_all(b"{")?;
    for (name, value) in head {
        write!(out, "{}:{value},", json!(name))?;
    }
    write!(out, "{}:[", json!(list))?;
    lines.copy(out)?;
    out.write_all(b"]}")
}

/// The bytes before the first line break, and those after it.
fn split(payload: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = payload.splitn(2, |byte| *byte == b'\n');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

fn parse<'p, T: Deserialize<'p>>(json: &'p [u8]) -> io::Result<T> {
    serde_json::from_slice(json).map_err(io::Error::other)
}
