//! A relation that says nothing of its ends has those of the relation that it is a special case of.

use std::collections::HashMap;

use super::RelationSpec;
use crate::text::label_key;

/// Fills in domain and range from parents; each relation is looked at once. Names that lead nowhere, or in a circle,
/// give nothing.
pub(super) fn ends(relations: Vec<RelationSpec>) -> Vec<RelationSpec> {
    let mut by_name: HashMap<String, usize> = HashMap::with_capacity(relations.len() * 2);
    for (at, relation) in relations.iter().enumerate() {
        by_name.entry(label_key(&relation.label)).or_insert(at);
        by_name.entry(label_key(&relation.id)).or_insert(at);
    }
    let parents: Vec<Vec<usize>> = relations
        .iter()
        .map(|one| one.parents.iter().filter_map(|name| by_name.get(&label_key(name)).copied()).collect())
        .collect();
    let domains = sources(&relations, &parents, |relation| !relation.domain.is_empty());
    let ranges = sources(&relations, &parents, |relation| !relation.range.is_empty() || !relation.values.is_empty());
    // What a relation says itself needs no copy.
    let other = |at: usize, from: Option<usize>| relations.get(from.filter(|from| *from != at)?);
    let domains: Vec<Option<Vec<String>>> =
        domains.into_iter().enumerate().map(|(at, from)| Some(other(at, from)?.domain.clone())).collect();
    let range = |from: &RelationSpec| (from.range.clone(), from.values.clone());
    let ranges: Vec<Option<(Vec<String>, Vec<String>)>> =
        ranges.into_iter().enumerate().map(|(at, from)| other(at, from).map(range)).collect();
    let mut relations = relations;
    for ((relation, domain), range) in relations.iter_mut().zip(domains).zip(ranges) {
        if let Some(domain) = domain {
            relation.domain = domain;
        }
        if let Some(range) = range {
            (relation.range, relation.values) = range;
        }
    }
    relations
}

/// For each relation, the one that says what it has: itself, else the first of its parents for which there is one.
fn sources(
    relations: &[RelationSpec],
    parents: &[Vec<usize>],
    says: impl Fn(&RelationSpec) -> bool,
) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> =
        relations.iter().enumerate().map(|(at, relation)| says(relation).then_some(at)).collect();
    let mut seen: Vec<bool> = found.iter().map(Option::is_some).collect();
    for start in 0..relations.len() {
        let mut way: Vec<(usize, std::slice::Iter<'_, usize>)> = Vec::new();
        let mut enter = Some(start);
        loop {
            if let Some(at) = enter.take()
                && let Some(is_seen) = seen.get_mut(at).filter(|seen| !**seen)
            {
                *is_seen = true;
                way.push((at, parents.get(at).map(Vec::as_slice).unwrap_or_default().iter()));
            }
            let Some((at, ahead)) = way.last_mut() else { break };
            let (at, next) = (*at, ahead.as_slice().first().copied());
            let source = next.and_then(|next| found.get(next).copied().flatten());
            match (source, next) {
                (Some(source), _) => {
                    found.get_mut(at).map(|slot| slot.insert(source));
                    way.pop();
                }
                (None, Some(next)) if seen.get(next) == Some(&false) => enter = Some(next),
                (None, Some(_)) => _ = ahead.next(),
                (None, None) => _ = way.pop(),
            }
        }
    }
    found
}
