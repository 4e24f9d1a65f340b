//! The part of a large ontology that a text needs.

mod choose;
mod index;
mod size;
mod words;

use std::collections::HashMap;

use super::compile::{local_name, relation_keys};
use super::{Class, ClassId, Ontology, Range, RelationType};
use crate::text::label_key;
use choose::Chosen;
pub use index::OntologyIndex;

/// A part of an ontology, an ontology itself.
///
/// What a model is shown may be cut; what an answer is checked against never is, and so a cut rejects nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The part, in the order of the whole. A relation has those of its ends that are in it, and at least one.
    pub ontology: Ontology,
    /// How many classes are in it.
    pub classes: usize,
    /// How many relations are in it.
    pub relations: usize,
}

impl Ontology {
    /// The index by which this ontology is cut; it is worth keeping.
    #[must_use]
    pub fn index(&self) -> OntologyIndex {
        OntologyIndex::new(self)
    }

    /// About how many tokens its classes and relations take in a prompt: one for four bytes of the line that names
    /// label, description, other names, parents, examples, properties, ends, listed values and cardinality, as many as
    /// are shown.
    #[must_use]
    pub fn prompt_tokens(&self) -> usize {
        let classes = self.classes.iter().map(|class| size::of_class(self, class));
        let relations = self.relations.iter().map(|relation| size::of_relation(self, relation));
        size::tokens(classes.chain(relations).fold(0, usize::saturating_add))
    }
}

impl OntologyIndex {
    /// The part of the ontology that a text needs, in at most so many tokens; `None` where the whole fits.
    ///
    /// In it are the classes and relations that the text names by label, synonym, id or example, as whole words in
    /// singular or plural; then what is next to them: relations and their ends, parents, children. Where the text
    /// names nothing, it is the classes at the top with the most below them. There is always a class, and a relation
    /// where the ontology has any, even if these alone exceed the allowance. The same text gives the same part.
    ///
    /// `ontology` is the one that the index was made of.
    #[must_use]
    pub fn cut(&self, ontology: &Ontology, text: &str, tokens: usize) -> Option<Cut> {
        if self.tokens() <= tokens {
            return None;
        }
        Some(part(ontology, &choose::choose(self, ontology, text, size::bytes(tokens))))
    }
}

/// The classes and relations that were chosen, as an ontology.
fn part(whole: &Ontology, chosen: &Chosen) -> Cut {
    let places: HashMap<ClassId, ClassId> =
        chosen.classes.iter().enumerate().map(|(at, &class)| (class, ClassId(at))).collect();
    let placed = |ids: &[ClassId]| ids.iter().filter_map(|id| places.get(id).copied()).collect::<Vec<_>>();
    let classes: Vec<Class> = chosen
        .classes
        .iter()
        .filter_map(|&id| whole.class(id))
        .map(|class| Class { parents: placed(&class.parents), ..class.clone() })
        .collect();
    let relations: Vec<RelationType> = chosen
        .relations
        .iter()
        .filter_map(|&at| whole.relations.get(at))
        .map(|relation| RelationType {
            domain: placed(&relation.domain),
            range: Range { classes: placed(&relation.range.classes), ..relation.range.clone() },
            ..relation.clone()
        })
        .collect();
    let mut classes_by_key = HashMap::with_capacity(classes.len() * 2);
    for (&id, class) in chosen.classes.iter().zip(&classes) {
        let names = [class.label.as_str(), &class.id, local_name(&class.id)];
        for key in names.into_iter().chain(class.synonyms.iter().map(String::as_str)).map(label_key) {
            // A name means in the part what it means in the whole.
            if whole.classes_by_key.get(&key) == Some(&id)
                && let Some(&place) = places.get(&id)
            {
                classes_by_key.insert(key, place);
            }
        }
    }
    let relations_by_key = relation_keys(&relations);
    let (class_count, relation_count) = (classes.len(), relations.len());
    let ontology = Ontology { title: whole.title.clone(), classes, relations, classes_by_key, relations_by_key };
    Cut { ontology, classes: class_count, relations: relation_count }
}
