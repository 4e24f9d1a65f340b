//! Classes: their names, what they are special cases of, and what they say about their properties.

use std::collections::{HashMap, HashSet};

use kgas_core::ontology::ClassSpec;

use super::graph::{Graph, Node, NodeId};
use super::kinds::{Kinds, References};
use super::names;
use crate::vocabulary as v;

/// So many individuals are given as examples of their class.
const HANDFUL: usize = 5;

/// What a class says about one of its properties.
#[derive(Debug)]
pub(crate) struct Restriction {
    pub(crate) class: NodeId,
    pub(crate) min: u32,
    pub(crate) max: Option<u32>,
    /// What the values are.
    pub(crate) fillers: Vec<NodeId>,
}

/// All that classes say, by property.
pub(crate) type Restrictions = HashMap<NodeId, Vec<Restriction>>;

pub(crate) fn read(
    graph: &Graph,
    kinds: &Kinds,
    references: &mut References<'_>,
    lang: &str,
) -> (Vec<ClassSpec>, Restrictions) {
    let individuals = individuals(graph, kinds, lang);
    let mut restrictions = Restrictions::new();
    let mut parents: HashMap<NodeId, Vec<String>> = HashMap::new();
    for (group, class) in kinds.classes.iter().filter_map(|group| Some((group, *group.first()?))) {
        for parent in said_above(graph, kinds, class, group, &mut restrictions) {
            parents.entry(class).or_default().extend(references.class(parent));
        }
        // What is equivalent to a union is above each of its members.
        let same = group.iter().flat_map(|&node| graph.objects(node, v::OWL_EQUIVALENT_CLASS));
        let own = group.iter().copied();
        let unions = same.filter(|&same| graph.iri(same).is_none()).chain(own);
        let unions = unions.flat_map(|union| graph.objects(union, v::OWL_UNION_OF));
        for member in unions.flat_map(|list| graph.list(list)).filter_map(|member| kinds.class(member)) {
            if member != class {
                parents.entry(member).or_default().extend(references.class(class));
            }
        }
    }
    let classes = kinds.classes.iter().filter_map(|group| Some((group, *group.first()?)));
    let classes = classes
        .map(|(group, class)| {
            let names = names::names(graph, group, lang);
            let texts = |predicate: &'static str| {
                group.iter().flat_map(move |&node| graph.texts(node, predicate)).map(|(text, _)| text.to_owned())
            };
            let mut examples: Vec<String> = texts(v::SKOS_EXAMPLE).collect();
            examples.extend(individuals.get(&class).into_iter().flatten().cloned());
            ClassSpec {
                id: graph.iri(class).unwrap_or_default().to_owned(),
                label: names.label,
                synonyms: names.synonyms,
                description: names::description(graph, group, lang),
                parents: once_each(parents.remove(&class).unwrap_or_default()),
                examples: once_each(examples),
                properties: once_each(texts(v::KGAS_PROPERTY).collect()),
            }
        })
        .collect();
    (classes, restrictions)
}

/// The named classes above a class; restrictions on the way are noted.
fn said_above(
    graph: &Graph,
    kinds: &Kinds,
    class: NodeId,
    group: &[NodeId],
    restrictions: &mut Restrictions,
) -> Vec<NodeId> {
    let mut parents = Vec::new();
    let mut seen: HashSet<NodeId> = group.iter().copied().collect();
    let mut waiting = Vec::new();
    for &node in group {
        waiting.extend(graph.objects(node, v::RDFS_SUB_CLASS_OF));
        waiting.extend(graph.objects(node, v::OWL_EQUIVALENT_CLASS).filter(|&same| graph.iri(same).is_none()));
        waiting.extend(graph.objects(node, v::OWL_INTERSECTION_OF).flat_map(|list| graph.list(list)));
    }
    waiting.reverse();
    while let Some(node) = waiting.pop() {
        if !seen.insert(node) || !graph.look() {
            continue;
        }
        match graph.node(node) {
            Some(Node::Iri(iri)) if super::expressions::is_anything(iri) || super::expressions::is_builtin(iri) => {}
            Some(Node::Iri(_)) if kinds.class(node) == Some(class) => {}
            Some(Node::Iri(_)) => parents.push(node),
            Some(Node::Blank(_)) => {
                for property in graph.objects(node, v::OWL_ON_PROPERTY).take(1) {
                    restrictions.entry(property).or_default().push(restriction(graph, class, node));
                }
                let members: Vec<NodeId> =
                    graph.objects(node, v::OWL_INTERSECTION_OF).flat_map(|list| graph.list(list)).collect();
                waiting.extend(members.into_iter().rev());
            }
            Some(Node::Literal { .. }) | None => {}
        }
    }
    parents
}

fn restriction(graph: &Graph, class: NodeId, node: NodeId) -> Restriction {
    let number = |predicates: [&str; 2]| {
        let texts = predicates.iter().flat_map(|predicate| graph.texts(node, predicate));
        texts.filter_map(|(text, _)| text.trim().parse::<u32>().ok()).next()
    };
    let exactly = number([v::OWL_CARDINALITY, v::OWL_QUALIFIED_CARDINALITY]);
    let some = u32::from(graph.has(node, v::OWL_SOME_VALUES_FROM));
    let min = exactly.or_else(|| number([v::OWL_MIN_CARDINALITY, v::OWL_MIN_QUALIFIED_CARDINALITY])).unwrap_or(some);
    let max = exactly.or_else(|| number([v::OWL_MAX_CARDINALITY, v::OWL_MAX_QUALIFIED_CARDINALITY]));
    let fillers = [v::OWL_SOME_VALUES_FROM, v::OWL_ALL_VALUES_FROM, v::OWL_ON_CLASS, v::OWL_ON_DATA_RANGE];
    let fillers = fillers.iter().flat_map(|predicate| graph.objects(node, predicate)).collect();
    Restriction { class, min, max, fillers }
}

/// Labels of some individuals, by class.
fn individuals(graph: &Graph, kinds: &Kinds, lang: &str) -> HashMap<NodeId, Vec<String>> {
    let mut found: HashMap<NodeId, Vec<String>> = HashMap::new();
    for node in graph.subjects().filter(|&node| graph.iri(node).is_some()) {
        for class in graph.objects(node, v::RDF_TYPE).filter_map(|kind| kinds.class(kind)) {
            let examples = found.entry(class).or_default();
            if examples.len() < HANDFUL && (graph.has(node, v::RDFS_LABEL) || graph.has(node, v::SKOS_PREF_LABEL)) {
                examples.push(names::names(graph, &[node], lang).label);
            }
        }
    }
    found
}

/// Each once, in order.
pub(crate) fn once_each(names: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.into_iter().filter(|name| seen.insert(name.clone())).collect()
}
