//! IRIs for classes and relations: their own where they have one, else one of kgas's.

use std::collections::{HashMap, HashSet};

use kgas_core::Ontology;
use kgas_core::ontology::{ClassId, RelationType};

use crate::vocabulary as v;

/// Where classes and relations without an IRI live. Two places, for a class and a relation may have one name.
const CLASSES: &str = "https://kgas.dev/ontology/classes#";
const RELATIONS: &str = "https://kgas.dev/ontology/relations#";

/// The IRI of each class and of each relation; no two are the same.
pub(super) struct Iris<'o> {
    classes: HashMap<ClassId, String>,
    pub(super) relations: Vec<String>,
    /// The first relation of each label and id, by which parents are named.
    places: HashMap<(&'o str, &'o str), usize>,
}

impl<'o> Iris<'o> {
    pub(super) fn of(ontology: &'o Ontology) -> Self {
        let mut taken = HashSet::new();
        let mut free = |id: &str, label: &str, space: &str| {
            let name = if id.trim().is_empty() { label } else { id };
            let first = if is_iri(id) { id.to_owned() } else { format!("{space}{}", encoded(name)) };
            let others = (2..).map(|number: u32| format!("{space}{}-{number}", encoded(label)));
            let mut iris = std::iter::once(first).chain(others);
            iris.find(|iri| taken.insert(iri.clone())).unwrap_or_default()
        };
        let classes = ontology.classes().map(|(id, class)| (id, free(&class.id, &class.label, CLASSES))).collect();
        let relations = ontology.relations();
        let mut places = HashMap::new();
        for (at, relation) in relations.iter().enumerate() {
            places.entry((relation.label.as_str(), relation.id.as_str())).or_insert(at);
        }
        let relations = relations.iter().map(|one| free(&one.id, &one.label, RELATIONS)).collect();
        Self { classes, relations, places }
    }

    pub(super) fn class(&self, id: ClassId) -> &str {
        self.classes.get(&id).map_or("", String::as_str)
    }

    pub(super) fn relation(&self, relation: &RelationType) -> Option<&str> {
        let place = self.places.get(&(relation.label.as_str(), relation.id.as_str()))?;
        self.relations.get(*place).map(String::as_str)
    }
}

/// Whether something can stand as an IRI as it is; a word of RDF's own can't name a class.
fn is_iri(id: &str) -> bool {
    let Some((scheme, rest)) = id.split_once("://") else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let is_fit = |c: char| is_plain(c) || ":/?#@!$&'()*+,;=".contains(c);
    let is_own = [v::RDF, v::RDFS, v::OWL, v::XSD, v::SKOS].iter().any(|space| id.starts_with(space));
    is_scheme && !rest.is_empty() && rest.chars().all(is_fit) && rest.matches('#').count() < 2 && !is_own
}

const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~')
}

/// A name as the last part of an IRI: spaces as `_`, what is not plain percent-encoded.
fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim().chars() {
        match c {
            ' ' => out.push('_'),
            c if is_plain(c) => out.push(c),
            c => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}"))),
        }
    }
    out
}

/// The name that was encoded. What isn't encoded properly is as it is.
pub(crate) fn decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_not_text| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{decoded, encoded};

    #[test]
    fn names_come_back_from_iris() {
        for name in ["Film", "Q5", "é%/#", "東京", "100%", "%zz"] {
            assert_eq!(decoded(&encoded(name)), name);
        }
        assert_eq!(encoded("works at"), "works_at");
        assert_eq!(decoded("%F"), "%F");
    }
}
