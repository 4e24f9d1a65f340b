//! From sorted mentions to one line for each entity.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use kgas_core::fact::EntityKey;
use kgas_core::{Ontology, most_used};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::lines::{Found, Lines, Marks, parse, split, write_line};
use super::spool::{Sorted, Spool};
use crate::key::{entity_id, sort_key, sorted_parts, split_parts};
use crate::merge::{Link, Merged, Set, kin};

/// Parts of a mention's key that say which entity it names.
const PARTS: usize = 2;

/// What came of merging.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Lines made.
    pub(super) lines: u64,
    /// Mentions that went into them.
    pub(super) mentions: u64,
    /// Entities that went into another.
    pub(super) merged: u64,
    pub(super) marks: Marks,
}

/// The entities that have mentions, in order, each once.
pub(super) fn keys(mentions: &mut Sorted, mut each: impl FnMut(EntityKey) -> io::Result<()>) -> io::Result<()> {
    let mut current: Vec<u8> = Vec::new();
    while let Some(key) = mentions.copy(&mut io::sink())? {
        let (group, _) = split_parts(&key, PARTS);
        if group != current {
            current = group.to_vec();
            each(entity_key(group))?;
        }
    }
    Ok(())
}

/// What connects entities of one name over the hierarchy. The names are sorted on disk.
pub(super) fn kin_of(mentions: &mut Sorted, ontology: &Ontology, scratch: &Path) -> io::Result<Vec<Link>> {
    let mut by_name = Spool::create(scratch)?;
    keys(mentions, |key| by_name.push(&sort_key(&[key.name(), key.entity_type()], &[]), &[]))?;
    let mut by_name = by_name.sort()?;
    let mut links = Vec::new();
    let mut open: (String, Vec<String>) = Default::default();
    while let Some(key) = by_name.copy(&mut io::sink())? {
        let mut parts = sorted_parts(&key);
        let (name, label) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if open.0 != name {
            links.extend(kin(&open.0, &open.1, ontology));
            open = (name, Vec::new());
        }
        open.1.push(label);
    }
    links.extend(kin(&open.0, &open.1, ontology));
    Ok(links)
}

/// Merges mentions to entities; the lines go to `lines`, keyed by type and name. What doesn't fit into memory lies in
/// `scratch`.
pub(super) fn entities(
    mentions: &mut Sorted,
    merged: &Merged,
    lines: &mut Spool,
    scratch: &Path,
) -> io::Result<Counts> {
    let mut counts = Counts::default();
    // Mentions of entities that are merged, under the key of what they are merged into.
    let mut moved = Spool::create(scratch)?;
    let mut open: Option<OpenEntity<'_>> = None;
    let mut current: Vec<u8> = Vec::new();
    let mut target: Option<(Vec<u8>, String)> = None;
    let mut payload = Vec::new();
    while let Some(key) = mentions.read(&mut payload)? {
        let (group, place) = split_parts(&key, PARTS);
        if group != current || counts.mentions == 0 {
            current = group.to_vec();
            let entity = entity_key(group);
            let set = merged.set_of(&entity);
            target = set.map(|set| (sort_key(&parts(&set.head), &[]), entity_id(&entity)));
            close(open.take(), lines, &mut counts)?;
            open = set.is_none().then(|| OpenEntity::new(entity, None, scratch));
        }
        counts.mentions += 1;
        if let Some((head, member)) = &target {
            moved.push_with(&[head.as_slice(), place].concat(), |out| {
                writeln!(out, "{member}")?;
                out.write_all(&payload)
            })?;
        } else if let Some(entity) = &mut open {
            entity.add("", &payload, &mut counts.marks)?;
        }
    }
    close(open, lines, &mut counts)?;
    if !merged.is_empty() {
        entities_of_sets(moved.sort()?, merged, lines, scratch, &mut counts)?;
    }
    Ok(counts)
}

