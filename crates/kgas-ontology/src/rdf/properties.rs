//! Properties: an object property is a relation to a class, a data property one to values.

use std::collections::HashSet;

use kgas_core::ontology::{Cardinality, RelationSpec};

use super::classes::{Restriction, Restrictions, once_each};
use super::expressions::Ends;
use super::graph::{Graph, NodeId};
use super::kinds::{Kinds, References};
use super::names;
use crate::ReadWarning;
use crate::vocabulary as v;

pub(crate) fn read<'g>(
    graph: &'g Graph,
    kinds: &'g Kinds,
    references: &mut References<'g>,
    restrictions: &Restrictions,
    lang: &str,
    warnings: &mut Vec<ReadWarning>,
) -> Vec<RelationSpec> {
    let mut reader = Reader { graph, kinds, references, warnings };
    let none = Vec::new();
    let properties = kinds.properties.iter();
    properties.filter_map(|&node| reader.property(node, restrictions.get(&node).unwrap_or(&none), lang)).collect()
}

struct Reader<'r, 'g> {
    graph: &'g Graph,
    kinds: &'g Kinds,
    references: &'r mut References<'g>,
    warnings: &'r mut Vec<ReadWarning>,
}

impl Reader<'_, '_> {
    fn property(&mut self, node: NodeId, restrictions: &[Restriction], lang: &str) -> Option<RelationSpec> {
        let graph = self.graph;
        let parents: Vec<String> = graph
            .objects(node, v::RDFS_SUB_PROPERTY_OF)
            .filter(|parent| self.kinds.is_property(*parent) && *parent != node)
            .filter_map(|parent| graph.iri(parent).map(str::to_owned))
            .collect();
        let said = |of: [&'static str; 2]| of.into_iter().flat_map(move |of| graph.objects(node, of));
        let domain = Ends::of(graph, said([v::RDFS_DOMAIN, v::SCHEMA_DOMAIN_INCLUDES]));
        let range = Ends::of(graph, said([v::RDFS_RANGE, v::SCHEMA_RANGE_INCLUDES]));
        let is_said = |of| said(of).next().is_some();
        let mut domain = self.classes(node, "domain", domain)?.0;
        if domain.is_empty() && parents.is_empty() && !is_said([v::RDFS_DOMAIN, v::SCHEMA_DOMAIN_INCLUDES]) {
            // The only thing that says of whom it is.
            domain = restrictions.iter().filter_map(|one| self.references.class(one.class)).collect();
            domain = once_each(domain);
        }
        let (mut range, mut values) = self.classes(node, "range", range)?;
        if range.is_empty() && values.is_empty() && !is_said([v::RDFS_RANGE, v::SCHEMA_RANGE_INCLUDES]) {
            let of_all = !restrictions.is_empty() && restrictions.iter().all(|one| !one.fillers.is_empty());
            if of_all && parents.is_empty() {
                let fillers = restrictions.iter().flat_map(|one| one.fillers.iter().copied());
                (range, values) = self.classes(node, "range", Ends::of(graph, fillers))?;
            }
            let inherits = !parents.is_empty();
            if range.is_empty() && values.is_empty() && !inherits && graph.is_a(node, &[v::OWL_DATATYPE_PROPERTY]) {
                range.push(v::XSD_STRING.to_owned());
            }
        }
        let names = names::names(graph, &[node], lang);
        Some(RelationSpec {
            id: graph.iri(node).unwrap_or_default().to_owned(),
            label: names.label,
            synonyms: names.synonyms,
            description: names::description(graph, &[node], lang),
            parents: once_each(parents),
            cardinality: self.cardinality(node, &domain, restrictions),
            domain,
            range,
            values,
        })
    }

    /// References and listed values; empty for anything. None where all of it is deprecated: the property goes too.
    fn classes(&mut self, node: NodeId, end: &'static str, ends: Ends) -> Option<(Vec<String>, Vec<String>)> {
        let what = |graph: &Graph| format!("the {end} of <{}>", graph.iri(node).unwrap_or_default());
        if ends.anything {
            return Some((Vec::new(), Vec::new()));
        }
        let classes: Vec<String> = ends.classes.iter().filter_map(|&class| self.references.class(class)).collect();
        let is_domain = end == "domain";
        let is_empty = classes.is_empty() && (is_domain || (ends.datatypes.is_empty() && ends.values.is_empty()));
        let line = self.graph.line(node);
        if is_empty && !ends.classes.is_empty() {
            let what = format!("property <{}>", self.graph.iri(node).unwrap_or_default());
            let why = if is_domain { "its domain is deprecated" } else { "its range is deprecated" };
            self.warnings.push(ReadWarning::PassedOver { line, what, why });
            return None;
        }
        if ends.unread {
            let (what, why) = (what(self.graph), "it is an expression that is not read");
            self.warnings.push(ReadWarning::PassedOver { line, what, why });
        }
        if is_domain {
            return Some((classes, Vec::new()));
        }
        let range = classes.into_iter().chain(ends.datatypes).collect();
        Some((range, once_each(ends.values)))
    }

    /// What holds for every class of the domain; what a single one says of itself is no word about the relation.
    fn cardinality(&self, node: NodeId, domain: &[String], restrictions: &[Restriction]) -> Option<Cardinality> {
        let own = self.graph.texts(node, v::KGAS_CARDINALITY).find_map(|(text, _)| Cardinality::parse(text));
        if own.is_some() {
            return own;
        }
        let class = |one: &Restriction| self.graph.iri(one.class).unwrap_or_default().to_owned();
        let said: HashSet<String> = restrictions.iter().map(class).collect();
        let of_all = !domain.is_empty() && domain.iter().all(|class| said.contains(class));
        let mut cardinality = Cardinality::default();
        if of_all {
            // A class may say min and max in two statements: the highest min of a class, the lowest min of all.
            let within: HashSet<&String> = domain.iter().collect();
            let mut by_class: Vec<(String, u32, Option<u32>)> = Vec::new();
            let mut sorted: Vec<(String, &Restriction)> = restrictions.iter().map(|one| (class(one), one)).collect();
            sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
            for (name, one) in sorted.into_iter().filter(|(name, _)| within.contains(name)) {
                match by_class.last_mut() {
                    Some((last, min, max)) if *last == name => {
                        *min = (*min).max(one.min);
                        *max = lowest(*max, one.max);
                    }
                    _ => by_class.push((name, one.min, one.max)),
                }
            }
            cardinality.min = by_class.iter().map(|(_, min, _)| *min).min().unwrap_or_default();
            let no_end = by_class.iter().any(|(_, _, max)| max.is_none());
            cardinality.max = if no_end { None } else { by_class.iter().filter_map(|(_, _, max)| *max).max() };
        }
        if self.graph.is_a(node, &[v::OWL_FUNCTIONAL_PROPERTY]) {
            cardinality.max = lowest(cardinality.max, Some(1));
        }
        let makes_sense = cardinality.max.is_none_or(|max| cardinality.min <= max);
        Some(cardinality).filter(|said| *said != Cardinality::default() && makes_sense)
    }
}

fn lowest(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
