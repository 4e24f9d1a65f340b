//! What LinkML and JSON Schema say, and what is made of it.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use kgas_ontology::{Loaded, ReadOptions, read};

/// Classes and relations, a line each; then what was said.
fn told(text: &str) -> String {
    let loaded: Loaded = read(text, &ReadOptions::default()).unwrap();
    let ontology = &loaded.ontology;
    let labels = |ids: &[_]| ids.iter().map(|&id| ontology.label(id).to_owned()).collect::<Vec<_>>().join("|");
    let classes = ontology.classes().map(|(_, class)| format!("{} < {}", class.label, labels(&class.parents)));
    let relations = ontology.relations().iter().map(|relation| {
        let (range, count) = (&relation.range, relation.cardinality.map(|said| said.to_string()).unwrap_or_default());
        let kinds: Vec<&str> = range.datatypes.iter().map(|datatype| datatype.name()).collect();
        let (domain, classes) = (labels(&relation.domain), labels(&range.classes));
        format!("{}: {domain} -> {classes} {kinds:?} {:?} {count}", relation.id, range.values)
    });
    let said = loaded.warnings.iter().map(ToString::to_string);
    classes.chain(relations).chain(said).collect::<Vec<_>>().join("\n")
}

#[test]
fn linkml_slots_belong_to_the_classes_that_list_them() {
    let text = "
name: s
imports: [linkml:types, other]
classes:
  Agent: {slots: [name, knows]}
  Person:
    is_a: Agent
    mixins: [HasAge]
    slot_usage: {knows: {range: Person}}
  HasAge: {mixin: true, attributes: {age: {range: integer, required: true}}}
  Old: {deprecated: use Agent}
  Any: {class_uri: 'linkml:Any'}
slots:
  name: {required: true}
  knows: {range: Agent, multivalued: true, domain: Any}
  thing: {range: Any, domain: Agent, minimum_cardinality: 2, multivalued: true}
  mood: {any_of: [{range: Mood}, {range: Old}], domain: Person}
  old_name: {is_a: name}
enums:
  Mood: {permissible_values: {good: , bad: {description: not good}}}
";
    insta::assert_snapshot!(told(text), @r#"
    Agent < 
    Person < Agent|Has Age
    Has Age < 
    name: Agent ->  ["string"] [] 1
    knows: Agent -> Agent [] [] 
    thing: Agent ->  [] [] 2..*
    mood: Person ->  [] ["good", "bad"] 0..1
    old_name: Agent ->  ["string"] [] 0..1
    Person.knows: Person -> Person [] [] 
    age: Has Age ->  ["integer"] [] 1
    line 3: import "other" is passed over: imports are not followed
    line 11: class "Old" is passed over: it is deprecated
    "#);
}

#[test]
fn json_schema_follows_references_lists_and_choices() {
    let text = r##"{"$schema": "x", "$id": "https://example.org/s", "$defs": {
        "Name": {"type": "string"},
        "Old": {"deprecated": true, "type": "object"},
        "Agent": {"type": "object", "required": ["name", "tags"], "properties": {
            "name": {"$ref": "#/$defs/Name"},
            "tags": {"type": "array", "items": {"type": ["string", "null"]}, "minItems": 1, "maxItems": 3},
            "address": {"type": "object", "properties": {"street": {"type": "string"}}},
            "old": {"deprecated": true}}},
        "Person": {"allOf": [{"$ref": "https://example.org/s#/$defs/Agent"}], "required": ["boss"], "properties": {
            "boss": {"anyOf": [{"$ref": "#/$defs/Person"}, {"type": "null"}]},
            "friends": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Agent"}},
            "born": {"type": "string", "format": "date-time"},
            "mood": {"enum": ["good", 1, null]},
            "name": {"type": "integer"},
            "any": {}}}}}"##;
    insta::assert_snapshot!(told(text), @r#"
    Agent < 
    Person < Agent
    address < 
    name: Agent ->  ["string"] [] 1
    tags: Agent ->  ["string"] [] 1..3
    address: Agent -> address [] [] 0..1
    boss: Person -> Person [] [] 0..1
    friends: Person -> Agent [] [] 
    born: Person ->  ["datetime"] [] 0..1
    mood: Person ->  [] ["good", "1"] 0..1
    Person.name: Person ->  ["integer"] [] 0..1
    any: Person ->  [] [] 0..1
    street: address ->  ["string"] [] 0..1
    class "Old" is passed over: it is deprecated
    property "old" of class "Agent" is passed over: it is deprecated
    "#);
}

#[test]
fn a_titled_root_is_a_class_and_a_missing_target_is_an_unknown_class() {
    let text =
        r##"{"title": "Order", "type": "object", "properties": {"next": {"$ref": "#"}, "id": {"type": "integer"}}}"##;
    insta::assert_snapshot!(told(text), @r#"
    Order < 
    next: Order -> Order [] [] 0..1
    id: Order ->  ["integer"] [] 0..1
    "#);
    let text = r##"{"$defs": {"A": {"properties": {"b": {"$ref": "other.json#/$defs/B"}}}}}"##;
    insta::assert_snapshot!(read(text, &ReadOptions::default()).unwrap_err(), @r#"unknown classes: "B" (range of relation "b"); define them, or drop what names them with --lenient"#);
}
