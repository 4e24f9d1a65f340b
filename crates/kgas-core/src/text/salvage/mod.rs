//! The items in a model's answer, whatever the answer is wrapped in.

mod bare;
mod list;
mod node;
mod quote;
mod read;
mod shape;
mod think;

use std::ops::Range;

use serde_json::{Map, Value};

use bare::is_blank;
use list::{Search, Source};
use node::State;
use read::forest;
use shape::Shape;
use think::answer_in;

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
/// What is around it or wrong with it doesn't matter, as long as a careful person would read the items:
/// `docs/answers.md` tells each rule. A list that breaks off gives the items before the break. The time is linear in
/// the answer.
///
/// ```
/// let answer = "Here you are:\n```json\n{'entities': [{'text': 'Ann', type: Person,}, {'text': 'B";
/// let items = kgas_core::text::items(answer, "entities").unwrap();
/// assert_eq!(items.values().count(), 1);
/// assert!(!items.complete);
/// ```
///
/// # Errors
/// [`NoItems`] says what was found instead: nothing, no JSON, or JSON without such a list.
pub fn items(answer: &str, key: &str) -> Result<Items, NoItems> {
    if answer.trim_matches(is_blank).is_empty() {
        return Err(NoItems::Empty);
    }
    let shape = Shape::new(key);
    let said = answer_in(answer);
    let text = answer.get(..said.end).unwrap_or_default();
    let nodes = forest(text, said.start);
    let mut search = Search { shape: &shape, found: Vec::new() };
    search.blocks(&nodes, Source::answer(text));
    match search.joined() {
        Some(list) => Ok(Items { items: list.items, complete: list.complete }),
        None if nodes.iter().any(|node| node.state == State::Whole && node.kind.is_json()) => Err(NoItems::NoList),
        None => Err(NoItems::NotJson),
    }
}

/// The object that a text holds and is.
pub(crate) fn object_in(text: &str) -> Option<Map<String, Value>> {
    let text = text.trim_matches(is_blank);
    let nodes = forest(text, 0);
    match nodes.as_slice() {
        [node] if node.at == (0..text.len()) => match node.to_value()? {
            Value::Object(object) => Some(object),
            _ => None,
        },
        _ => None,
    }
}
