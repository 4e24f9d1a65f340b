//! JSON Schema: objects in `$defs` are classes, what they have is relations.

use std::collections::HashMap;

use kgas_core::Ontology;
use kgas_core::ontology::{ClassId, Datatype, RelationType};
use serde_json::{Map, Value, json};

pub(super) fn write(ontology: &Ontology) -> Value {
    let mut of_class: HashMap<ClassId, Vec<&RelationType>> = HashMap::new();
    for relation in ontology.relations() {
        for &class in &relation.domain {
            of_class.entry(class).or_default().push(relation);
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
            let parents: Vec<Value> = class.parents.iter().map(|&parent| reference(ontology, parent)).collect();
            add("allOf", json!(parents));
        }
        if !class.examples.is_empty() {
            add("examples", json!(class.examples));
        }
        let properties: Map<String, Value> =
            relations.iter().map(|relation| (relation.label.clone(), property(ontology, relation))).collect();
        if !properties.is_empty() {
            add("properties", Value::Object(properties));
        }
        let is_required = |relation: &&&RelationType| relation.cardinality.is_some_and(|said| said.min > 0);
        let required: Vec<&str> =
            relations.iter().filter(is_required).map(|relation| relation.label.as_str()).collect();
        if !required.is_empty() {
            add("required", json!(required));
        }
        definitions.insert(class.label.clone(), Value::Object(body));
    }
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    if let Some(title) = ontology.title() {
        schema.insert("title".to_owned(), json!(title));
    }
    schema.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(schema)
}

fn property(ontology: &Ontology, relation: &RelationType) -> Value {
    let range = &relation.range;
    let mut kinds: Vec<Value> = range.classes.iter().map(|&class| reference(ontology, class)).collect();
    kinds.extend(range.datatypes.iter().map(|&datatype| scalar(datatype)));
    if !range.values.is_empty() {
        kinds.push(json!({"enum": range.values}));
    }
    let mut kind = match kinds.len() {
        0 => json!({}),
        1 => kinds.pop().unwrap_or_default(),
        _ => json!({"anyOf": kinds}),
    };
    if let Some(said) = relation.cardinality.filter(|said| said.max != Some(1)) {
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
    if let (Some(object), Some(description)) = (kind.as_object_mut(), &relation.description) {
        object.insert("description".to_owned(), json!(description));
    }
    kind
}

/// A JSON pointer in a URI fragment.
fn reference(ontology: &Ontology, class: ClassId) -> Value {
    let label = ontology.label(class).replace('~', "~0").replace('/', "~1").replace('%', "%25");
    json!({"$ref": format!("#/$defs/{label}")})
}

fn scalar(datatype: Datatype) -> Value {
    match datatype {
        Datatype::Text => json!({"type": "string"}),
        Datatype::Number => json!({"type": "number"}),
        Datatype::Date => json!({"type": "string", "format": "date"}),
        Datatype::Boolean => json!({"type": "boolean"}),
        Datatype::Uri => json!({"type": "string", "format": "uri"}),
    }
}
