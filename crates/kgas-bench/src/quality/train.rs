//! The benchmark's training sentences as examples that `kgas extract --examples` takes.
//!
//! kgas refuses examples whose items don't stand in their own text, for they would teach to invent. Most training
//! sentences of the benchmark are such: a title is meant by "the film", a year is written down as the first of
//! January. They are left out, and so are sentences that are test sentences too.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use kgas_core::fact::{EntityCandidate, ObjectType, RelationCandidate};
use kgas_core::text::normal_form;
use kgas_core::{Example, Examples, Ontology};
use serde_json::{Value, json};

use super::data::{Labels, Lesson, Part};

/// Examples made of an ontology's training sentences.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Training {
    /// One for each sentence, in the order of the file.
    pub examples: Vec<Example>,
    /// How many training sentences there are, those that stand there several times counted once.
    pub sentences: usize,
    /// How many are left out because they are test sentences.
    pub tested: usize,
    /// How many are left out because what is known of them doesn't stand in them, or the ontology doesn't allow it.
    pub unfit: usize,
}

impl Training {
    /// Makes examples; `most` of them, drawn by `seed`, where that is given.
    #[must_use]
    pub fn of(part: &Part, lessons: &[Lesson], ontology: &Ontology, most: Option<NonZeroUsize>, seed: u64) -> Self {
        let tested: BTreeSet<String> = part.sentences.iter().map(|sentence| normal_form(&sentence.text)).collect();
        let mut training = Self::default();
        for (text, lessons) in by_sentence(lessons) {
            training.sentences += 1;
            if tested.contains(&normal_form(text)) {
                training.tested += 1;
                continue;
            }
            match example(text, &lessons, &part.labels, ontology) {
                Some(example) => training.examples.push(example),
                None => training.unfit += 1,
            }
        }
        training.draw(most, seed);
        training
    }

    /// The examples as JSONL, in the form that [`Examples::parse`] reads.
    #[must_use]
    pub fn jsonl(&self) -> String {
        self.examples.iter().map(|example| format!("{}\n", line(example))).collect()
    }

    fn draw(&mut self, most: Option<NonZeroUsize>, seed: u64) {
        let Some(most) = most.filter(|most| most.get() < self.examples.len()) else { return };
        let mut places: Vec<usize> = (0..self.examples.len()).collect();
        fastrand::Rng::with_seed(seed).shuffle(&mut places);
        let drawn: BTreeSet<usize> = places.into_iter().take(most.get()).collect();
        let all = std::mem::take(&mut self.examples).into_iter().enumerate();
        self.examples = all.filter(|(at, _)| drawn.contains(at)).map(|(_, example)| example).collect();
    }
}

/// The sentences in the order of the file, each with all that is known of it.
fn by_sentence(lessons: &[Lesson]) -> Vec<(&str, Vec<&Lesson>)> {
    let mut place_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all: Vec<(&str, Vec<&Lesson>)> = Vec::new();
    for lesson in lessons {
        let place = *place_of.entry(&lesson.text).or_insert(all.len());
        match all.get_mut(place) {
            Some((_, lessons)) => lessons.push(lesson),
            None => all.push((&lesson.text, vec![lesson])),
        }
    }
    all
}

/// An example of those lessons of a sentence that kgas would take; none where it would take none.
fn example(text: &str, lessons: &[&Lesson], labels: &Labels, ontology: &Ontology) -> Option<Example> {
    let mut example = Example { text: text.to_owned(), ..Example::default() };
    for lesson in lessons {
        let Some(more) = with(&example, lesson, labels) else { continue };
        if Examples::new(vec![more.clone()]).check(ontology).is_ok() {
            example = more;
        }
    }
    (!example.relations.is_empty()).then_some(example)
}

/// The example with what one lesson says; none where the ontology doesn't have its relation.
fn with(example: &Example, lesson: &Lesson, labels: &Labels) -> Option<Example> {
    let kind = labels.relations.iter().find(|kind| kind.label.trim() == lesson.relation.trim())?;
    let domain = kind.domain.as_deref().map(str::trim);
    let range = kind.range.as_deref().map(str::trim);
    let mut example = example.clone();
    for (name, class) in [(&lesson.subject, domain), (&lesson.object, range)] {
        let is_there = |entity: &EntityCandidate| entity.text == *name && Some(&*entity.entity_type) == class;
        if let Some(class) = class.filter(|_| !example.entities.iter().any(is_there)) {
            let entity = EntityCandidate { text: name.clone(), entity_type: class.to_owned(), ..Default::default() };
            example.entities.push(entity);
        }
    }
    let relation = RelationCandidate {
        subject: lesson.subject.clone(),
        subject_type: domain.map(str::to_owned),
        relation_type: kind.label.trim().to_owned(),
        object: lesson.object.clone(),
        // Without a range there is no telling which class an entity is of.
        object_type: range.map_or(ObjectType::Literal, |class| ObjectType::Named(class.to_owned())),
        ..RelationCandidate::default()
    };
    if !example.relations.contains(&relation) {
        example.relations.push(relation);
    }
    Some(example)
}

fn line(example: &Example) -> Value {
    let entity = |entity: &EntityCandidate| json!({"text": entity.text, "type": entity.entity_type});
    let relation = |relation: &RelationCandidate| {
        json!({
            "subject": relation.subject,
            "subject_type": relation.subject_type,
            "type": relation.relation_type,
            "object": relation.object,
            "object_type": match &relation.object_type {
                ObjectType::Named(class) => class,
                ObjectType::Unsaid | ObjectType::Literal => "literal",
            },
        })
    };
    json!({
        "text": example.text,
        "entities": example.entities.iter().map(entity).collect::<Vec<_>>(),
        "relations": example.relations.iter().map(relation).collect::<Vec<_>>(),
    })
}
