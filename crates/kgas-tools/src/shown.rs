//! What the tools show a model of an ontology, for a person who wants to see it.

use kgas_core::Ontology;
use serde_json::{Value, json};

use crate::prompt::{class_lines, relation_lines};
use crate::{t23c, t27};

/// The classes and relations, as the prompts of `T23c_async` and `T27_async` have them.
#[must_use]
pub fn prompt(ontology: &Ontology) -> String {
    format!("CLASSES:\n{}\nRELATIONS:\n{}", class_lines(ontology), relation_lines(ontology))
}

/// The schemas that `T23c_async` and `T27_async` ask answers in, by tool.
#[must_use]
pub fn schema(ontology: &Ontology) -> Value {
    json!({"T23c_async": (t23c::FORM.schema)(ontology), "T27_async": (t27::FORM.schema)(ontology)})
}
