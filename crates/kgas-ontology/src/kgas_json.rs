//! kgas's own JSON: `{"entities": {LABEL: {…}}, "relations": {LABEL: {…}}}`.

use kgas_core::nearest;
use kgas_core::ontology::{Cardinality, ClassSpec, OntologySpec, RelationSpec};
use serde_json::Value;

use crate::field::Fields;
use crate::{ReadError, ReadWarning};

const CLASS_FIELDS: [&str; 6] = ["description", "parent", "examples", "properties", "id", "synonyms"];
const RELATION_FIELDS: [&str; 9] =
    ["label", "description", "domain", "range", "id", "synonyms", "parent", "values", "cardinality"];

pub(crate) fn read(value: &Value, warnings: &mut Vec<ReadWarning>) -> Result<OntologySpec, ReadError> {
    let mut spec = OntologySpec {
        title: value.get("title").and_then(Value::as_str).map(str::to_owned),
        ..OntologySpec::default()
    };
    for (label, body) in labelled(value, "entities")? {
        let fields = Fields::of(body, format!("entities.{label}"))?;
        warn_of_unknown(&fields, &CLASS_FIELDS, warnings);
        spec.classes.push(ClassSpec {
            id: fields.text("id")?.unwrap_or_else(|| label.clone()),
            label: label.clone(),
            synonyms: fields.names_in("synonyms")?,
            description: fields.text("description")?,
            parents: fields.names_in("parent")?,
            examples: fields.names_in("examples")?,
            properties: fields.names_in("properties")?,
        });
    }
    for (key, body) in labelled(value, "relations")? {
        let fields = Fields::of(body, format!("relations.{key}"))?;
        // Relations may share a label, and keys can't.
        let label = fields.text("label")?.unwrap_or_else(|| key.clone());
        warn_of_unknown(&fields, &RELATION_FIELDS, warnings);
        spec.relations.push(RelationSpec {
            id: fields.text("id")?.unwrap_or_else(|| label.clone()),
            label,
            synonyms: fields.names_in("synonyms")?,
            description: fields.text("description")?,
            parents: fields.names_in("parent")?,
            domain: fields.names_in("domain")?,
            range: fields.names_in("range")?,
            values: fields.names_in("values")?,
            cardinality: cardinality(&fields)?,
        });
    }
    Ok(spec)
}

fn cardinality(fields: &Fields<'_>) -> Result<Option<Cardinality>, ReadError> {
    let expected = "a cardinality: 1, 0..1 or 1..*";
    let wrong = || ReadError::Field { place: fields.place_of("cardinality"), expected };
    fields.text("cardinality")?.map(|text| Cardinality::parse(&text).ok_or_else(wrong)).transpose()
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
