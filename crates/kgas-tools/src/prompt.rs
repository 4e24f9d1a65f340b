//! What the prompts of the tools have in common: the parts of an ontology as lines, and the text at the end.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kgas_core::Ontology;
use kgas_core::ontology::{ClassId, RelationType};
use kgas_core::text::one_line;
use serde_json::{Value, json};

/// Names that are shown of a class, or for it: enough to see what is meant.
const EXAMPLES: usize = 3;

/// Values that are shown of a list.
const MOST_VALUES: usize = 20;

/// Items that an answer under a schema may list: small models repeat themselves without end.
const MOST_ITEMS: usize = 50;

/// The part of a prompt that is the same for all chunks of a document.
#[derive(Clone, Debug, Default)]
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

    /// The prompt about a text, with parts for this text alone.
    pub(crate) fn about(&self, parts: &[(&str, String)], text: &str) -> String {
        let whole = parts.iter().fold(self.clone(), |prompt, (title, body)| prompt.part(title, body));
        let Self(mut prompt) = whole;
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
        details.extend(also(&class.synonyms));
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

/// What else something is called.
pub(crate) fn also(synonyms: &[String]) -> Option<String> {
    let names: Vec<String> = synonyms.iter().take(EXAMPLES).map(|name| one_line(name)).collect();
    (!names.is_empty()).then(|| format!("also called {}", names.join(", ")))
}

/// The relations, one a line: from what, to what, what they mean, how often.
pub(crate) fn relation_lines(ontology: &Ontology) -> String {
    let mut lines = String::new();
    for relation in ontology.relations() {
        let (domain, range) = (domain_of(ontology, relation), range_of(ontology, relation));
        let _ = write!(lines, "- {}: {domain} -> {range}", one_line(&relation.label));
        let mut details: Vec<String> = relation.description.iter().map(|text| one_line(text)).collect();
        details.extend(also(&relation.synonyms));
        if let Some(max) = relation.cardinality.and_then(|cardinality| cardinality.max) {
            details.push(if max == 1 { "at most one".to_owned() } else { format!("at most {max}") });
        }
        if !details.is_empty() {
            let _ = write!(lines, " ({})", details.join("; "));
        }
        lines.push('\n');
    }
    lines
}

fn domain_of(ontology: &Ontology, relation: &RelationType) -> String {
    match labels(ontology, &relation.domain) {
        domain if domain.is_empty() => "any class".to_owned(),
        domain => domain.join(" or "),
    }
}

fn range_of(ontology: &Ontology, relation: &RelationType) -> String {
    let mut range = labels(ontology, &relation.range.classes);
    range.extend(relation.range.datatypes.iter().map(|datatype| format!("literal ({})", datatype.name())));
    let values: Vec<String> = relation.range.values.iter().take(MOST_VALUES).map(|value| one_line(value)).collect();
    if !values.is_empty() {
        let more = if relation.range.values.len() > MOST_VALUES { ", …" } else { "" };
        range.push(format!("literal (one of: {}{more})", values.join(", ")));
    }
    if range.is_empty() { "any class or literal".to_owned() } else { range.join(" or ") }
}

fn labels(ontology: &Ontology, classes: &[ClassId]) -> Vec<String> {
    classes.iter().map(|&class| one_line(ontology.label(class))).collect()
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
