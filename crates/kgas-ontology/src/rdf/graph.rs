//! Triples as they were read: nodes, what is said of each, and on which line.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use oxrdf::{NamedOrBlankNode, Term, Triple};

use crate::vocabulary as v;

/// A node of one [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(usize);

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Iri(String),
    Blank(String),
    Literal { text: String, lang: Option<String> },
}

#[derive(Debug)]
struct Edge {
    predicate: NodeId,
    object: NodeId,
}

/// All that was said.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    ids: HashMap<Node, NodeId>,
    edges: Vec<Vec<Edge>>,
    /// The line on which something is first said of a node.
    lines: Vec<Option<usize>>,
    subjects: Vec<NodeId>,
    /// Members of lists looked at so far: a list that a thousand properties share is not read for ever.
    looked_at: Cell<usize>,
}

/// The longest way through shared lists, in multiples of the graph.
const PATIENCE: usize = 20;

impl Graph {
    pub(crate) fn add(&mut self, triple: Triple, line: usize) {
        let subject = self.intern(match triple.subject {
            NamedOrBlankNode::NamedNode(node) => Node::Iri(node.into_string()),
            NamedOrBlankNode::BlankNode(node) => Node::Blank(node.into_string()),
        });
        // schema.org is written with and without the s.
        let predicate = triple.predicate.into_string();
        let predicate = match predicate.strip_prefix("https://schema.org/") {
            Some(name) => format!("http://schema.org/{name}"),
            None => predicate,
        };
        let predicate = self.intern(Node::Iri(predicate));
        let object = self.intern(match triple.object {
            Term::NamedNode(node) => Node::Iri(node.into_string()),
            Term::BlankNode(node) => Node::Blank(node.into_string()),
            Term::Literal(literal) => {
                Node::Literal { text: literal.value().to_owned(), lang: literal.language().map(str::to_owned) }
            }
        });
        if let Some(first @ None) = self.lines.get_mut(subject.0) {
            *first = Some(line);
            self.subjects.push(subject);
        }
        if let Some(edges) = self.edges.get_mut(subject.0) {
            edges.push(Edge { predicate, object });
        }
    }

    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        let id = NodeId(self.nodes.len());
        self.nodes.push(node.clone());
        self.edges.push(Vec::new());
        self.lines.push(None);
        self.ids.insert(node, id);
        id
    }

    /// All of which something is said, in the order in which it was first.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.subjects.iter().copied()
    }

    pub(crate) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0)
    }

    /// The IRI of a node that has one.
    pub(crate) fn iri(&self, id: NodeId) -> Option<&str> {
        match self.node(id) {
            Some(Node::Iri(iri)) => Some(iri),
            _ => None,
        }
    }

    pub(crate) fn line(&self, id: NodeId) -> Option<usize> {
        self.lines.get(id.0).copied().flatten()
    }

    pub(crate) fn objects(&self, subject: NodeId, predicate: &str) -> impl Iterator<Item = NodeId> + '_ {
        let predicate = self.ids.get(&Node::Iri(predicate.to_owned())).copied();
        let edges = self.edges.get(subject.0).filter(|_| predicate.is_some()).into_iter().flatten();
        edges.filter(move |edge| Some(edge.predicate) == predicate).map(|edge| edge.object)
    }

    /// The literals among the objects: text and language.
    pub(crate) fn texts(&self, subject: NodeId, predicate: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.objects(subject, predicate).filter_map(|object| match self.node(object) {
            Some(Node::Literal { text, lang }) => Some((text.as_str(), lang.as_deref())),
            _ => None,
        })
    }

    pub(crate) fn has(&self, subject: NodeId, predicate: &str) -> bool {
        self.objects(subject, predicate).next().is_some()
    }

    pub(crate) fn is_a(&self, subject: NodeId, types: &[&str]) -> bool {
        self.objects(subject, v::RDF_TYPE).filter_map(|id| self.iri(id)).any(|iri| types.contains(&iri))
    }

    /// The members of an RDF list; one that bites its tail ends there.
    pub(crate) fn list(&self, head: NodeId) -> Vec<NodeId> {
        let mut members = Vec::new();
        let mut seen = HashSet::new();
        let mut rest = Some(head);
        while let Some(at) = rest.filter(|at| seen.insert(*at) && self.look()) {
            members.extend(self.objects(at, v::RDF_FIRST).next());
            rest = self.objects(at, v::RDF_REST).next();
        }
        members
    }

    /// Whether there is patience for one more node.
    pub(crate) fn look(&self) -> bool {
        self.looked_at.set(self.looked_at.get() + 1);
        self.has_patience()
    }

    /// Whether all that was asked for was looked at.
    pub(crate) fn has_patience(&self) -> bool {
        self.looked_at.get() <= PATIENCE * self.nodes.len() + 10_000
    }
}
