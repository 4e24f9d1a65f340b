//! What stands in macros: their arguments, read as expressions.

use std::collections::HashMap;

use tree_sitter::{Node, Parser, Range, Tree};

use crate::files::Language;
use crate::tree::{walk, walk_below};

/// Macros within macros are read to this depth.
const DEEPEST: usize = 3;

/// The trees of the arguments of macros, by the node of the macro's call.
#[derive(Debug, Default)]
pub(crate) struct Macros {
    trees: Vec<(usize, Tree)>,
    by_node: HashMap<usize, Vec<usize>>,
}

impl Macros {
    pub(crate) fn read(source: &str, root: Node<'_>) -> Self {
        let mut macros = Self::default();
        macros.add(source, root);
        let mut from = 0;
        for _ in 1..DEEPEST {
            let trees: Vec<Tree> = macros.trees.iter().skip(from).map(|(_, tree)| tree.clone()).collect();
            from = macros.trees.len();
            trees.iter().for_each(|tree| macros.add(source, tree.root_node()));
        }
        for (number, (node, _)) in macros.trees.iter().enumerate() {
            macros.by_node.entry(*node).or_default().push(number);
        }
        macros
    }

    fn add(&mut self, source: &str, root: Node<'_>) {
        let mut parser = Parser::new();
        if parser.set_language(&Language::Rust.grammar()).is_err() {
            return;
        }
        walk(root, |node, _| {
            if node.kind() == "macro_invocation" {
                for range in arguments(node) {
                    let tree = parser.set_included_ranges(&[range]).ok().and_then(|()| parser.parse(source, None));
                    self.trees.extend(tree.map(|tree| (node.id(), tree)));
                }
            }
        });
    }

    /// Walks a tree, and below each macro what stands in it.
    pub(crate) fn walk<'t>(&'t self, root: Node<'t>, enter: &mut dyn FnMut(Node<'t>, &[Node<'t>])) {
        self.walk_below(&[], root, enter);
    }

    fn walk_below<'t>(&'t self, over: &[Node<'t>], root: Node<'t>, enter: &mut dyn FnMut(Node<'t>, &[Node<'t>])) {
        walk_below(over, root, |node, above| {
            enter(node, above);
            let Some(numbers) = self.by_node.get(&node.id()) else { return };
            let mut above = above.to_vec();
            above.push(node);
            for (_, tree) in numbers.iter().filter_map(|number| self.trees.get(*number)) {
                self.walk_below(&above, tree.root_node(), enter);
            }
        });
    }
}

/// The arguments of a macro, as pieces between commas.
fn arguments(call: Node<'_>) -> Vec<Range> {
    let mut cursor = call.walk();
    let Some(list) = call.children(&mut cursor).find(|child| child.kind() == "token_tree") else { return Vec::new() };
    let mut pieces = Vec::new();
    let mut piece: Option<Range> = None;
    let mut cursor = list.walk();
    let tokens: Vec<Node<'_>> = list.children(&mut cursor).collect();
    let inner = tokens.len().saturating_sub(2);
    for token in tokens.into_iter().skip(1).take(inner) {
        if matches!(token.kind(), "," | ";" | "=>") {
            pieces.extend(piece.take());
            continue;
        }
        let range = token.range();
        let piece = piece.get_or_insert(range);
        (piece.end_byte, piece.end_point) = (range.end_byte, range.end_point);
    }
    pieces.extend(piece);
    // A single token calls nothing.
    pieces.retain(|piece| piece.end_byte - piece.start_byte > 3);
    pieces
}
