//! Training sentences as examples: which are fit, which are drawn, and that kgas takes them.

use std::num::NonZeroUsize;

use kgas_bench::quality::{Kind, Lesson, Part, Training};
use kgas_core::{Examples, Ontology};
use kgas_ontology::ReadOptions;

use super::{films, glimmerdown};

fn ontology() -> Ontology {
    let text = r#"{"concepts": [{"qid": "Q1", "label": "human"}, {"qid": "Q2", "label": "film"}], "relations": [
        {"pid": "P1", "label": "director", "domain": "Q2", "range": "Q1"},
        {"pid": "P2", "label": "publication date", "domain": "Q2", "range": ""}]}"#;
    kgas_ontology::read(text, &ReadOptions::default()).unwrap().ontology
}

fn lesson(text: &str, subject: &str, relation: &str, object: &str) -> Lesson {
    let [text, subject, relation, object] = [text, subject, relation, object].map(str::to_owned);
    Lesson { text, subject, relation, object }
}

fn training(lessons: &[Lesson], most: Option<usize>, seed: u64) -> Training {
    let part = Part::new("1_films", films(), vec![glimmerdown()]);
    Training::of(&part, lessons, &ontology(), most.and_then(NonZeroUsize::new), seed)
}

const ORCHARD: &str = "The Copper Orchard, out in 1987, was directed by Teodor Brand.";

#[test]
fn what_is_known_of_a_sentence_becomes_one_example_that_kgas_takes() {
    let lessons = [
        lesson(ORCHARD, "The Copper Orchard", "director", "Teodor Brand"),
        lesson("Slow Tide is a film.", "Slow Tide", "director", "Mira Lund"),
        lesson(ORCHARD, "The Copper Orchard", "publication date", "1987"),
    ];
    let training = training(&lessons, None, 0);
    assert_eq!((training.sentences, training.unfit, training.tested), (2, 1, 0));
    let examples = Examples::parse(&training.jsonl()).unwrap();
    assert_eq!(examples.check(&ontology()), Ok(()));
    let [example] = examples.list() else { unreachable!("one example") };
    assert_eq!(example.text, ORCHARD);
    let entities: Vec<(&str, &str)> =
        example.entities.iter().map(|entity| (&*entity.text, &*entity.entity_type)).collect();
    assert_eq!(entities, [("The Copper Orchard", "film"), ("Teodor Brand", "human")]);
    let relations: Vec<(&str, &str)> =
        example.relations.iter().map(|relation| (&*relation.relation_type, &*relation.object)).collect();
    assert_eq!(relations, [("director", "Teodor Brand"), ("publication date", "1987")]);
}

#[test]
fn what_the_sentence_or_the_ontology_does_not_bear_out_teaches_nothing() {
    let cases = [
        ("a year is no first of January", lesson(ORCHARD, "The Copper Orchard", "publication date", "01 January 1987")),
        ("the subject isn't there", lesson(ORCHARD, "Glimmerdown", "director", "Teodor Brand")),
        ("the ontology doesn't know the relation", lesson(ORCHARD, "The Copper Orchard", "cost", "1987")),
        ("a name is misspelt", lesson(ORCHARD, "The Copper Orchard", "director", "Teodor Brandt")),
    ];
    for (what, lesson) in cases {
        let found = training(&[lesson], None, 0);
        assert_eq!((found.examples.len(), found.unfit), (0, 1), "{what}");
    }
}

#[test]
fn a_test_sentence_is_no_example() {
    let text = glimmerdown().text.to_uppercase();
    let found = training(&[lesson(&text, "GLIMMERDOWN", "director", "OTTOLINE VASK")], None, 0);
    assert_eq!((found.examples.len(), found.tested), (0, 1));
}

#[test]
fn the_same_seed_draws_the_same_examples_in_the_order_of_the_file() {
    let names = ["Ann", "Bob", "Cid", "Dan", "Eve", "Fay", "Gus", "Hal"];
    let lessons =
        names.map(|name| lesson(&format!("Slow Tide was directed by {name}."), "Slow Tide", "director", name));
    let drawn = |most, seed| -> Vec<String> {
        training(&lessons, most, seed).examples.into_iter().map(|example| example.text).collect()
    };
    let all = drawn(None, 0);
    assert_eq!(all.len(), 8);
    let three = drawn(Some(3), 7);
    assert_eq!((three.len(), &three), (3, &drawn(Some(3), 7)));
    assert!(three.is_sorted_by_key(|text| all.iter().position(|other| other == text)));
    assert!((0..20).any(|seed| drawn(Some(3), seed) != three), "the seed changes nothing");
    assert_eq!(drawn(Some(9), 1), all);
}

#[test]
fn a_label_with_a_space_at_its_end_is_the_ontology_s_all_the_same() {
    let mut part = Part::new("1_films", films(), Vec::new());
    part.labels.relations = part.labels.relations.iter().map(spaced).collect();
    let lessons = [lesson(ORCHARD, "The Copper Orchard", "director", "Teodor Brand")];
    assert_eq!(Training::of(&part, &lessons, &ontology(), None, 0).examples.len(), 1);
}

fn spaced(kind: &Kind) -> Kind {
    let more = |label: &str| format!("{label} ");
    Kind { label: more(&kind.label), domain: kind.domain.as_deref().map(more), range: kind.range.as_deref().map(more) }
}
