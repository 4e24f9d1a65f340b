//! YAML as a tree with line numbers; what a file may grow to by its aliases is bounded.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser};

use crate::{Format, ReadError};

/// Real files nest ten levels.
const DEEPEST: usize = 100;
/// So many bytes and nodes may be copied for anchors and aliases.
const MOST_COPIES: usize = 10_000_000;

/// A node of YAML.
#[derive(Clone, Debug)]
pub(crate) struct Yaml {
    /// From 1.
    pub(crate) line: usize,
    pub(crate) value: Value,
    /// How many nodes and bytes it has, itself among them.
    size: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Scalar(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    /// The first document.
    pub(crate) fn parse(text: &str) -> Result<Self, ReadError> {
        let mut builder = Builder::default();
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| broken(error.marker().line(), error.info()))?;
            let line = span.start.line();
            match event {
                Event::Scalar(text, style, anchor, _) => {
                    // What is written without quotes and means nothing is nothing.
                    let is_plain = style == saphyr_parser::ScalarStyle::Plain;
                    let is_null = is_plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                    let text = if is_null { String::new() } else { text.into_owned() };
                    let size = text.len() + 1;
                    builder.done(Self { line, value: Value::Scalar(text), size }, anchor)?;
                }
                Event::Alias(anchor) => builder.copy(anchor, line)?,
                Event::SequenceStart(anchor, _) => builder.open(Value::List(Vec::new()), anchor, line)?,
                Event::MappingStart(anchor, _) => builder.open(Value::Map(Vec::new()), anchor, line)?,
                Event::SequenceEnd | Event::MappingEnd => builder.close()?,
                Event::DocumentEnd => break,
                _ => {}
            }
        }
        builder.root.ok_or(ReadError::Empty)
    }

    /// A field that says something.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|(key, _)| key == name).map(|(_, value)| value).filter(|value| !value.is_null())
    }

    /// What a mapping holds; nothing where it is none.
    pub(crate) fn entries(&self) -> &[(String, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; another node is a list of itself.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Scalar(text) if text.is_empty() => &[],
            _ => std::slice::from_ref(self),
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    pub(crate) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.scalar().map(str::to_owned)
    }

    pub(crate) fn is_true(&self, name: &str) -> Option<bool> {
        Some(matches!(self.get(name)?.scalar()?, "true" | "True" | "TRUE"))
    }

    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.scalar()?.parse().ok()
    }

    /// Names in a list, or the keys of a mapping.
    pub(crate) fn names(&self, name: &str) -> Vec<String> {
        let Some(node) = self.get(name) else { return Vec::new() };
        if node.is_map() {
            return node.entries().iter().map(|(key, _)| key.clone()).collect();
        }
        node.items().iter().filter_map(|item| item.scalar().map(str::to_owned)).collect()
    }

    fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(text) if text.is_empty())
    }
}

/// Nodes that are open, and those that have a name.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Yaml>,
    copies: usize,
    root: Option<Yaml>,
}

struct Open {
    node: Yaml,
    anchor: usize,
    /// The key that waits for its value.
    key: Option<String>,
}

impl Builder {
    fn open(&mut self, value: Value, anchor: usize, line: usize) -> Result<(), ReadError> {
        if self.open.len() >= DEEPEST {
            return Err(broken(line, "it is nested too deep"));
        }
        self.open.push(Open { node: Yaml { line, value, size: 1 }, anchor, key: None });
        Ok(())
    }

    fn close(&mut self) -> Result<(), ReadError> {
        self.open.pop().map_or(Ok(()), |Open { node, anchor, .. }| self.done(node, anchor))
    }

    fn copy(&mut self, anchor: usize, line: usize) -> Result<(), ReadError> {
        let Some(node) = self.anchors.get(&anchor) else { return Err(broken(line, "an alias within what it names")) };
        let node = node.clone();
        self.count(&node)?;
        self.done(node, 0)
    }

    fn count(&mut self, copied: &Yaml) -> Result<(), ReadError> {
        self.copies += copied.size;
        if self.copies > MOST_COPIES { Err(broken(copied.line, "its aliases grow too large")) } else { Ok(()) }
    }

    fn done(&mut self, node: Yaml, anchor: usize) -> Result<(), ReadError> {
        if anchor > 0 {
            self.count(&node)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(Open { node: parent, key, .. }) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        parent.size += node.size;
        match &mut parent.value {
            Value::Scalar(_) => {}
            Value::List(items) => items.push(node),
            Value::Map(entries) => match key.take() {
                // A key that is no text has no name to be found by.
                None => *key = Some(node.scalar().unwrap_or_default().to_owned()),
                // `<<: *defaults`: what the mapping says itself comes first where it is looked up.
                Some(name) if name == "<<" => entries.extend(node.entries().iter().cloned()),
                Some(name) => entries.push((name, node)),
            },
        }
        Ok(())
    }
}

fn broken(line: usize, problem: &str) -> ReadError {
    ReadError::Syntax { format: Format::LinkMl, line: line.max(1), problem: problem.to_owned() }
}
