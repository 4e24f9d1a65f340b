//! JSON Schema: objects are classes, what they have is relations.

mod schemas;
mod values;

use std::collections::{HashMap, HashSet, VecDeque};

use kgas_core::ontology::{ClassSpec, OntologySpec, RelationSpec};
use kgas_core::text::label_key;
use serde_json::Value;

use crate::merge;
use crate::words::words;
use crate::{ReadError, ReadWarning};
use schemas::Schemas;
use values::Values;

pub(crate) fn read(root: &Value, warnings: &mut Vec<ReadWarning>) -> Result<OntologySpec, ReadError> {
    let mut schemas = Schemas::of(root);
    let mut reader =
        Reader { labels: HashSet::new(), numbers: HashMap::new(), classes: Vec::new(), uses: Vec::new(), warnings };
    let mut waiting: VecDeque<(String, String, &Value)> = VecDeque::new();
    let defined: Vec<(String, &Value)> = schemas.classes().collect();
    for (name, body) in defined {
        let label = reader.free_label(text(body, "title").unwrap_or_else(|| words(&name)), "");
        waiting.push_back((name, label, body));
    }
    for name in schemas.deprecated() {
        reader.pass_over(format!("class {name:?}"), "it is deprecated");
    }
    while let Some((id, label, body)) = waiting.pop_front() {
        for (key, inner) in reader.class(&mut schemas, &id, &label, body) {
            // An object without a name of its own is called as what it stands in.
            let inner_label = reader.free_label(text(inner, "title").unwrap_or_else(|| words(&key)), &label);
            waiting.push_back((format!("{id}.{key}"), inner_label, inner));
        }
    }
    if schemas.is_cut() {
        reader.pass_over("the rest of the references".to_owned(), "too many properties share long lists");
    }
    let (classes, uses) = (reader.classes, reader.uses);
    Ok(OntologySpec { title: text(root, "title"), classes, relations: merge::merged(uses) })
}

struct Reader<'r> {
    labels: HashSet<String>,
    /// How far labels that are taken were counted.
    numbers: HashMap<String, usize>,
    classes: Vec<ClassSpec>,
    uses: Vec<RelationSpec>,
    warnings: &'r mut Vec<ReadWarning>,
}

impl Reader<'_> {
    /// Notes a class and its properties. Gives the objects that are defined within them, by property.
    fn class<'v>(
        &mut self,
        schemas: &mut Schemas<'v>,
        id: &str,
        label: &str,
        body: &'v Value,
    ) -> Vec<(String, &'v Value)> {
        let (parts, parents) = schemas.parts(body);
        self.classes.push(ClassSpec {
            id: id.to_owned(),
            label: label.to_owned(),
            description: text(body, "description"),
            parents: parents.into_iter().filter(|parent| parent != id).collect(),
            examples: examples(body),
            ..ClassSpec::default()
        });
        let names = |part: &'v Value| part.get("required").and_then(Value::as_array).into_iter().flatten();
        let required: HashSet<&str> = parts.iter().flat_map(|part| names(part)).filter_map(Value::as_str).collect();
        let mut inner = Vec::new();
        let mut seen = HashSet::new();
        for (key, schema) in parts.iter().filter_map(|part| part.get("properties")?.as_object()).flatten() {
            if !seen.insert(key.as_str()) {
                continue;
            }
            if is_deprecated(schema) {
                self.pass_over(format!("property {key:?} of class {label:?}"), "it is deprecated");
                continue;
            }
            let values = Values::of(schemas, schema, &format!("{id}.{key}"));
            let (range, listed) = if values.anything { Default::default() } else { (values.range, values.listed) };
            inner.extend(values.inner.into_iter().map(|inner| (key.clone(), inner)));
            let is_required = required.contains(key.as_str()) && !values.is_nullable;
            let min = if is_required { if values.is_many { values.min } else { 1 } } else { 0 };
            self.uses.push(RelationSpec {
                id: key.clone(),
                label: text(schema, "title").unwrap_or_else(|| spoken(key)),
                description: text(schema, "description"),
                domain: vec![id.to_owned()],
                range,
                values: listed,
                cardinality: merge::said(min, if values.is_many { values.max } else { Some(1) }),
                ..RelationSpec::default()
            });
        }
        inner
    }

    /// A label that no class has: that one, or with the name of what it stands in, or with a number.
    fn free_label(&mut self, label: String, within: &str) -> String {
        let longer = format!("{within} {label}");
        for choice in [label.as_str(), longer.trim()] {
            if self.labels.insert(label_key(choice)) {
                return choice.to_owned();
            }
        }
        let number = self.numbers.entry(label.clone()).or_insert(1);
        loop {
            *number += 1;
            let choice = format!("{label} {number}");
            if self.labels.insert(label_key(&choice)) {
                return choice;
            }
        }
    }

    fn pass_over(&mut self, what: String, why: &'static str) {
        self.warnings.push(ReadWarning::PassedOver { line: None, what, why });
    }
}

fn text(schema: &Value, key: &str) -> Option<String> {
    schema.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn spoken(key: &str) -> String {
    Some(words(key)).filter(|words| !words.is_empty()).unwrap_or_else(|| key.to_owned())
}

fn examples(schema: &Value) -> Vec<String> {
    let examples = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
    examples.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn is_deprecated(schema: &Value) -> bool {
    schema.get("deprecated").and_then(Value::as_bool).unwrap_or(false)
}
