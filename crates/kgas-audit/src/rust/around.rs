//! Where a call stands in Rust: in which function, in async code or not, in which loop.

use tree_sitter::Node;

use super::names::Names;
use super::value::receiver;
use crate::evidence::Place;
use crate::tree::{children, field, has, is_field, line, walk};

/// Functions that run a closure on a thread where it may block.
const TO_THREADS: &[&str] = &["spawn_blocking", "block_in_place", "spawn", "scope", "install", "asyncify"];

/// Where a call stands, given the nodes above it.
pub(crate) fn place<'t>(names: &Names<'t>, call: Node<'t>, above: &[Node<'t>]) -> Place {
    let mut place = Place { is_awaited: is_awaited(names, call, above), ..Place::default() };
    let (mut child, mut is_here) = (call, true);
    for (depth, parent) in above.iter().enumerate().rev() {
        match parent.kind() {
            "function_item" if Names::is_body(*parent, child) => {
                place.in_async |= is_async_function(*parent);
                place.function = names.function_of.get(&parent.id()).copied();
                return place;
            }
            "async_block" => {
                place.in_async = true;
                return place;
            }
            "closure_expression" => {
                let (is_async, taker) = (is_async_closure(*parent), taker(above.get(..depth).unwrap_or_default()));
                let name = taker.and_then(|taker| field(taker, "function")).map(|function| names.text(function));
                let name = name.and_then(|name| name.rsplit(['.', ':']).next()).unwrap_or_default();
                if is_async || TO_THREADS.contains(&name.trim()) {
                    place.in_async = is_async;
                    return place;
                }
                match taker {
                    Some(taker) if is_here && is_iterated(names, taker) => {
                        place.in_loop = place.in_loop.or(Some(line(taker)));
                    }
                    _ => is_here = false,
                }
            }
            "for_expression" | "while_expression" | "loop_expression"
                if is_here && is_field(*parent, "body", child) =>
            {
                if is_repetition(names, *parent, call) {
                    place.is_retried = true;
                } else if parent.kind() == "for_expression" {
                    place.in_loop = place.in_loop.or(Some(line(*parent)));
                }
            }
            _ => {}
        }
        child = *parent;
    }
    place
}

pub(crate) fn is_async_function(function: Node<'_>) -> bool {
    let modifiers = children(function).into_iter().find(|child| child.kind() == "function_modifiers");
    modifiers.is_some_and(|modifiers| has(modifiers, |node| node.kind() == "async"))
}

fn is_async_closure(closure: Node<'_>) -> bool {
    let mut cursor = closure.walk();
    closure.children(&mut cursor).any(|child| child.kind() == "async")
}

/// The call that is given a closure.
fn taker<'t>(above: &[Node<'t>]) -> Option<Node<'t>> {
    let [.., call, list] = above else { return None };
    (list.kind() == "arguments" && call.kind() == "call_expression").then_some(*call)
}

/// Whether a closure is called for each item of an iterator, one after another.
fn is_iterated(names: &Names<'_>, taker: Node<'_>) -> bool {
    const ADAPTORS: &[&str] = &["map", "for_each", "try_for_each", "flat_map", "filter_map", "filter", "find_map"];
    const STARTS: &[&str] =
        &[".iter()", ".into_iter()", ".iter_mut()", ".drain(", ".lines()", ".chunks(", "0..", "1.."];
    let Some((object, method)) = field(taker, "function").and_then(receiver) else { return false };
    let object = names.text(object);
    ADAPTORS.contains(&names.text(method))
        && STARTS.iter().any(|start| object.contains(start))
        && !object.contains("par_")
}

/// Whether a loop makes attempts at one thing, and not one call for each of many.
fn is_repetition(names: &Names<'_>, node: Node<'_>, call: Node<'_>) -> bool {
    if node.kind() == "for_expression" {
        let is_counted = field(node, "value").is_some_and(|value| value.kind() == "range_expression");
        let ends = |node: Node<'_>| matches!(node.kind(), "break_expression" | "return_expression");
        return is_counted && !uses_item(names, node, call) && has(node, ends);
    }
    // Where a loop counts or spaces out attempts, some name says so.
    has(node, |node| {
        let name = if node.kind() == "identifier" { names.text(node).to_lowercase() } else { String::new() };
        ["attempt", "retr", "tries", "backoff"].iter().any(|word| name.contains(word))
    })
}

fn uses_item(names: &Names<'_>, node: Node<'_>, call: Node<'_>) -> bool {
    let Some(pattern) = field(node, "pattern") else { return false };
    let mut items = Vec::new();
    walk(pattern, |node, _| {
        if node.kind() == "identifier" {
            items.push(names.text(node));
        }
    });
    has(call, |node| node.kind() == "identifier" && items.contains(&names.text(node)))
}

fn is_awaited(names: &Names<'_>, call: Node<'_>, above: &[Node<'_>]) -> bool {
    let mut child = call;
    for (depth, parent) in above.iter().enumerate().rev() {
        match parent.kind() {
            "await_expression" => return true,
            // `call.map_err(…).await` waits for the call.
            "field_expression" if is_field(*parent, "value", child) => {}
            "call_expression" => {}
            "arguments" => {
                let outer = depth.checked_sub(1).and_then(|depth| above.get(depth));
                let function = outer.and_then(|outer| field(*outer, "function"));
                if !function.is_some_and(|function| names.text(function).ends_with("timeout")) {
                    return false;
                }
            }
            _ => return false,
        }
        child = *parent;
    }
    false
}
