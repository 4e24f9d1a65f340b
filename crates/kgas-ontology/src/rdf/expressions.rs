//! What a domain or a range comes to: classes, datatypes and listed values, through unions and named datatypes.

use std::collections::{HashSet, VecDeque};

use kgas_core::ontology::Datatype;

use super::graph::{Graph, Node, NodeId};
use crate::vocabulary as v;

/// What an end of a property may be.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    /// Everything is: `owl:Thing`, alone or within a union.
    pub(crate) anything: bool,
    pub(crate) classes: Vec<NodeId>,
    /// IRIs of XSD.
    pub(crate) datatypes: Vec<String>,
    pub(crate) values: Vec<String>,
    /// Something is said that nobody reads: a complement, say.
    pub(crate) unread: bool,
}

impl Ends {
    pub(crate) fn of(graph: &Graph, roots: impl Iterator<Item = NodeId>) -> Self {
        let mut ends = Self::default();
        let mut waiting: VecDeque<NodeId> = roots.collect();
        let mut seen = HashSet::new();
        while let Some(node) = waiting.pop_front() {
            if !seen.insert(node) {
                continue;
            }
            if !graph.look() {
                ends.unread = true;
                break;
            }
            match graph.node(node) {
                Some(Node::Iri(iri)) => ends.named(graph, node, iri, &mut waiting),
                Some(Node::Blank(_)) => {
                    if !ends.look_into(graph, node, &mut waiting) {
                        ends.unread = true;
                    }
                }
                Some(Node::Literal { .. }) | None => ends.unread = true,
            }
        }
        ends
    }

    fn named(&mut self, graph: &Graph, node: NodeId, iri: &str, waiting: &mut VecDeque<NodeId>) {
        if is_anything(iri) {
            self.anything = true;
        } else if let Some(datatype) = datatype(iri) {
            if !self.datatypes.iter().any(|known| known == datatype) {
                self.datatypes.push(datatype.to_owned());
            }
        } else if graph.is_a(node, &[v::RDFS_DATATYPE]) {
            if !self.look_into(graph, node, waiting) {
                self.named(graph, node, v::XSD_STRING, waiting);
            }
        } else {
            self.classes.push(node);
        }
    }

    /// Whether the expression says something that is read.
    fn look_into(&mut self, graph: &Graph, node: NodeId, waiting: &mut VecDeque<NodeId>) -> bool {
        let mut is_read = false;
        for list in [v::OWL_UNION_OF, v::OWL_INTERSECTION_OF].iter().flat_map(|of| graph.objects(node, of)) {
            waiting.extend(graph.list(list));
            is_read = true;
        }
        for member in graph.objects(node, v::OWL_ONE_OF).flat_map(|list| graph.list(list)) {
            match graph.node(member) {
                Some(Node::Literal { text, .. }) => self.values.push(text.clone()),
                _ => waiting.extend(
                    graph.objects(member, v::RDF_TYPE).filter(|&kind| graph.iri(kind) != Some(v::OWL_NAMED_INDIVIDUAL)),
                ),
            }
            is_read = true;
        }
        for inner in [v::OWL_ON_DATATYPE, v::OWL_EQUIVALENT_CLASS].iter().flat_map(|of| graph.objects(node, of)) {
            waiting.push_back(inner);
            is_read = true;
        }
        is_read
    }
}

/// Whether a class says nothing: everything is one.
pub(crate) fn is_anything(iri: &str) -> bool {
    matches!(iri, v::OWL_THING | v::RDFS_RESOURCE) || schema_name(iri) == Some("Thing")
}

/// Whether an IRI belongs to the languages themselves rather than to an ontology.
pub(crate) fn is_builtin(iri: &str) -> bool {
    [v::RDF, v::RDFS, v::OWL, v::XSD].iter().any(|namespace| iri.starts_with(namespace)) || datatype(iri).is_some()
}

/// The XSD type for a datatype; what kgas doesn't know of XSD is a string.
fn datatype(iri: &str) -> Option<&str> {
    if iri.starts_with(v::XSD) {
        return Some(if Datatype::parse(iri).is_some() { iri } else { v::XSD_STRING });
    }
    if let Some(name) = iri.strip_prefix(v::RDF) {
        return matches!(name, "langString" | "PlainLiteral" | "XMLLiteral" | "HTML" | "JSON").then_some(v::XSD_STRING);
    }
    if let Some(name) = iri.strip_prefix(v::OWL) {
        return matches!(name, "real" | "rational").then_some(v::XSD_DECIMAL);
    }
    match schema_name(iri) {
        Some("Text" | "CssSelectorType" | "PronounceableText" | "XPathType" | "DataType") => Some(v::XSD_STRING),
        Some("Number" | "Float") => Some(v::XSD_DECIMAL),
        Some("Integer") => Some(v::XSD_INTEGER),
        Some("Boolean") => Some(v::XSD_BOOLEAN),
        Some("Date") => Some(v::XSD_DATE),
        Some("DateTime") => Some(v::XSD_DATE_TIME),
        Some("Time") => Some(v::XSD_TIME),
        Some("URL") => Some(v::XSD_ANY_URI),
        _ => (iri == v::RDFS_LITERAL).then_some(v::XSD_STRING),
    }
}

fn schema_name(iri: &str) -> Option<&str> {
    v::SCHEMA.iter().find_map(|namespace| iri.strip_prefix(namespace))
}
