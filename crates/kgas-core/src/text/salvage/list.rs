//! The lists of items in what was read, wherever they are.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;

use super::node::{Kind, Node, State};
use super::read::forest;
use super::shape::{Shape, is_echo, is_schema, is_wrapper};
use super::{Item, Unreadable};

/// How often JSON is looked for in texts in JSON.
const MOST_ENCODINGS: usize = 3;

/// A list, whole or not.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) items: Vec<Item>,
    pub(super) complete: bool,
}

/// Looks for lists.
#[derive(Debug)]
pub(super) struct Search<'s> {
    pub(super) shape: &'s Shape,
    pub(super) found: Vec<List>,
}

/// Where lists are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    encodings: usize,
    /// The bytes of the answer, where the text is one in the answer.
    outer: Option<(usize, usize)>,
}

impl<'t> Source<'t> {
    pub(super) const fn answer(text: &'t str) -> Self {
        Self { text, encodings: 0, outer: None }
    }

    fn item(&self, node: &Node) -> Item {
        let raw = || self.text.get(node.at.clone()).unwrap_or_default().trim().to_owned();
        Item { at: self.place(&node.at), value: node.to_value().ok_or_else(|| Unreadable { text: raw() }) }
    }

    fn place(&self, at: &Range<usize>) -> Range<usize> {
        self.outer.map_or_else(|| at.clone(), |(start, end)| start..end)
    }
}

