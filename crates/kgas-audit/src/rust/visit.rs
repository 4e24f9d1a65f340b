//! All calls of a Rust source, with what was found out about each.

use tree_sitter::Node;

use super::around::{is_async_function, place};
use super::known::{FAMILIES, Family, Stage, is_retry};
use super::macros::Macros;
use super::names::Names;
use super::value::{Thing, Values, receiver};
use crate::evidence::{Call, Endless, Evidence, Function, Kind, Place, Setting, Use};
use crate::finding::Region;
use crate::known::STD_THREAD;
use crate::tree::{field, region};

/// What a Rust source does.
pub(crate) fn evidence(source: &str, root: Node<'_>) -> Evidence {
    let macros = Macros::read(source, root);
    let names = Names::read(source, root, &macros);
    let is_retried = names.paths.iter().any(|path| is_retry(path));
    let mut visit =
        Visit { values: Values::new(&names), evidence: Evidence::default(), endless: Vec::new(), is_retried };
    for function in &names.functions {
        let name = field(*function, "name").map(|name| names.text(name)).unwrap_or_default();
        let is_async = is_async_function(*function);
        visit.evidence.functions.push(Function { name: name.to_owned(), is_async });
    }
    macros.walk(root, &mut |node, above| {
        if node.kind() == "call_expression" {
            visit.call(node, above);
        }
    });
    visit.evidence.endless.extend(visit.endless);
    visit.evidence
}

struct Visit<'n, 't> {
    values: Values<'n, 't>,
    evidence: Evidence,
    /// Clients that were told of no time-out.
    endless: Vec<Endless>,
    /// Whether the source uses a crate that tries again.
    is_retried: bool,
}

impl<'t> Visit<'_, 't> {
    fn call(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let Some(function) = field(node, "function") else { return };
        let names = self.values.names;
        let (scope, own) = (names.scope(above), names.owner(above));
        let at = region(names.source, node);
        if let Some((object, method)) = receiver(function) {
            let object = self.values.of(object, scope, own);
            self.method(&object, names.text(method), at, || place(names, node, above));
            self.made(node, scope, own, at);
            return;
        }
        match self.values.of(function, scope, own) {
            Thing::Path(path) => {
                if path == "std::thread::sleep" {
                    let place = place(names, node, above);
                    self.push(at, &path, Kind::Sleep, &STD_THREAD, place, Setting::Unset, Setting::Unset);
                } else if let Some(family) = FAMILIES.iter().find(|family| family.sends.contains(&path.as_str())) {
                    let place = place(names, node, above);
                    self.push(at, &path, family.kind, family.library, place, Setting::Unset, Setting::Unset);
                }
                self.made(node, scope, own, at);
            }
            Thing::Function(function) => {
                let place = place(names, node, above);
                self.evidence.uses.push(Use { region: at, function, place });
            }
            _ => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one for each field")]
    fn push(
        &mut self,
        region: Region,
        name: &str,
        kind: Kind,
        library: &'static crate::known::Library,
        place: Place,
        time_out: Setting,
        retries: Setting,
    ) {
        let retries = if self.is_retried { Setting::Unknown } else { retries };
        let name = name.to_owned();
        // What sets a time-out is a call of its own here.
        let sets_time_out = false;
        self.evidence.calls.push(Call { region, name, library, kind, place, time_out, sets_time_out, retries });
    }

    fn method(&mut self, object: &Thing<'t>, method: &str, at: Region, place: impl FnOnce() -> Place) {
        let names = self.values.names;
        match object {
            Thing::Going { family, stage: Stage::Request, name, time_out, retries } if family.is_last(method) => {
                let name = format!("{name}(…).{method}");
                self.push(at, &name, family.kind, family.library, place(), *time_out, *retries);
            }
            Thing::Going { family, stage: Stage::Client, time_out, retries, .. }
                if matches!(method, "execute" | "run") =>
            {
                let time_out = if *time_out == Setting::Set { Setting::Set } else { Setting::Unknown };
                let name = format!("{}::{method}", family.client);
                self.push(at, &name, family.kind, family.library, place(), time_out, *retries);
            }
            Thing::Going { .. } if method.starts_with("timeout") || method == "read_timeout" => {
                self.evidence.time_outs += 1;
            }
            Thing::Object(kind) => {
                if let Some(function) = names.methods.get(&(*kind, method)) {
                    self.evidence.uses.push(Use { region: at, function: *function, place: place() });
                }
            }
            _ => {}
        }
    }

    /// A client that a call makes: one that waits for ever is told of here, once for all its calls.
    fn made(&mut self, node: Node<'t>, scope: usize, own: Option<&'t str>, at: Region) {
        let Thing::Going { family, stage: Stage::Client, time_out, .. } = self.values.of(node, scope, own) else {
            return;
        };
        if !self.makes(node, scope, own) {
            return;
        }
        let Family { library, client, .. } = family;
        let message = match (time_out, library.endless) {
            (Setting::Off, _) => format!("this `{client}` is told to wait for ever"),
            (Setting::Unset, Some(why)) => format!("calls of this `{client}` may wait for ever: {why}"),
            _ => return,
        };
        self.endless.push(Endless { region: at, message, instead: library.time_out });
    }

    /// Whether it is this call that makes the client, and not one like `clone`.
    fn makes(&self, node: Node<'t>, scope: usize, own: Option<&'t str>) -> bool {
        let Some(function) = field(node, "function") else { return false };
        match receiver(function) {
            Some((object, method)) => {
                let is_builder =
                    matches!(self.values.of(object, scope, own), Thing::Going { stage: Stage::Builder, .. });
                is_builder && self.values.names.text(method) == "build"
            }
            None => match self.values.of(function, scope, own) {
                Thing::Path(path) => super::known::given_by(&path).is_some(),
                _ => false,
            },
        }
    }
}
