//! The names of a source: where each is bound, and to what.

use std::collections::HashMap;

use tree_sitter::Node;

use crate::tree::{children, field, is_field, text, walk};

/// Patterns nested deeper than this bind nothing.
const DEEPEST: usize = 16;

/// All scopes, functions and classes of a source.
#[derive(Debug)]
pub(crate) struct Names<'t> {
    pub(crate) source: &'t str,
    scopes: Vec<Scope<'t>>,
    by_node: HashMap<usize, usize>,
    pub(crate) functions: Vec<Function<'t>>,
    pub(crate) function_of: HashMap<usize, usize>,
    pub(crate) classes: Vec<Class<'t>>,
    class_of: HashMap<usize, usize>,
    /// Whether a default time-out is set for all sockets.
    pub(crate) sockets_end: bool,
    /// Adapters and ways to send that sessions were given, by the session's text.
    pub(crate) mounts: HashMap<&'t str, (Node<'t>, usize)>,
    /// Values of attributes, until it is known of which class: object, attribute, value, scope.
    attributes: Vec<(Node<'t>, &'t str, Bound<'t>, usize)>,
}

#[derive(Debug)]
struct Scope<'t> {
    above: Option<usize>,
    is_class: bool,
    bindings: HashMap<&'t str, Vec<Binding<'t>>>,
    elsewhere: HashMap<&'t str, usize>,
    stars: Vec<String>,
}

/// One place where a name is bound.
#[derive(Clone, Debug)]
pub(crate) struct Binding<'t> {
    at: usize,
    /// The block in which it is sure to have happened.
    block: (usize, usize),
    pub(crate) scope: usize,
    pub(crate) bound: Bound<'t>,
}

/// What a name is bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound<'t> {
    /// A module, or something in one; the place of the name in `paths`.
    Import(Node<'t>, Option<Node<'t>>),
    Value(Node<'t>),
    Typed(Node<'t>),
    /// The first parameter of a method.
    Own(usize),
    Function(usize),
    Class(usize),
    /// Something that is followed no further.
    Other,
}

#[derive(Debug)]
pub(crate) struct Function<'t> {
    pub(crate) node: Node<'t>,
    pub(crate) decorators: Vec<Node<'t>>,
    /// The scope in which it is defined.
    pub(crate) outside: usize,
    pub(crate) inside: usize,
    pub(crate) returns: Vec<Node<'t>>,
}

#[derive(Debug)]
pub(crate) struct Class<'t> {
    pub(crate) bases: Vec<Node<'t>>,
    pub(crate) outside: usize,
    pub(crate) inside: usize,
    pub(crate) attributes: HashMap<&'t str, Vec<Binding<'t>>>,
}

impl<'t> Names<'t> {
    pub(crate) fn read(source: &'t str, root: Node<'t>) -> Self {
        let mut names = Self {
            source,
            scopes: Vec::new(),
            by_node: HashMap::new(),
            functions: Vec::new(),
            function_of: HashMap::new(),
            classes: Vec::new(),
            class_of: HashMap::new(),
            sockets_end: false,
            mounts: HashMap::new(),
            attributes: Vec::new(),
        };
        // Where nothing is understood, the root is no module.
        names.open(root, None, false);
        walk(root, |node, above| names.enter(node, above));
        names.place_attributes();
        names
    }

    pub(crate) fn text(&self, node: Node<'_>) -> &'t str {
        text(self.source, node)
    }

    /// The scope in which a node is evaluated, given those above it.
    pub(crate) fn scope(&self, node: Node<'t>, above: &[Node<'t>]) -> usize {
        let mut child = node;
        for parent in above.iter().rev() {
            let is_inside = match parent.kind() {
                // Defaults, annotations and bases belong to the scope outside.
                "function_definition" | "class_definition" | "lambda" => is_field(*parent, "body", child),
                _ => true,
            };
            if let (true, Some(scope)) = (is_inside, self.by_node.get(&parent.id())) {
                return *scope;
            }
            child = *parent;
        }
        0
    }

