//! A claimed relation is kept where the text, and the ontology, bear it out.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "test helpers may panic")]

mod support;

use std::num::NonZeroUsize;

use kgas_core::fact::{ChunkFacts, FactCollector, Flag, Object, RejectReason};
use kgas_core::ontology::{ClassSpec, OntologySpec, RelationSpec};
use kgas_core::text::{Chunk, chunks};
use kgas_core::{Document, GraphFragment, Ontology};
use serde_json::{Value, json};
use support::{compiled, facts, mentions, ontology, rejections};

const TEXT: &str = "Ann and Bob work at Acme, founded in 1984 in Oslo.";

/// Entities that stand in `TEXT`, and are known.
fn known() -> [Value; 4] {
    [("Ann", "Person"), ("Bob", "Person"), ("Acme", "Company"), ("Oslo", "City")]
        .map(|(text, kind)| json!({"text": text, "type": kind, "confidence": 1}))
}

fn relation(subject: &str, kind: &str, object: &str) -> Value {
    json!({"subject": subject, "type": kind, "object": object, "confidence": 0.9})
}

fn with(mut item: Value, field: &str, value: Value) -> Value {
    item[field] = value;
    item
}

/// What becomes of a claim: how the object is kept, or why it is not.
fn verdict(found: &ChunkFacts) -> Result<String, RejectReason> {
    match (found.relations.as_slice(), found.rejected.as_slice()) {
        ([relation], []) => Ok(match relation.object() {
            Object::Entity(key) => format!("{} {}", key.entity_type(), key.name()),
            Object::Value(value) => format!("value {value}"),
        }),
        ([], [rejection]) => Err(rejection.reason),
        other => panic!("{other:?}"),
    }
}

fn entity(of: &str) -> Result<String, RejectReason> {
    Ok(of.to_owned())
}

#[test]
fn the_ontology_says_what_the_ends_may_be() {
    let cases = [
        (relation("Ann", "works at", "Acme"), entity("Company acme")),
        (relation("Ann", "Works_At", "Acme"), entity("Company acme")),
        (relation("Acme", "works at", "Acme"), Err(RejectReason::Domain)),
        (relation("Ann", "works at", "Bob"), Err(RejectReason::Range)),
        (relation("Ann", "admires", "Bob"), Err(RejectReason::UnknownRelation)),
        // A person and a company are agents.
        (relation("Ann", "knows", "Acme"), entity("Company acme")),
        (relation("Ann", "knows", "Oslo"), Err(RejectReason::Range)),
        // A date has a digit or names a month.
        (relation("Acme", "founded in", "1984"), entity("value 1984")),
        (relation("Acme", "founded in", "Oslo"), Err(RejectReason::Datatype)),
        (relation("Acme", "founded in", "1985"), Err(RejectReason::DanglingReference)),
        (with(relation("Acme", "founded in", "1985"), "object_type", Value::Null), Err(RejectReason::NotInText)),
        // Where nothing is said: an entity if one is known, else a value.
        (relation("Ann", "known for", "Bob"), entity("Person bob")),
        (relation("Ann", "known for", "work"), entity("value work")),
        (relation("Ann", "home", "Oslo"), entity("City oslo")),
        (relation("Ann", "home", "Acme"), entity("value Acme")),
        // An end that is neither known nor in the text, or has no class.
        (relation("Eve", "knows", "Bob"), Err(RejectReason::DanglingReference)),
        (relation("Ann", "knows", "Eve"), Err(RejectReason::DanglingReference)),
        (relation("work", "known for", "Bob"), Err(RejectReason::DanglingReference)),
        // The confidence must exceed the minimum, and say something.
        (with(relation("Ann", "knows", "Bob"), "confidence", json!(0)), Err(RejectReason::LowConfidence)),
        (with(relation("Ann", "knows", "Bob"), "confidence", json!(2)), Err(RejectReason::Malformed)),
        (with(relation("Ann", "knows", "Bob"), "evidence", json!(["x"])), Err(RejectReason::Malformed)),
        (json!({"subject": "Ann", "type": "knows"}), Err(RejectReason::Malformed)),
    ];
    for (item, expected) in cases {
        let found = facts(TEXT, &known(), std::slice::from_ref(&item));
        assert_eq!(verdict(&found), expected, "{item}");
    }
}

