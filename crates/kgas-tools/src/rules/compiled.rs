//! What the rules know of an ontology, worked out once for it.

use std::collections::HashMap;

use kgas_core::ontology::ClassId;
use kgas_core::{Examples, Ontology};

use super::cues::{Cues, label_words};
use super::gazetteer::Gazetteer;
use super::patterns::ValueKind;
use super::sentence::Sentence;
use super::shapes::Shape;

/// Cues, gazetteer, and what relations and classes want.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) cues: Cues,
    pub(super) gazetteer: Gazetteer,
    /// For each relation of the ontology, in its order.
    pub(super) relations: Vec<Wanted>,
    /// Classes whose entities are values by their name, such as "Date".
    value_classes: Vec<(ValueKind, ClassId)>,
    /// Classes by the words of their labels, under the last of them.
    kinds: HashMap<String, Vec<(Vec<String>, ClassId)>>,
    /// Whether a class or a relation has a use for values.
    pub(super) wants_values: bool,
}

/// What the ends of a relation look like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) subject: Shape,
    pub(super) object: Object,
}

/// What the object of a relation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// A name of this shape.
    Name(Shape),
    /// A value; of any kind where that isn't told.
    Value(Option<ValueKind>),
}

impl Compiled {
    pub(super) fn new(ontology: &Ontology, examples: &Examples) -> Self {
        let shape = |classes: &[ClassId]| match classes {
            &[only] => Shape::of_class(ontology.label(only)),
            _ => Shape::Free,
        };
        let value_classes: Vec<(ValueKind, ClassId)> =
            ontology.classes().filter_map(|(id, class)| Some((ValueKind::told_by(&class.label)?, id))).collect();
        let value_class =
            |class: &ClassId| value_classes.iter().find(|(_, known)| known == class).map(|(kind, _)| *kind);
        let relations: Vec<Wanted> = ontology
            .relations()
            .iter()
            .map(|relation| {
                let range = &relation.range;
                let told = ValueKind::told_by(&relation.label);
                let object = match range.classes.first().and_then(value_class).or(told) {
                    Some(kind) if range.classes.first().and_then(value_class).is_some() => Object::Value(Some(kind)),
                    Some(_) if range.allows_values() => Object::Value(told),
                    _ if !range.allows_entities() => Object::Value(told),
                    _ => Object::Name(shape(&range.classes)),
                };
                Wanted { subject: shape(&relation.domain), object }
            })
            .collect();
        let mut kinds: HashMap<String, Vec<(Vec<String>, ClassId)>> = HashMap::new();
        for (id, class) in ontology.classes() {
            let words = label_words(&class.label);
            if let Some(last) = words.last() {
                kinds.entry(last.clone()).or_default().push((words, id));
            }
        }
        kinds.values_mut().for_each(|list| list.sort_by_key(|(words, _)| std::cmp::Reverse(words.len())));
        let takes_value = |wanted: &Wanted| matches!(wanted.object, Object::Value(_));
        let wants_values = !value_classes.is_empty() || relations.iter().any(takes_value);
        let (cues, gazetteer) = (Cues::new(ontology, examples), Gazetteer::new(ontology, examples));
        Self { cues, gazetteer, relations, value_classes, kinds, wants_values }
    }

    /// The class whose whole label ends with this word of the sentence; the longest label where several do.
    pub(super) fn kind_ending_at(&self, sentence: &Sentence<'_>, last: usize) -> Option<ClassId> {
        let labels = self.kinds.get(sentence.small(last))?;
        let is_here = |words: &[String]| {
            words
                .iter()
                .rev()
                .enumerate()
                .all(|(back, word)| last.checked_sub(back).is_some_and(|at| sentence.small(at) == word))
        };
        labels.iter().find(|(words, _)| is_here(words)).map(|(_, class)| *class)
    }

    /// The class whose entities are values of this kind, if the ontology has one.
    pub(super) fn value_class(&self, kind: ValueKind) -> Option<ClassId> {
        self.value_classes.iter().find(|(known, _)| *known == kind).map(|(_, class)| *class)
    }

    /// What the entities of a class are as values.
    pub(super) fn value_kind(&self, class: ClassId) -> Option<ValueKind> {
        self.value_classes.iter().find(|(_, known)| *known == class).map(|(kind, _)| *kind)
    }
}