    fn enter(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        if node.kind() == "identifier" || !node.is_named() {
            return;
        }
        let scope = self.scope(node, above);
        let block = above.iter().rev().find(|parent| matches!(parent.kind(), "block" | "module"));
        let place =
            Place { scope, block: block.map_or((0, usize::MAX), |block| (block.start_byte(), block.end_byte())) };
        match node.kind() {
            "function_definition" => self.function(node, above, place),
            "class_definition" => self.class(node, place),
            "lambda" => {
                self.open(node, Some(scope), false);
                self.parameters(node, None, place);
            }
            "list_comprehension" | "set_comprehension" | "dictionary_comprehension" | "generator_expression" => {
                self.open(node, Some(scope), false);
            }
            "import_statement" | "import_from_statement" => self.import(node, place),
            "global_statement" | "nonlocal_statement" => self.elsewhere(node, scope),
            "return_statement" => self.returned(node, above),
            "call" => self.mount(node, scope),
            _ => self.assign(node, place),
        }
    }

    fn open(&mut self, node: Node<'t>, above: Option<usize>, is_class: bool) {
        self.by_node.insert(node.id(), self.scopes.len());
        self.scopes.push(Scope {
            above,
            is_class,
            bindings: HashMap::new(),
            elsewhere: HashMap::new(),
            stars: Vec::new(),
        });
    }

    fn last(&self) -> usize {
        self.scopes.len().saturating_sub(1)
    }

    fn add(&mut self, name: Node<'t>, bound: Bound<'t>, place: Place) {
        let text = self.text(name);
        let declared = self.scopes.get(place.scope).and_then(|scope| scope.elsewhere.get(text));
        let target = declared.copied().unwrap_or(place.scope);
        // A value is worked out before it has its name: in `x = x or y` the x on the right is the one before.
        let at = match bound {
            Bound::Value(value) => value.end_byte().max(name.start_byte()),
            _ => name.start_byte(),
        };
        let binding = Binding { at, block: place.block, scope: place.scope, bound };
        if let Some(scope) = self.scopes.get_mut(target) {
            scope.bindings.entry(text).or_default().push(binding);
        }
    }

