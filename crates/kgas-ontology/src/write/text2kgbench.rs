//! Text2KGBench's JSON: codes and labels, one class at each end.

use kgas_core::Ontology;
use serde_json::{Value, json};

use super::own_id;

pub(super) fn write(ontology: &Ontology) -> Value {
    let code = |id: &str, label: &str| if id.is_empty() { label.to_owned() } else { id.to_owned() };
    let of = |class| own_id(ontology, class).unwrap_or_else(|| ontology.label(class)).to_owned();
    let concepts: Vec<Value> =
        ontology.classes().map(|(id, class)| json!({"qid": of(id), "label": class.label})).collect();
    let relations: Vec<Value> = ontology
        .relations()
        .iter()
        .map(|relation| {
            let mut range: Vec<String> = relation.range.classes.iter().map(|&class| of(class)).collect();
            range.extend(relation.range.datatypes.iter().map(|datatype| datatype.name().to_owned()));
            json!({"pid": code(&relation.id, &relation.label), "label": relation.label,
                "domain": one_or_more(relation.domain.iter().map(|&class| of(class)).collect()),
                "range": one_or_more(range)})
        })
        .collect();
    let title = ontology.title().unwrap_or_default();
    json!({"title": title, "concepts": concepts, "relations": relations})
}

/// The format has one; a list is read as well.
fn one_or_more(names: Vec<String>) -> Value {
    match names.as_slice() {
        [] => json!(""),
        [only] => json!(only),
        _ => json!(names),
    }
}
