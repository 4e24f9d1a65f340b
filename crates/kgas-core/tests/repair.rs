//! What doesn't fit as it was said is made to fit where it can be meant in one way only, and marked.

#![expect(clippy::panic, reason = "test helpers may panic")]

mod support;

use std::collections::BTreeSet;

use kgas_core::fact::{ChunkFacts, FactCollector, Flag, Object, RejectReason};
use kgas_core::ontology::{ClassSpec, OntologySpec, RelationSpec};
use kgas_core::text::Chunk;
use kgas_core::{Document, GraphFragment, Ontology};
use serde_json::{Value, json};
use support::{compiled, facts, rejections};

const TEXT: &str = "Ann and Bob work at Acme, founded in 1984 in Oslo, by Cid.";

fn studio() -> Ontology {
    compiled(OntologySpec {
        classes: vec![
            ClassSpec::new("Agent"),
            ClassSpec::new("Person").parent("Agent"),
            ClassSpec::new("Artist").parent("Person"),
            ClassSpec::new("Company").parent("Agent"),
            ClassSpec::new("Film"),
            ClassSpec::new("Musician"),
            ClassSpec::new("Organisation"),
            ClassSpec::new("Organisations of states"),
            ClassSpec::new("Level 1"),
        ],
        relations: vec![
            RelationSpec::new("works at").from(["Person"]).to(["Company"]),
            RelationSpec::new("employer").from(["Person"]).to(["Company"]),
            RelationSpec::new("owned by").from(["Company"]).to(["Agent"]),
            RelationSpec::new("paints").from(["Artist"]).to(["Person"]),
            RelationSpec::new("serves").from(["Person", "Company"]).to(["Person"]),
        ],
        ..OntologySpec::default()
    })
}

fn claimed(ontology: &Ontology, entities: &[(&str, &str)], relations: &[Value]) -> ChunkFacts {
    let (document, known) = (Document::new("d", TEXT), GraphFragment::default());
    let mut facts = FactCollector::new(&document, &Chunk::whole(&document), ontology, &known, "t");
    for (text, kind) in entities {
        facts.entity_json(&json!({"text": text, "type": kind, "confidence": 1}));
    }
    relations.iter().for_each(|item| facts.relation_json(item));
    facts.finish()
}

fn typed(subject: (&str, &str), kind: &str, object: (&str, &str)) -> Value {
    json!({"subject": subject.0, "subject_type": subject.1, "type": kind, "object": object.0,
        "object_type": object.1, "confidence": 0.9})
}

