//! JSON enters by one door, which checks it.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::sync::Arc;

use kgas_core::{InputError, ToolInput};
use serde_json::{Value, json};
use support::ontology;

fn read(input: &Value) -> Result<ToolInput, InputError> {
    ToolInput::from_json(input, "fallback", Arc::new(ontology()))
}

fn with_entities(entities: Value) -> Result<ToolInput, InputError> {
    read(&json!({"text": "Zoë met Ann and Ann.", "entities": entities}))
}

/// Each mention as (type, quote, start).
fn mentions(input: &ToolInput) -> Vec<(&str, &str, usize)> {
    let all = input.graph.mentions().iter();
    all.map(|m| (m.key().entity_type(), m.evidence().quote(), m.evidence().span().unwrap().start())).collect()
}

#[test]
fn a_text_stands_by_itself_or_in_a_document() {
    let cases = [
        (json!({"text": "a"}), "fallback", "a"),
        (json!({"document": {"text": "a"}}), "fallback", "a"),
        (json!({"document": {"id": "d", "text": "a"}}), "d", "a"),
        (json!({"document": {"id": 7, "text": "a"}}), "7", "a"),
        (json!({"document": {"id": "", "text": "a"}}), "fallback", "a"),
        (json!({"text": "", "ontology": {}, "entities": null, "params": null}), "fallback", ""),
    ];
    for (input, id, text) in cases {
        let read = read(&input).unwrap();
        assert_eq!((read.document.id(), read.document.text()), (id, text), "{input}");
        assert!(read.graph.is_empty());
    }
    assert_eq!(read(&json!({"text": "a", "params": {"k": 1}})).unwrap().params, json!({"k": 1}));
}

#[test]
fn what_can_not_be_read_is_named() {
    let cases = [
        (json!("text"), "the input has no text: give {\"text\": …}, or {\"document\": {\"id\": …, \"text\": …}}"),
        (json!({}), "the input has no text: give {\"text\": …}, or {\"document\": {\"id\": …, \"text\": …}}"),
        (json!({"text": 5}), "the input has no text: give {\"text\": …}, or {\"document\": {\"id\": …, \"text\": …}}"),
        (
            json!({"txt": "a"}),
            "the input has an unknown field \"txt\"; known are text, document, ontology, entities, params",
        ),
        (json!({"text": "a", "entities": {"text": "a"}}), "the given entities are not a list"),
        (json!({"text": "a", "entities": "a"}), "the given entities are not a list"),
    ];
    for (input, expected) in cases {
        assert_eq!(read(&input).unwrap_err().to_string(), expected, "{input}");
    }
}

#[test]
fn a_given_span_is_checked_against_the_text() {
    let ann = |start: Value, end: Value| json!([{"text": "Ann", "type": "Person", "start": start, "end": end}]);
    assert_eq!(mentions(&with_entities(ann(json!(16), json!(19))).unwrap()), [("Person", "Ann", 16)]);
    // Without a span the words are looked for, and a start alone chooses.
    assert_eq!(mentions(&with_entities(ann(json!(null), json!(null))).unwrap()), [("Person", "Ann", 8)]);
    assert_eq!(mentions(&with_entities(ann(json!(16), json!(null))).unwrap()), [("Person", "Ann", 16)]);
    let wrong = "given entity number 1: the text at ";
    let malformed = "given entity number 1 can't be used: a field is missing, or not of its type";
    let cases = [
        (json!(0), json!(3), format!("{wrong}0..3 is not \"Ann\"")),
        // In bytes it would be right.
        (json!(9), json!(12), format!("{wrong}9..12 is not \"Ann\"")),
        (json!(16), json!(99), format!("{wrong}16..99 is not \"Ann\"")),
        (json!(19), json!(16), malformed.to_owned()),
        (json!(-1), json!(3), malformed.to_owned()),
        (json!("8"), json!(11), malformed.to_owned()),
        (json!(8), json!(11.5), malformed.to_owned()),
        (json!(null), json!(11), malformed.to_owned()),
    ];
    for (start, end, expected) in cases {
        assert_eq!(with_entities(ann(start, end)).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_given_entity_that_can_not_be_used_is_named_by_number() {
    let ann = json!({"text": "Ann", "type": "Person"});
    let there = json!({"text": "Ann", "type": "person", "start": 8, "end": 11});
    let cases = [
        (
            json!([ann, {"text": "Eve", "type": "Person"}]),
            "given entity number 2 can't be used: the text doesn't have it, as whole words",
        ),
        (
            json!([{"text": "Ann", "type": "Robot"}]),
            "given entity number 1 can't be used: its type is no class of the ontology",
        ),
        (json!([{"text": "Ann"}]), "given entity number 1 can't be used: a field is missing, or not of its type"),
        (json!(["Ann"]), "given entity number 1 can't be used: a field is missing, or not of its type"),
        (json!([ann, ann, ann]), "given entity number 3 can't be used: it is there already"),
        (json!([there, there]), "given entity number 2 can't be used: it is there already"),
    ];
    for (entities, expected) in cases {
        assert_eq!(with_entities(entities).unwrap_err().to_string(), expected);
    }
}

#[test]
fn given_entities_keep_their_properties_with_and_without_a_span() {
    for span in [json!({}), json!({"start": 8, "end": 11})] {
        let mut item = json!({"text": "Ann", "type": "Person", "properties": {"nick name": "Zoë"}});
        item.as_object_mut().unwrap().extend(span.as_object().unwrap().clone());
        let input = with_entities(json!([item])).unwrap();
        let properties = input.graph.mentions()[0].properties();
        assert_eq!(properties.iter().map(|p| (p.name(), p.value())).collect::<Vec<_>>(), [("nick_name", "Zoë")]);
    }
}

#[test]
fn given_entities_are_known_by_name_and_kept_as_given() {
    let input = with_entities(json!([{"text": "Zoë", "type": "Person", "confidence": 0.5}])).unwrap();
    assert_eq!(input.graph.entities_named("zoë").count(), 1);
    let mention = &input.graph.mentions()[0];
    assert_eq!((mention.confidence(), mention.evidence().tool()), (0.5, "given"));
}