impl Search<'_> {
    /// Finds the lists of blocks: those under the name asked for, else bare ones, else the items without a list.
    pub(super) fn blocks(&mut self, nodes: &[Node], source: Source<'_>) {
        nodes.iter().for_each(|node| self.named(node, source));
        if !self.found.is_empty() {
            return;
        }
        let mut strays: Vec<&Node> = Vec::new();
        for node in nodes {
            if self.is_stray(node) {
                strays.push(node);
            } else {
                let before = self.found.len();
                self.bare(node, source);
                if self.found.len() > before && !strays.is_empty() {
                    let list = self.stray_list(&std::mem::take(&mut strays), source);
                    self.found.insert(before, list);
                }
            }
        }
        if !strays.is_empty() {
            let list = self.stray_list(&strays, source);
            self.found.push(list);
        }
    }

    fn stray_list(&self, strays: &[&Node], source: Source<'_>) -> List {
        let complete = strays.iter().all(|node| node.state != State::Cut);
        self.list(strays.iter().copied(), complete, source)
    }

    /// Finds the lists under their name.
    fn named(&mut self, node: &Node, source: Source<'_>) {
        match &node.kind {
            Kind::Object(members) => {
                let best = members.iter().filter_map(|(key, _)| self.shape.rank(key)).min();
                // The field of an item isn't the list: "entity" and "relation" are names of both. Looked at once, not
                // for each member: there may be many.
                let is_item = self.shape.is_item(node);
                let best = best.filter(|rank| *rank == 0 || !is_item);
                for (key, value) in members {
                    if best.is_some() && self.shape.rank(key) == best {
                        self.under_its_name(value, source);
                    } else if best.is_none() && !is_item {
                        self.named(value, source);
                    }
                }
            }
            Kind::Array { elements, .. } => elements.iter().for_each(|element| self.named(element, source)),
            Kind::Scalar(Value::String(text)) => self.encoded(text, node, source, Self::named_in),
            _ => {}
        }
    }

    /// Finds lists that have no name of their own: a bare array, or one in a wrapper.
    fn bare(&mut self, node: &Node, source: Source<'_>) {
        match &node.kind {
            Kind::Object(members) if !self.shape.is_item(node) && !is_schema(node) => {
                for (_, value) in members.iter().filter(|(key, _)| is_wrapper(key)) {
                    if self.is_stray(value) {
                        let complete = value.state != State::Cut;
                        self.found.push(self.list(std::iter::once(value), complete, source));
                    } else {
                        self.bare(value, source);
                    }
                }
            }
            Kind::Array { elements, elided } => {
                if self.is_list(elements, *elided, node.state) {
                    let complete = node.state == State::Whole && !elided;
                    self.found.push(self.list(elements.iter(), complete, source));
                } else {
                    elements.iter().for_each(|element| self.bare(element, source));
                }
            }
            Kind::Scalar(Value::String(text)) => self.encoded(text, node, source, Self::bare_in),
            _ => {}
        }
    }

    /// Whether an array without a name can be the list. "[1]" in prose is a reference.
    fn is_list(&self, elements: &[Node], elided: bool, state: State) -> bool {
        if elements.is_empty() {
            return !elided && state == State::Whole;
        }
        let is_triple = |node: &Node| match &node.kind {
            Kind::Array { elements, .. } => elements.len() == 3 && elements.iter().all(|part| part.text().is_some()),
            _ => false,
        };
        let is_item = |node: &Node| {
            node.is_object() && !is_schema(node) && (node.state == State::Whole || self.shape.is_partly_item(node))
        };
        let all_echo = elements.iter().filter(|node| node.is_object()).all(is_echo);
        self.shape.is_of_relations
            && elements.iter().all(|node| is_triple(node) || node.state == State::Cut)
            && elements.iter().any(is_triple)
            || elements.iter().any(is_item) && !all_echo
    }

    /// Whether an object is an item that stands alone.
    fn is_stray(&self, node: &Node) -> bool {
        node.is_object() && self.shape.is_item(node) && !is_echo(node)
    }

    /// What stands where the list was asked for.
    fn under_its_name(&mut self, value: &Node, source: Source<'_>) {
        match &value.kind {
            Kind::Array { elements, elided } => {
                let complete = value.state == State::Whole && !elided;
                let list = self.list(elements.iter(), complete, source);
                // An ellipsis or a schema where the items should be is the format, told again.
                let is_format = list.items.is_empty() && (*elided || elements.iter().any(is_echo));
                if !is_format {
                    self.found.push(list);
                }
            }
            Kind::Object(_) => self.object_under_its_name(value, source),
            Kind::Scalar(Value::Null) => self.found.push(List { items: Vec::new(), complete: true }),
            Kind::Scalar(Value::String(text)) => {
                if matches!(text.trim().to_lowercase().as_str(), "" | "none" | "null" | "n/a" | "[]") {
                    self.found.push(List { items: Vec::new(), complete: value.state == State::Whole });
                    return;
                }
                let before = self.found.len();
                self.encoded(text, value, source, Self::either_in);
                if self.found.len() == before && value.state == State::Whole && !text.trim().starts_with("...") {
                    self.found.push(self.list(std::iter::once(value), true, source));
                }
            }
            _ => self.found.push(self.list(std::iter::once(value), value.state == State::Whole, source)),
        }
    }

    /// One item, the list once more, or items by their type or name.
    fn object_under_its_name(&mut self, value: &Node, source: Source<'_>) {
        let members = value.members();
        let is_closed = value.state != State::Cut;
        if self.shape.is_partly_item(value) && !is_schema(value) {
            if !is_echo(value) {
                self.found.push(self.list(std::iter::once(value), is_closed, source));
            }
            return;
        }
        if is_schema(value) {
            // Some answer inside the schema that they were shown.
            for (_, items) in members.iter().filter(|(key, value)| key == "items" && value.is_array()) {
                self.bare(items, source);
            }
            return;
        }
        let before = self.found.len();
        self.named(value, source);
        if self.found.len() > before || members.is_empty() {
            if members.is_empty() {
                self.found.push(List { items: Vec::new(), complete: is_closed });
            }
            return;
        }
        if let Some(items) = self.keyed(members, source) {
            self.found.push(List { items, complete: is_closed });
            return;
        }
        self.bare(value, source);
        if self.found.len() == before {
            self.found.push(self.list(std::iter::once(value), is_closed, source));
        }
    }

    /// What is keyed by type, `{"Person": ["Ann", {"text": "Bob"}]}`, or by name, `{"Ann": {"type": "Person"}}`:
    /// the key is the field that they lack.
    fn keyed(&self, members: &[(String, Node)], source: Source<'_>) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        for (key, value) in members {
            match &value.kind {
                Kind::Array { elements, .. } if !is_wrapper(key) => {
                    let whole = elements.iter().filter(|element| element.state != State::Cut && !is_echo(element));
                    items.extend(whole.map(|element| self.with_type(element, key, source)));
                }
                Kind::Object(_) if self.shape.is_partly_item(value) && !self.shape.is_of_relations => {
                    if value.state != State::Cut {
                        items.push(with_field(source.item(value), self.shape.text_field(), key));
                    }
                }
                _ => return None,
            }
        }
        Some(items)
    }

    fn with_type(&self, element: &Node, key: &str, source: Source<'_>) -> Item {
        let item = source.item(element);
        match item.value {
            Ok(Value::String(text)) if !self.shape.is_of_relations => {
                let fields = [(self.shape.text_field().to_owned(), Value::String(text)), type_field(key)];
                Item { at: item.at, value: Ok(Value::Object(fields.into_iter().collect())) }
            }
            _ => with_field(item, "type", key),
        }
    }

    /// The items of a list. What is cut off is none.
    fn list<'n>(&self, nodes: impl Iterator<Item = &'n Node>, complete: bool, source: Source<'_>) -> List {
        let mut list = List { items: Vec::new(), complete };
        for node in nodes {
            match &node.kind {
                _ if is_echo(node) => {}
                // A list in the list, unless it is a triple.
                Kind::Array { elements, .. } if !elements.is_empty() && elements.iter().all(Node::is_object) => {
                    let inner = self.list(elements.iter(), node.state == State::Whole, source);
                    list.items.extend(inner.items);
                    list.complete &= inner.complete;
                }
                _ if node.state == State::Cut => list.complete = false,
                _ => list.items.push(source.item(node)),
            }
        }
        list
    }

    /// Looks into a text that holds JSON.
    fn encoded(&mut self, text: &str, node: &Node, source: Source<'_>, look: fn(&mut Self, &[Node], Source<'_>)) {
        let starts = text.trim_start().trim_start_matches(['`', '~']).trim_start_matches("json").trim_start();
        if source.encodings >= MOST_ENCODINGS || !starts.starts_with(['{', '[', '"']) {
            return;
        }
        let at = source.place(&node.at);
        let inner = Source { text, encodings: source.encodings + 1, outer: Some((at.start, at.end)) };
        let before = self.found.len();
        look(self, &forest(text, 0), inner);
        if node.state != State::Whole {
            self.found.iter_mut().skip(before).for_each(|list| list.complete = false);
        }
    }

    fn named_in(&mut self, nodes: &[Node], source: Source<'_>) {
        nodes.iter().for_each(|node| self.named(node, source));
    }

    fn bare_in(&mut self, nodes: &[Node], source: Source<'_>) {
        nodes.iter().for_each(|node| self.bare(node, source));
    }

    fn either_in(&mut self, nodes: &[Node], source: Source<'_>) {
        let before = self.found.len();
        self.named_in(nodes, source);
        if self.found.len() == before {
            self.bare_in(nodes, source);
        }
    }

    /// One list of all: a later list that says something again stands for the earlier ones, others are added.
    pub(super) fn joined(self) -> Option<List> {
        let mut lists = self.found.into_iter();
        let mut joined = lists.next()?;
        let mut known = identities(self.shape, &joined);
        for list in lists {
            let new = identities(self.shape, &list);
            if known.is_disjoint(&new) {
                joined.items.extend(list.items);
                joined.complete &= list.complete;
                known.extend(new);
            } else if list.complete || !joined.complete && new.is_superset(&known) {
                (joined, known) = (list, new);
            } else {
                // The repetition breaks off: what it adds is added.
                let is_new = |item: &Item| item.value.as_ref().is_ok_and(|v| !known.contains(&self.shape.identity(v)));
                joined.items.extend(list.items.into_iter().filter(is_new));
                joined.complete = false;
                known.extend(new);
            }
        }
        Some(joined)
    }
}

fn identities(shape: &Shape, list: &List) -> BTreeSet<String> {
    list.items.iter().filter_map(|item| item.value.as_ref().ok()).map(|value| shape.identity(value)).collect()
}

fn type_field(key: &str) -> (String, Value) {
    ("type".to_owned(), Value::String(key.to_owned()))
}

/// The item with a field, where it doesn't have it.
fn with_field(mut item: Item, name: &str, said: &str) -> Item {
    if let Ok(Value::Object(fields)) = &mut item.value {
        fields.entry(name).or_insert_with(|| Value::String(said.to_owned()));
    }
    item
}
