//! Whether a schema may be held to strictly, by the rules of OpenAI's structured outputs.

use serde_json::{Map, Value};

/// Keywords that strictness doesn't know.
const UNKNOWN: [&str; 18] = [
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "minProperties",
    "maxProperties",
    "contains",
    "prefixItems",
    "uniqueItems",
    "minLength",
    "maxLength",
];

const MOST_LEVELS: usize = 10;
const MOST_PROPERTIES: usize = 5000;
const MOST_WORDS: usize = 1000;
const MOST_CHARS: usize = 120_000;
/// An enum with more words than this may have so many characters.
const LARGE_ENUM: (usize, usize) = (250, 15_000);

/// Whether each object names all its properties as required and takes no others, no keyword is unknown, and the
/// sizes are those that OpenAI takes.
pub(super) fn is_strict(schema: &Value) -> bool {
    let mut sizes = Sizes::default();
    let mut places = vec![(schema, 0)];
    if schema.get("type").is_none_or(|kind| kind != "object") {
        return false;
    }
    while let Some((place, level)) = places.pop() {
        let Some(fields) = place.as_object() else { return false };
        let is_object = is_object(fields);
        let level = if is_object { level + 1 } else { level };
        if level > MOST_LEVELS || UNKNOWN.iter().any(|keyword| fields.contains_key(*keyword)) {
            return false;
        }
        if is_object && !is_closed(fields) || !sizes.count(fields) {
            return false;
        }
        for key in ["properties", "$defs", "definitions"] {
            places.extend(map(fields, key).map(|(_, inner)| (inner, level)));
        }
        places.extend(fields.get("items").map(|inner| (inner, level)));
        places.extend(fields.get("anyOf").and_then(Value::as_array).into_iter().flatten().map(|inner| (inner, level)));
    }
    true
}

#[derive(Default)]
struct Sizes {
    properties: usize,
    words: usize,
    chars: usize,
}

impl Sizes {
    /// Counts what one schema adds; false where that is too much.
    fn count(&mut self, fields: &Map<String, Value>) -> bool {
        let names: Vec<usize> = map(fields, "properties").map(|(name, _)| name.chars().count()).collect();
        let words = fields.get("enum").and_then(Value::as_array).into_iter().flatten();
        let words: Vec<usize> = words.map(|word| word.as_str().map_or(0, |word| word.chars().count())).collect();
        let in_words: usize = words.iter().sum();
        self.properties += names.len();
        self.words += words.len();
        self.chars += names.iter().sum::<usize>() + in_words;
        let (many, most) = LARGE_ENUM;
        self.properties <= MOST_PROPERTIES
            && self.words <= MOST_WORDS
            && self.chars <= MOST_CHARS
            && (words.len() <= many || in_words <= most)
    }
}

fn is_object(fields: &Map<String, Value>) -> bool {
    match fields.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        Some(kind) => kind == "object",
        None => fields.contains_key("properties"),
    }
}

fn is_closed(fields: &Map<String, Value>) -> bool {
    let required = fields.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let required: std::collections::BTreeSet<&str> = required.collect();
    fields.get("additionalProperties") == Some(&Value::Bool(false))
        && map(fields, "properties").all(|(name, _)| required.contains(name.as_str()))
}

fn map<'s>(fields: &'s Map<String, Value>, key: &str) -> impl Iterator<Item = (&'s String, &'s Value)> {
    fields.get(key).and_then(Value::as_object).into_iter().flatten()
}
