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
        let lines: Vec<&str> = source.lines().collect();
        let is_alone = |at: usize| lines.get(at - 1).is_some_and(|line| is_comment(line));
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
                // Comments may stand below each other.
                let target = (at..).find(|line| !is_alone(*line)).unwrap_or(at);
                allowed.lines.entry(target).or_default().push(name);
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
    let (_, after) = comment.split_once("kgas:")?;
    let (list, _) = after.trim_start().strip_prefix("allow")?.trim_start().strip_prefix('(')?.split_once(')')?;
    Some(list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
}
