//! Where a call stands in Python: in which function, in which loop, awaited or not.

use tree_sitter::Node;

use super::retry::{is_repetition, is_retry_loop};
use super::value::Values;
use crate::evidence::Place;
use crate::tree::{children, field, is_field, line};

/// Calls that hand a function to a thread.
const TO_THREADS: &[&str] = &["run_in_executor", "to_thread", "run_sync", "submit", "Thread", "Timer", "map_async"];

/// Where a call stands, given the nodes above it.
pub(crate) fn place<'t>(values: &Values<'_, 't>, call: Node<'t>, above: &[Node<'t>]) -> Place {
    let mut place = Place { is_awaited: is_awaited(values, call, above), ..Place::default() };
    let (mut child, mut is_tried, mut is_here) = (call, false, true);
    for (depth, parent) in above.iter().enumerate().rev() {
        match parent.kind() {
            "function_definition" if is_field(*parent, "body", child) => {
                place.in_async = is_async(*parent);
                place.function = values.names.function_of.get(&parent.id()).copied();
                return place;
            }
            "lambda" if is_field(*parent, "body", child) => {
                if goes_to_thread(values, above.get(..depth).unwrap_or_default()) {
                    return place;
                }
                // It runs later, and perhaps not in this loop.
                is_here = false;
            }
            "try_statement" if is_field(*parent, "body", child) => is_tried = true,
            "for_statement" | "while_statement" if is_here && is_field(*parent, "body", child) => {
                let scope = values.names.scope(*parent, above.get(..depth).unwrap_or_default());
                if is_retry_loop(values, *parent, scope) || is_repetition(values, *parent, call, is_tried) {
                    place.is_retried = true;
                } else if parent.kind() == "for_statement" {
                    place.in_loop = place.in_loop.or(Some(line(*parent)));
                }
            }
            "list_comprehension" | "set_comprehension" | "dictionary_comprehension" | "generator_expression"
                if is_here && !is_first_iterable(*parent, child) =>
            {
                place.in_loop = place.in_loop.or(Some(line(*parent)));
            }
            _ => {}
        }
        child = *parent;
    }
    place
}

pub(crate) fn is_async(node: Node<'_>) -> bool {
    node.child(0).is_some_and(|first| first.kind() == "async")
}

/// What a comprehension goes over first is worked out once.
fn is_first_iterable(comprehension: Node<'_>, child: Node<'_>) -> bool {
    let first = children(comprehension).into_iter().find(|part| part.kind() == "for_in_clause");
    first.is_some_and(|first| first.id() == child.id())
}

fn goes_to_thread<'t>(values: &Values<'_, 't>, above: &[Node<'t>]) -> bool {
    let depth = above.iter().rposition(|parent| !matches!(parent.kind(), "argument_list" | "keyword_argument"));
    let Some((depth, call)) = depth.and_then(|depth| Some((depth, above.get(depth)?))) else { return false };
    let Some(function) = field(*call, "function").filter(|_| call.kind() == "call") else { return false };
    let scope = values.names.scope(*call, above.get(..depth).unwrap_or_default());
    match values.names.text(field(function, "attribute").unwrap_or(function)) {
        // The `map` of an executor calls in its threads, that of others here.
        "map" => field(function, "object").is_some_and(|object| is_executor(values, object, scope)),
        name => TO_THREADS.contains(&name),
    }
}

fn is_executor<'t>(values: &Values<'_, 't>, object: Node<'t>, scope: usize) -> bool {
    let made_from = values.made_from(object, scope).map(|(path, _)| path.to_lowercase());
    let called = values.names.text(object).to_lowercase();
    [Some(called), made_from].iter().flatten().any(|name| ["executor", "pool"].iter().any(|end| name.ends_with(end)))
}

fn is_awaited(values: &Values<'_, '_>, call: Node<'_>, above: &[Node<'_>]) -> bool {
    let mut child = call;
    for (depth, parent) in above.iter().enumerate().rev() {
        match parent.kind() {
            "await" => return true,
            "parenthesized_expression" | "as_pattern" | "with_clause" => {}
            // Asked for an answer within a time, or for the next one, it is still waited for here.
            "argument_list" => {
                let outer = depth.checked_sub(1).and_then(|depth| above.get(depth));
                let function = outer.and_then(|outer| field(*outer, "function"));
                let name = function.map(|function| values.names.text(function)).unwrap_or_default();
                if !["wait_for", "shield", "enter_async_context"].iter().any(|wait| name.ends_with(wait)) {
                    return false;
                }
            }
            "call" if field(*parent, "arguments").is_some_and(|list| list.id() == child.id()) => {}
            "with_item" => {}
            "with_statement" => return is_async(*parent),
            _ => return false,
        }
        child = *parent;
    }
    false
}
