//! The page on rejections has every reason and every flag, with an example that gets it.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use kgas_core::fact::{ChunkFacts, FactCollector, Flag, Leaks, RejectReason};
use kgas_core::ontology::{ClassSpec, OntologySpec, RelationSpec};
use kgas_core::text::Chunk;
use kgas_core::{Document, GraphFragment};
use serde_json::{Value, json};
use support::compiled;

const PAGE: &str = include_str!("../../../docs/rejections.md");

/// The rows of the table under a heading: the word, and the example where the row has one.
fn rows(heading: &str) -> Vec<(&'static str, Option<Value>)> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let (word, rest) = row.split_once('`').unwrap();
        let example = rest.split('`').nth(1).and_then(|example| serde_json::from_str(example).ok());
        (word, example)
    })
    .collect()
}

/// What the ontology and the text of the page make of an item.
fn found(item: &Value) -> ChunkFacts {
    let mut person = ClassSpec::new("Person").parent("Agent");
    person.properties = vec!["nick name".to_owned()];
    let ontology = compiled(OntologySpec {
        classes: vec![
            ClassSpec::new("Agent"),
            person,
            ClassSpec::new("Company").parent("Agent"),
            ClassSpec::new("City"),
        ],
        relations: vec![
            RelationSpec::new("works at").from(["Person"]).to(["Company"]),
            RelationSpec::new("knows").from(["Agent"]).to(["Agent"]),
            RelationSpec::new("founded").from(["Company"]).to(["date"]),
        ],
        ..OntologySpec::default()
    });
    let document = Document::new("d", "Ann met Bob. Ann works at Acme, founded in 1984 in Oslo.");
    let (known, leaks) = (GraphFragment::default(), Leaks::new(["Zoë Quill sings."]));
    let mut facts = FactCollector::new(&document, &Chunk::whole(&document), &ontology, &known, "t").leaks(&leaks);
    if item.get("text").is_some() {
        facts.entity_json(item);
    } else {
        for (text, kind) in [("Ann", "Person"), ("Bob", "Person"), ("Acme", "Company"), ("Oslo", "City")] {
            facts.entity_json(&json!({"text": text, "type": kind}));
        }
        facts.relation_json(item);
    }
    facts.finish()
}

#[test]
fn every_reason_is_on_the_page_in_order() {
    let words: Vec<&str> = rows("Reasons").into_iter().map(|(word, _)| word).collect();
    assert_eq!(words, RejectReason::ALL.map(RejectReason::as_str));
}

#[test]
fn every_flag_is_on_the_page_sorted() {
    let words: Vec<&str> = rows("Flags").into_iter().map(|(word, _)| word).collect();
    assert_eq!(words, Flag::ALL.map(Flag::as_str));
    assert!(words.is_sorted() && Flag::ALL.is_sorted());
    assert!(Flag::ALL.iter().all(|flag| json!(flag) == flag.as_str()));
}

#[test]
fn the_example_of_a_reason_is_rejected_for_it() {
    let rows = rows("Reasons");
    assert!(rows.iter().all(|(_, example)| example.is_some()), "{rows:?}");
    for (word, example) in rows {
        let item = example.unwrap();
        let mut found = found(&item);
        if word == "duplicate" {
            assert!(found.rejected.is_empty());
            continue;
        }
        assert_eq!(found.rejected.len(), 1, "{item}");
        assert_eq!(found.rejected.remove(0).reason.as_str(), word, "{item}");
    }
}

#[test]
fn the_example_of_a_mended_item_is_kept_with_its_flag() {
    for (word, example) in rows("Flags") {
        let Some(item) = example.filter(|_| {
            ["confidence_missing", "confidence_read", "evidence_inferred", "reversed", "type_mapped"].contains(&word)
        }) else {
            continue;
        };
        let found = found(&item);
        let evidence = found.relations.first().map_or_else(|| found.mentions[0].evidence(), |kept| kept.evidence());
        assert!(evidence.flags().iter().any(|flag| flag.as_str() == word), "{item}: {:?}", evidence.flags());
    }
}
