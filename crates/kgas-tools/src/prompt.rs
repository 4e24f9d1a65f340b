//! What the prompts of the tools have in common: the parts of an ontology as lines, and the text at the end.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kgas_core::Ontology;
use serde_json::{Value, json};

/// Names that are shown of a class: enough to see what is meant.
const EXAMPLES: usize = 3;

/// Items that an answer under a schema may list: small models repeat themselves without end.
const MOST_ITEMS: usize = 50;

/// The part of a prompt that is the same for all chunks of a document.
#[derive(Debug, Default)]
pub(crate) struct Preamble(String);

impl Preamble {
    /// Adds a part; nothing where it is empty.
    pub(crate) fn part(mut self, title: &str, body: &str) -> Self {
        let body = body.trim();
        if !body.is_empty() {
            // Writing to a string doesn't fail.
            let _ = write!(self.0, "{title}:\n{body}\n\n");
        }
        self
    }

    /// The prompt about a text, with a part for this text alone.
    pub(crate) fn about(&self, title: &str, body: &str, text: &str) -> String {
        let Self(mut prompt) = Self(self.0.clone()).part(title, body);
        let _ = write!(prompt, "TEXT:\n\"\"\"\n{text}\n\"\"\"");
        prompt
    }
}

/// The classes, one a line: what they mean, what they are a kind of, names, properties.
pub(crate) fn class_lines(ontology: &Ontology) -> String {
    let mut lines = String::new();
    for (_, class) in ontology.classes() {
        let _ = write!(lines, "- {}", one_line(&class.label));
        if let Some(description) = &class.description {
            let _ = write!(lines, ": {}", one_line(description));
        }
        let mut details = Vec::new();
        if !class.parents.is_empty() {
            let parents: Vec<String> = class.parents.iter().map(|&parent| one_line(ontology.label(parent))).collect();
            details.push(format!("a kind of {}", parents.join(" and ")));
        }
        if !class.examples.is_empty() {
            let names: Vec<String> = class.examples.iter().take(EXAMPLES).map(|name| one_line(name)).collect();
            details.push(format!("such as {}", names.join(", ")));
        }
        if !class.properties.is_empty() {
            let names: Vec<String> = class.properties.iter().map(|name| one_line(name)).collect();
            details.push(format!("properties: {}", names.join(", ")));
        }
        if !details.is_empty() {
            let _ = write!(lines, " ({})", details.join("; "));
        }
        lines.push('\n');
    }
    lines
}

/// Words of others must not look like a part of the prompt.
pub(crate) fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The schema of `{key: [item, …]}` where each item has just these fields; strict, and bounded.
pub(crate) fn list_schema(key: &str, fields: Value) -> Value {
    let names: Vec<&String> = fields.as_object().into_iter().flat_map(serde_json::Map::keys).collect();
    let item = json!({"type": "object", "additionalProperties": false, "required": names, "properties": fields});
    json!({"type": "object", "additionalProperties": false, "required": [key],
        "properties": {key: {"type": "array", "maxItems": MOST_ITEMS, "items": item}}})
}

/// The schema of one of these words.
pub(crate) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    let mut seen = BTreeSet::new();
    let distinct: Vec<&str> = words.into_iter().filter(|word| seen.insert(*word)).collect();
    json!({"type": "string", "enum": distinct})
}

/// The labels of all classes, in the order of the ontology.
pub(crate) fn class_labels(ontology: &Ontology) -> impl Iterator<Item = &str> {
    ontology.classes().map(|(_, class)| class.label.as_str())
}
