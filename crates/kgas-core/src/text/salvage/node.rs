//! What was read of an answer: JSON with places, and with marks where it is broken.

use std::ops::Range;

use serde_json::{Map, Value};

/// A value, or what is left of one.
#[derive(Debug)]
pub(super) struct Node {
    /// The bytes of the answer in which it stands.
    pub(super) at: Range<usize>,
    pub(super) kind: Kind,
    pub(super) state: State,
}

#[derive(Debug)]
pub(super) enum Kind {
    Scalar(Value),
    Array {
        elements: Vec<Node>,
        /// Whether an ellipsis stands for more of them.
        elided: bool,
    },
    Object(Vec<(String, Node)>),
    /// Something, but nothing that can be read.
    Junk,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It has its end, and nothing in it is in doubt.
    Whole,
    /// A part of it can't be read.
    Broken,
    /// The answer ends before it does.
    Cut,
}

impl Kind {
    /// Whether it is more than a text or a word.
    pub(super) const fn is_json(&self) -> bool {
        matches!(self, Self::Array { .. } | Self::Object(_))
    }
}

impl Node {
    pub(super) const fn new(at: Range<usize>, kind: Kind, state: State) -> Self {
        Self { at, kind, state }
    }

    /// What it says, where all of it can be read. Of a key that is given twice the last value counts.
    pub(super) fn to_value(&self) -> Option<Value> {
        if self.state != State::Whole {
            return None;
        }
        match &self.kind {
            Kind::Scalar(value) => Some(value.clone()),
            Kind::Array { elements, .. } => elements.iter().map(Self::to_value).collect(),
            Kind::Object(members) => {
                let members = members.iter().map(|(key, node)| Some((key.clone(), node.to_value()?)));
                members.collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            Kind::Junk => None,
        }
    }

    /// The text that it is, where it is one.
    pub(super) const fn text(&self) -> Option<&String> {
        match &self.kind {
            Kind::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn members(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    pub(super) const fn is_object(&self) -> bool {
        matches!(self.kind, Kind::Object(_))
    }

    pub(super) const fn is_array(&self) -> bool {
        matches!(self.kind, Kind::Array { .. })
    }
}
