//! What all files come to.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::Counts;
use crate::files::FileAudit;
use crate::finding::Severity;
use crate::rules::RULES;

/// Sums over all files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Files that were read.
    pub files: usize,
    /// Those with calls that hold their thread.
    pub files_with_blocking_calls: usize,
    /// Findings.
    pub findings: usize,
    /// Findings by severity; each has its line.
    pub by_severity: BTreeMap<&'static str, usize>,
    /// Findings by rule; rules without any are left out.
    pub by_rule: BTreeMap<&'static str, usize>,
    /// Calls by library.
    pub calls: BTreeMap<&'static str, Counts>,
    /// Time-outs that are set.
    pub time_outs: usize,
    /// Findings that comments allow.
    pub allowed: usize,
    /// Places that could not be read.
    pub problems: usize,
}

impl Totals {
    /// The sums over these files.
    #[must_use]
    pub fn of(files: &[FileAudit]) -> Self {
        let mut totals = Self { files: files.len(), ..Self::default() };
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            totals.by_severity.insert(severity.word(), 0);
        }
        for audit in files.iter().map(|file| &file.audit) {
            totals.files_with_blocking_calls += usize::from(audit.is_blocking());
            totals.findings += audit.findings.len();
            totals.time_outs += audit.time_outs;
            totals.allowed += audit.allowed;
            totals.problems += audit.problems.len();
            for finding in &audit.findings {
                *totals.by_severity.entry(finding.severity.word()).or_default() += 1;
                *totals.by_rule.entry(finding.rule.id).or_default() += 1;
            }
            for (library, counts) in &audit.calls {
                let sum = totals.calls.entry(library).or_default();
                sum.blocking += counts.blocking;
                sum.awaited += counts.awaited;
            }
        }
        totals
    }

    /// The worst that was found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        RULES.iter().filter(|rule| self.by_rule.contains_key(rule.id)).map(|rule| rule.severity).max()
    }
}
