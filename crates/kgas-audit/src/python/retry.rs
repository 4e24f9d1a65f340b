//! What tries again in Python: decorators, contexts, loops by hand; and decorators that never get to.

use tree_sitter::Node;

use super::known::is_retry;
use super::names::Function;
use super::value::{Thing, Values};
use crate::tree::{children, field, has, is_field};

/// Whether a decorator tries again; the decorator's own expression, without its arguments, is what is shown.
pub(crate) fn retries<'t>(values: &Values<'_, 't>, decorator: Node<'t>, scope: usize) -> Option<String> {
    let expression = children(decorator).into_iter().next()?;
    let named = if expression.kind() == "call" { field(expression, "function")? } else { expression };
    let path = match values.of(named, scope) {
        Thing::Path(path) => path,
        _ => values.names.text(named).to_owned(),
    };
    is_retry(&path).then_some(path)
}

/// Whether a `for attempt in Retrying(…)` or `with attempt:` of a library stands here.
pub(crate) fn is_retry_loop<'t>(values: &Values<'_, 't>, node: Node<'t>, scope: usize) -> bool {
    let Some(made) = field(node, "right").filter(|right| right.kind() == "call") else { return false };
    let function = field(made, "function");
    function.is_some_and(|function| match values.of(function, scope) {
        Thing::Path(path) => is_retry(&path) || path.starts_with("tenacity."),
        _ => false,
    })
}

/// Whether a loop makes attempts at one thing, and not one call for each of many: `while`, or `for … in range(…)` whose
/// number the call doesn't use.
pub(crate) fn is_repetition(values: &Values<'_, '_>, node: Node<'_>, call: Node<'_>, is_tried: bool) -> bool {
    if node.kind() == "while_statement" {
        return is_tried;
    }
    let right = field(node, "right").map(|right| values.names.text(right)).unwrap_or_default();
    let is_counted = ["range(", "count(", "itertools.count("].iter().any(|start| right.starts_with(start));
    let ends_early = |node: Node<'_>| matches!(node.kind(), "break_statement" | "return_statement");
    is_counted && !uses_item(values, node, call) && (is_tried || has(node, ends_early))
}

/// Whether a call mentions what the loop goes over.
pub(crate) fn uses_item(values: &Values<'_, '_>, node: Node<'_>, call: Node<'_>) -> bool {
    let Some(left) = field(node, "left") else { return false };
    let mut items = Vec::new();
    crate::tree::walk(left, |node, _| {
        if node.kind() == "identifier" {
            items.push(values.names.text(node));
        }
    });
    has(call, |node| node.kind() == "identifier" && items.contains(&values.names.text(node)))
}

/// The line of the handler that keeps everything from the decorator, given a call and the nodes above it.
pub(crate) fn kept_in<'t>(
    values: &Values<'_, 't>,
    function: &Function<'t>,
    call: Node<'t>,
    above: &[Node<'t>],
) -> Option<usize> {
    let mut child = call;
    for parent in above.iter().rev() {
        if parent.id() == function.node.id() {
            return None;
        }
        if parent.kind() == "try_statement" && is_field(*parent, "body", child) {
            let handlers: Vec<Node<'t>> =
                children(*parent).into_iter().filter(|child| child.kind() == "except_clause").collect();
            let all = handlers.iter().find(|handler| catches_all(values, **handler));
            let lets_out = |handler: &Node<'t>| has(*handler, |node| node.kind() == "raise_statement");
            if let Some(all) = all.filter(|_| !handlers.iter().any(lets_out)) {
                return Some(crate::tree::line(*all));
            }
        }
        child = *parent;
    }
    None
}

fn catches_all(values: &Values<'_, '_>, handler: Node<'_>) -> bool {
    let parts: Vec<Node<'_>> = children(handler).into_iter().filter(|part| part.kind() != "block").collect();
    let Some(what) = parts.first() else { return true };
    let text = values.names.text(*what);
    let named = text.split(" as ").next().unwrap_or_default().trim();
    matches!(named, "Exception" | "BaseException")
}
