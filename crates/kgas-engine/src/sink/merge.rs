//! From sorted mentions and evidence to one line for each entity and each edge.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};

use kgas_core::fact::EntityKey;
use kgas_core::most_used;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tempfile::SpooledTempFile;

use super::spool::{Sorted, Spool};
use crate::key::{entity_id, relation_id, sort_key};

/// Mentions of an entity, or evidence of an edge, held in memory before they go to disk.
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

/// Merges mentions to entities; the lines go to `lines`, keyed by type and name.
pub(super) fn entities(mut mentions: Sorted, lines: &mut Spool) -> io::Result<Counts> {
    let mut counts = Counts::default();
    let mut open: Option<(Vec<u8>, OpenEntity)> = None;
    let mut payload = Vec::new();
    while let Some(key) = mentions.read(&mut payload)? {
        let group = key.get(..key.len().saturating_sub(NUMBERS)).unwrap_or_default();
        if open.as_ref().is_none_or(|(current, _)| current != group) {
            if let Some((_, entity)) = open.take() {
                entity.close(lines)?;
            }
            open = Some((group.to_vec(), OpenEntity::of_group(group)));
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
pub(super) fn relations(mut evidence: Sorted, out: &mut dyn Write) -> io::Result<Counts> {
    let mut counts = Counts::default();
    let mut open: Option<(Vec<u8>, OpenRelation)> = None;
    let mut payload = Vec::new();
    while let Some(key) = evidence.read(&mut payload)? {
        let group = key.get(..key.len().saturating_sub(NUMBERS)).unwrap_or_default();
        let (head, line) = split(&payload);
        let (relation_type, subject, object, is_value, confidence) = parse(head)?;
        if open.as_ref().is_none_or(|(current, _)| current != group) {
            if let Some((_, relation)) = open.take() {
                relation.close(out)?;
            }
            let relation = OpenRelation { relation_type, subject, object, is_value, confidence, lines: Lines::new() };
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

struct OpenEntity {
    key: EntityKey,
    spellings: BTreeMap<String, usize>,
    properties: Map<String, Value>,
    confidence: f64,
    lines: Lines,
}

#[derive(Deserialize)]
struct MentionHead {
    quote: String,
    confidence: f64,
}

impl OpenEntity {
    fn of_group(group: &[u8]) -> Self {
        let text = String::from_utf8_lossy(group);
        let (entity_type, name) = text.trim_end_matches('\0').split_once('\0').unwrap_or_default();
        let key = EntityKey::new(entity_type, name);
        let (spellings, properties) = Default::default();
        Self { key, spellings, properties, confidence: 0.0, lines: Lines::new() }
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
        let id = entity_id(&self.key);
        let key = sort_key(&[self.key.entity_type(), &name, &id], &[]);
        let head = [
            ("id", json!(id)),
            ("type", json!(self.key.entity_type())),
            ("name", json!(name)),
            ("aliases", json!(aliases)),
            ("properties", Value::Object(self.properties)),
            ("confidence", json!(self.confidence)),
        ];
        let mentions = self.lines;
        lines.push_with(key, |out| write_line(out, &head, "mentions", mentions))
    }
}

struct OpenRelation {
    relation_type: String,
    subject: String,
    object: String,
    is_value: bool,
    confidence: f64,
    lines: Lines,
}

impl OpenRelation {
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
struct Lines(SpooledTempFile);

impl Lines {
    fn new() -> Self {
        Self(tempfile::spooled_tempfile(LINES_IN_MEMORY))
    }

    fn add(&mut self, line: &[u8]) -> io::Result<()> {
        if self.0.stream_position()? > 0 {
            self.0.write_all(b",")?;
        }
        self.0.write_all(line)
    }
}

fn write_line(out: &mut dyn Write, head: &[(&str, Value)], list: &str, mut lines: Lines) -> io::Result<()> {
    out.write_all(b"{")?;
    for (name, value) in head {
        write!(out, "{}:{value},", json!(name))?;
    }
    write!(out, "{}:[", json!(list))?;
    lines.0.rewind()?;
    io::copy(&mut lines.0, out)?;
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
