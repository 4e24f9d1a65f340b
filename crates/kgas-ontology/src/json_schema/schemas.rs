//! The schemas of a document by what refers to them, and which of them are classes.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{is_deprecated, text};

/// So many steps along references are taken in all; what many properties share is gone through again for each.
const PATIENCE: usize = 2_000_000;

/// Where a reference leads.
#[derive(Debug)]
pub(crate) enum Target<'v> {
    /// To a class.
    Class(String),
    /// To a class that nobody should use.
    Deprecated,
    /// To a schema that is no class.
    Schema(&'v Value),
    /// To nothing in this document; the name that it ends in.
    Nowhere(String),
}

/// A document.
#[derive(Debug)]
pub(crate) struct Schemas<'v> {
    root: &'v Value,
    defined: Vec<(&'v str, &'v Value)>,
    /// By address: the ids of classes. None for a deprecated one.
    classes: HashMap<*const Value, Option<String>>,
    by_name: HashMap<String, &'v Value>,
    steps: usize,
}

impl<'v> Schemas<'v> {
    pub(crate) fn of(root: &'v Value) -> Self {
        let maps = ["$defs", "definitions"].iter().filter_map(|key| root.get(key)?.as_object());
        let defined: Vec<(&str, &Value)> = maps.flatten().map(|(name, body)| (name.as_str(), body)).collect();
        let mut schemas = Self { root, defined, classes: HashMap::new(), by_name: HashMap::new(), steps: 0 };
        for (name, body) in schemas.defined.clone() {
            let anchors = ["$anchor", "$id", "id"].iter().filter_map(|key| text(body, key));
            schemas.by_name.extend(anchors.map(|anchor| (anchor.trim_start_matches('#').to_owned(), body)));
            schemas.by_name.entry(name.to_owned()).or_insert(body);
        }
        let mut ids: HashSet<&str> = HashSet::new();
        for (name, body) in schemas.defined.clone() {
            if schemas.is_class(body) {
                // `$defs` and `definitions` may both have it; the first has the name.
                let id = if ids.insert(name) { name.to_owned() } else { format!("definitions.{name}") };
                schemas.classes.insert(body, (!is_deprecated(body)).then_some(id));
            }
        }
        // The root is a class where it has a name and something to say.
        if let (Some(title), Some(_)) = (text(root, "title"), root.get("properties")) {
            let id = if ids.contains(title.as_str()) { format!("{title} (root)") } else { title };
            schemas.classes.insert(root, Some(id));
        }
        schemas
    }

    /// The classes that the document defines by name.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (String, &'v Value)> + '_ {
        let bodies = std::iter::once(self.root).chain(self.defined.iter().map(|(_, body)| *body));
        bodies.filter_map(|body| Some((self.classes.get(&std::ptr::from_ref(body))?.clone()?, body)))
    }

    pub(crate) fn deprecated(&self) -> Vec<&'v str> {
        let is_so = |body: &Value| matches!(self.classes.get(&std::ptr::from_ref(body)), Some(None));
        self.defined.iter().filter(|(_, body)| is_so(body)).map(|(name, _)| *name).collect()
    }

    /// Names an object that is defined where it is used. Whether it is new: a reference may lead to it twice.
    pub(crate) fn name(&mut self, body: &'v Value, id: &str) -> (String, bool) {
        let is_new = !self.classes.contains_key(&std::ptr::from_ref(body));
        let entry = self.classes.entry(body).or_insert_with(|| Some(id.to_owned()));
        (entry.clone().unwrap_or_else(|| id.to_owned()), is_new)
    }

    pub(crate) fn follow(&self, reference: &str) -> Target<'v> {
        let body = self.find(reference);
        match body.map(|body| (body, self.classes.get(&std::ptr::from_ref(body)))) {
            Some((_, Some(Some(id)))) => Target::Class(id.clone()),
            Some((_, Some(None))) => Target::Deprecated,
            Some((body, None)) => Target::Schema(body),
            None => {
                let name = reference.rsplit(['/', '#']).find(|part| !part.is_empty()).unwrap_or(reference);
                Target::Nowhere(name.trim_end_matches(".json").to_owned())
            }
        }
    }

    fn find(&self, reference: &str) -> Option<&'v Value> {
        let own = self.root.get("$id").and_then(Value::as_str).unwrap_or_default();
        let reference = reference.strip_prefix(own).filter(|rest| rest.starts_with('#')).unwrap_or(reference);
        let Some(fragment) = reference.strip_prefix('#') else { return self.by_name.get(reference).copied() };
        let fragment = percent_decode_str(fragment).decode_utf8_lossy();
        if fragment.is_empty() || fragment.starts_with('/') {
            return self.root.pointer(&fragment);
        }
        self.by_name.get(&*fragment).copied()
    }

    /// The parts that an object is put together of, itself first, and the classes that it extends.
    pub(crate) fn parts(&mut self, body: &'v Value) -> (Vec<&'v Value>, Vec<String>) {
        let (mut parts, mut parents) = (Vec::new(), Vec::new());
        let mut seen: HashSet<*const Value> = HashSet::new();
        let mut waiting = vec![body];
        while let Some(part) = waiting.pop() {
            if !seen.insert(part) || !self.step() {
                continue;
            }
            if let Some(reference) = part.get("$ref").and_then(Value::as_str) {
                match self.follow(reference) {
                    Target::Class(id) if !parents.contains(&id) => parents.push(id),
                    Target::Class(_) | Target::Deprecated => {}
                    Target::Schema(schema) => waiting.push(schema),
                    Target::Nowhere(name) => parents.push(name),
                }
            }
            parts.push(part);
            waiting.extend(part.get("allOf").and_then(Value::as_array).into_iter().flatten().rev());
        }
        (parts, parents)
    }

    /// Whether a schema describes objects: by its type, its properties, or what it is put together of.
    fn is_class(&self, body: &'v Value) -> bool {
        let mut seen: HashSet<*const Value> = HashSet::new();
        let mut waiting = vec![body];
        while let Some(part) = waiting.pop() {
            if !seen.insert(part) || seen.len() > 100 {
                continue;
            }
            if is_object(part) {
                return true;
            }
            waiting.extend(part.get("allOf").and_then(Value::as_array).into_iter().flatten());
            // What is only another name for something is no class of its own.
            let is_part = !std::ptr::eq(part, body);
            let reference = part.get("$ref").and_then(Value::as_str).filter(|_| is_part);
            waiting.extend(reference.and_then(|reference| self.find(reference)));
        }
        false
    }

    /// Whether there is patience for another step.
    pub(crate) fn step(&mut self) -> bool {
        self.steps += 1;
        !self.is_cut()
    }

    pub(crate) const fn is_cut(&self) -> bool {
        self.steps > PATIENCE
    }
}

/// An object with named properties. One that only maps any name to something is a list of that.
pub(crate) fn is_object(schema: &Value) -> bool {
    let is_map = schema.get("additionalProperties").is_some_and(Value::is_object);
    schema.get("properties").is_some_and(Value::is_object) || (has_type(schema, "object") && !is_map)
}

pub(crate) fn has_type(schema: &Value, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == wanted,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == wanted),
        _ => false,
    }
}
