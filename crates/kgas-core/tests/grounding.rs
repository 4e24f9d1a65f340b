//! A claimed entity is kept where the text has its words, and nowhere else.

mod support;

use std::num::NonZeroUsize;

use kgas_core::fact::{FactCollector, Flag, RejectReason};
use kgas_core::text::{Chunk, chunks, chunks_with_context};
use kgas_core::{Document, GraphFragment};
use serde_json::{Value, json};
use support::{facts, mentions, ontology, rejections};

fn entity(text: &str, kind: &str) -> Value {
    json!({"text": text, "type": kind, "confidence": 0.9})
}

fn entity_at(text: &str, kind: &str, start: i64) -> Value {
    json!({"text": text, "type": kind, "confidence": 0.9, "start": start, "end": start + 3})
}

#[test]
fn the_nth_of_identical_items_takes_the_nth_place() {
    let ann = entity("Ann", "Person");
    let found = facts("Ann and Ann and Annual.", &[ann.clone(), ann.clone(), ann], &[]);
    assert_eq!(mentions(&found), [("Person", "Ann", 0), ("Person", "Ann", 8)]);
    assert_eq!(rejections(&found), [(2, RejectReason::Duplicate)]);
}

#[test]
fn a_start_only_chooses_between_places_that_the_text_has() {
    let text = "Ann and Ann and Ann.";
    let cases: &[(&[i64], &[usize])] = &[
        (&[8], &[8]),
        (&[16, 8], &[16, 8]),
        (&[3], &[0]),
        (&[-8], &[0]),
        (&[9999], &[0]),
        (&[8, 8], &[8, 0]),
        (&[8, 8, 8], &[8, 0, 16]),
    ];
    for (said, expected) in cases {
        let items: Vec<Value> = said.iter().map(|start| entity_at("Ann", "Person", *start)).collect();
        let found = facts(text, &items, &[]);
        let starts: Vec<usize> = mentions(&found).iter().map(|(_, _, start)| *start).collect();
        assert_eq!(starts, *expected, "{said:?}");
    }
}

#[test]
fn the_same_words_may_be_kept_as_two_types() {
    let found =
        facts("Wayne", &[entity("Wayne", "Person"), entity("Wayne", "Company"), entity("Wayne", "person")], &[]);
    assert_eq!(mentions(&found), [("Person", "Wayne", 0), ("Company", "Wayne", 0)]);
    assert_eq!(rejections(&found), [(2, RejectReason::Duplicate)]);
}

#[test]
fn a_rejected_item_does_not_take_a_place() {
    let shy = json!({"text": "Ann", "type": "Person", "confidence": 0.0});
    let found = facts("Ann met Ann", &[shy, entity("Ann", "Robot"), entity("Ann", "Person")], &[]);
    assert_eq!(mentions(&found), [("Person", "Ann", 0)]);
    assert_eq!(rejections(&found), [(0, RejectReason::LowConfidence), (1, RejectReason::UnknownType)]);
}

#[test]
fn an_item_that_is_not_kept_says_why_and_is_listed_as_it_came() {
    let cases = [
        (json!({"text": "Eve", "type": "Person"}), RejectReason::NotInText),
        (json!({"text": "An", "type": "Person"}), RejectReason::NotInText),
        (json!({"text": "Anne", "type": "Person"}), RejectReason::NotInText),
        (json!({"text": "Ann", "type": "Robot"}), RejectReason::UnknownType),
        (json!({"text": "Ann", "type": "Person", "confidence": 0.0}), RejectReason::LowConfidence),
        (json!({"text": "Ann", "type": "Person", "confidence": 1.5}), RejectReason::Malformed),
        (json!({"text": "Ann", "type": "Person", "confidence": "perhaps"}), RejectReason::Malformed),
        (json!({"text": "Ann", "type": "Person", "properties": ["size"]}), RejectReason::Malformed),
        (json!({"text": "Ann"}), RejectReason::Malformed),
        (json!({"text": " ", "type": "Person"}), RejectReason::Malformed),
        (json!({"text": 5, "type": "Person"}), RejectReason::Malformed),
        (json!("Ann"), RejectReason::Malformed),
        (Value::Null, RejectReason::Malformed),
    ];
    for (item, reason) in cases {
        let found = facts("Ann met Bob.", std::slice::from_ref(&item), &[]);
        assert_eq!(rejections(&found), [(0, reason)], "{item}");
        assert_eq!(found.rejected[0].item, item);
        assert_eq!((found.mentions.len(), found.kept), (0, 0), "{item}");
    }
}

