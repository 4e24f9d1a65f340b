//! Which of many names, in many languages, is the name.

use std::cmp::Reverse;

use super::graph::{Graph, NodeId};
use crate::vocabulary as v;
use crate::words::words;

const LABELS: [&str; 3] = [v::SKOS_PREF_LABEL, v::RDFS_LABEL, v::SCHEMA_NAME];
const TITLES: [&str; 5] = [v::RDFS_LABEL, v::SKOS_PREF_LABEL, v::DC_TITLE, v::DCTERMS_TITLE, v::SCHEMA_NAME];
const DESCRIPTIONS: [&str; 5] =
    [v::SKOS_DEFINITION, v::RDFS_COMMENT, v::DCTERMS_DESCRIPTION, v::DC_DESCRIPTION, v::SCHEMA_DESCRIPTION];

/// What a thing is called.
pub(crate) struct Names {
    pub(crate) label: String,
    pub(crate) synonyms: Vec<String>,
}

/// The names of one thing that has several nodes; the first is the one whose IRI it is.
pub(crate) fn names(graph: &Graph, nodes: &[NodeId], lang: &str) -> Names {
    let of = |predicates: &'static [&'static str]| {
        let nodes = nodes.iter().flat_map(move |&node| predicates.iter().map(move |predicate| (node, *predicate)));
        nodes.flat_map(|(node, predicate)| graph.texts(node, predicate)).filter(|(text, _)| !text.trim().is_empty())
    };
    let labels = ranked(of(&LABELS), lang);
    let others = ranked(of(&[v::SKOS_ALT_LABEL, v::SKOS_HIDDEN_LABEL]), lang);
    let mut all = labels.into_iter().chain(others).map(str::to_owned);
    let has_label = nodes.iter().any(|&node| LABELS.iter().any(|label| graph.texts(node, label).next().is_some()));
    let own = || nodes.first().and_then(|&node| graph.iri(node)).map(spoken).unwrap_or_default();
    let label = if has_label { all.next() } else { None };
    let synonyms = all.collect();
    Names { label: label.unwrap_or_else(own), synonyms }
}

/// What it means: the first description, the best language before the best property.
pub(crate) fn description(graph: &Graph, nodes: &[NodeId], lang: &str) -> Option<String> {
    best(graph, nodes, &DESCRIPTIONS, lang)
}

/// What an ontology calls itself.
pub(crate) fn title(graph: &Graph, node: NodeId, lang: &str) -> Option<String> {
    best(graph, &[node], &TITLES, lang)
}

fn best(graph: &Graph, nodes: &[NodeId], predicates: &[&str], lang: &str) -> Option<String> {
    let found = predicates.iter().flat_map(|predicate| nodes.iter().flat_map(|&node| graph.texts(node, predicate)));
    ranked(found.filter(|(text, _)| !text.trim().is_empty()), lang).first().map(|text| (*text).to_owned())
}

/// The wanted language first, then none, then the others sorted; what is equal stays in order.
fn ranked<'g>(texts: impl Iterator<Item = (&'g str, Option<&'g str>)>, lang: &str) -> Vec<&'g str> {
    let mut texts: Vec<(&str, Option<&str>)> = texts.collect();
    texts.sort_by_cached_key(|(text, tag)| {
        let nearness = nearness(*tag, lang);
        let is_other = nearness == 0;
        (Reverse(nearness), is_other.then(|| (tag.unwrap_or_default().to_lowercase(), (*text).to_owned())))
    });
    texts.into_iter().map(|(text, _)| text).collect()
}

/// How near a language is to the wanted one: `en-GB` and `en` are near each other.
fn nearness(tag: Option<&str>, wanted: &str) -> u8 {
    let Some(tag) = tag.filter(|tag| !tag.is_empty()) else { return 1 };
    let (tag, wanted) = (tag.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    let within = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('-'));
    match () {
        () if tag == wanted => 4,
        () if within(&tag, &wanted) => 3,
        () if within(&wanted, &tag) => 2,
        () => 0,
    }
}

/// The name that an IRI ends in, as words.
fn spoken(iri: &str) -> String {
    let local = iri.rsplit(['#', '/', ':']).find(|part| !part.is_empty()).unwrap_or(iri);
    let decoded = percent_encoding::percent_decode_str(local).decode_utf8_lossy();
    Some(words(&decoded)).filter(|words| !words.is_empty()).unwrap_or_else(|| iri.to_owned())
}
