//! The names of a Rust source: uses, items, fields, and what `let` binds.

use std::collections::HashMap;

use tree_sitter::Node;

use super::macros::Macros;
use crate::tree::{children, field, is_field, text};

/// Lists of uses nested deeper than this are not read.
const DEEPEST: usize = 16;

#[derive(Debug)]
pub(crate) struct Names<'t> {
    pub(crate) source: &'t str,
    scopes: Vec<Scope<'t>>,
    by_node: HashMap<usize, usize>,
    pub(crate) functions: Vec<Node<'t>>,
    pub(crate) function_of: HashMap<usize, usize>,
    /// Methods and associated functions, by type and name.
    pub(crate) methods: HashMap<(&'t str, &'t str), usize>,
    /// Types of fields, by struct and name, with their scope.
    pub(crate) fields: HashMap<(&'t str, &'t str), (Node<'t>, usize)>,
    /// All paths that are used by `use`.
    pub(crate) paths: Vec<String>,
}

#[derive(Debug)]
struct Scope<'t> {
    above: Option<usize>,
    bindings: HashMap<&'t str, Vec<Binding<'t>>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Binding<'t> {
    at: usize,
    /// Items hold in all of their block.
    is_item: bool,
    pub(crate) scope: usize,
    pub(crate) bound: Bound<'t>,
}

