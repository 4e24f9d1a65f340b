//! Comments that allow a finding: `kgas: allow(no-timeout, no-retry)`, in its line or alone in the line above.

use std::collections::BTreeMap;

use tree_sitter::Node;

use crate::audit::Problem;
use crate::finding::Finding;
use crate::rules::rule;
use crate::tree::{line, text, walk};

/// What is allowed, by line.
#[derive(Debug, Default)]
pub(crate) struct Allowed {
    lines: BTreeMap<usize, Vec<String>>,
}

impl Allowed {
    /// Reads the comments; names that are no rule's are told of.
    pub(crate) fn read(source: &str, root: Node<'_>, problems: &mut Vec<Problem>) -> Self {
        let mut allowed = Self::default();
        walk(root, |node, _| {
            if !matches!(node.kind(), "comment" | "line_comment" | "block_comment") {
                return;
            }
            let Some(names) = names(text(source, node)) else { return };
            let at = line(node);
            for name in names {
                if rule(&name).is_none() {
                    problems.push(Problem { line: Some(at), message: format!("allow({name}) names no rule") });
                }
                let is_alone = source.lines().nth(at - 1).is_some_and(is_comment);
                allowed.lines.entry(if is_alone { at + 1 } else { at }).or_default().push(name);
            }
        });
        allowed
    }

    pub(crate) fn has(&self, finding: &Finding) -> bool {
        self.lines.get(&finding.region.line).is_some_and(|names| names.iter().any(|name| name == finding.rule.id))
    }
}

fn is_comment(line: &str) -> bool {
    ["#", "//", "/*"].iter().any(|mark| line.trim_start().starts_with(mark))
}

fn names(comment: &str) -> Option<Vec<String>> {
    let (_, after) = comment.split_once("kgas: allow(")?;
    let (list, _) = after.split_once(')')?;
    Some(list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
}
