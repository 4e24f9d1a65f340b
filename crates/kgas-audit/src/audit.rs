//! One source: parsed, read, judged.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tree_sitter::Node;

use crate::allow::Allowed;
use crate::evidence::{Evidence, Kind};
use crate::files::Language;
use crate::finding::Finding;
use crate::tree::{DEEPEST, line, parse, walk};
use crate::{judge, python, rust};

/// What came of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// What to change, in the order of the text.
    pub findings: Vec<Finding>,
    /// Its calls, by library.
    pub calls: BTreeMap<&'static str, Counts>,
    /// How many time-outs it sets for its calls.
    pub time_outs: usize,
    /// How many findings a comment allows.
    pub allowed: usize,
    /// What stood in the way of reading it.
    pub problems: Vec<Problem>,
}

/// Calls of a library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Calls that hold their thread.
    pub blocking: usize,
    /// Calls that are awaited.
    #[serde(rename = "async")]
    pub awaited: usize,
}

/// Something that could not be read as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where, if it is at one place.
    pub line: Option<usize>,
    /// What.
    pub message: String,
}

/// Audits a source text.
#[must_use]
pub fn audit_source(language: Language, source: &str) -> Audit {
    let Some(tree) = parse(language, source) else {
        let problem = Problem { line: None, message: "it can't be parsed".to_owned() };
        return Audit { problems: vec![problem], ..Audit::default() };
    };
    let root = tree.root_node();
    let mut audit = Audit::default();
    audit.problems.extend(problems(root));
    let evidence = match language {
        Language::Python => python::evidence(source, root),
        Language::Rust => rust::evidence(source, root),
    };
    audit.count(&evidence);
    let allowed = Allowed::read(source, root, &mut audit.problems);
    let findings = judge::findings(&evidence);
    let before = findings.len();
    audit.findings = findings.into_iter().filter(|finding| !allowed.has(finding)).collect();
    audit.allowed = before - audit.findings.len();
    mark(&mut audit.findings, source);
    audit
}

fn problems(root: Node<'_>) -> Vec<Problem> {
    let (mut unparsed, mut deep) = (None, None);
    walk(root, |node, above| {
        if unparsed.is_none() && (node.is_error() || node.is_missing()) {
            unparsed = Some(line(node));
        }
        if deep.is_none() && above.len() == DEEPEST {
            deep = Some(line(node));
        }
    });
    let unparsed = unparsed.map(|line| (line, "the syntax is not understood here; the rest is audited"));
    let deep = deep.map(|line| (line, "the code is nested too deeply here; what lies deeper is passed over"));
    let found = [unparsed, deep].into_iter().flatten();
    found.map(|(line, message)| Problem { line: Some(line), message: message.to_owned() }).collect()
}

impl Audit {
    fn count(&mut self, evidence: &Evidence) {
        self.time_outs = evidence.time_outs;
        for call in &evidence.calls {
            match call.kind {
                Kind::Blocking => self.calls.entry(call.library.name).or_default().blocking += 1,
                Kind::Async => self.calls.entry(call.library.name).or_default().awaited += 1,
                Kind::Sleep => {}
            }
        }
    }

    /// Whether some call of it holds its thread.
    #[must_use]
    pub fn is_blocking(&self) -> bool {
        self.calls.values().any(|counts| counts.blocking > 0)
    }
}

/// Gives each finding a mark made of its rule and the text of its line, and a number where that comes again.
fn mark(findings: &mut [Finding], source: &str) {
    let lines: Vec<&str> = source.lines().collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let text = lines.get(finding.region.line - 1).map_or("", |line| line.trim());
        let digest = Sha256::digest(format!("{}\n{text}", finding.rule.id));
        let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let number = seen.entry(hash.clone()).and_modify(|number| *number += 1).or_insert(1);
        finding.fingerprint = format!("{hash}:{number}");
    }
}
