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
    // The grammar of IRIs allows any sign in a host, but no host has one: a minus for a hyphen, say.
    let (_, rest) = iri.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let sign = host.chars().find(|c| !c.is_ascii() && !c.is_alphanumeric())?;
    Some(format!("invalid IRI <{iri}>: no host has {sign:?} in it"))
}
