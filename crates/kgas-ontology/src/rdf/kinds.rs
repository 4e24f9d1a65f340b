//! Which nodes are classes and which are properties, which are the same, and which nobody should use any more.

use std::collections::{HashMap, HashSet};

use kgas_core::ontology::ClassSpec;

use super::expressions::{is_anything, is_builtin};
use super::graph::{Graph, NodeId};
use super::names;
use crate::ReadWarning;
use crate::vocabulary as v;

const CLASSES: [&str; 2] = [v::OWL_CLASS, v::RDFS_CLASS];
const PROPERTIES: [&str; 7] = [
    v::OWL_OBJECT_PROPERTY,
    v::OWL_DATATYPE_PROPERTY,
    v::RDF_PROPERTY,
    v::OWL_FUNCTIONAL_PROPERTY,
    v::OWL_SYMMETRIC_PROPERTY,
    v::OWL_TRANSITIVE_PROPERTY,
    v::OWL_INVERSE_FUNCTIONAL_PROPERTY,
];
/// What only a property has; a file may leave it at that.
const OF_PROPERTIES: [&str; 5] =
    [v::RDFS_DOMAIN, v::RDFS_RANGE, v::RDFS_SUB_PROPERTY_OF, v::SCHEMA_DOMAIN_INCLUDES, v::SCHEMA_RANGE_INCLUDES];
const DEPRECATED: [&str; 2] = [v::OWL_DEPRECATED_CLASS, v::OWL_DEPRECATED_PROPERTY];

/// What each node is.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    /// Classes in the order of the file; what is the same class is in one group, its first name first.
    pub(crate) classes: Vec<Vec<NodeId>>,
    pub(crate) properties: Vec<NodeId>,
    is_property: HashSet<NodeId>,
    /// Which group a node belongs to.
    group_of: HashMap<NodeId, usize>,
    deprecated: HashSet<NodeId>,
}

impl Kinds {
    pub(crate) fn of(graph: &Graph, warnings: &mut Vec<ReadWarning>) -> Self {
        let mut kinds = Self::default();
        let mut declared = Vec::new();
        for node in graph.subjects() {
            let Some(iri) = graph.iri(node).filter(|iri| !is_builtin(iri) && !is_anything(iri)) else { continue };
            let is_class = graph.is_a(node, &CLASSES) || graph.has(node, v::RDFS_SUB_CLASS_OF);
            let is_property = !graph.is_a(node, &[v::OWL_ANNOTATION_PROPERTY])
                && (graph.is_a(node, &PROPERTIES) || OF_PROPERTIES.iter().any(|of| graph.has(node, of)));
            if (is_class || is_property) && is_deprecated(graph, node) {
                kinds.deprecated.insert(node);
                let what = format!("{} <{iri}>", if is_class { "class" } else { "property" });
                warnings.push(ReadWarning::PassedOver { line: graph.line(node), what, why: "it is deprecated" });
                continue;
            }
            if is_class {
                declared.push(node);
            }
            if is_property {
                kinds.properties.push(node);
                kinds.is_property.insert(node);
            }
        }
        kinds.group(graph, &declared);
        kinds
    }

    /// Puts classes that are said to be equivalent into one.
    fn group(&mut self, graph: &Graph, declared: &[NodeId]) {
        let mut neighbours: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for &node in declared {
            for same in graph.objects(node, v::OWL_EQUIVALENT_CLASS).filter(|&same| graph.iri(same).is_some()) {
                neighbours.entry(node).or_default().push(same);
                neighbours.entry(same).or_default().push(node);
            }
        }
        let is_declared: HashSet<NodeId> = declared.iter().copied().collect();
        for &node in declared {
            if self.group_of.contains_key(&node) {
                continue;
            }
            let mut group = Vec::new();
            let mut waiting = vec![node];
            while let Some(at) = waiting.pop() {
                if self.group_of.insert(at, self.classes.len()).is_none() {
                    group.extend(is_declared.contains(&at).then_some(at));
                    waiting.extend(neighbours.get(&at).into_iter().flatten().rev());
                }
            }
            self.classes.push(group);
        }
    }

    /// The node under whose IRI a class is known.
    pub(crate) fn class(&self, node: NodeId) -> Option<NodeId> {
        self.group_of.get(&node).and_then(|&group| self.classes.get(group)?.first()).copied()
    }

    pub(crate) fn is_property(&self, node: NodeId) -> bool {
        self.is_property.contains(&node)
    }

    pub(crate) fn is_deprecated(&self, node: NodeId) -> bool {
        self.deprecated.contains(&node)
    }
}

fn is_deprecated(graph: &Graph, node: NodeId) -> bool {
    let says_so = |(text, _): (&str, _)| matches!(text.trim(), "true" | "1");
    graph.is_a(node, &DEPRECATED) || graph.texts(node, v::OWL_DEPRECATED).any(says_so)
}

/// Names of classes as they are used; what is used and not declared is noted.
#[derive(Debug)]
pub(crate) struct References<'g> {
    graph: &'g Graph,
    kinds: &'g Kinds,
    namespaces: HashSet<&'g str>,
    assumed: Vec<NodeId>,
    is_assumed: HashSet<NodeId>,
}

impl<'g> References<'g> {
    pub(crate) fn new(graph: &'g Graph, kinds: &'g Kinds) -> Self {
        let namespaces = kinds.classes.iter().flatten().filter_map(|&node| graph.iri(node)).map(namespace).collect();
        Self { graph, kinds, namespaces, assumed: Vec::new(), is_assumed: HashSet::new() }
    }

    /// The IRI to refer to a class by. None for a deprecated one. A class of another ontology is taken as one; of this
    /// ontology's own namespaces, it is more likely a mistake.
    pub(crate) fn class(&mut self, node: NodeId) -> Option<String> {
        if self.kinds.is_deprecated(node) {
            return None;
        }
        let class = self.kinds.class(node).unwrap_or(node);
        let iri = self.graph.iri(class)?;
        let is_known = self.kinds.class(node).is_some() || self.namespaces.contains(namespace(iri));
        if !is_known && self.is_assumed.insert(class) {
            self.assumed.push(class);
        }
        Some(iri.to_owned())
    }

    /// The classes of other ontologies that were used.
    pub(crate) fn assumed(self, lang: &str, warnings: &mut Vec<ReadWarning>) -> Vec<ClassSpec> {
        let mut classes = Vec::new();
        for node in self.assumed {
            let names = names::names(self.graph, &[node], lang);
            let id = self.graph.iri(node).unwrap_or_default().to_owned();
            warnings.push(ReadWarning::Assumed { class: id.clone() });
            classes.push(ClassSpec { id, label: names.label, synonyms: names.synonyms, ..ClassSpec::default() });
        }
        classes
    }
}

fn namespace(iri: &str) -> &str {
    iri.rfind(['#', '/', ':']).and_then(|at| iri.get(..=at)).unwrap_or(iri)
}
