//! What an expression stands for, as far as names tell.

use std::cell::Cell;

use tree_sitter::Node;

use super::known::{Client, MODULES, client_named, function_named};
use super::names::{Binding, Bound, Names};
use crate::evidence::Setting;
use crate::tree::{children, field};

/// Steps that are taken for one expression: names may be bound in circles.
const STEPS: u32 = 400;

/// What an expression stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Thing {
    /// A module or something in it, by its full name.
    Path(String),
    /// An object of a library's class, or what is reached from it by a way such as `chat.completions`.
    Client {
        client: &'static Client,
        way: String,
        settings: Settings,
    },
    /// An object of a class of the source.
    Object(usize),
    Class(usize),
    Function(usize),
    /// It may be anything.
    Other,
}

/// What a client was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) time_out: Setting,
    pub(crate) retries: Setting,
}

/// Works out what expressions stand for.
#[derive(Debug)]
pub(crate) struct Values<'n, 't> {
    pub(crate) names: &'n Names<'t>,
    steps: Cell<u32>,
}

impl<'n, 't> Values<'n, 't> {
    pub(crate) fn new(names: &'n Names<'t>) -> Self {
        Self { names, steps: Cell::new(0) }
    }

    /// What an expression stands for in a scope.
    pub(crate) fn of(&self, node: Node<'t>, scope: usize) -> Thing {
        self.steps.set(STEPS);
        self.value(node, scope)
    }

    fn value(&self, node: Node<'t>, scope: usize) -> Thing {
        let Some(left) = self.steps.get().checked_sub(1) else { return Thing::Other };
        self.steps.set(left);
        match node.kind() {
            "identifier" => self.name(node, scope),
            "attribute" => {
                let (Some(object), Some(name)) = (field(node, "object"), field(node, "attribute")) else {
                    return Thing::Other;
                };
                self.member(self.value(object, scope), self.names.text(name))
            }
            "call" => self.result(node, scope),
            "await" | "parenthesized_expression" | "as_pattern" | "type" => {
                children(node).first().map_or(Thing::Other, |child| self.value(*child, scope))
            }
            "named_expression" => field(node, "value").map_or(Thing::Other, |value| self.value(value, scope)),
            "conditional_expression" | "boolean_operator" => {
                self.first(children(node).into_iter().map(|child| self.value(child, scope)))
            }
            _ => Thing::Other,
        }
    }

    fn first(&self, mut things: impl Iterator<Item = Thing>) -> Thing {
        things.find(|thing| *thing != Thing::Other).unwrap_or(Thing::Other)
    }

    fn name(&self, node: Node<'t>, scope: usize) -> Thing {
        let text = self.names.text(node);
        let found = self.names.bindings(text, node.start_byte(), scope);
        if found.is_empty() {
            let starred = self.names.stars().filter(|module| MODULES.contains(module));
            let mut paths = starred.map(|module| format!("{module}.{text}"));
            let known = paths.find(|path| function_named(path).is_some() || client_named(path).is_some());
            return known.map_or(Thing::Other, Thing::Path);
        }
        self.first(found.into_iter().map(|binding| self.bound(binding)))
    }

    fn bound(&self, binding: &Binding<'t>) -> Thing {
        match binding.bound {
            Bound::Import(module, None) => Thing::Path(self.names.text(module).to_owned()),
            Bound::Import(module, Some(name)) => {
                Thing::Path(format!("{}.{}", self.names.text(module), self.names.text(name)))
            }
            Bound::Value(value) => self.value(value, binding.scope),
            Bound::Typed(kind) => self.typed(kind, binding.scope),
            Bound::Own(class) => Thing::Object(class),
            Bound::Function(function) => Thing::Function(function),
            Bound::Class(class) => Thing::Class(class),
            Bound::Other => Thing::Other,
        }
    }

    /// An object of the type that an annotation names: `C`, `"C"`, `Optional[C]`, `C | None`.
    fn typed(&self, kind: Node<'t>, scope: usize) -> Thing {
        let Some(left) = self.steps.get().checked_sub(1) else { return Thing::Other };
        self.steps.set(left);
        let named = match kind.kind() {
            "identifier" | "attribute" => self.value(kind, scope),
            "string" => self.quoted(kind, scope),
            _ => return self.first(children(kind).into_iter().map(|child| self.typed(child, scope))),
        };
        match named {
            // How it was made is not known here.
            Thing::Path(path) => client_named(&path).map_or(Thing::Other, |client| Thing::Client {
                client,
                way: String::new(),
                settings: Settings { time_out: Setting::Unknown, retries: Setting::Unknown },
            }),
            Thing::Class(class) => Thing::Object(class),
            _ => Thing::Other,
        }
    }