#[test]
fn what_the_object_is_called_decides_between_entity_and_value() {
    let cases = [
        ("known for", "Oslo", json!(null), entity("City oslo")),
        ("known for", "work", json!(null), entity("value work")),
        ("known for", "work", json!("literal"), entity("value work")),
        ("known for", "1984", json!("date"), entity("value 1984")),
        ("known for", "work", json!("City"), entity("City work")),
        ("known for", "work", json!("Robot"), Err(RejectReason::UnknownType)),
        ("known for", "work", json!(5), Err(RejectReason::Malformed)),
        ("knows", "Bob", json!("literal"), entity("Person bob")),
        ("knows", "work", json!("literal"), Err(RejectReason::Range)),
        ("knows", "Acme", json!("Robot"), entity("Company acme")),
        ("knows", "work", json!("City"), Err(RejectReason::Range)),
        // The relation takes values only, whatever the model calls them.
        ("founded in", "1984", json!("City"), entity("value 1984")),
    ];
    for (kind, object, object_type, expected) in cases {
        let subject = if kind == "founded in" { "Acme" } else { "Ann" };
        let item = with(relation(subject, kind, object), "object_type", object_type);
        let found = facts(TEXT, &known(), std::slice::from_ref(&item));
        assert_eq!(verdict(&found), expected, "{item}");
    }
}

#[test]
fn a_missing_type_is_inferred_only_where_the_relation_leaves_one_class() {
    let found = facts(TEXT, &[], &[relation("Ann", "works at", "Acme")]);
    assert_eq!(mentions(&found), [("Person", "Ann", 0), ("Company", "Acme", 20)]);
    assert!(found.mentions.iter().all(|mention| mention.evidence().flags().contains(&Flag::TypeInferred)));
    assert_eq!(found.relations.len(), 1);

    let two_classes = compiled(OntologySpec {
        classes: vec![ClassSpec::new("Person"), ClassSpec::new("Company")],
        relations: vec![RelationSpec::new("owns").from(["Person", "Company"]).to(["Company"])],
        ..OntologySpec::default()
    });
    let none = GraphFragment::default();
    let found = collect(TEXT, &two_classes, &none, &[relation("Ann", "owns", "Acme")]);
    assert_eq!(rejections(&found), [(0, RejectReason::DanglingReference)]);
    assert!(found.mentions.is_empty());
}

#[test]
fn a_type_that_was_said_makes_the_mention_without_a_flag() {
    let item =
        with(with(relation("Ann", "knows", "Acme"), "subject_type", json!("person")), "object_type", json!("Company"));
    let found = facts(TEXT, &[], &[item]);
    assert_eq!(mentions(&found), [("Person", "Ann", 0), ("Company", "Acme", 20)]);
    assert!(found.mentions.iter().all(|mention| mention.evidence().flags().is_empty()));
}

#[test]
fn a_known_entity_wins_over_the_type_that_was_said() {
    let item = with(relation("Ann", "works at", "Acme"), "subject_type", json!("Robot"));
    assert_eq!(verdict(&facts(TEXT, &known(), &[item])), entity("Company acme"));
}

#[test]
fn of_two_entities_of_a_name_the_one_that_fits_is_meant() {
    let wayne = [json!({"text": "Wayne", "type": "Person"}), json!({"text": "Wayne", "type": "Company"})];
    let item = with(relation("Ann", "works at", "Wayne"), "subject_type", json!("Person"));
    let found = facts("Wayne, Ann", &wayne, &[item]);
    assert_eq!(found.relations[0].object(), &Object::Entity(found.mentions[1].key().clone()));
    let said = with(relation("Wayne", "knows", "Wayne"), "object_type", json!("Company"));
    let found = facts("Wayne", &wayne, &[with(said, "subject_type", json!("Person"))]);
    assert_eq!(found.relations[0].subject().entity_type(), "Person");
    assert_eq!(verdict(&found), entity("Company wayne"));
}

#[test]
fn a_relation_of_an_entity_to_itself_is_none_and_makes_no_mention() {
    let typed =
        with(with(relation("Ann", "knows", "Ann"), "subject_type", json!("Person")), "object_type", json!("Person"));
    let found = facts(TEXT, &[], &[typed]);
    assert_eq!(rejections(&found), [(0, RejectReason::SelfLoop)]);
    assert!(found.mentions.is_empty());
    let found = facts("Ann ANN", &known()[..1], &[relation("Ann", "knows", "ANN")]);
    assert_eq!(verdict(&found), Err(RejectReason::SelfLoop));
}

#[test]
fn the_evidence_is_the_quote_where_the_text_has_it_else_the_smallest_cover() {
    let text = "Ann left. Later Bob, whom Ann hired at Acme, met Ann.";
    let cases = [
        (json!("Later Bob, whom Ann hired"), "Later Bob, whom Ann hired"),
        (json!("Bob knows Ann"), "Bob, whom Ann"),
        (json!(null), "Bob, whom Ann"),
        (json!(""), "Bob, whom Ann"),
    ];
    for (quote, expected) in cases {
        let item = with(relation("Ann", "knows", "Bob"), "evidence", quote);
        let people = [json!({"text": "Ann", "type": "Person"}), json!({"text": "Bob", "type": "Person"})];
        let found = facts(text, &people, std::slice::from_ref(&item));
        assert_eq!(found.relations[0].evidence().quote(), expected, "{item}");
    }
}

