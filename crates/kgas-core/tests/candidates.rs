//! Claims in all their spellings.

use kgas_core::fact::{EntityCandidate, ObjectType, RejectReason, RelationCandidate};
use serde_json::{Value, json};

fn entity(item: Value) -> Option<EntityCandidate> {
    EntityCandidate::from_json(&item).map_err(|reason| assert_eq!(reason, RejectReason::Malformed)).ok()
}

fn relation(item: Value) -> Option<RelationCandidate> {
    RelationCandidate::from_json(&item).map_err(|reason| assert_eq!(reason, RejectReason::Malformed)).ok()
}

fn ann() -> Option<EntityCandidate> {
    Some(EntityCandidate { text: "Ann".into(), entity_type: "Person".into(), ..EntityCandidate::default() })
}

fn works() -> Option<RelationCandidate> {
    Some(RelationCandidate {
        subject: "Ann".into(),
        subject_type: Some("Person".into()),
        relation_type: "works at".into(),
        object: "Acme".into(),
        object_type: ObjectType::Named("Company".into()),
        ..RelationCandidate::default()
    })
}

#[test]
fn the_fields_of_an_entity_have_many_names() {
    for item in [
        json!({"text": "Ann", "type": "Person"}),
        json!({"Text": " Ann ", "TYPE": "Person"}),
        json!({"name": "Ann", "label": "Person"}),
        json!({"entity": "Ann", "entity_type": "Person"}),
        json!({"mention": "Ann", "class": "Person"}),
        json!({"extraction_text": "Ann", "extraction-class": "Person"}),
        json!({"entityName": "Ann", "entityType": "Person"}),
        json!({"text": "Ann", "name": "Annie", "type": "Person", "label": "Human"}),
    ] {
        assert_eq!(entity(item.clone()), ann(), "{item}");
    }
}

#[test]
fn an_item_without_a_text_or_a_type_is_malformed() {
    for item in [
        json!("Ann"),
        json!(["Ann", "Person"]),
        json!(null),
        json!({"text": "Ann"}),
        json!({"text": "Ann", "type": ""}),
        json!({"text": "Ann", "type": ["Person"]}),
        json!({"text": 5, "type": "Person"}),
    ] {
        assert_eq!(entity(item.clone()), None, "{item}");
    }
}

#[test]
fn the_fields_of_a_relation_have_many_names() {
    for item in [
        json!({"subject": "Ann", "subject_type": "Person", "type": "works at", "object": "Acme",
            "object_type": "Company"}),
        json!({"SUBJECT": "Ann", "subjectType": "Person", "Predicate": "works at", "OBJECT": "Acme",
            "object-type": "Company"}),
        json!({"head": "Ann", "head_type": "Person", "relation": "works at", "tail": "Acme", "tail_type": "Company"}),
        json!({"source": "Ann", "source_type": "Person", "rel": "works at", "target": "Acme",
            "targetType": "Company"}),
        json!({"subject": {"text": "Ann", "type": "Person"}, "type": "works at",
            "object": {"name": "Acme", "label": "Company"}}),
    ] {
        assert_eq!(relation(item.clone()), works(), "{item}");
    }
}

#[test]
fn three_texts_are_a_relation() {
    let said = relation(json!(["Ann", "works at", "Acme"])).unwrap();
    assert_eq!((said.subject.as_str(), said.relation_type.as_str(), said.object.as_str()), ("Ann", "works at", "Acme"));
    assert_eq!(said.object_type, ObjectType::Unsaid);
    for item in [json!(["Ann", "works at"]), json!(["Ann", "works at", "Acme", "Oslo"]), json!(["Ann", null, "Acme"])] {
        assert_eq!(relation(item.clone()), None, "{item}");
    }
}

#[test]
fn several_objects_in_one_relation_are_malformed() {
    assert_eq!(relation(json!({"subject": "Ann", "type": "knows", "object": ["Bob", "Cid"]})), None);
}

#[test]
fn a_literal_is_a_value_and_a_number_its_digits() {
    for (kind, expected) in [
        (json!(null), ObjectType::Literal),
        (json!("literal"), ObjectType::Literal),
        (json!("None"), ObjectType::Literal),
        (json!("date"), ObjectType::Named("date".into())),
    ] {
        let said =
            relation(json!({"subject": "Acme", "type": "founded", "object": 1984, "object_type": kind})).unwrap();
        assert_eq!((said.object.as_str(), said.object_type), ("1984", expected));
    }
}

#[test]
fn a_confidence_is_read_by_one_table() {
    for (said, expected, is_read) in [
        (json!(0.9), Some(0.9), false),
        (json!(1), Some(1.0), false),
        (json!(0), Some(0.0), false),
        (json!("0.9"), Some(0.9), true),
        (json!(95), Some(0.95), true),
        (json!("95"), Some(0.95), true),
        (json!("95 %"), Some(0.95), true),
        (json!("5%"), Some(0.05), true),
        (json!("9/10"), Some(0.9), true),
        (json!("Very High"), Some(0.95), true),
        (json!("high"), Some(0.9), true),
        (json!("MEDIUM"), Some(0.6), true),
        (json!("moderate"), Some(0.6), true),
        (json!("low"), Some(0.3), true),
        (json!("very low"), Some(0.1), true),
        (json!(null), None, false),
        (json!("NaN"), None, false),
        (json!(""), None, false),
        (json!("unknown"), None, false),
    ] {
        let read = entity(json!({"text": "Ann", "type": "Person", "confidence": said})).unwrap();
        assert_eq!((read.confidence, read.confidence_read), (expected, is_read), "{said}");
        let triple = json!({"subject": "Ann", "type": "knows", "object": "Bob", "score": said});
        let read = relation(triple).unwrap();
        assert_eq!((read.confidence, read.confidence_read), (expected, is_read), "{said}");
    }
}

#[test]
fn a_confidence_that_can_be_of_anything_is_malformed() {
    for said in [
        json!(1.5),
        json!(7),
        json!(10),
        json!(101),
        json!(-0.1),
        json!("7"),
        json!("101%"),
        json!("-5%"),
        json!("inf"),
        json!("3/2"),
        json!("sure"),
        json!(true),
        json!([0.9]),
    ] {
        assert_eq!(entity(json!({"text": "Ann", "type": "Person", "confidence": said})), None, "{said}");
    }
}

#[test]
fn a_start_is_a_number_or_its_digits_or_nothing() {
    for (said, expected) in [(json!(7), Some(7)), (json!("7"), Some(7)), (json!(-1), None), (json!("x"), None)] {
        assert_eq!(entity(json!({"text": "Ann", "type": "Person", "start": said})).unwrap().start, expected, "{said}");
    }
}

#[test]
fn properties_are_an_object_or_a_list_of_pairs_or_such_in_a_text() {
    for said in [
        json!({"age": "30"}),
        json!([{"name": "age", "value": "30"}]),
        json!([{"Key": "age", "VALUE": "30"}]),
        json!("{'age': '30'}"),
    ] {
        let read = entity(json!({"text": "Ann", "type": "Person", "attributes": said})).unwrap();
        assert_eq!(Value::Object(read.properties), json!({"age": "30"}), "{said}");
    }
    for said in [json!(null), json!({}), json!([]), json!("")] {
        assert!(entity(json!({"text": "Ann", "type": "Person", "properties": said})).unwrap().properties.is_empty());
    }
    for said in [json!("tall"), json!(5), json!([{"age": "30"}]), json!(["age"])] {
        assert_eq!(entity(json!({"text": "Ann", "type": "Person", "properties": said})), None, "{said}");
    }
}
