//! A property that several classes have: one relation where they mean the same, else one for each meaning.

use std::collections::{BTreeSet, HashMap, HashSet};

use kgas_core::ontology::{Cardinality, RelationSpec, local_name};

/// What tells two uses of a name apart: classes and datatypes, and listed values.
type Meaning = (String, BTreeSet<String>, BTreeSet<String>);

/// Puts the uses of equal ids and equal ranges into one relation with all their domains. Of those that differ, the
/// first keeps the id, the others get that of their first class before it: `Film.length`.
pub(crate) fn merged(uses: Vec<RelationSpec>) -> Vec<RelationSpec> {
    let mut relations: Vec<Merged> = Vec::new();
    let mut by_meaning: HashMap<Meaning, usize> = HashMap::new();
    let mut ids: HashSet<String> = HashSet::new();
    let mut next: HashMap<String, usize> = HashMap::new();
    for one in uses {
        let meaning = (one.id.clone(), one.range.iter().cloned().collect(), one.values.iter().cloned().collect());
        if let Some(relation) = by_meaning.get(&meaning).and_then(|&at| relations.get_mut(at)) {
            relation.add(one);
            continue;
        }
        by_meaning.insert(meaning, relations.len());
        let mut relation = one;
        if !ids.insert(relation.id.clone()) {
            let class = relation.domain.first().map_or("other", String::as_str);
            let name = format!("{}.{}", local_name(class), relation.id);
            let number = next.entry(name.clone()).or_insert(0);
            relation.id = loop {
                *number += 1;
                let id = if *number == 1 { name.clone() } else { format!("{name}.{number}") };
                if ids.insert(id.clone()) {
                    break id;
                }
            };
        }
        relations.push(Merged::of(relation));
    }
    relations.into_iter().map(|merged| merged.relation).collect()
}

struct Merged {
    relation: RelationSpec,
    domain: HashSet<String>,
    /// Some use is without a domain: any class has it.
    is_any: bool,
}

impl Merged {
    fn of(relation: RelationSpec) -> Self {
        let domain = relation.domain.iter().cloned().collect();
        Self { is_any: relation.domain.is_empty(), domain, relation }
    }

    fn add(&mut self, other: RelationSpec) {
        self.is_any |= other.domain.is_empty();
        for class in other.domain {
            if self.domain.insert(class.clone()) {
                self.relation.domain.push(class);
            }
        }
        if self.is_any {
            self.relation.domain.clear();
        }
        let relation = &mut self.relation;
        relation.description = relation.description.take().or(other.description);
        relation.cardinality = widest(relation.cardinality, other.cardinality);
        for name in other.synonyms {
            if !relation.synonyms.contains(&name) {
                relation.synonyms.push(name);
            }
        }
    }
}

/// What holds for both.
fn widest(one: Option<Cardinality>, other: Option<Cardinality>) -> Option<Cardinality> {
    let (one, other) = (one?, other?);
    let max = one.max.zip(other.max).map(|(one, other)| one.max(other));
    Some(Cardinality { min: one.min.min(other.min), max }).filter(|both| *both != Cardinality::default())
}

/// A cardinality that says something.
pub(crate) fn said(min: u32, max: Option<u32>) -> Option<Cardinality> {
    let is_sound = max.is_none_or(|max| min <= max);
    Some(Cardinality { min, max }).filter(|said| *said != Cardinality::default() && is_sound)
}
