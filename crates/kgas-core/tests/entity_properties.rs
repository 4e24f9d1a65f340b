//! Properties of entities: the ontology has the name, the text the value, and the value its kind.

#![expect(clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use kgas_core::fact::{ChunkFacts, FactCollector, RejectReason};
use kgas_core::ontology::{ClassSpec, OntologySpec, RelationSpec};
use kgas_core::text::Chunk;
use kgas_core::{Document, GraphFragment, Ontology};
use serde_json::{Value, json};
use support::compiled;

const TEXT: &str = "Ann (Annie or Nan), born 1 May 1984 or 1985, is 1.7 m tall, rated PG, and works in Oslo.";

fn people() -> Ontology {
    let mut agent = ClassSpec::new("Agent");
    agent.properties = vec!["nick_name".to_owned()];
    let mut being = ClassSpec::new("Being");
    being.properties = vec!["height".to_owned()];
    let mut person = ClassSpec::new("Person").parent("Agent").parent("Being");
    person.properties = vec!["born".to_owned()];
    let rating =
        RelationSpec { values: vec!["pg".to_owned(), "18".to_owned()], ..RelationSpec::new("rating").from(["Person"]) };
    compiled(OntologySpec {
        classes: vec![agent, being, person, ClassSpec::new("City")],
        relations: vec![
            RelationSpec::new("born").from(["Person"]).to(["date"]),
            RelationSpec::new("birth year").from(["Agent"]).to(["year"]),
            RelationSpec::new("mayor of").from(["Person"]).to(["City"]),
            RelationSpec::new("population").from(["City"]).to(["integer"]),
            rating,
        ],
        ..OntologySpec::default()
    })
}

fn found(properties: &Value) -> ChunkFacts {
    let (document, ontology, known) = (Document::new("d", TEXT), people(), GraphFragment::default());
    let mut facts = FactCollector::new(&document, &Chunk::whole(&document), &ontology, &known, "t");
    facts.entity_json(&json!({"text": "Ann", "type": "Person", "confidence": 1, "properties": properties}));
    facts.finish()
}

/// By name: whether an object of JSON keeps its order is not ours to say.
fn kept(found: &ChunkFacts) -> Vec<(&str, &str, Option<&str>)> {
    let mut kept: Vec<_> = found.mentions[0].properties().iter().map(|p| (p.name(), p.value(), p.normal())).collect();
    kept.sort_by_key(|(name, ..)| *name);
    kept
}

fn lost(found: &ChunkFacts) -> Vec<(&str, RejectReason)> {
    let mut lost: Vec<_> =
        found.rejected.iter().map(|r| (r.item["property"].as_str().unwrap_or_default(), r.reason)).collect();
    lost.sort_by_key(|(name, _)| *name);
    lost
}

#[test]
fn a_class_has_the_properties_of_all_its_ancestors_and_of_relations_to_values() {
    let found = found(&json!({"Nick-Name": "Annie", "height": "1.7 m", "BORN": "1 May 1984", "birth year": "1985"}));
    assert_eq!(
        kept(&found),
        [
            ("birth year", "1985", Some("1985")),
            ("born", "1 May 1984", Some("1984-05-01")),
            ("height", "1.7 m", Some("1.7 m")),
            ("nick_name", "Annie", None),
        ]
    );
    assert_eq!(lost(&found), []);
}

#[test]
fn a_property_that_the_class_does_not_have_is_unknown() {
    // A relation to entities is no property, nor is another class's.
    let found = found(&json!({"mayor of": "Oslo", "population": "1984", "shoe size": "1984"}));
    use RejectReason::UnknownProperty;
    assert_eq!(
        lost(&found),
        [("mayor of", UnknownProperty), ("population", UnknownProperty), ("shoe size", UnknownProperty)]
    );
    assert_eq!((found.kept, found.mentions.len()), (1, 1));
}

#[test]
fn a_value_must_be_in_the_text_and_of_its_kind() {
    let found = found(&json!({"nick name": "Nancy", "born": "Oslo", "birth year": "Nan", "rating": "PG"}));
    assert_eq!(
        lost(&found),
        [
            ("birth year", RejectReason::PropertyDatatype),
            ("born", RejectReason::PropertyDatatype),
            ("nick name", RejectReason::PropertyNotInText),
        ]
    );
    assert_eq!(kept(&found), [("rating", "PG", Some("pg"))]);
    assert!(found.rejected.iter().all(|rejection| rejection.reason.is_of_a_property()));
}

#[test]
fn values_that_contradict_each_other_stay_side_by_side_and_the_same_stands_once() {
    let found = found(&json!({"born": ["1 May 1984", "1985", "1985"], "nick_name": ["Nan", "nan", "Annie"]}));
    assert_eq!(
        kept(&found),
        [
            ("born", "1 May 1984", Some("1984-05-01")),
            ("born", "1985", Some("1985")),
            ("nick_name", "Nan", None),
            ("nick_name", "Annie", None),
        ]
    );
}

#[test]
fn a_property_that_is_lost_is_listed_with_its_words_however_its_entity_spells_its_keys() {
    let (document, ontology, known) = (Document::new("d", TEXT), people(), GraphFragment::default());
    let mut facts = FactCollector::new(&document, &Chunk::whole(&document), &ontology, &known, "t");
    facts.entity_json(&json!({"Name": "Ann", "class": "Persons", "confidence": 1, "attributes": [
        {"name": "nick name", "value": ["Nan", "Zed"]}, {"key": "shoe size", "value": 38}]}));
    let items: Vec<Value> = facts.finish().rejected.into_iter().map(|rejected| rejected.item).collect();
    let lost = |name: &str, value: Value| json!({"text": "Ann", "type": "Persons", "property": name, "value": value});
    assert_eq!(items, [lost("nick name", json!("Zed")), lost("shoe size", json!(38))]);
}