#[test]
fn a_confidence_must_exceed_the_minimum_and_a_missing_one_counts_as_one() {
    let (ontology, known, document) = (ontology(), GraphFragment::default(), Document::new("d", "Ann Bob Cid Dan"));
    let chunk = Chunk::whole(&document);
    let mut collector = FactCollector::new(&document, &chunk, &ontology, &known, "t").min_confidence(0.7);
    for (name, confidence) in [("Ann", json!(0.7)), ("Bob", json!(0.71)), ("Cid", Value::Null), ("Dan", json!(1))] {
        collector.entity_json(&json!({"text": name, "type": "Person", "confidence": confidence}));
    }
    let found = collector.finish();
    assert_eq!(rejections(&found), [(0, RejectReason::LowConfidence)]);
    let flagged = |at: usize| found.mentions[at].evidence().flags().contains(&Flag::ConfidenceMissing);
    let kept: Vec<_> = found.mentions.iter().map(|m| (m.evidence().quote(), m.confidence())).collect();
    assert_eq!(kept, [("Bob", 0.71), ("Cid", 1.0), ("Dan", 1.0)]);
    assert_eq!([0, 1, 2].map(flagged), [false, true, false]);
}

#[test]
fn the_type_is_spelt_as_the_ontology_spells_it() {
    let found = facts("Ann", &[entity(" Ann ", "PERSON ")], &[]);
    assert_eq!(mentions(&found), [("Person", "Ann", 0)]);
    assert_eq!(found.mentions[0].key().name(), "ann");
    assert_eq!(found.mentions[0].evidence().tool(), "test_tool");
}

#[test]
fn all_other_places_of_kept_words_are_added_and_flagged() {
    let (ontology, known) = (ontology(), GraphFragment::default());
    let document = Document::new("d", "Ann, Ann Smith, Wayne and Wayne saw Ann. Annual. Ann Smith Lee.");
    let chunk = Chunk::whole(&document);
    let mut collector = FactCollector::new(&document, &chunk, &ontology, &known, "t");
    let mut ann = entity("Ann", "Person");
    ann["properties"] = json!({"nick name": "Smith"});
    for item in [
        ann,
        entity("Ann Smith", "Person"),
        entity("Wayne", "Person"),
        entity("Wayne", "Company"),
        entity("Smith Lee", "Person"),
    ] {
        collector.entity_json(&item);
    }
    collector.add_other_occurrences();
    let found = collector.finish();
    assert_eq!(found.kept, 5);
    let added: Vec<_> =
        found.mentions.iter().filter(|m| m.evidence().flags().contains(&Flag::OtherOccurrence)).collect();
    // Neither within "Ann Smith", nor "Ann Smith" over "Smith Lee", nor "Wayne", which was kept as two types.
    let places: Vec<_> = added.iter().map(|m| (m.evidence().quote(), m.evidence().span().unwrap().start())).collect();
    assert_eq!(places, [("Ann", 36), ("Ann", 49)]);
    assert!(added[0].properties().is_empty());
}

#[test]
fn places_in_a_later_chunk_are_relative_to_the_document() {
    let (ontology, known) = (ontology(), GraphFragment::default());
    let document = Document::new("d", "Zoë saw Ann. Ann saw Bob.");
    let second = chunks(&document, NonZeroUsize::new(13).unwrap()).nth(1).unwrap();
    let mut collector = FactCollector::new(&document, &second, &ontology, &known, "t");
    // The start is relative to the chunk, for that is what the model was shown.
    collector.entity_json(&entity_at("Bob", "Person", 8));
    collector.entity_json(&entity("Ann", "Person"));
    collector.entity_json(&entity("Zoë", "Person"));
    collector.relation_json(&json!({"subject": "Ann", "type": "knows", "object": "Bob", "evidence": "saw Bob"}));
    let found = collector.finish();
    assert_eq!(mentions(&found), [("Person", "Bob", 21), ("Person", "Ann", 13)]);
    assert_eq!(rejections(&found), [(2, RejectReason::NotInText)]);
    assert_eq!(found.rejected[0].chunk, 1);
    let evidence = found.relations[0].evidence();
    assert_eq!((evidence.span().unwrap().start(), evidence.chunk()), (17, 1));
    assert_eq!(document.slice(evidence.span().unwrap()), Some("saw Bob"));
}

