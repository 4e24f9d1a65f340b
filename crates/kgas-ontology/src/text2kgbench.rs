//! Text2KGBench's JSON: lists of concepts and relations that refer to each other by Wikidata's codes.

use kgas_core::ontology::{ClassSpec, OntologySpec, RelationSpec};
use serde_json::Value;

use crate::ReadError;
use crate::field::Fields;

pub(crate) fn read(value: &Value) -> Result<OntologySpec, ReadError> {
    let classes = list(value, "concepts")?
        .iter()
        .enumerate()
        .map(|(at, concept)| {
            let (id, label) = code_and_label(concept, format!("concepts[{at}]"), "qid")?;
            Ok(ClassSpec { id, label, ..ClassSpec::default() })
        })
        .collect::<Result<_, ReadError>>()?;
    let relations = list(value, "relations")?
        .iter()
        .enumerate()
        .map(|(at, relation)| {
            let place = format!("relations[{at}]");
            let fields = Fields::of(relation, place.clone())?;
            let (id, label) = code_and_label(relation, place, "pid")?;
            let (domain, range) = (fields.names_in("domain")?, fields.names_in("range")?);
            Ok(RelationSpec { id, label, domain, range, ..RelationSpec::default() })
        })
        .collect::<Result<_, ReadError>>()?;
    let title = value.get("title").and_then(Value::as_str).map(str::to_owned);
    Ok(OntologySpec { title, classes, relations })
}

fn code_and_label(value: &Value, place: String, code: &str) -> Result<(String, String), ReadError> {
    let fields = Fields::of(value, place)?;
    let id = fields.text(code)?;
    let label = fields.text("label")?.or_else(|| id.clone()).unwrap_or_default();
    Ok((id.unwrap_or_else(|| label.clone()), label))
}

fn list<'v>(value: &'v Value, key: &str) -> Result<&'v [Value], ReadError> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(ReadError::Field { place: key.to_owned(), expected: "a list" }),
    }
}
