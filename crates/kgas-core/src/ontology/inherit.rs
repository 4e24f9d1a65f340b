//! A relation that says nothing of its ends has those of the relation that it is a special case of.

use std::collections::HashMap;

use super::RelationSpec;
use crate::text::label_key;

/// Fills in domain and range from parents; each relation looks up as far as it must. Names that lead nowhere, or in
/// a circle, give nothing.
pub(super) fn ends(relations: Vec<RelationSpec>) -> Vec<RelationSpec> {
    let mut by_name: HashMap<String, usize> = HashMap::with_capacity(relations.len() * 2);
    for (at, relation) in relations.iter().enumerate() {
        by_name.entry(label_key(&relation.label)).or_insert(at);
        by_name.entry(label_key(&relation.id)).or_insert(at);
    }
    let inherited = |relation: &RelationSpec, of: fn(&RelationSpec) -> Ends| {
        let mut seen = Vec::new();
        let mut waiting: Vec<&RelationSpec> = vec![relation];
        while let Some(relation) = waiting.pop() {
            let ends = of(relation);
            if ends.iter().any(|names| !names.is_empty()) {
                return ends;
            }
            for at in relation.parents.iter().rev().filter_map(|name| by_name.get(&label_key(name))) {
                if !seen.contains(at) {
                    seen.push(*at);
                    waiting.extend(relations.get(*at));
                }
            }
        }
        Ends::default()
    };
    let ends: Vec<(Ends, Ends)> = relations
        .iter()
        .map(|relation| {
            let domain = inherited(relation, |relation| [relation.domain.clone(), Vec::new()]);
            let range = inherited(relation, |relation| [relation.range.clone(), relation.values.clone()]);
            (domain, range)
        })
        .collect();
    let mut relations = relations;
    for (relation, ([domain, _], [range, values])) in relations.iter_mut().zip(ends) {
        (relation.domain, relation.range, relation.values) = (domain, range, values);
    }
    relations
}

/// Names of classes and datatypes, and listed values.
type Ends = [Vec<String>; 2];