    fn function(&mut self, node: Node<'t>, above: &[Node<'t>], place: Place) {
        let decorated = above.last().filter(|parent| parent.kind() == "decorated_definition");
        let decorators: Vec<Node<'t>> = decorated.map_or_else(Vec::new, |parent| {
            children(*parent).into_iter().filter(|child| child.kind() == "decorator").collect()
        });
        let is_static = decorators.iter().any(|decorator| self.text(*decorator).contains("staticmethod"));
        self.open(node, Some(place.scope), false);
        let number = self.functions.len();
        let inside = self.last();
        self.function_of.insert(node.id(), number);
        self.functions.push(Function { node, decorators, outside: place.scope, inside, returns: Vec::new() });
        if let Some(name) = field(node, "name") {
            self.add(name, Bound::Function(number), place);
        }
        let nearest = above.iter().rev().find(|parent| !matches!(parent.kind(), "block" | "decorated_definition"));
        let class = nearest.and_then(|parent| self.class_of.get(&parent.id())).copied().filter(|_| !is_static);
        self.parameters(node, class, place);
    }

    fn parameters(&mut self, node: Node<'t>, class: Option<usize>, place: Place) {
        let place = Place { scope: self.last(), ..place };
        let Some(parameters) = field(node, "parameters") else { return };
        for (number, parameter) in children(parameters).into_iter().enumerate() {
            let name = field(parameter, "name").or_else(|| match parameter.kind() {
                "identifier" => Some(parameter),
                _ => children(parameter).into_iter().find(|child| child.kind() == "identifier"),
            });
            let bound = match (class, field(parameter, "type"), field(parameter, "value")) {
                (Some(class), ..) if number == 0 => Bound::Own(class),
                (_, Some(kind), _) => Bound::Typed(kind),
                (.., Some(value)) if value.kind() != "none" => Bound::Value(value),
                _ => Bound::Other,
            };
            if let Some(name) = name {
                self.add(name, bound, place);
            }
        }
    }

    fn class(&mut self, node: Node<'t>, place: Place) {
        self.open(node, Some(place.scope), true);
        let number = self.classes.len();
        let bases = field(node, "superclasses").map(children).unwrap_or_default();
        self.class_of.insert(node.id(), number);
        let inside = self.last();
        self.classes.push(Class { bases, outside: place.scope, inside, attributes: HashMap::new() });
        if let Some(name) = field(node, "name") {
            self.add(name, Bound::Class(number), place);
        }
    }

    fn import(&mut self, node: Node<'t>, place: Place) {
        let module = field(node, "module_name");
        let mut cursor = node.walk();
        let imported: Vec<Node<'t>> = node.children_by_field_name("name", &mut cursor).collect();
        for name in imported {
            let (path, alias) = match name.kind() {
                "aliased_import" => (field(name, "name"), field(name, "alias")),
                _ => (Some(name), None),
            };
            let Some(path) = path else { continue };
            let first = children(path).into_iter().next().unwrap_or(path);
            // `import a.b` binds a, `import a.b as c` binds c to a.b.
            let bound = match (module, alias) {
                (Some(module), _) => Bound::Import(module, Some(path)),
                (None, Some(_)) => Bound::Import(path, None),
                (None, None) => Bound::Import(first, None),
            };
            self.add(alias.unwrap_or(first), bound, place);
        }
        let has_star = children(node).iter().any(|child| child.kind() == "wildcard_import");
        if let (true, Some(module)) = (has_star, module) {
            let module = self.text(module).to_owned();
            if let Some(scope) = self.scopes.get_mut(place.scope) {
                scope.stars.push(module);
            }
        }
    }

    fn elsewhere(&mut self, node: Node<'t>, scope: usize) {
        let above = self.scopes.get(scope).and_then(|scope| scope.above).unwrap_or_default();
        let target = if node.kind() == "global_statement" { 0 } else { above };
        for name in children(node) {
            let text = self.text(name);
            if let Some(scope) = self.scopes.get_mut(scope) {
                scope.elsewhere.insert(text, target);
            }
        }
    }

    fn returned(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let function = above.iter().rev().find_map(|parent| self.function_of.get(&parent.id()));
        let function = function.and_then(|function| self.functions.get_mut(*function));
        if let (Some(function), Some(value)) = (function, children(node).first()) {
            function.returns.push(*value);
        }
    }

    fn mount(&mut self, node: Node<'t>, scope: usize) {
        let ends_sockets = |function| self.text(function).ends_with("setdefaulttimeout");
        let is_none = field(node, "arguments").is_some_and(|list| self.text(list).contains("None"));
        self.sockets_end |= !is_none && field(node, "function").is_some_and(ends_sockets);
        let Some(function) = field(node, "function").filter(|function| function.kind() == "attribute") else { return };
        let is_mount = field(function, "attribute").is_some_and(|name| self.text(name) == "mount");
        let adapter = field(node, "arguments").and_then(|list| children(list).into_iter().nth(1));
        if let (true, Some(session), Some(adapter)) = (is_mount, field(function, "object"), adapter) {
            self.mounts.insert(self.text(session), (adapter, scope));
        }
    }

    fn assign(&mut self, node: Node<'t>, place: Place) {
        let (target, bound) = match node.kind() {
            "assignment" => {
                let value = field(node, "right").map(Bound::Value);
                (field(node, "left"), value.or_else(|| field(node, "type").map(Bound::Typed)))
            }
            "named_expression" => (field(node, "name"), field(node, "value").map(Bound::Value)),
            "as_pattern" => (field(node, "alias"), children(node).first().copied().map(Bound::Value)),
            "for_statement" | "for_in_clause" => (field(node, "left"), None),
            "augmented_assignment" => (field(node, "left"), None),
            "delete_statement" => (children(node).first().copied(), None),
            _ => return,
        };
        if let Some(target) = target {
            self.bind(target, bound.unwrap_or(Bound::Other), place, DEEPEST);
        }
    }

    fn bind(&mut self, target: Node<'t>, bound: Bound<'t>, place: Place, depth: usize) {
        if depth == 0 {
            return;
        }
        match target.kind() {
            "identifier" => self.add(target, bound, place),
            "attribute" => {
                if let (Some(object), Some(name)) = (field(target, "object"), field(target, "attribute")) {
                    let name = self.text(name);
                    if let (Bound::Value(value), "request" | "send") = (bound, name) {
                        self.mounts.insert(self.text(object), (value, place.scope));
                    }
                    self.attributes.push((object, name, bound, place.scope));
                }
            }
            "subscript" => {}
            "as_pattern_target" | "parenthesized_expression" => {
                children(target).into_iter().for_each(|child| self.bind(child, bound, place, depth - 1));
            }
            _ => {
                let targets = children(target);
                let values = match bound {
                    Bound::Value(value) if matches!(value.kind(), "tuple" | "expression_list" | "list") => {
                        children(value)
                    }
                    _ => Vec::new(),
                };
                let are_pairs = values.len() == targets.len();
                for (number, child) in targets.into_iter().enumerate() {
                    let value =
                        values.get(number).filter(|_| are_pairs).map_or(Bound::Other, |value| Bound::Value(*value));
                    self.bind(child, value, place, depth - 1);
                }
            }
        }
    }

    fn place_attributes(&mut self) {
        for (object, name, bound, scope) in std::mem::take(&mut self.attributes) {
            // `a.b.c = …` is no attribute of a's class.
            let found = if object.kind() == "identifier" {
                self.bindings(self.text(object), object.start_byte(), scope)
            } else {
                Vec::new()
            };
            let class = found.iter().find_map(|binding| match binding.bound {
                Bound::Own(class) => Some(class),
                _ => None,
            });
            if let Some(class) = class.and_then(|class| self.classes.get_mut(class)) {
                let binding = Binding { at: object.start_byte(), block: (0, usize::MAX), scope, bound };
                class.attributes.entry(name).or_default().push(binding);
            }
        }
    }

    /// What a name may be bound to at a place, the likeliest first.
    pub(crate) fn bindings(&self, name: &str, at: usize, scope: usize) -> Vec<&Binding<'t>> {
        let (mut here, mut is_first) = (Some(scope), true);
        while let Some(scope) = here.and_then(|number| self.scopes.get(number)) {
            let is_seen = is_first || !scope.is_class;
            let target = scope.elsewhere.get(name).and_then(|target| self.scopes.get(*target)).unwrap_or(scope);
            if let Some(bindings) = target.bindings.get(name).filter(|_| is_seen) {
                return reaching(bindings, at, is_first);
            }
            (here, is_first) = (scope.above, false);
        }
        Vec::new()
    }

    /// What the body of a class binds.
    pub(crate) fn class_bindings(&self, class: &Class<'t>, name: &str) -> &[Binding<'t>] {
        let scope = self.scopes.get(class.inside);
        scope.and_then(|scope| scope.bindings.get(name)).map_or(&[], Vec::as_slice)
    }

    /// Modules of which all names are there.
    pub(crate) fn stars(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flat_map(|scope| scope.stars.iter().map(String::as_str))
    }
}

#[derive(Clone, Copy)]
struct Place {
    scope: usize,
    block: (usize, usize),
}

/// The bindings that may hold at a place: the last before it, and those before that one if it may not have happened.
fn reaching<'b, 't>(bindings: &'b [Binding<'t>], at: usize, is_here: bool) -> Vec<&'b Binding<'t>> {
    let mut before: Vec<&Binding<'t>> = bindings.iter().filter(|binding| binding.at < at || !is_here).collect();
    if before.is_empty() {
        return bindings.iter().collect();
    }
    before.sort_by_key(|binding| std::cmp::Reverse(binding.at));
    let sure = before.iter().position(|binding| is_here && (binding.block.0..binding.block.1).contains(&at));
    before.truncate(sure.map_or(before.len(), |sure| sure + 1));
    before
}