#[test]
fn a_cover_within_a_sentence_goes_before_a_smaller_one_across_two() {
    let cover = |text| {
        let found = facts(text, &known()[..3], &[relation("Ann", "works at", "Acme")]);
        found.relations[0].evidence().quote().to_owned()
    };
    assert_eq!(cover("Ann works at Acme. Bob knows Ann. Acme grew."), "Ann works at Acme");
    assert_eq!(cover("Bob knows Ann. Acme grew."), "Ann. Acme");
    assert_eq!(cover("Ann is at Acme, though Acme, where Dr. Ann is, grew."), "Ann is at Acme");
}

#[test]
fn a_new_mention_stands_in_the_evidence_where_it_can() {
    let text = "Ann left. Ann works at Acme.";
    let item = with(relation("Ann", "works at", "Acme"), "evidence", json!("Ann works at Acme"));
    assert_eq!(mentions(&facts(text, &[], &[item])), [("Person", "Ann", 10), ("Company", "Acme", 23)]);
}

#[test]
fn of_relations_with_one_label_the_first_that_fits_is_meant() {
    let ontology = compiled(OntologySpec {
        classes: vec![ClassSpec::new("Person"), ClassSpec::new("Company"), ClassSpec::new("City")],
        relations: vec![
            RelationSpec { id: "P1".to_owned(), ..RelationSpec::new("place").from(["Company"]).to(["City"]) },
            RelationSpec { id: "P2".to_owned(), ..RelationSpec::new("place").from(["Person"]).to(["City"]) },
        ],
        ..OntologySpec::default()
    });
    let graph = graph_of(&ontology, "Ann, Acme, Oslo", &[("Ann", "Person"), ("Acme", "Company"), ("Oslo", "City")]);
    for (subject, kind, expected) in [
        ("Ann", "place", Ok(())),
        ("Acme", "place", Ok(())),
        ("Ann", "P2", Ok(())),
        ("Ann", "P1", Err(RejectReason::Domain)),
        ("Oslo", "place", Err(RejectReason::Domain)),
    ] {
        let found = collect("Ann, Acme, Oslo", &ontology, &graph, &[relation(subject, kind, "Oslo")]);
        assert_eq!(verdict(&found).map(drop), expected, "{subject} {kind}");
    }
}

#[test]
fn an_entity_known_from_another_chunk_needs_evidence_in_this_one() {
    let ontology = ontology();
    let document = Document::new("d", "Ann Smith left. She works at Acme.");
    let known = graph_of(&ontology, document.text(), &[("Ann Smith", "Person"), ("Acme", "Company")]);
    let second = chunks(&document, NonZeroUsize::new(18).unwrap()).nth(1).unwrap();
    assert_eq!(second.text(&document), "She works at Acme.");
    let mut collector = FactCollector::new(&document, &second, &ontology, &known, "t");
    let item = relation("ann smith", "works at", "Acme");
    collector.relation_json(&item);
    collector.relation_json(&with(item, "evidence", json!("She works at Acme")));
    let found = collector.finish();
    assert_eq!(rejections(&found), [(0, RejectReason::NotInText)]);
    assert_eq!(found.relations[0].evidence().quote(), "She works at Acme");
    assert_eq!(found.relations[0].subject(), known.mentions()[0].key());
    assert!(found.mentions.is_empty());
}

#[test]
fn an_object_may_be_answered_as_a_number() {
    let item = with(relation("Acme", "founded in", ""), "object", json!(1984));
    assert_eq!(verdict(&facts(TEXT, &known(), &[item])), entity("value 1984"));
}

#[test]
fn a_relation_without_a_confidence_is_flagged_and_so_are_its_mentions() {
    let found = facts(TEXT, &[], &[json!({"subject": "Ann", "type": "works at", "object": "Acme"})]);
    assert_eq!(found.relations[0].confidence(), 1.0);
    assert!(found.relations[0].evidence().flags().contains(&Flag::ConfidenceMissing));
    assert!(found.mentions.iter().all(|mention| mention.evidence().flags().contains(&Flag::ConfidenceMissing)));
}

fn collect(text: &str, ontology: &Ontology, known: &GraphFragment, relations: &[Value]) -> ChunkFacts {
    let document = Document::new("d", text);
    let chunk = Chunk::whole(&document);
    let mut collector = FactCollector::new(&document, &chunk, ontology, known, "t");
    relations.iter().for_each(|item| collector.relation_json(item));
    collector.finish()
}

fn graph_of(ontology: &Ontology, text: &str, entities: &[(&str, &str)]) -> GraphFragment {
    let (document, none) = (Document::new("d", text), GraphFragment::default());
    let chunk = Chunk::whole(&document);
    let mut collector = FactCollector::new(&document, &chunk, ontology, &none, "first");
    for (text, kind) in entities {
        collector.entity_json(&json!({"text": text, "type": kind}));
    }
    let mut graph = GraphFragment::default();
    collector.finish().mentions.into_iter().for_each(|mention| graph.add_mention(mention));
    graph
}
