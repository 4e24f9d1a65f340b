//! IRIs that can't be right; they are kept, and told of once.

use std::collections::HashSet;

use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};

/// The IRIs that were told of.
#[derive(Debug, Default)]
pub(crate) struct Iris(HashSet<String>);

impl Iris {
    /// What is wrong with the IRIs of a triple, each with its problem.
    pub(crate) fn problems<'t>(&mut self, triple: &'t Triple) -> Vec<(&'t str, String)> {
        let subject = match &triple.subject {
            NamedOrBlankNode::NamedNode(node) => Some(node.as_str()),
            NamedOrBlankNode::BlankNode(_) => None,
        };
        let object = match &triple.object {
            Term::NamedNode(node) => Some(node.as_str()),
            _ => None,
        };
        let problems = [subject, object].into_iter().flatten().filter_map(|iri| Some((iri, problem(iri)?)));
        problems.filter(|(iri, _)| self.0.insert((*iri).to_owned())).collect()
    }
}

fn problem(iri: &str) -> Option<String> {
    if let Err(error) = NamedNode::new(iri) {
        return Some(format!("invalid IRI <{iri}>: {error}"));
    }
    let sign = iri.chars().find(|&c| is_look_alike(c))?;
    Some(format!("invalid IRI <{iri}>: {sign:?} (U+{:04X}) is not meant in an address", u32::from(sign)))
}

/// Dashes, quotes, spaces and symbols that a word processor puts for those of ASCII. The grammar of IRIs lets them
/// pass, and no server answers to them: a minus for a hyphen in an ORCID.
const fn is_look_alike(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{2190}'..='\u{2bff}' | '\u{3000}' | '\u{feff}')
}
