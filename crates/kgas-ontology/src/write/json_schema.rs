//! JSON Schema: objects in `$defs` are classes, what they have is relations.

use std::collections::{HashMap, HashSet};

use kgas_core::Ontology;
use kgas_core::ontology::{ClassId, Datatype, RelationType, local_name};
use serde_json::{Map, Value, json};

use super::own_id;

pub(super) fn write(ontology: &Ontology) -> Value {
    let own = |id| own_id(ontology, id).filter(|own| ontology.class_named(local_name(own)) == Some(id));
    let classes = keys(ontology.classes().map(|(id, class)| (own(id).unwrap_or_default(), class.label.as_str())));
    let classes: HashMap<ClassId, String> = ontology.classes().map(|(id, _)| id).zip(classes).collect();
    let relations = keys(ontology.relations().iter().map(|one| (one.id.as_str(), one.label.as_str())));
    let mut of_class: HashMap<ClassId, Vec<(&String, &RelationType)>> = HashMap::new();
    for (key, relation) in relations.iter().zip(ontology.relations()) {
        for &class in &relation.domain {
            of_class.entry(class).or_default().push((key, relation));
        }
    }
    let mut definitions = Map::new();
    for (id, class) in ontology.classes() {
        let relations = of_class.get(&id).map(Vec::as_slice).unwrap_or_default();
        let mut body = Map::new();
        body.insert("type".to_owned(), json!("object"));
        body.insert("title".to_owned(), json!(class.label));
        let mut add = |key: &str, value: Value| body.insert(key.to_owned(), value);
        if let Some(description) = &class.description {
            add("description", json!(description));
        }
        if !class.parents.is_empty() {
            let parents: Vec<Value> = class.parents.iter().map(|&parent| reference(&classes, parent)).collect();
            add("allOf", json!(parents));
        }
        if !class.examples.is_empty() {
            add("examples", json!(class.examples));
        }
        let properties: Map<String, Value> =
            relations.iter().map(|(key, relation)| ((*key).clone(), property(&classes, relation))).collect();
        if !properties.is_empty() {
            add("properties", Value::Object(properties));
        }
        let is_required = |relation: &RelationType| relation.cardinality.is_some_and(|said| said.min > 0);
        let required: Vec<&String> =
            relations.iter().filter(|(_, relation)| is_required(relation)).map(|(key, _)| *key).collect();
        if !required.is_empty() {
            add("required", json!(required));
        }
        if let Some(key) = classes.get(&id) {
            definitions.insert(key.clone(), Value::Object(body));
        }
    }
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    if let Some(title) = ontology.title() {
        schema.insert("title".to_owned(), json!(title));
    }
    schema.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(schema)
}

/// A key of its own for each: the name that its id ends in, else its label, else that with a number.
fn keys<'o>(names: impl Iterator<Item = (&'o str, &'o str)>) -> Vec<String> {
    let mut taken = HashSet::new();
    names
        .map(|(id, label)| {
            let own = [local_name(id), label].map(str::to_owned).into_iter().filter(|name| !name.is_empty());
            let mut choices = own.chain((2..).map(|number: u32| format!("{label} ({number})")));
            choices.find(|name| taken.insert(name.clone())).unwrap_or_default()
        })
        .collect()
}

fn property(classes: &HashMap<ClassId, String>, relation: &RelationType) -> Value {
    let range = &relation.range;
    let mut kinds: Vec<Value> = range.classes.iter().map(|&class| reference(classes, class)).collect();
    kinds.extend(range.datatypes.iter().map(|&datatype| scalar(datatype)));
    if !range.values.is_empty() {
        kinds.push(json!({"enum": range.values}));
    }
    let mut kind = match kinds.len() {
        0 => json!({}),
        1 => kinds.pop().unwrap_or_default(),
        _ => json!({"anyOf": kinds}),
    };
    // What is no list is one at most; where nothing is said of the number, it may be many.
    let said = relation.cardinality.unwrap_or_default();
    if said.max != Some(1) {
        kind = json!({"type": "array", "items": kind});
        if let Some(array) = kind.as_object_mut() {
            if said.min > 0 {
                array.insert("minItems".to_owned(), json!(said.min));
            }
            if let Some(max) = said.max {
                array.insert("maxItems".to_owned(), json!(max));
            }
        }
    }
    if let Some(object) = kind.as_object_mut() {
        object.insert("title".to_owned(), json!(relation.label));
        if let Some(description) = &relation.description {
            object.insert("description".to_owned(), json!(description));
        }
    }
    kind
}

/// A JSON pointer in the fragment of a URI.
fn reference(classes: &HashMap<ClassId, String>, class: ClassId) -> Value {
    let key = classes.get(&class).map(String::as_str).unwrap_or_default();
    let key = key.replace('~', "~0").replace('/', "~1").replace('%', "%25");
    json!({"$ref": format!("#/$defs/{key}")})
}

fn scalar(datatype: Datatype) -> Value {
    match datatype {
        Datatype::Text => json!({"type": "string"}),
        Datatype::Integer => json!({"type": "integer"}),
        Datatype::Number => json!({"type": "number"}),
        Datatype::DateTime => json!({"type": "string", "format": "date-time"}),
        Datatype::Time => json!({"type": "string", "format": "time"}),
        // No word of JSON Schema's own: others pass a format over that they don't know.
        Datatype::Year => json!({"type": "string", "format": "year"}),
        Datatype::Duration => json!({"type": "string", "format": "duration"}),
        Datatype::Date => json!({"type": "string", "format": "date"}),
        Datatype::Boolean => json!({"type": "boolean"}),
        Datatype::Uri => json!({"type": "string", "format": "uri"}),
    }
}