fn entities_of_sets(
    mut mentions: Sorted,
    merged: &Merged,
    lines: &mut Spool,
    scratch: &Path,
    counts: &mut Counts,
) -> io::Result<()> {
    let mut open: Option<(Vec<u8>, OpenEntity<'_>)> = None;
    let mut payload = Vec::new();
    while let Some(key) = mentions.read(&mut payload)? {
        let (group, _) = split_parts(&key, PARTS);
        let (member, payload) = split(&payload);
        if open.as_ref().is_none_or(|(current, _)| current != group) {
            close(open.take().map(|(_, entity)| entity), lines, counts)?;
            let entity = entity_key(group);
            let set = merged.set_of(&entity);
            open = Some((group.to_vec(), OpenEntity::new(entity, set, scratch)));
        }
        if let Some((_, entity)) = &mut open {
            entity.add(&String::from_utf8_lossy(member), payload, &mut counts.marks)?;
        }
    }
    close(open.map(|(_, entity)| entity), lines, counts)
}

fn entity_key(group: &[u8]) -> EntityKey {
    let mut parts = sorted_parts(group);
    EntityKey::new(parts.next().unwrap_or_default(), &parts.next().unwrap_or_default())
}

fn parts(key: &EntityKey) -> [&str; PARTS] {
    [key.entity_type(), key.name()]
}

fn close(entity: Option<OpenEntity<'_>>, lines: &mut Spool, counts: &mut Counts) -> io::Result<()> {
    let Some(entity) = entity else { return Ok(()) };
    counts.lines += 1;
    counts.merged += entity.set.map_or(0, |set| set.rest.len() as u64);
    entity.close(lines)
}

type Spellings = BTreeMap<String, usize>;

/// An entity whose mentions are being read.
struct OpenEntity<'s> {
    key: EntityKey,
    set: Option<&'s Set>,
    /// By the id of the entity that was merged; by nothing where none was.
    spellings: BTreeMap<String, Spellings>,
    properties: BTreeMap<String, BTreeMap<PropertyPlace, Value>>,
    confidence: f64,
    lines: Lines<'s>,
}

/// A value at one place counts once, whoever found it.
type PropertyPlace = (String, u64, u64, String);

#[derive(Deserialize)]
struct MentionHead {
    quote: String,
    confidence: f64,
    // Not flattened: that would read each line twice.
    #[serde(rename = "match")]
    matched: String,
    flags: Vec<String>,
}

impl<'s> OpenEntity<'s> {
    fn new(key: EntityKey, set: Option<&'s Set>, scratch: &'s Path) -> Self {
        let (spellings, properties) = Default::default();
        Self { key, set, spellings, properties, confidence: 0.0, lines: Lines::new(scratch) }
    }

    fn add(&mut self, member: &str, payload: &[u8], marks: &mut Marks) -> io::Result<()> {
        let (line, mut rest) = split(payload);
        let head: MentionHead = parse(line)?;
        if !self.spellings.contains_key(member) {
            self.spellings.insert(member.to_owned(), Spellings::new());
        }
        if let Some(spellings) = self.spellings.get_mut(member) {
            *spellings.entry(head.quote).or_default() += 1;
        }
        self.confidence = self.confidence.max(head.confidence);
        marks.count(Found { matched: head.matched, flags: head.flags });
        while !rest.is_empty() {
            let (property, more) = split(rest);
            let (name, value): (String, Value) = parse(property)?;
            self.properties.entry(name).or_default().entry(place(&value)).or_insert(value);
            rest = more;
        }
        self.lines.add(line)
    }

    fn close(self, lines: &mut Spool) -> io::Result<()> {
        let id = entity_id(&self.key);
        let own = if self.set.is_some() { id.as_str() } else { "" };
        let name = self.name_of(own, &self.key);
        let aliases: BTreeSet<&String> =
            self.spellings.values().flat_map(Spellings::keys).filter(|spelling| **spelling != name).collect();
        let key = sort_key(&[self.key.entity_type(), &name, &id], &[]);
        let properties: Map<String, Value> = self
            .properties
            .iter()
            .map(|(name, values)| (name.clone(), values.values().cloned().collect::<Vec<_>>().into()))
            .collect();
        let mut head = vec![
            ("id", json!(id)),
            ("type", json!(self.key.entity_type())),
            ("name", json!(name)),
            ("aliases", json!(aliases)),
            ("properties", Value::Object(properties)),
            ("confidence", json!(self.confidence)),
        ];
        if let Some(set) = self.set {
            head.push(("merged_from", self.merged_from(set)));
        }
        let mentions = self.lines;
        lines.push_with(&key, |out| write_line(out, &head, "mentions", mentions))
    }

    /// The spelling used most of one of the entities.
    fn name_of(&self, member: &str, key: &EntityKey) -> String {
        let spelling = self.spellings.get(member).and_then(most_used);
        spelling.cloned().unwrap_or_else(|| key.name().to_owned())
    }

    fn merged_from(&self, set: &Set) -> Value {
        let member = |(key, joined): (&EntityKey, &crate::merge::Joined)| {
            let id = entity_id(key);
            let name = self.name_of(&id, key);
            let mut line = json!({"id": id, "type": key.entity_type(), "name": name, "by": joined.by.as_str()});
            if let Some(fields) = line.as_object_mut() {
                if joined.with != set.head {
                    fields.insert("with".to_owned(), json!(entity_id(&joined.with)));
                }
                if let Some(evidence) = &joined.evidence {
                    fields.insert("evidence".to_owned(), evidence.clone());
                }
            }
            line
        };
        set.rest.iter().map(member).collect::<Vec<_>>().into()
    }
}

fn place(value: &Value) -> PropertyPlace {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |field: &str| value.get(field).and_then(Value::as_u64).unwrap_or_default();
    (text("document"), number("start"), number("end"), text("value"))
}
