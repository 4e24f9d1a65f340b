//! What an example of the prompt says, and the text doesn't, is a leak.

mod support;

use kgas_core::fact::{ChunkFacts, FactCollector, Flag, Leaks, RejectReason};
use kgas_core::text::Chunk;
use kgas_core::{Document, GraphFragment};
use serde_json::{Value, json};
use support::{ontology, rejections};

const TEXT: &str = "Ann met the engineer Bob. Ann works at Acme.";

/// What `TEXT` gives after a prompt with an example.
fn found(entities: &[Value], relations: &[Value]) -> ChunkFacts {
    let (document, ontology, known) = (Document::new("d", TEXT), ontology(), GraphFragment::default());
    let leaks = Leaks::new(["Zoë Quill directs the Northwind Institute in Acme Park.", "Ann", "Zoë Quill", "1984"]);
    let chunk = Chunk::whole(&document);
    let mut facts = FactCollector::new(&document, &chunk, &ontology, &known, "t").leaks(&leaks);
    entities.iter().for_each(|item| facts.entity_json(item));
    relations.iter().for_each(|item| facts.relation_json(item));
    facts.finish()
}

#[test]
fn an_entity_that_only_an_example_has_is_a_leak() {
    let cases = [
        ("Zoë Quill", Some(RejectReason::ExampleLeak)),
        ("ZOË  QUILL", Some(RejectReason::ExampleLeak)),
        ("Northwind", Some(RejectReason::ExampleLeak)),
        // Neither a part of a word, nor what every text may say.
        ("North", Some(RejectReason::NotInText)),
        ("in", Some(RejectReason::NotInText)),
        ("Eve", Some(RejectReason::NotInText)),
        // The text has it, whatever the examples have.
        ("Ann", None),
    ];
    for (words, expected) in cases {
        let found = found(&[json!({"text": words, "type": "Person"})], &[]);
        assert_eq!(rejections(&found).first().map(|(_, reason)| *reason), expected, "{words}");
    }
}

#[test]
fn a_relation_with_an_end_a_value_or_a_quote_that_only_an_example_has_is_a_leak() {
    let claim = |subject: &str, kind: &str, object: &str, evidence: &str| json!({"subject": subject, "subject_type": "Person", "type": kind, "object": object, "evidence": evidence});
    let cases = [
        (claim("Zoë Quill", "works at", "Acme", ""), Some(RejectReason::ExampleLeak)),
        (claim("Ann", "works at", "Northwind Institute", ""), Some(RejectReason::ExampleLeak)),
        (claim("Ann", "known for", "1984", ""), Some(RejectReason::ExampleLeak)),
        (
            claim("Ann", "works at", "Acme", "Zoë Quill directs the Northwind Institute"),
            Some(RejectReason::ExampleLeak),
        ),
        // A few words are nobody's.
        (claim("Ann", "works at", "Acme", "directs the"), None),
        (claim("Ann", "works at", "Eve", ""), Some(RejectReason::DanglingReference)),
        (claim("Ann", "works at", "Acme", "Ann works at Acme"), None),
    ];
    for (item, expected) in cases {
        let found = found(&[], std::slice::from_ref(&item));
        assert_eq!(rejections(&found).first().map(|(_, reason)| *reason), expected, "{item}");
    }
}

#[test]
fn what_a_second_pass_finds_is_flagged_and_found_once() {
    let (document, ontology, known) = (Document::new("d", TEXT), ontology(), GraphFragment::default());
    let mut facts = FactCollector::new(&document, &Chunk::whole(&document), &ontology, &known, "t");
    facts.entity_json(&json!({"text": "Bob", "type": "Person"}));
    let mut facts = facts.second_pass(true);
    facts.entity_json(&json!({"text": "Bob", "type": "Person"}));
    facts.relation_json(&json!({"subject": "Ann", "type": "works at", "object": "Acme"}));
    let found = facts.finish();
    assert_eq!(rejections(&found), [(1, RejectReason::Duplicate)]);
    let flagged: Vec<_> = found
        .mentions
        .iter()
        .map(|mention| (mention.evidence().quote(), mention.evidence().flags().contains(&Flag::SecondPass)))
        .collect();
    assert_eq!(flagged, [("Bob", false), ("Ann", true), ("Acme", true)]);
    assert!(found.relations.first().unwrap().evidence().flags().contains(&Flag::SecondPass));
}

#[test]
fn what_could_not_be_read_is_listed_as_it_came_and_counted() {
    let (document, ontology, known) = (Document::new("d", TEXT), ontology(), GraphFragment::default());
    let mut facts = FactCollector::new(&document, &Chunk::whole(&document), &ontology, &known, "t");
    facts.unreadable("{\"text\": Bob");
    facts.entity_json(&json!({"text": "Bob", "type": "Person"}));
    let found = facts.finish();
    assert_eq!(rejections(&found), [(0, RejectReason::Malformed)]);
    assert_eq!(found.rejected.first().unwrap().item, json!({"unreadable": "{\"text\": Bob"}));
    assert_eq!(found.kept, 1);
}
