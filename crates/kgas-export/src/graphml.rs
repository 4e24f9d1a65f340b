//! GraphML, for Gephi, yEd and networkx.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::format::{Counts, ExportError, Out};
use crate::graph::Graph;
use crate::nodes::{Attributes, Edge, Edges, count, documents};
use crate::row::Entity;

/// What stands between values of one name: GraphML has no lists.
pub(crate) const BETWEEN: &str = "; ";

const NODE_KEYS: [(&str, &str); 6] = [
    ("label", "string"),
    ("type", "string"),
    ("aliases", "string"),
    ("confidence", "double"),
    ("mentions", "long"),
    ("documents", "long"),
];

const EDGE_KEYS: [(&str, &str); 8] = [
    ("label", "string"),
    ("confidence", "double"),
    ("evidence", "long"),
    ("document", "string"),
    ("start", "long"),
    ("end", "long"),
    ("quote", "string"),
    ("match", "string"),
];

pub(crate) fn write(graph: &mut Graph, out: Out<'_>) -> Result<Counts, ExportError> {
    let attributes = Attributes::of(graph)?;
    let mut xml = Xml(Writer::new_with_indent(out, b' ', 1));
    xml.open(&attributes)?;
    let mut counts = Counts::default();
    for entity in graph.entities()? {
        xml.node(&entity?, &attributes)?;
        counts.nodes += 1;
    }
    for edge in Edges::of(graph)? {
        xml.edge(&edge?)?;
        counts.edges += 1;
    }
    xml.close()?;
    Ok(counts)
}

struct Xml<'o>(Writer<Out<'o>>);

impl Xml<'_> {
    fn open(&mut self, attributes: &Attributes) -> io::Result<()> {
        self.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.start("graphml", &[("xmlns", "http://graphml.graphdrawing.org/xmlns")])?;
        for (name, kind) in NODE_KEYS {
            self.key(&node_key(name), "node", name, kind)?;
        }
        for (place, name) in attributes.names().iter().enumerate() {
            self.key(&attribute_key(place), "node", name, "string")?;
        }
        for (name, kind) in EDGE_KEYS {
            self.key(&edge_key(name), "edge", name, kind)?;
        }
        self.start("graph", &[("id", "kgas"), ("edgedefault", "directed")])
    }

    fn close(&mut self) -> io::Result<()> {
        for name in ["graph", "graphml"] {
            self.end(name)?;
        }
        writeln!(self.0.get_mut())
    }

    fn node(&mut self, entity: &Entity, attributes: &Attributes) -> io::Result<()> {
        self.start("node", &[("id", &entity.id)])?;
        self.data(&node_key("label"), &entity.name)?;
        self.data(&node_key("type"), &entity.entity_type)?;
        if !entity.aliases.is_empty() {
            self.data(&node_key("aliases"), &entity.aliases.join(BETWEEN))?;
        }
        self.data(&node_key("confidence"), &entity.confidence.to_string())?;
        self.data(&node_key("mentions"), &count(&entity.mentions).to_string())?;
        self.data(&node_key("documents"), &documents(&entity.mentions).len().to_string())?;
        for (place, values) in attributes.of_entity(entity) {
            self.data(&attribute_key(place), &values.join(BETWEEN))?;
        }
        self.end("node")
    }

    fn edge(&mut self, edge: &Edge) -> io::Result<()> {
        self.start("edge", &[("id", &edge.id), ("source", &edge.source), ("target", &edge.target)])?;
        self.data(&edge_key("label"), &edge.label)?;
        self.data(&edge_key("confidence"), &edge.confidence.to_string())?;
        self.data(&edge_key("evidence"), &count(&edge.evidence).to_string())?;
        if let Some(first) = edge.evidence.first() {
            self.data(&edge_key("document"), &first.document)?;
            for (name, place) in [("start", first.start), ("end", first.end)] {
                if let Some(place) = place {
                    self.data(&edge_key(name), &place.to_string())?;
                }
            }
            self.data(&edge_key("quote"), &first.quote)?;
            self.data(&edge_key("match"), &first.matched)?;
        }
        self.end("edge")
    }

    fn key(&mut self, id: &str, of: &str, name: &str, kind: &str) -> io::Result<()> {
        let attributes = [("id", id), ("for", of), ("attr.name", name), ("attr.type", kind)];
        self.0.create_element("key").with_attributes(attributes).write_empty()?;
        Ok(())
    }

    fn data(&mut self, key: &str, text: &str) -> io::Result<()> {
        let content = BytesText::from_escaped(escaped(text));
        self.0.create_element("data").with_attribute(("key", key)).write_text_content(content)?;
        Ok(())
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.0.write_event(Event::Start(start))
    }

    fn end(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }
}

fn node_key(name: &str) -> String {
    format!("n_{name}")
}

fn edge_key(name: &str) -> String {
    format!("e_{name}")
}

fn attribute_key(place: usize) -> String {
    format!("a_{place}")
}

/// The text as XML has it. A carriage return would be read as a line feed, and some characters have no place in XML at
/// all: U+FFFD stands for these.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' | '\n' => escaped.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