#[test]
fn a_property_is_kept_where_the_class_has_it_and_the_text_its_value() {
    let item = json!({"text": "Ann", "type": "Person", "properties": {
        "Date_of_Birth": 1984, "nick name": ["Annie", "Nan"], "shoe size": "38", "": null,
    }});
    let found = facts("Ann (Annie), born 1984.", std::slice::from_ref(&item), &[]);
    let kept: Vec<_> = found.mentions[0].properties().iter().map(|p| (p.name(), p.value(), p.span().start())).collect();
    assert_eq!(kept, [("date of birth", "1984", 18), ("nick_name", "Annie", 5)]);
    let lost: Vec<_> = found.rejected.iter().map(|r| (r.position, r.reason, &r.item["property"])).collect();
    assert_eq!(
        lost,
        [
            (0, RejectReason::PropertyNotInText, &json!("nick name")),
            (0, RejectReason::UnknownProperty, &json!("shoe size")),
        ]
    );
    assert!(found.rejected.iter().all(|r| r.reason.is_of_a_property()));
    assert_eq!(found.kept, 1);
}

#[test]
fn an_item_counts_for_the_chunk_in_which_it_starts_and_the_own_text_goes_first() {
    let (ontology, known) = (ontology(), GraphFragment::default());
    let document = Document::new("d", "Zoë left. Ann and Bob saw. Bob met Ann.");
    let all: Vec<Chunk> = chunks_with_context(&document, NonZeroUsize::new(17).unwrap(), 17).collect();
    let last = &all[2];
    assert_eq!((last.context(&document), last.text(&document)), ("Ann and Bob saw. ", "Bob met Ann."));
    let grounded = |items: &[Value]| {
        let mut collector = FactCollector::new(&document, last, &ontology, &known, "t");
        items.iter().for_each(|item| collector.entity_json(item));
        let found = collector.finish();
        let places = found.mentions.iter().map(|mention| mention.evidence());
        let places: Vec<_> = places.map(|evidence| (evidence.span().unwrap().start(), evidence.chunk())).collect();
        (places, rejections(&found))
    };
    let ann = entity("Ann", "Person");
    // In its own text, then in the context, then nowhere.
    let duplicate = vec![(2, RejectReason::Duplicate)];
    assert_eq!(grounded(&[ann.clone(), ann.clone(), ann.clone()]), (vec![(35, 2), (10, 1)], duplicate));
    // A start counts from what was shown.
    assert_eq!(grounded(&[entity_at("Ann", "Person", 0)]), (vec![(10, 1)], vec![]));
    assert_eq!(grounded(&[entity_at("Bob", "Person", 17)]), (vec![(27, 2)], vec![]));
    // Another type takes the place in the own text before one in the context.
    assert_eq!(grounded(&[ann, entity("Ann", "Company")]).0, [(35, 2), (35, 2)]);
    // What was not shown is not there.
    assert_eq!(grounded(&[entity("Zoë", "Person")]).1, [(0, RejectReason::NotInText)]);
}

#[test]
fn evidence_starts_in_the_own_text_where_it_can() {
    let (ontology, known) = (ontology(), GraphFragment::default());
    let document = Document::new("d", "Ann knows Bob. Ann, who left, knows Bob. Zoë knows.");
    let all: Vec<Chunk> = chunks_with_context(&document, NonZeroUsize::new(26).unwrap(), 26).collect();
    let found = |chunk: &Chunk, subject: &str| {
        let mut collector = FactCollector::new(&document, chunk, &ontology, &known, "t");
        collector.relation_json(&json!({"subject": subject, "type": "knows", "object": "Bob",
            "subject_type": "Person", "object_type": "Person"}));
        let found = collector.finish();
        let evidence = found.relations[0].evidence();
        (evidence.quote().to_owned(), evidence.chunk())
    };
    assert_eq!(found(&all[1], "Ann"), ("Ann, who left, knows Bob".to_owned(), 1));
    // Where the two stand apart the smallest span reaches into the context.
    assert_eq!(found(&all[2], "Zoë"), ("Bob. Zoë".to_owned(), 1));
}
