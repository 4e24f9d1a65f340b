//! What a Rust expression stands for, as far as names tell.

use std::cell::Cell;

use tree_sitter::Node;

use super::known::{Family, Stage, given_by, type_named};
use super::names::{Bound, Names, spelled};
use crate::evidence::Setting;
use crate::tree::{children, field};

/// Steps that are taken for one expression.
const STEPS: u32 = 400;

/// Methods that give what they are called on, or what it holds.
const SAME: &[&str] = &[
    "clone",
    "unwrap",
    "expect",
    "unwrap_or_default",
    "unwrap_or_else",
    "as_ref",
    "as_mut",
    "to_owned",
    "into",
    "borrow",
    "map_err",
    "context",
    "with_context",
    "ok",
    "new_agent",
    "lock",
    "deref",
];

#[derive(Clone, Debug)]
pub(crate) enum Thing<'t> {
    Path(String),
    /// A builder, a client or a request, and what it was told.
    Going {
        family: &'static Family,
        stage: Stage,
        name: String,
        time_out: Setting,
        retries: Setting,
    },
    /// An object of a type of the source.
    Object(&'t str),
    Type(&'t str),
    Function(usize),
    Other,
}

#[derive(Debug)]
pub(crate) struct Values<'n, 't> {
    pub(crate) names: &'n Names<'t>,
    steps: Cell<u32>,
}

impl<'n, 't> Values<'n, 't> {
    pub(crate) fn new(names: &'n Names<'t>) -> Self {
        Self { names, steps: Cell::new(0) }
    }

    /// What an expression stands for in a scope; `own` is the type in whose `impl` it stands.
    pub(crate) fn of(&self, node: Node<'t>, scope: usize, own: Option<&'t str>) -> Thing<'t> {
        self.steps.set(STEPS);
        self.value(node, scope, own)
    }

    fn value(&self, node: Node<'t>, scope: usize, own: Option<&'t str>) -> Thing<'t> {
        let Some(left) = self.steps.get().checked_sub(1) else { return Thing::Other };
        self.steps.set(left);
        let inner = |name: &str| {
            let inner = field(node, name).or_else(|| children(node).first().copied());
            inner.map_or(Thing::Other, |inner| self.value(inner, scope, own))
        };
        match node.kind() {
            "identifier" | "scoped_identifier" => self.path(node, scope, own),
            "self" => own.map_or(Thing::Other, Thing::Object),
            "generic_function" => inner("function"),
            "reference_expression" => inner("value"),
            "try_expression" | "await_expression" | "parenthesized_expression" => inner(""),
            "field_expression" => self.field(node, scope, own),
            "call_expression" => self.result(node, scope, own),
            _ => Thing::Other,
        }
    }

    fn path(&self, node: Node<'t>, scope: usize, own: Option<&'t str>) -> Thing<'t> {
        let text = spelled(self.names.text(node));
        let (first, rest) = text.split_once("::").map_or((text.as_str(), None), |(first, rest)| (first, Some(rest)));
        if let ("Self", Some(own)) = (first, own) {
            return rest.map_or(Thing::Type(own), |rest| self.associated(own, rest));
        }
        let Some(binding) = self.names.binding(first, node.start_byte(), scope) else { return Thing::Path(text) };
        match (&binding.bound, rest) {
            (Bound::Import(path), Some(rest)) => Thing::Path(format!("{path}::{rest}")),
            (Bound::Import(path), None) => Thing::Path(path.clone()),
            (Bound::Type(name), Some(rest)) => self.associated(name, rest),
            (Bound::Type(name), None) => Thing::Type(name),
            (Bound::Function(function), None) => Thing::Function(*function),
            (Bound::Value(value), None) => self.value(*value, binding.scope, own),
            (Bound::Typed(kind), None) => self.typed(*kind, binding.scope, own),
            _ => Thing::Other,
        }
    }

    fn associated(&self, kind: &'t str, name: &str) -> Thing<'t> {
        self.names.methods.get(&(kind, name)).map_or(Thing::Other, |function| Thing::Function(*function))
    }

    /// An object of a type: `C`, `&C`, `Arc<C>`, `Option<C>`.
    fn typed(&self, kind: Node<'t>, scope: usize, own: Option<&'t str>) -> Thing<'t> {
        let Some(left) = self.steps.get().checked_sub(1) else { return Thing::Other };
        self.steps.set(left);
        match kind.kind() {
            "type_identifier" | "scoped_type_identifier" => match self.path(kind, scope, own) {
                Thing::Path(path) => type_named(&path).map_or(Thing::Other, |family| Thing::Going {
                    family,
                    stage: Stage::Client,
                    name: family.client.to_owned(),
                    time_out: Setting::Unknown,
                    retries: Setting::Unset,
                }),
                Thing::Type(name) => Thing::Object(name),
                _ => Thing::Other,
            },
            "reference_type" | "generic_type" | "type_arguments" => {
                let parts = children(kind).into_iter().map(|part| self.typed(part, scope, own));
                parts.into_iter().find(|thing| !matches!(thing, Thing::Other)).unwrap_or(Thing::Other)
            }
            _ => Thing::Other,
        }
    }

    fn field(&self, node: Node<'t>, scope: usize, own: Option<&'t str>) -> Thing<'t> {
        let (Some(value), Some(name)) = (field(node, "value"), field(node, "field")) else { return Thing::Other };
        let Thing::Object(kind) = self.value(value, scope, own) else { return Thing::Other };
        match self.names.fields.get(&(kind, self.names.text(name))) {
            Some((found, scope)) => self.typed(*found, *scope, own),
            None => Thing::Other,
        }
    }

    /// What a call gives.
    fn result(&self, call: Node<'t>, scope: usize, own: Option<&'t str>) -> Thing<'t> {
        let Some(function) = field(call, "function") else { return Thing::Other };
        if let Some((receiver, method)) = receiver(function) {
            let object = self.value(receiver, scope, own);
            return self.after(object, self.names.text(method), call);
        }
        match self.value(function, scope, own) {
            Thing::Path(path) => match given_by(&path) {
                Some((family, stage)) => {
                    Thing::Going { family, stage, name: path, time_out: Setting::Unset, retries: Setting::Unset }
                }
                // `Arc::new(client)` and its like.
                None if path.ends_with("::new") => self.argument(call, scope, own),
                None => Thing::Other,
            },
            Thing::Function(function) => self.returned(function, own),
            _ => Thing::Other,
        }
    }

    fn argument(&self, call: Node<'t>, scope: usize, own: Option<&'t str>) -> Thing<'t> {
        let arguments = field(call, "arguments").map(children).unwrap_or_default();
        match arguments.as_slice() {
            [only] => self.value(*only, scope, own),
            _ => Thing::Other,
        }
    }

    fn returned(&self, function: usize, own: Option<&'t str>) -> Thing<'t> {
        let node = self.names.functions.get(function).copied();
        let kind = node.and_then(|node| field(node, "return_type"));
        match kind {
            Some(kind) if self.names.text(kind) == "Self" => own.map_or(Thing::Other, Thing::Object),
            Some(kind) => self.typed(kind, 0, own),
            None => Thing::Other,
        }
    }

    /// What a method of something gives.
    fn after(&self, object: Thing<'t>, method: &str, call: Node<'t>) -> Thing<'t> {
        if SAME.contains(&method) {
            return object;
        }
        let Thing::Going { family, stage, name, time_out, retries } = object else { return Thing::Other };
        let going = |stage, name, time_out, retries| Thing::Going { family, stage, name, time_out, retries };
        let is_time_out = matches!(method, "timeout" | "read_timeout")
            || method.starts_with("timeout_") && method != "timeout_connect";
        if is_time_out {
            let argument = field(call, "arguments").and_then(|list| children(list).into_iter().next());
            let is_none = argument.is_some_and(|argument| self.names.text(argument) == "None");
            return going(stage, name, if is_none { Setting::Off } else { Setting::Set }, retries);
        }
        match stage {
            Stage::Builder if method == "build" => going(Stage::Client, name, time_out, retries),
            Stage::Builder if method == "retry" => going(stage, name, time_out, Setting::Set),
            Stage::Client if Family::is_verb(method) => {
                // What a client waits for is told of where it is made.
                let time_out = if time_out == Setting::Set { time_out } else { Setting::Unknown };
                going(Stage::Request, format!("{}::{method}", family.client), time_out, retries)
            }
            Stage::Request if family.is_last(method) => Thing::Other,
            Stage::Builder | Stage::Request => going(stage, name, time_out, retries),
            Stage::Client => Thing::Other,
        }
    }
}

/// The object and the name of a method call.
pub(crate) fn receiver(function: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let function = if function.kind() == "generic_function" { field(function, "function")? } else { function };
    if function.kind() != "field_expression" {
        return None;
    }
    Some((field(function, "value")?, field(function, "field")?))
}
