//! DOT, drawn by Graphviz.

use std::io;

use crate::format::{Counts, ExportError, Out};
use crate::graph::Graph;
use crate::graphml::BETWEEN;
use crate::nodes::{Attributes, Edge, Edges, count, printable};
use crate::row::Entity;

/// Fills that people of all kinds of colour vision tell apart and that black letters are read on: the scheme "light" of
/// Paul Tol, "Colour Schemes", SRON/EPS/TN/09-002.
const FILLS: [&str; 9] =
    ["#77AADD", "#EE8866", "#EEDD88", "#FFAABB", "#99DDFF", "#44BB99", "#BBCC33", "#AAAA00", "#DDDDDD"];

/// Once all fills are used, the shape changes.
const SHAPES: [&str; 4] = ["box", "ellipse", "hexagon", "octagon"];

/// The longest label, in characters; the whole name is in the tooltip.
const LABEL: usize = 60;

pub(crate) fn write(graph: &mut Graph, out: Out<'_>) -> Result<Counts, ExportError> {
    let attributes = Attributes::of(graph)?;
    out.write_all(b"digraph kgas {\n")?;
    out.write_all(b"  graph [rankdir=LR, overlap=false, outputorder=edgesfirst, fontname=\"sans-serif\"];\n")?;
    out.write_all(b"  node [style=filled, shape=box, color=\"#555555\", fontname=\"sans-serif\"];\n")?;
    out.write_all(b"  edge [color=\"#555555\", fontname=\"sans-serif\", fontsize=10];\n")?;
    let mut counts = Counts::default();
    for entity in graph.entities()? {
        node(&entity?, &attributes, out)?;
        counts.nodes += 1;
    }
    for relation in Edges::of(graph)? {
        edge(&relation?, out)?;
        counts.edges += 1;
    }
    out.write_all(b"}\n")?;
    Ok(counts)
}

fn node(entity: &Entity, attributes: &Attributes, out: Out<'_>) -> io::Result<()> {
    let class = attributes.classes().iter().position(|class| *class == entity.entity_type).unwrap_or_default();
    let (fill, shape) = (FILLS.get(class % FILLS.len()), SHAPES.get(class / FILLS.len() % SHAPES.len()));
    write!(out, "  {} [label={}", quoted(&entity.id), label(&shortened(&entity.name)))?;
    write!(out, ", shape={}", shape.unwrap_or(&"box"))?;
    write!(out, ", fillcolor=\"{}\"", fill.unwrap_or(&"#DDDDDD"))?;
    write!(out, ", tooltip={}", tooltip(&format!("{} ({})", entity.name, entity.entity_type)))?;
    attribute("name", &entity.name, out)?;
    attribute("type", &entity.entity_type, out)?;
    if !entity.aliases.is_empty() {
        attribute("aliases", &entity.aliases.join(BETWEEN), out)?;
    }
    attribute("confidence", &entity.confidence.to_string(), out)?;
    attribute("mentions", &count(&entity.mentions).to_string(), out)?;
    for (name, values) in attributes.named(entity) {
        attribute(name, &values.join(BETWEEN), out)?;
    }
    out.write_all(b"];\n")
}

fn edge(edge: &Edge, out: Out<'_>) -> io::Result<()> {
    write!(out, "  {} -> {} [label={}", quoted(&edge.source), quoted(&edge.target), label(&edge.label))?;
    attribute("id", &edge.id, out)?;
    attribute("type", &edge.label, out)?;
    attribute("confidence", &edge.confidence.to_string(), out)?;
    attribute("evidence", &count(&edge.evidence).to_string(), out)?;
    if let Some(first) = edge.evidence.first() {
        write!(out, ", tooltip={}", tooltip(&format!("{}\n{}", first.quote, first.document)))?;
        attribute("document", &first.document, out)?;
        attribute("quote", &first.quote, out)?;
    }
    out.write_all(b"];\n")
}

/// An attribute that Graphviz carries along. Under its own name it might be a shape, an image or a link.
fn attribute(name: &str, value: &str, out: Out<'_>) -> io::Result<()> {
    write!(out, ", {}={}", quoted(&format!("kgas: {name}")), quoted(value))
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(LABEL) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// A text that is drawn: Graphviz reads character references in it.
fn label(text: &str) -> String {
    quoted(&text.replace('&', "&amp;"))
}

/// A text that a browser shows over the drawing. Graphviz reads its backslashes more than once; a sign that looks like one
/// stands for them.
fn tooltip(text: &str) -> String {
    label(&text.replace('\\', "\u{29f5}"))
}

/// A text in quotes. A backslash stands twice, since one before the closing quote would swallow it; line ends are `\n`,
/// and U+FFFD stands for other control characters.
fn quoted(text: &str) -> String {
    let escaped = text.replace("\r\n", "\n").replace('\\', "\\\\").replace('"', "\\\"");
    let lines: Vec<String> = escaped
        .split(['\n', '\r'])
        .map(|line| line.split('\t').map(printable).collect::<Vec<_>>().join("\t"))
        .collect();
    format!("\"{}\"", lines.join("\\n"))
}