    fn quoted(&self, string: Node<'t>, scope: usize) -> Thing {
        let text = self.names.text(string).trim_matches(['"', '\'']);
        let mut parts = text.split('.');
        let found = self.names.bindings(parts.next().unwrap_or_default(), string.start_byte(), scope);
        let start = self.first(found.into_iter().map(|binding| self.bound(binding)));
        parts.fold(start, |thing, part| self.member(thing, part))
    }

    fn member(&self, object: Thing, name: &str) -> Thing {
        match object {
            Thing::Path(path) => Thing::Path(format!("{path}.{name}")),
            Thing::Client { client, way, settings } => {
                let way = if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") };
                Thing::Client { client, way, settings }
            }
            Thing::Object(class) | Thing::Class(class) => self.attribute(class, name),
            Thing::Function(_) | Thing::Other => Thing::Other,
        }
    }

    fn attribute(&self, class: usize, name: &str) -> Thing {
        let (Some(left), Some(class)) = (self.steps.get().checked_sub(1), self.names.classes.get(class)) else {
            return Thing::Other;
        };
        self.steps.set(left);
        let set = class.attributes.get(name).map_or(&[][..], Vec::as_slice);
        let own = self.first(set.iter().chain(self.names.class_bindings(class, name)).map(|b| self.bound(b)));
        if own != Thing::Other {
            return self.property(own);
        }
        self.first(class.bases.iter().map(|base| match self.value(*base, class.outside) {
            Thing::Class(base) => self.attribute(base, name),
            Thing::Path(path) => self.member(self.made(&path, None, class.outside), name),
            _ => Thing::Other,
        }))
    }

    /// A property is read without a call.
    fn property(&self, thing: Thing) -> Thing {
        let Thing::Function(number) = thing else { return thing };
        let is_property = |decorator: &Node<'t>| self.names.text(*decorator).ends_with("property");
        match self.names.functions.get(number) {
            Some(function) if function.decorators.iter().any(is_property) => self.returned(number),
            _ => thing,
        }
    }

    /// What a call gives.
    fn result(&self, call: Node<'t>, scope: usize) -> Thing {
        let Some(function) = field(call, "function") else { return Thing::Other };
        match self.value(function, scope) {
            Thing::Path(path) => self.made(&path, Some(call), scope),
            Thing::Class(class) => Thing::Object(class),
            Thing::Function(function) => self.returned(function),
            Thing::Client { client, way, settings } => {
                let Some(rest) = ["with_options", "copy", "__enter__", "__aenter__"]
                    .into_iter()
                    .find_map(|name| way.strip_suffix(name))
                else {
                    return Thing::Other;
                };
                let told = self.settings(call, None, scope);
                let settings = Settings {
                    time_out: told.time_out.or(settings.time_out),
                    retries: told.retries.or(settings.retries),
                };
                Thing::Client { client, way: rest.trim_end_matches('.').to_owned(), settings }
            }
            // What an exit stack enters, it gives.
            Thing::Object(_) | Thing::Other if self.enters(function) => {
                let entered = field(call, "arguments").map(children).unwrap_or_default();
                entered.first().map_or(Thing::Other, |entered| self.value(*entered, scope))
            }
            Thing::Object(_) | Thing::Other => Thing::Other,
        }
    }

    fn enters(&self, function: Node<'t>) -> bool {
        let name = field(function, "attribute").map(|name| self.names.text(name));
        matches!(name, Some("enter_context" | "enter_async_context"))
    }

    /// The class and the call by which the value of an expression was made.
    pub(crate) fn made_from(&self, node: Node<'t>, scope: usize) -> Option<(String, Node<'t>)> {
        let (call, scope) = match node.kind() {
            "identifier" => {
                let found = self.names.bindings(self.names.text(node), node.start_byte(), scope);
                found.into_iter().find_map(|binding| match binding.bound {
                    Bound::Value(value) if value.kind() == "call" => Some((value, binding.scope)),
                    _ => None,
                })?
            }
            "call" => (node, scope),
            _ => return None,
        };
        match self.of(field(call, "function")?, scope) {
            Thing::Path(path) => Some((path, call)),
            _ => None,
        }
    }

