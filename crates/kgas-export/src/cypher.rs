//! A Cypher script for Neo4j 5: it can be run again and again, in statements of bounded size.

use std::io;

use serde_json::{Value, json};

use crate::format::{Counts, ExportError, Out};
use crate::graph::Graph;
use crate::nodes::{Attributes, Edge, Edges, count, documents, printable};
use crate::row::Entity;

/// What all nodes are, besides their class: the unique id is theirs.
const LABEL: &str = "KgasEntity";

/// The most rows of a statement.
const ROWS: usize = 500;
/// Bytes after which a statement takes no more rows.
const BYTES: usize = 256 * 1024;

pub(crate) fn write(graph: &mut Graph, out: Out<'_>) -> Result<Counts, ExportError> {
    let attributes = Attributes::of(graph)?;
    writeln!(out, "CREATE CONSTRAINT kgas_entity_id IF NOT EXISTS FOR (n:{LABEL}) REQUIRE n.id IS UNIQUE;")?;
    let mut counts = Counts::default();
    let mut nodes = Batch::new(node_end);
    for entity in graph.entities()? {
        let entity = entity?;
        nodes.push(&entity.entity_type, &node(&entity, &attributes), out)?;
        counts.nodes += 1;
    }
    nodes.flush(out)?;
    let mut edges = Batch::new(edge_end);
    for relation in Edges::of(graph)? {
        let relation = relation?;
        edges.push(&relation.label, &edge(&relation), out)?;
        counts.edges += 1;
    }
    edges.flush(out)?;
    Ok(counts)
}

fn node(entity: &Entity, attributes: &Attributes) -> String {
    let mut fields = vec![
        ("name", json!(entity.name)),
        ("confidence", json!(entity.confidence)),
        ("mentions", json!(count(&entity.mentions))),
        ("documents", json!(documents(&entity.mentions).len())),
    ];
    if !entity.aliases.is_empty() {
        fields.push(("aliases", json!(entity.aliases)));
    }
    fields.extend(attributes.named(entity).map(|(name, values)| (name, json!(values))));
    format!("{{id: {}, set: {}}}", literal(&json!(entity.id)), map(&fields))
}

fn edge(edge: &Edge) -> String {
    let mut fields = vec![("confidence", json!(edge.confidence)), ("evidence", json!(count(&edge.evidence)))];
    if let Some(first) = edge.evidence.first() {
        fields.extend([("document", json!(first.document)), ("quote", json!(first.quote))]);
        fields.extend([("start", first.start), ("end", first.end)].map(|(name, place)| (name, json!(place))));
        fields.push(("match", json!(first.matched)));
    }
    let [id, from, to] = [&edge.id, &edge.source, &edge.target].map(|id| literal(&json!(id)));
    format!("{{id: {id}, source: {from}, target: {to}, set: {}}}", map(&fields))
}

fn node_end(class: &str) -> String {
    format!("MERGE (n:{LABEL} {{id: row.id}})\nSET n:{}\nSET n += row.set;", identifier(class))
}

fn edge_end(relation: &str) -> String {
    let ends = format!("MATCH (a:{LABEL} {{id: row.source}})\nMATCH (b:{LABEL} {{id: row.target}})");
    format!("{ends}\nMERGE (a)-[r:{} {{id: row.id}}]->(b)\nSET r += row.set;", identifier(relation))
}

/// Rows of one kind that go into a statement.
struct Batch {
    kind: String,
    text: String,
    rows: usize,
    end: fn(&str) -> String,
}

impl Batch {
    const fn new(end: fn(&str) -> String) -> Self {
        Self { kind: String::new(), text: String::new(), rows: 0, end }
    }

    fn push(&mut self, kind: &str, row: &str, out: Out<'_>) -> io::Result<()> {
        if self.kind != kind || self.rows == ROWS || self.text.len() > BYTES {
            self.flush(out)?;
            kind.clone_into(&mut self.kind);
        }
        if self.rows > 0 {
            self.text.push_str(",\n");
        }
        self.text.push_str(row);
        self.rows += 1;
        Ok(())
    }

    fn flush(&mut self, out: Out<'_>) -> io::Result<()> {
        if self.rows > 0 {
            writeln!(out, "UNWIND [\n{}\n] AS row\n{}", self.text, (self.end)(&self.kind))?;
        }
        self.text.clear();
        self.rows = 0;
        Ok(())
    }
}

fn map(fields: &[(&str, Value)]) -> String {
    let known = fields.iter().filter(|(_, value)| !value.is_null());
    let fields: Vec<String> = known.map(|(name, value)| format!("{}: {}", identifier(name), literal(value))).collect();
    format!("{{{}}}", fields.join(", "))
}

/// Numbers and lists are written as in JSON, a whole confidence as 1.0.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        Value::Array(values) => format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// A string in quotes. Neo4j may read `\u` before it looks for escaped backslashes, so after a backslash the letter u is
/// itself escaped.
fn string(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    let mut before = '"';
    written.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if c.is_control() || (c == 'u' && before == '\\') => {
                written.push_str(&format!("\\u{:04x}", u32::from(c)))
            }
            c => written.push(c),
        }
        before = c;
    }
    written.push('"');
    written
}

/// A name in backticks. No backslash is in it: with what follows it could be read as an escaped backtick.
fn identifier(name: &str) -> String {
    let name = printable(name).replace('\\', "\u{ff3c}").replace('`', "``");
    format!("`{}`", if name.is_empty() { "unnamed" } else { &name })
}
