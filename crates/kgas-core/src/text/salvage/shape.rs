//! What tells a list of items, an item, and a mere description of them apart.

use serde_json::Value;

use super::node::{Kind, Node};
use crate::fact::candidate::field::{self, Spellings, key_form};

/// Other names of the two lists that the tools ask for, in the form of their keys.
const LISTS: [(&str, Spellings, [Spellings; 2]); 2] = [
    (
        "entities",
        &["entity", "entitylist", "extractedentities", "namedentities", "nodes", "mentions", "extractions"],
        [field::TEXT, field::TYPE],
    ),
    (
        "relations",
        &[
            "relation",
            "relationships",
            "relationship",
            "relationlist",
            "extractedrelations",
            "extractedrelationships",
            "triples",
            "triplets",
            "edges",
        ],
        [field::SUBJECT, field::OBJECT],
    ),
];

/// What a list may stand under where nothing has its name.
const WRAPPERS: [&str; 16] = [
    "answer",
    "arguments",
    "array",
    "content",
    "data",
    "final",
    "input",
    "items",
    "json",
    "list",
    "output",
    "parameters",
    "properties",
    "response",
    "result",
    "results",
];

/// A list that is asked for.
#[derive(Debug)]
pub(super) struct Shape {
    key: String,
    others: Spellings,
    /// The two fields without which an object is no item; none where the list isn't one that is known.
    core: Option<[Spellings; 2]>,
    pub(super) is_of_relations: bool,
}

impl Shape {
    pub(super) fn new(key: &str) -> Self {
        let key = key_form(key);
        let known = LISTS.iter().find(|(name, ..)| *name == key);
        let others = known.map_or(&[] as Spellings, |(_, others, _)| others);
        Self { is_of_relations: key == "relations", others, core: known.map(|(.., core)| *core), key }
    }

    /// How well a key names the list: the best is 0.
    pub(super) fn rank(&self, key: &str) -> Option<usize> {
        let form = key_form(key);
        if form == self.key {
            return Some(0);
        }
        self.others.iter().position(|other| *other == form).map(|rank| rank + 1)
    }

    /// Whether an object is an item and no list of them.
    pub(super) fn is_item(&self, node: &Node) -> bool {
        self.core.is_some_and(|core| core.iter().all(|spellings| has(node, spellings)))
    }

    /// Whether an object has any field of an item.
    pub(super) fn is_partly_item(&self, node: &Node) -> bool {
        self.core.is_some_and(|core| core.iter().any(|spellings| has(node, spellings)))
    }

    /// The field that a list by types leaves out.
    pub(super) const fn text_field(&self) -> &'static str {
        "text"
    }

    /// What an item is about, to know it again in a second list.
    pub(super) fn identity(&self, value: &Value) -> String {
        let Some(core) = self.core else { return value.to_string() };
        let get = |spellings: Spellings| {
            let members = value.as_object()?;
            spellings.iter().find_map(|wanted| members.iter().find(|(key, _)| key_form(key) == *wanted))
        };
        let [first, second] = core.map(get);
        let third = if self.is_of_relations { get(field::RELATION) } else { None };
        match (first, second) {
            (Some((_, first)), Some((_, second))) => {
                let third = third.map(|(_, third)| third.to_string()).unwrap_or_default();
                format!("{first}\0{second}\0{third}").to_lowercase()
            }
            _ => value.to_string(),
        }
    }
}

pub(super) fn is_wrapper(key: &str) -> bool {
    WRAPPERS.contains(&key_form(key).as_str())
}

fn has(node: &Node, spellings: Spellings) -> bool {
    node.members().iter().any(|(key, _)| spellings.contains(&key_form(key).as_str()))
}

/// Whether an object describes what is to be answered: a JSON schema.
pub(super) fn is_schema(node: &Node) -> bool {
    let is_typed =
        |name: &str| matches!(name, "object" | "array" | "string" | "number" | "integer" | "boolean" | "null");
    let members = node.members();
    let get = |wanted: &str| members.iter().find(|(key, _)| key == wanted).map(|(_, value)| value);
    if ["$schema", "$ref", "$defs", "anyOf", "oneOf", "allOf"].iter().any(|key| get(key).is_some()) {
        return true;
    }
    let says_type = match get("type") {
        Some(node) if node.text().is_some() => node.text().is_some_and(|name| is_typed(name)),
        Some(Node { kind: Kind::Array { elements, .. }, .. }) => {
            !elements.is_empty() && elements.iter().all(|name| name.text().is_some_and(|name| is_typed(name)))
        }
        _ => false,
    };
    let known = [
        "type",
        "description",
        "items",
        "properties",
        "required",
        "enum",
        "title",
        "additionalProperties",
        "minimum",
        "maximum",
        "format",
        "default",
        "nullable",
        "minItems",
        "maxItems",
        "const",
    ];
    says_type && members.iter().all(|(key, _)| known.contains(&key.as_str()))
}

/// Whether an item is the description of one: all that it says are stand-ins.
pub(super) fn is_echo(node: &Node) -> bool {
    let members = node.members();
    if members.is_empty() {
        return false;
    }
    if is_schema(node) || members.iter().all(|(_, value)| is_schema(value)) {
        return true;
    }
    let texts: Vec<&String> = members.iter().filter_map(|(_, value)| value.text()).collect();
    !texts.is_empty() && texts.iter().all(|text| is_stand_in(text))
}

/// `...`, `<name>`, `string`.
fn is_stand_in(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "..." | "…" | "string" | "str")
        || [('<', '>'), ('{', '}')].into_iter().any(|(open, close)| {
            text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).is_some_and(names_a_field)
        })
}

/// Words as a format has them between its brackets; what else stands there may be a text's own.
fn names_a_field(inner: &str) -> bool {
    inner.chars().any(char::is_alphabetic)
        && inner
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '|' | '/' | ',' | '.' | '\'' | ':'))
}
