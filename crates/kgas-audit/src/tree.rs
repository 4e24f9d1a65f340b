//! Syntax trees: a walk that needs no stack of its own, and places in lines and columns.

use tree_sitter::{Node, Parser, Tree};

use crate::files::Language;
use crate::finding::Region;

/// A source with its tree.
pub(crate) fn parse(language: Language, source: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).ok()?;
    parser.parse(source, None)
}

/// What is nested deeper than this is passed over: looking upwards from each node would take too long.
pub(crate) const DEEPEST: usize = 1_000;

/// Shows each node with those above it, in the order of the text.
pub(crate) fn walk<'t>(root: Node<'t>, enter: impl FnMut(Node<'t>, &[Node<'t>])) {
    walk_below(&[], root, enter);
}

/// As [`walk`], for a tree that stands below nodes of another one.
pub(crate) fn walk_below<'t>(over: &[Node<'t>], root: Node<'t>, mut enter: impl FnMut(Node<'t>, &[Node<'t>])) {
    let mut cursor = root.walk();
    let mut above = over.to_vec();
    loop {
        let node = cursor.node();
        enter(node, &above);
        if above.len() < DEEPEST && cursor.goto_first_child() {
            above.push(node);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            above.pop();
        }
    }
}

/// Whether a node or one below it is such.
pub(crate) fn has<'t>(root: Node<'t>, mut is_such: impl FnMut(Node<'t>) -> bool) -> bool {
    let mut found = false;
    walk(root, |node, _| found = found || is_such(node));
    found
}

/// The named nodes right below, without comments.
pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

pub(crate) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

pub(crate) fn is_field(node: Node<'_>, name: &str, child: Node<'_>) -> bool {
    field(node, name).is_some_and(|there| there.id() == child.id())
}

pub(crate) fn text<'s>(source: &'s str, node: Node<'_>) -> &'s str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// The line of a node, from 1.
pub(crate) fn line(node: Node<'_>) -> usize {
    node.start_position().row + 1
}

pub(crate) fn region(source: &str, node: Node<'_>) -> Region {
    let (start, end) = (node.start_position(), node.end_position());
    // Trees count columns in bytes.
    let column = |at: usize, bytes: usize| {
        let line = source.get(at.saturating_sub(bytes)..at).unwrap_or_default();
        line.chars().count() + 1
    };
    Region {
        line: start.row + 1,
        column: column(node.start_byte(), start.column),
        end_line: end.row + 1,
        end_column: column(node.end_byte(), end.column),
    }
}