#[derive(Clone, Debug)]
pub(crate) enum Bound<'t> {
    Import(String),
    Value(Node<'t>),
    Typed(Node<'t>),
    Function(usize),
    /// A type of the source.
    Type(&'t str),
    Other,
}

impl<'t> Names<'t> {
    pub(crate) fn read(source: &'t str, root: Node<'t>, macros: &'t Macros) -> Self {
        let mut names = Self {
            source,
            scopes: Vec::new(),
            by_node: HashMap::new(),
            functions: Vec::new(),
            function_of: HashMap::new(),
            methods: HashMap::new(),
            fields: HashMap::new(),
            paths: Vec::new(),
        };
        names.open(root, None);
        macros.walk(root, &mut |node, above| names.enter(node, above));
        names
    }

    pub(crate) fn text(&self, node: Node<'_>) -> &'t str {
        text(self.source, node)
    }

    pub(crate) fn scope(&self, above: &[Node<'t>]) -> usize {
        above.iter().rev().find_map(|parent| self.by_node.get(&parent.id())).copied().unwrap_or_default()
    }

    fn open(&mut self, node: Node<'t>, above: Option<usize>) {
        self.by_node.insert(node.id(), self.scopes.len());
        self.scopes.push(Scope { above, bindings: HashMap::new() });
    }

    fn enter(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        match node.kind() {
            "block" | "closure_expression" | "match_arm" | "declaration_list" | "for_expression" | "if_expression"
            | "while_expression" => {
                let scope = self.scope(above);
                self.open(node, Some(scope));
                self.head(node);
            }
            "function_item" => self.function(node, above),
            "use_declaration" => {
                let scope = self.scope(above);
                if let Some(argument) = field(node, "argument") {
                    self.uses(argument, "", scope, DEEPEST);
                }
            }
            "let_declaration" | "let_condition" => {
                let scope = self.scope(above);
                let value = field(node, "value").map(Bound::Value);
                let bound = field(node, "type").map(Bound::Typed).or(value).unwrap_or(Bound::Other);
                // With a type such as `_` or one that is not known, the value tells.
                let bound = match (bound, field(node, "value")) {
                    (Bound::Typed(kind), Some(value)) if !self.text(kind).contains("Client") => Bound::Value(value),
                    (bound, _) => bound,
                };
                if let Some(pattern) = field(node, "pattern") {
                    self.pattern(pattern, &bound, scope);
                }
            }
            "assignment_expression" => self.assigned(node, above),
            "struct_item" | "enum_item" | "trait_item" | "mod_item" | "static_item" | "const_item" | "type_item" => {
                self.item(node, above);
            }
            _ => {}
        }
    }

    fn add(&mut self, name: Node<'t>, bound: Bound<'t>, is_item: bool, scope: usize) {
        let at = match &bound {
            Bound::Value(value) => value.end_byte().max(name.start_byte()),
            _ => name.start_byte(),
        };
        let name = self.text(name);
        if let Some(found) = self.scopes.get_mut(scope) {
            found.bindings.entry(name).or_default().push(Binding { at, is_item, scope, bound });
        }
    }

    /// `builder = builder.timeout(…)`, in whatever block, is about the name outside of it.
    fn assigned(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let (Some(name), Some(value)) = (field(node, "left"), field(node, "right")) else { return };
        let scope = self.scope(above);
        let text = self.text(name);
        let mut here = Some(scope);
        while let Some(found) = here.and_then(|number| self.scopes.get_mut(number)) {
            if let Some(bindings) = found.bindings.get_mut(text) {
                let (at, bound) = (value.end_byte(), Bound::Value(value));
                return bindings.push(Binding { at, is_item: false, scope, bound });
            }
            here = found.above;
        }
    }

    /// What the head of a closure or loop binds.
    fn head(&mut self, node: Node<'t>) {
        let scope = self.scopes.len().saturating_sub(1);
        match node.kind() {
            "closure_expression" => self.parameters(node, scope),
            "for_expression" | "match_arm" => {
                if let Some(pattern) = field(node, "pattern") {
                    self.pattern(pattern, &Bound::Other, scope);
                }
            }
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: Node<'t>, bound: &Bound<'t>, scope: usize) {
        let pattern =
            if pattern.kind() == "mut_pattern" { children(pattern).pop().unwrap_or(pattern) } else { pattern };
        if pattern.kind() == "identifier" {
            return self.add(pattern, bound.clone(), false, scope);
        }
        // `Ok(client)` and `Some(client)` hold the same client.
        let is_wrapper = pattern.kind() == "tuple_struct_pattern"
            && field(pattern, "type").is_some_and(|kind| matches!(self.text(kind), "Ok" | "Some"));
        let inner = if is_wrapper { bound.clone() } else { Bound::Other };
        let mut found = Vec::new();
        crate::tree::walk(pattern, |node, _| {
            if matches!(node.kind(), "identifier" | "shorthand_field_identifier") {
                found.push(node);
            }
        });
        found.into_iter().for_each(|name| self.add(name, inner.clone(), false, scope));
    }

    fn function(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let scope = self.scope(above);
        self.open(node, Some(scope));
        let inside = self.scopes.len().saturating_sub(1);
        let number = self.functions.len();
        self.function_of.insert(node.id(), number);
        self.functions.push(node);
        self.parameters(node, inside);
        let Some(name) = field(node, "name") else { return };
        match self.owner(above) {
            Some(owner) => {
                self.methods.insert((owner, self.text(name)), number);
            }
            None => self.add(name, Bound::Function(number), true, scope),
        }
    }

    fn parameters(&mut self, node: Node<'t>, scope: usize) {
        for parameter in field(node, "parameters").map(children).unwrap_or_default() {
            let kind = field(parameter, "type").map_or(Bound::Other, Bound::Typed);
            let pattern = field(parameter, "pattern").unwrap_or(parameter);
            self.pattern(pattern, &kind, scope);
        }
    }

    /// The type in whose `impl` something stands.
    pub(crate) fn owner(&self, above: &[Node<'t>]) -> Option<&'t str> {
        let around = above.iter().rev().find(|parent| matches!(parent.kind(), "impl_item" | "mod_item"))?;
        let kind = field(*around, "type")?;
        let name = if kind.kind() == "generic_type" { field(kind, "type")? } else { kind };
        Some(self.text(name))
    }

    fn item(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let scope = self.scope(above);
        let Some(name) = field(node, "name") else { return };
        let bound = match node.kind() {
            "struct_item" | "enum_item" => Bound::Type(self.text(name)),
            "static_item" | "const_item" | "type_item" => field(node, "type").map_or(Bound::Other, Bound::Typed),
            _ => Bound::Other,
        };
        self.add(name, bound, true, scope);
        let body = field(node, "body").filter(|_| node.kind() == "struct_item");
        for declaration in body.map(children).unwrap_or_default() {
            if let (Some(field_name), Some(kind)) = (field(declaration, "name"), field(declaration, "type")) {
                self.fields.insert((self.text(name), self.text(field_name)), (kind, scope));
            }
        }
    }

    fn uses(&mut self, node: Node<'t>, before: &str, scope: usize, depth: usize) {
        if depth == 0 {
            return;
        }
        let join = |path: &str| if before.is_empty() { path.to_owned() } else { format!("{before}::{path}") };
        match node.kind() {
            "use_as_clause" => {
                if let (Some(path), Some(alias)) = (field(node, "path"), field(node, "alias")) {
                    let path = join(&spelled(self.text(path)));
                    self.imported(alias, path, scope);
                }
            }
            "use_list" => children(node).into_iter().for_each(|child| self.uses(child, before, scope, depth - 1)),
            "scoped_use_list" => {
                let path = field(node, "path").map(|path| spelled(self.text(path))).unwrap_or_default();
                if let Some(list) = field(node, "list") {
                    self.uses(list, &join(&path), scope, depth - 1);
                }
            }
            "self" => {
                // `use a::b::{self}` binds b, whose name is in the path alone.
                let name = before.rsplit("::").next().unwrap_or_default();
                let path = before.to_owned();
                let binding = Binding { at: 0, is_item: true, scope, bound: Bound::Import(path.clone()) };
                let key =
                    self.source.match_indices(name).next().and_then(|(at, _)| self.source.get(at..at + name.len()));
                if let (Some(key), Some(found)) = (key, self.scopes.get_mut(scope)) {
                    found.bindings.entry(key).or_default().push(binding);
                }
                self.paths.push(path);
            }
            _ => {
                let last = field(node, "name").unwrap_or(node);
                let path = join(&spelled(self.text(node)));
                self.imported(last, path, scope);
            }
        }
    }

    fn imported(&mut self, name: Node<'t>, path: String, scope: usize) {
        self.paths.push(path.clone());
        self.add(name, Bound::Import(path), true, scope);
    }

    /// What a name is bound to at a place.
    pub(crate) fn binding(&self, name: &str, at: usize, scope: usize) -> Option<&Binding<'t>> {
        let mut here = Some(scope);
        while let Some(scope) = here.and_then(|number| self.scopes.get(number)) {
            let bindings = scope.bindings.get(name).map_or(&[][..], Vec::as_slice);
            let before = bindings.iter().rev().find(|binding| !binding.is_item && binding.at < at);
            if let Some(found) = before.or_else(|| bindings.iter().find(|binding| binding.is_item)) {
                return Some(found);
            }
            here = scope.above;
        }
        None
    }

    pub(crate) fn is_body(function: Node<'t>, child: Node<'t>) -> bool {
        is_field(function, "body", child)
    }
}

/// A path without spaces and without the mark of a crate's root.
pub(crate) fn spelled(path: &str) -> String {
    let path: String = path.split_whitespace().collect();
    path.trim_start_matches("::").to_owned()
}
