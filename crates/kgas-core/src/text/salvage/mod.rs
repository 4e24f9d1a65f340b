//! The items in a model's answer, whatever the answer is wrapped in.

use std::ops::Range;

use serde_json::{Deserializer, Value};

/// The items that an answer lists, in its order.
#[derive(Clone, Debug, PartialEq)]
pub struct Items {
    /// Each item, readable or not.
    pub items: Vec<Item>,
    /// Whether the list was closed: an answer cut off in its middle gives the items before the cut.
    pub complete: bool,
}

/// One item of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The bytes of the answer in which it stands; for items of JSON inside a string, those of the string.
    pub at: Range<usize>,
    /// What it says; it isn't checked here.
    pub value: Result<Value, Unreadable>,
}

/// An item that is there and can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the item can't be read: {text}")]
pub struct Unreadable {
    /// What was answered.
    pub text: String,
}

impl Items {
    /// The items that could be read.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.items.iter().filter_map(|item| item.value.as_ref().ok())
    }

    /// The texts of those that could not.
    pub fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| item.value.as_ref().err()).map(|unreadable| unreadable.text.as_str())
    }
}

impl Item {
    /// What it says, or its text where it can't be read: no candidate is made of a bare text, so it is listed as
    /// malformed.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.value.clone().unwrap_or_else(|unreadable| Value::String(unreadable.text))
    }
}

/// An answer in which no list of items was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoItems {
    /// Nothing was answered.
    #[error("the answer is empty")]
    Empty,
    /// No JSON in it.
    #[error("the answer is not JSON")]
    NotJson,
    /// JSON, but neither an array of items nor an object with the key asked for.
    #[error("the answer is JSON, but has no list of the items asked for")]
    NoList,
}

/// Finds the list of items in an answer: the array under `key` of an object, or a bare array of objects.
///
/// Prose and code fences around it don't matter. A list that breaks off gives the items before the break.
///
/// ```
/// let answer = "Here you are:\n```json\n{\"entities\": [{\"text\": \"Ann\"}]}\n```";
/// let items = kgas_core::text::items(answer, "entities").unwrap();
/// assert_eq!(items.values().count(), 1);
/// ```
///
/// # Errors
/// [`NoItems`] says what was found instead: nothing, no JSON, or JSON without such a list.
pub fn items(answer: &str, key: &str) -> Result<Items, NoItems> {
    let answer = answer.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if answer.is_empty() {
        return Err(NoItems::Empty);
    }
    let mut seen_json = false;
    let mut cut = None;
    let quoted = format!("\"{key}\"");
    let mut at = 0;
    while let Some(opening) = answer.get(at..).and_then(|rest| rest.find(['{', '['])) {
        let start = at + opening;
        let rest = answer.get(start..).unwrap_or_default();
        let mut values = Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                seen_json = true;
                // A bare array behind the begin of a broken list may be part of one of its items.
                if let Some(values) = list_in(value, key, cut.is_none()) {
                    return Ok(placed(values, start, true));
                }
                at = start + values.byte_offset().max(1);
            }
            _ => {
                // A bracket in prose looks like a broken list too, so a whole one behind it wins.
                cut = cut.or_else(|| cut_list(rest, &quoted));
                at = start + 1;
            }
        }
    }
    match cut {
        Some(values) => Ok(placed(values, 0, false)),
        None if seen_json => Err(NoItems::NoList),
        None => Err(NoItems::NotJson),
    }
}

fn placed(values: Vec<Value>, at: usize, complete: bool) -> Items {
    Items { items: values.into_iter().map(|value| Item { at: at..at, value: Ok(value) }).collect(), complete }
}

fn list_in(value: Value, key: &str, may_be_bare: bool) -> Option<Vec<Value>> {
    match value {
        // "[1]" in prose is a reference, not a list of items.
        Value::Array(values) if may_be_bare && (values.is_empty() || values.iter().any(Value::is_object)) => {
            Some(values)
        }
        Value::Object(mut object) => match object.remove(key)? {
            Value::Array(values) => Some(values),
            Value::Null => Some(Vec::new()),
            single => Some(vec![single]),
        },
        _ => None,
    }
}

/// The whole items of a list whose end is missing or broken.
fn cut_list(text: &str, quoted_key: &str) -> Option<Vec<Value>> {
    let list = match text.find(quoted_key) {
        Some(at) => {
            let after = text.get(at + quoted_key.len()..)?.trim_start().strip_prefix(':')?;
            after.trim_start().strip_prefix('[')?
        }
        None => text.strip_prefix('[').filter(|rest| rest.trim_start().starts_with('{'))?,
    };
    let mut values = Vec::new();
    let mut rest = list.trim_start();
    while rest.starts_with('{') {
        let mut stream = Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(value)) = stream.next() else { break };
        values.push(value);
        rest = rest.get(stream.byte_offset()..)?.trim_start().trim_start_matches(',').trim_start();
    }
    Some(values)
}