    fn made(&self, path: &str, call: Option<Node<'t>>, scope: usize) -> Thing {
        client_named(path).map_or(Thing::Other, |client| {
            let unknown = Settings { time_out: Setting::Unknown, retries: Setting::Unknown };
            let settings = call.map_or(unknown, |call| self.settings(call, None, scope));
            Thing::Client { client, way: String::new(), settings }
        })
    }

    fn returned(&self, function: usize) -> Thing {
        let Some(function) = self.names.functions.get(function) else { return Thing::Other };
        let said = field(function.node, "return_type").map_or(Thing::Other, |kind| self.typed(kind, function.outside));
        if said != Thing::Other && function.returns.is_empty() {
            return said;
        }
        let given = self.first(function.returns.iter().map(|value| self.value(*value, function.inside)));
        if given == Thing::Other { said } else { given }
    }

    /// What a call says of time-outs and retries.
    pub(crate) fn settings(&self, call: Node<'t>, time_out_at: Option<usize>, scope: usize) -> Settings {
        let list = field(call, "arguments").map(children).unwrap_or_default();
        let mut settings = Settings { time_out: Setting::Unset, retries: Setting::Unset };
        let mut unnamed = 0;
        for argument in list {
            let name = field(argument, "name").map(|name| self.names.text(name));
            let value = field(argument, "value");
            match (argument.kind(), name, value) {
                ("keyword_argument", Some("timeout" | "request_timeout"), Some(value)) => {
                    settings.time_out = self.time_out(value, scope);
                }
                ("keyword_argument", Some("max_retries" | "retries"), Some(value)) => {
                    let is_off = matches!(self.names.text(value), "0" | "False" | "None");
                    settings.retries = if is_off { Setting::Off } else { Setting::Set };
                }
                // A client or transport of one's own may hold either.
                ("keyword_argument", Some("http_client" | "transport" | "connector"), _) => {
                    settings.retries = settings.retries.or(Setting::Unknown);
                }
                ("dictionary_splat" | "list_splat", ..) => {
                    settings.time_out = settings.time_out.or(Setting::Unknown);
                    settings.retries = settings.retries.or(Setting::Unknown);
                }
                ("keyword_argument", ..) => {}
                _ => {
                    if Some(unnamed) == time_out_at {
                        settings.time_out = self.time_out(argument, scope);
                    }
                    unnamed += 1;
                }
            }
        }
        settings
    }

    /// What a value says as a time-out.
    fn time_out(&self, value: Node<'t>, scope: usize) -> Setting {
        if value.kind() == "identifier" {
            let found = self.names.bindings(self.names.text(value), value.start_byte(), scope);
            return match found.as_slice() {
                [Binding { bound: Bound::Value(value), scope, .. }] => self.is_endless(*value, *scope),
                _ => Setting::Set,
            };
        }
        self.is_endless(value, scope)
    }

    fn is_endless(&self, value: Node<'t>, scope: usize) -> Setting {
        // Of seconds to connect and seconds between bytes, the latter may have no end.
        let last = if value.kind() == "tuple" { children(value).last().copied() } else { None };
        if last.unwrap_or(value).kind() == "none" {
            return Setting::Off;
        }
        if value.kind() != "call" {
            return Setting::Set;
        }
        let Some(function) = field(value, "function") else { return Setting::Set };
        let arguments = field(value, "arguments").map(children).unwrap_or_default();
        let texts: Vec<String> =
            arguments.iter().map(|argument| self.names.text(*argument).replace(char::is_whitespace, "")).collect();
        let is_none = match self.value(function, scope) {
            Thing::Path(path) if path == "aiohttp.ClientTimeout" => {
                texts.iter().any(|text| text == "total=None")
                    && !texts.iter().any(|text| text.starts_with("sock_read="))
            }
            Thing::Path(path) if path == "httpx.Timeout" || path == "openai.Timeout" => {
                texts == ["None"] || texts == ["timeout=None"]
            }
            _ => false,
        };
        if is_none { Setting::Off } else { Setting::Set }
    }
}