/// What was kept, as `subject > object`, with its flags; or why it was not.
fn verdict(found: &ChunkFacts) -> Result<(String, Vec<Flag>), RejectReason> {
    match (found.relations.as_slice(), found.rejected.as_slice()) {
        ([kept], []) => {
            let object = match kept.object() {
                Object::Entity(key) => format!("{} {}", key.entity_type(), key.name()),
                Object::Value(value) => value.clone(),
            };
            let subject = format!("{} {}", kept.subject().entity_type(), kept.subject().name());
            Ok((format!("{subject} > {object}"), kept.evidence().flags().iter().copied().collect()))
        }
        ([], [rejection]) => Err(rejection.reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_relation_that_fits_only_backwards_is_turned_and_marked() {
    let people = [("Ann", "Person"), ("Bob", "Person"), ("Acme", "Company")];
    let untyped = |subject: &str, kind: &str, object: &str| json!({"subject": subject, "type": kind, "object": object, "confidence": 0.9});
    let turned = |ends: &str| Ok((ends.to_owned(), vec![Flag::Reversed]));
    let as_said = |ends: &str| Ok((ends.to_owned(), vec![]));
    let cases = [
        (untyped("Acme", "works at", "Ann"), turned("Person ann > Company acme")),
        (typed(("Acme", "Company"), "works at", ("Cid", "Person")), turned("Person cid > Company acme")),
        // It fits forwards too.
        (untyped("Ann", "works at", "Acme"), as_said("Person ann > Company acme")),
        (untyped("Acme", "owned by", "Ann"), as_said("Company acme > Person ann")),
        // It fits neither way.
        (untyped("Ann", "works at", "Bob"), Err(RejectReason::Range)),
        (untyped("Ann", "works at", "Ann"), Err(RejectReason::Range)),
        // What the other end is would be a guess.
        (untyped("Acme", "works at", "Cid"), Err(RejectReason::Domain)),
        // A slip in a class would be a second thing to mend.
        (typed(("Acme", "Company"), "works at", ("Cid", "Persn")), Err(RejectReason::Domain)),
        (typed(("Acme", "Companies"), "works at", ("Ann", "Persn")), turned("Person ann > Company acme")),
        // A value is no subject.
        (
            json!({"subject": "Acme", "type": "works at", "object": "Ann", "object_type": null, "confidence": 0.9}),
            Err(RejectReason::Domain),
        ),
    ];
    for (item, expected) in cases {
        assert_eq!(verdict(&claimed(&studio(), &people, std::slice::from_ref(&item))), expected, "{item}");
    }
}

#[test]
fn a_misspelt_class_is_mapped_where_it_can_be_but_one() {
    let mapped = |label: &'static str| Some(label);
    let cases = [
        ("Persons", mapped("Person")),
        ("people", mapped("Person")),
        ("Companies", mapped("Company")),
        ("Persn", mapped("Person")),
        ("Perzon", mapped("Person")),
        ("Pesron", mapped("Person")),
        ("Flim", mapped("Film")),
        ("Filmm", mapped("Film")),
        ("Organizatoin", mapped("Organisation")),
        ("organization", mapped("Organisation")),
        // Other words.
        ("Firm", None),
        ("Magician", None),
        ("Persona Non", None),
        ("Level 2", None),
        ("Robot", None),
        ("erson", None),
    ];
    for (said, expected) in cases {
        let found = claimed(&studio(), &[("Ann", said)], &[]);
        let kept = found.mentions.first().map(|mention| mention.key().entity_type());
        assert_eq!(kept, expected, "{said}");
        match found.mentions.first() {
            Some(mention) => assert_eq!(mention.evidence().flags(), &BTreeSet::from([Flag::TypeMapped]), "{said}"),
            None => assert_eq!(rejections(&found), [(0, RejectReason::UnknownType)], "{said}"),
        }
    }
}

#[test]
fn a_typo_of_two_classes_is_none() {
    let ontology = compiled(OntologySpec {
        classes: vec![ClassSpec::new("Director"), ClassSpec::new("Directory")],
        ..OntologySpec::default()
    });
    let found = claimed(&ontology, &[("Ann", "Directoru")], &[]);
    assert_eq!(rejections(&found), [(0, RejectReason::UnknownType)]);
}

#[test]
fn a_class_that_is_named_is_never_mapped() {
    let found = claimed(&studio(), &[("Ann", "PERSON"), ("Acme", "company")], &[]);
    assert!(found.mentions.iter().all(|mention| mention.evidence().flags().is_empty()));
}

#[test]
fn a_claim_with_a_misspelt_class_is_no_second_mention() {
    let found = claimed(&studio(), &[("Ann", "Person"), ("Ann", "Persn"), ("Ann", "Persons")], &[]);
    assert_eq!(rejections(&found), [(1, RejectReason::Duplicate), (2, RejectReason::Duplicate)]);
}

#[test]
fn an_end_that_is_one_level_too_general_is_narrowed_where_one_class_is_below() {
    let mapped = |ends: &str| Ok((ends.to_owned(), vec![Flag::TypeMapped]));
    let cases = [
        (typed(("Ann", "Agent"), "works at", ("Acme", "Company")), mapped("Person ann > Company acme")),
        (typed(("Ann", "Agent"), "works at", ("Acme", "Agent")), mapped("Person ann > Company acme")),
        (typed(("Ann", "Persn"), "works at", ("Acme", "Company")), mapped("Person ann > Company acme")),
        // Two levels; two classes below; no level at all.
        (typed(("Ann", "Agent"), "paints", ("Bob", "Person")), Err(RejectReason::Domain)),
        (typed(("Ann", "Agent"), "serves", ("Bob", "Person")), Err(RejectReason::Domain)),
        (typed(("Ann", "Film"), "works at", ("Acme", "Company")), Err(RejectReason::Domain)),
        // One end narrowed, the other spelt otherwise.
        (typed(("Ann", "Agent"), "works at", ("Acme", "Compny")), Err(RejectReason::Domain)),
        // Narrowed it would fit, and turned it would fit: nobody knows.
        (typed(("Acme", "Agent"), "paints", ("Cid", "Artist")), Err(RejectReason::Domain)),
    ];
    for (item, expected) in cases {
        let found = claimed(&studio(), &[], std::slice::from_ref(&item));
        assert_eq!(verdict(&found), expected, "{item}");
    }
}

#[test]
fn where_narrowing_and_turning_both_fit_neither_is_done() {
    let ontology = compiled(OntologySpec {
        classes: vec![ClassSpec::new("Agent"), ClassSpec::new("Person").parent("Agent")],
        relations: vec![RelationSpec::new("serves").from(["Person"]).to(["Agent"])],
        ..OntologySpec::default()
    });
    let found = claimed(&ontology, &[], &[typed(("Ann", "Agent"), "serves", ("Bob", "Person"))]);
    assert_eq!(verdict(&found), Err(RejectReason::Domain));
}

#[test]
fn what_is_known_of_a_name_is_not_contradicted_by_a_guess() {
    let cases = [
        (typed(("Ann", "Agent"), "works at", ("Acme", "Company")), Err(RejectReason::Domain)),
        (typed(("Ann", "Persn"), "works at", ("Acme", "Company")), Err(RejectReason::Domain)),
    ];
    for (item, expected) in cases {
        let found = claimed(&studio(), &[("Ann", "Film")], std::slice::from_ref(&item));
        assert_eq!(verdict(&found), expected, "{item}");
    }
    let item = typed(("Ann", "Persn"), "works at", ("Acme", "Company"));
    let found = claimed(&studio(), &[("Ann", "Person")], &[item]);
    assert_eq!(verdict(&found), Ok(("Person ann > Company acme".to_owned(), vec![])));
}

#[test]
fn a_misspelt_relation_is_mapped_where_one_fits() {
    let mapped = |ends: &str| Ok((ends.to_owned(), vec![Flag::TypeMapped]));
    let cases = [
        (typed(("Ann", "Person"), "work at", ("Acme", "Company")), mapped("Person ann > Company acme")),
        (typed(("Ann", "Person"), "wroks at", ("Acme", "Company")), mapped("Person ann > Company acme")),
        (typed(("Ann", "Person"), "employers", ("Acme", "Company")), mapped("Person ann > Company acme")),
        // It isn't turned as well, nor is a class mapped; and it is another word.
        (typed(("Ann", "Persn"), "work at", ("Acme", "Company")), Err(RejectReason::UnknownRelation)),
        (typed(("Acme", "Company"), "work at", ("Ann", "Person")), Err(RejectReason::UnknownRelation)),
        (typed(("Ann", "Person"), "employee", ("Acme", "Company")), Err(RejectReason::UnknownRelation)),
        (typed(("Ann", "Person"), "admires", ("Acme", "Company")), Err(RejectReason::UnknownRelation)),
    ];
    for (item, expected) in cases {
        let found = claimed(&studio(), &[], std::slice::from_ref(&item));
        assert_eq!(verdict(&found), expected, "{item}");
    }
}

#[test]
fn a_class_with_two_parents_fits_where_either_does() {
    let ontology = compiled(OntologySpec {
        classes: vec![
            ClassSpec::new("Person"),
            ClassSpec::new("Animal"),
            ClassSpec::new("Centaur").parent("Person").parent("Animal"),
        ],
        relations: vec![
            RelationSpec::new("feeds").from(["Person"]).to(["Animal"]),
            RelationSpec::new("pulls").from(["Animal"]).to(["Person"]),
        ],
        ..OntologySpec::default()
    });
    for kind in ["feeds", "pulls"] {
        let found = claimed(&ontology, &[], &[typed(("Ann", "Centaur"), kind, ("Bob", "Centaur"))]);
        assert_eq!(verdict(&found), Ok(("Centaur ann > Centaur bob".to_owned(), vec![])), "{kind}");
    }
}

#[test]
fn what_the_text_does_not_have_is_kept_marked_where_that_is_asked() {
    let (document, ontology, known) = (Document::new("d", TEXT), studio(), GraphFragment::default());
    let mut facts =
        FactCollector::new(&document, &Chunk::whole(&document), &ontology, &known, "t").keep_ungrounded(true);
    facts.entity_json(&json!({"text": "Eve Ustinova", "type": "Person", "confidence": 1}));
    facts.entity_json(&json!({"text": "Eve Ustinova", "type": "Person", "confidence": 1}));
    facts.relation_json(&typed(("Zelda Quux", "Person"), "works at", ("Acme", "Company")));
    facts.relation_json(&typed(("Zelda Quux", "Person"), "works at", ("Acme", "Company")));
    let found = facts.finish();
    assert_eq!(rejections(&found), [(1, RejectReason::Duplicate), (3, RejectReason::Duplicate)]);
    let kept: Vec<_> = found
        .mentions
        .iter()
        .map(|mention| (mention.evidence().quote(), mention.evidence().flags().contains(&Flag::Ungrounded)))
        .collect();
    assert_eq!(kept, [("Eve Ustinova", true), ("Zelda Quux", true), ("Acme", false)]);
    assert!(found.relations[0].evidence().flags().contains(&Flag::Ungrounded));
    assert!(facts_of_strangers().mentions.is_empty());
}

fn facts_of_strangers() -> ChunkFacts {
    facts(TEXT, &[json!({"text": "Eve Ustinova", "type": "Person"})], &[])
}
