//! kgas's own JSON: `{"entities": {LABEL: {…}}, "relations": {LABEL: {…}}}`.

use kgas_core::nearest;
use kgas_core::ontology::{ClassSpec, OntologySpec, RelationSpec};
use serde_json::Value;

use crate::field::Fields;
use crate::{ReadError, ReadWarning};

const CLASS_FIELDS: [&str; 4] = ["description", "parent", "examples", "properties"];
const RELATION_FIELDS: [&str; 3] = ["description", "domain", "range"];

pub(crate) fn read(value: &Value, warnings: &mut Vec<ReadWarning>) -> Result<OntologySpec, ReadError> {
    let mut spec = OntologySpec {
        title: value.get("title").and_then(Value::as_str).map(str::to_owned),
        ..OntologySpec::default()
    };
    for (label, body) in labelled(value, "entities")? {
        let fields = Fields::of(body, format!("entities.{label}"))?;
        warn_of_unknown(&fields, &CLASS_FIELDS, warnings);
        spec.classes.push(ClassSpec {
            description: fields.text("description")?,
            parent: fields.text("parent")?,
            examples: fields.names_in("examples")?,
            properties: fields.names_in("properties")?,
            ..ClassSpec::new(label)
        });
    }
    for (label, body) in labelled(value, "relations")? {
        let fields = Fields::of(body, format!("relations.{label}"))?;
        warn_of_unknown(&fields, &RELATION_FIELDS, warnings);
        spec.relations.push(RelationSpec {
            description: fields.text("description")?,
            domain: fields.names_in("domain")?,
            range: fields.names_in("range")?,
            ..RelationSpec::new(label)
        });
    }
    Ok(spec)
}

fn labelled<'v>(value: &'v Value, key: &str) -> Result<impl Iterator<Item = (&'v String, &'v Value)>, ReadError> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(None.into_iter().flatten()),
        Some(Value::Object(object)) => Ok(Some(object).into_iter().flatten()),
        Some(_) => Err(ReadError::Field { place: key.to_owned(), expected: "an object of labels" }),
    }
}

fn warn_of_unknown(fields: &Fields<'_>, known: &[&'static str], warnings: &mut Vec<ReadWarning>) {
    for name in fields.names().filter(|name| !known.contains(name)) {
        let nearest = nearest(name, known.iter().copied());
        warnings.push(ReadWarning::UnknownField { place: fields.place_of(name), nearest });
    }
}
