//! All calls of a Python source, with what was found out about each.

use tree_sitter::Node;

use super::around::{is_async, place};
use super::call::sent;
use super::names::Names;
use super::retry::{kept_in, retries, uses_item};
use super::value::{Thing, Values};
use crate::evidence::{Awaits, Endless, Evidence, Function, Setting, Silenced, Use};
use crate::tree::{field, is_field, line, region, walk};

/// What a Python source does.
pub(crate) fn evidence(source: &str, root: Node<'_>) -> Evidence {
    let names = Names::read(source, root);
    let values = Values::new(&names);
    let mut visit = Visit { values, evidence: Evidence::default(), retried: Vec::new(), awaits: Vec::new() };
    visit.functions();
    walk(root, |node, above| {
        if node.kind() == "call" {
            visit.call(node, above);
        }
    });
    visit.evidence
}

struct Visit<'n, 't> {
    values: Values<'n, 't>,
    evidence: Evidence,
    /// For each function the decorator that tries it again.
    retried: Vec<Option<(String, Node<'t>)>>,
    awaits: Vec<usize>,
}

impl<'t> Visit<'_, 't> {
    fn functions(&mut self) {
        for function in &self.values.names.functions {
            let name = field(function.node, "name").map(|name| self.values.names.text(name)).unwrap_or_default();
            self.evidence.functions.push(Function { name: name.to_owned(), is_async: is_async(function.node) });
            let mut decorators = function.decorators.iter();
            let retry = decorators.find_map(|decorator| {
                retries(&self.values, *decorator, function.outside).map(|name| (name, *decorator))
            });
            self.retried.push(retry);
        }
    }

    fn call(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let Some(function) = field(node, "function") else { return };
        let names = self.values.names;
        let scope = names.scope(node, above);
        let callee = self.values.of(function, scope);
        self.endless(node, &callee, scope);
        let mut place = place(&self.values, node, above);
        place.is_retried |= self.is_in_retried(above);
        if let Some(call) = sent(&self.values, node, &callee, scope, place.clone()) {
            self.evidence.time_outs += usize::from(call.sets_time_out);
            self.silenced(node, above);
            self.evidence.calls.push(call);
            return;
        }
        let called = match callee {
            Thing::Function(called) => Some(called),
            Thing::Class(class) => {
                let class = names.classes.get(class);
                let init = class.map(|class| names.class_bindings(class, "__init__")).unwrap_or_default();
                init.iter().find_map(|binding| match binding.bound {
                    super::names::Bound::Function(init) => Some(init),
                    _ => None,
                })
            }
            _ => None,
        };
        if let Some(function) = called {
            self.evidence.uses.push(Use { region: region(names.source, node), function, place });
        } else if let (Some(in_loop), true) = (place.in_loop, place.is_awaited) {
            self.awaits(node, function, in_loop, above, &callee);
        }
    }

    /// Whether a function around is tried again.
    fn is_in_retried(&self, above: &[Node<'t>]) -> bool {
        let functions = above.iter().filter_map(|parent| self.values.names.function_of.get(&parent.id()));
        functions.filter_map(|function| self.retried.get(*function)).any(Option::is_some)
    }

    /// A client whose time-out is switched off.
    fn endless(&mut self, node: Node<'t>, callee: &Thing, scope: usize) {
        let client = match callee {
            Thing::Path(path) => super::known::client_named(path),
            Thing::Client { client, way, .. } if way == "with_options" || way == "copy" => Some(*client),
            _ => None,
        };
        let Some(client) = client else { return };
        let settings = self.values.settings(node, None, scope);
        self.evidence.time_outs += usize::from(settings.time_out == Setting::Set);
        if settings.time_out == Setting::Off {
            self.evidence.endless.push(Endless {
                region: region(self.values.names.source, node),
                message: format!("`{}` is told to wait for ever", client.name()),
                instead: client.library.time_out,
            });
        }
    }

    /// A retry around the function, of which nothing gets out.
    fn silenced(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let names = self.values.names;
        let number = above.iter().rev().find_map(|parent| names.function_of.get(&parent.id()));
        let Some((number, Some((decorator, at)))) = number.and_then(|n| Some((*n, self.retried.get(*n)?.clone())))
        else {
            return;
        };
        let Some(function) = names.functions.get(number) else { return };
        let by_result = ["on_predicate", "retry_if_result", "retry_if_not_result", "retry_any"];
        if by_result.iter().any(|word| names.text(at).contains(word)) {
            return;
        }
        if let Some(handler) = kept_in(&self.values, function, node, above) {
            let region = region(names.source, at);
            if self.evidence.silenced.iter().all(|silenced| silenced.region != region) {
                self.evidence.silenced.push(Silenced { region, decorator, handler });
            }
        }
    }

    /// An await of something unknown that is given the item of a loop.
    fn awaits(&mut self, node: Node<'t>, function: Node<'t>, in_loop: usize, above: &[Node<'t>], callee: &Thing) {
        const WAITING: &[&str] =
            &["sleep", "put", "send", "write", "acquire", "wait", "join", "drain", "close", "publish", "aclose"];
        let names = self.values.names;
        let name = field(function, "attribute").unwrap_or(function);
        let is_asyncio = matches!(callee, Thing::Path(path) if path.starts_with("asyncio."));
        let item = above.iter().enumerate().rev().find(|(_, parent)| parent.kind() == "for_statement");
        let Some((depth, parent)) = item else { return };
        let child = above.get(depth + 1).copied().unwrap_or(node);
        let is_over_items = !is_async(*parent) && is_field(*parent, "body", child) && line(*parent) == in_loop;
        if is_asyncio
            || !is_over_items
            || WAITING.contains(&names.text(name))
            || self.awaits.contains(&node.start_byte())
        {
            return;
        }
        if uses_item(&self.values, *parent, node) {
            self.awaits.push(node.start_byte());
            self.evidence.awaits.push(Awaits {
                region: region(names.source, node),
                name: names.text(function).to_owned(),
                in_loop,
                instead: "if the items don't depend on each other: asyncio.gather under a semaphore",
            });
        }
    }
}
