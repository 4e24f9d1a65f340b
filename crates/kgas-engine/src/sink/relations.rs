//! From sorted evidence to one line for each edge.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use kgas_core::fact::RejectReason;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::lines::{Found, Lines, Marks, parse, split, write_line};
use super::spool::{Sorted, Spool};
use crate::key::{relation_id, sort_key, split_parts};
use crate::merge::Merged;

/// Parts of the key of evidence that say which edge it is of.
const PARTS: usize = 4;

/// Places of an answer, so that what merging drops is listed behind what was rejected.
const AFTER_ALL: u64 = 1 << 40;

/// What is kept of an edge with each of its evidence; the line of the evidence follows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Head {
    #[serde(rename = "t")]
    pub(super) relation_type: String,
    #[serde(rename = "s")]
    pub(super) subject: String,
    #[serde(rename = "o")]
    pub(super) object: String,
    #[serde(rename = "v")]
    pub(super) is_value: bool,
    /// The plain form of a value, where it has one.
    #[serde(rename = "n")]
    pub(super) normal: Option<String>,
    #[serde(rename = "c")]
    pub(super) confidence: f64,
    /// The place of the document in the corpus, of the tool in the run, and of the relation in the document.
    #[serde(rename = "p")]
    pub(super) place: [u64; 3],
}

impl Head {
    /// The parts of the key that say which edge it is.
    pub(super) fn parts(&self) -> [&str; PARTS] {
        let kind = if self.is_value { "value" } else { "object" };
        [&self.relation_type, &self.subject, &self.object, kind]
    }
}

/// What came of merging.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Lines made.
    pub(super) lines: u64,
    /// Evidence that went into them.
    pub(super) evidence: u64,
    pub(super) marks: Marks,
}

/// Gives evidence the ids that its ends have after merging, and sorts it anew.
///
/// An edge whose ends became one entity says nothing any more: it goes to `rejected`. Gives how many there were, by
/// tool.
pub(super) fn moved(
    mut evidence: Sorted,
    merged: &Merged,
    rejected: &mut Spool,
    scratch: &Path,
) -> io::Result<(Sorted, BTreeMap<String, u64>)> {
    let mut sorted = Spool::create(scratch)?;
    let mut loops: BTreeMap<String, u64> = BTreeMap::new();
    let mut payload = Vec::new();
    while let Some(key) = evidence.read(&mut payload)? {
        let (head, line) = split(&payload);
        let mut head: Head = parse(head)?;
        let ends = (head.subject.clone(), head.object.clone());
        head.subject = merged.id_of(&ends.0).to_owned();
        if !head.is_value {
            head.object = merged.id_of(&ends.1).to_owned();
        }
        if !head.is_value && head.subject == head.object && ends.0 != ends.1 {
            let tool = reject(&head, &ends, line, rejected)?;
            *loops.entry(tool).or_default() += 1;
            continue;
        }
        let (_, place) = split_parts(&key, PARTS);
        let mut key = sort_key(&head.parts(), &[]);
        key.extend_from_slice(place);
        sorted.push_with(&key, |out| {
            serde_json::to_writer(&mut *out, &head)?;
            out.write_all(b"\n")?;
            out.write_all(line)
        })?;
    }
    Ok((sorted.sort()?, loops))
}

/// Lists an edge whose ends became one; gives the tool that found it.
fn reject(head: &Head, (subject, object): &(String, String), line: &[u8], rejected: &mut Spool) -> io::Result<String> {
    let line: Value = parse(line)?;
    let field = |name: &str| line.get(name).cloned().unwrap_or_default();
    let item = json!({"subject": subject, "type": head.relation_type, "object": object,
        "confidence": head.confidence, "evidence": field("quote")});
    let rejection = json!({"document": field("document"), "chunk": field("chunk"), "tool": field("tool"),
        "reason": RejectReason::SelfLoop, "item": item});
    let [sequence, tool, at] = head.place;
    let chunk = line.get("chunk").and_then(Value::as_u64).unwrap_or_default();
    let key = sort_key(&[], &[sequence, chunk, tool, AFTER_ALL + at]);
    rejected.push(&key, rejection.to_string().as_bytes())?;
    Ok(field("tool").as_str().unwrap_or_default().to_owned())
}

/// Merges evidence to edges; the lines come in their final order.
pub(super) fn relations(mut evidence: Sorted, out: &mut dyn Write, scratch: &Path) -> io::Result<Counts> {
    let mut counts = Counts::default();
    let mut open: Option<(Vec<u8>, OpenRelation<'_>)> = None;
    let mut payload = Vec::new();
    while let Some(key) = evidence.read(&mut payload)? {
        let (group, _) = split_parts(&key, PARTS);
        let (head, line) = split(&payload);
        let head: Head = parse(head)?;
        if open.as_ref().is_none_or(|(current, _)| current != group) {
            if let Some((_, relation)) = open.take() {
                relation.close(out)?;
            }
            open = Some((group.to_vec(), OpenRelation { head: head.clone(), lines: Lines::new(scratch) }));
            counts.lines += 1;
        }
        if let Some((_, OpenRelation { head: edge, lines })) = &mut open {
            edge.confidence = edge.confidence.max(head.confidence);
            edge.normal = edge.normal.take().or(head.normal);
            lines.add(line)?;
            counts.marks.count(parse::<Found>(line)?);
            counts.evidence += 1;
        }
    }
    if let Some((_, relation)) = open {
        relation.close(out)?;
    }
    Ok(counts)
}

/// An edge whose evidence is being read.
struct OpenRelation<'s> {
    head: Head,
    lines: Lines<'s>,
}

impl OpenRelation<'_> {
    fn close(self, out: &mut dyn Write) -> io::Result<()> {
        let Head { relation_type, subject, object, is_value, normal, confidence, .. } = self.head;
        let mut head = vec![
            ("id", json!(relation_id(&relation_type, &subject, &object, is_value))),
            ("type", json!(relation_type)),
            ("subject", json!(subject)),
            (if is_value { "value" } else { "object" }, json!(object)),
        ];
        if let Some(normal) = normal {
            head.push(("normal", json!(normal)));
        }
        head.push(("confidence", json!(confidence)));
        write_line(out, &head, "evidence", self.lines)?;
        out.write_all(b"\n")
    }
}
