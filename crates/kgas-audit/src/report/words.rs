//! Findings for people: by file, and what they come to.

use super::{Totals, path};
use crate::files::FileAudit;
use crate::finding::Severity;

/// The lines of a report: each file with findings, and the sums.
#[must_use]
pub fn lines(files: &[FileAudit]) -> Vec<String> {
    let mut lines = Vec::new();
    for file in files {
        if file.audit.findings.is_empty() {
            continue;
        }
        lines.push(path(file));
        let places: Vec<String> =
            file.audit.findings.iter().map(|f| format!("{}:{}", f.region.line, f.region.column)).collect();
        let wide = places.iter().map(String::len).max().unwrap_or_default();
        for (finding, place) in file.audit.findings.iter().zip(&places) {
            lines.push(format!("  {place:>wide$}  {:7}  {}: {}", finding.severity, finding.rule.id, finding.message));
            if !finding.instead.is_empty() {
                lines.push(format!("  {:wide$}           instead: {}", "", finding.instead));
            }
        }
        lines.push(String::new());
    }
    lines.extend(sums(&Totals::of(files)));
    lines
}

/// What could not be read as it should be, a line each.
#[must_use]
pub(super) fn problems(file: &FileAudit) -> Vec<String> {
    let at = |line: Option<usize>| line.map(|line| format!(":{line}")).unwrap_or_default();
    let told =
        file.audit.problems.iter().map(|problem| format!("{}{}: {}", path(file), at(problem.line), problem.message));
    told.collect()
}

fn sums(totals: &Totals) -> Vec<String> {
    let count = |severity: Severity| many(totals.by_severity.get(severity.word()).copied(), severity.word());
    let severities = [Severity::Error, Severity::Warning, Severity::Note].map(count).join(", ");
    let files = many(Some(totals.files), "file");
    let mut lines = vec![
        format!("{files}, {} with blocking calls", totals.files_with_blocking_calls),
        format!("{}: {severities}", many(Some(totals.findings), "finding")),
    ];
    let calls: Vec<String> = totals
        .calls
        .iter()
        .map(|(library, counts)| {
            let kinds = [(counts.blocking, "blocking"), (counts.awaited, "async")];
            let kinds =
                kinds.into_iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}"));
            format!("{library} {}", kinds.collect::<Vec<_>>().join(" and "))
        })
        .collect();
    lines.push(format!("calls: {}", if calls.is_empty() { "none".to_owned() } else { calls.join(", ") }));
    lines.push(format!("time-outs set: {}", totals.time_outs));
    if totals.allowed > 0 {
        lines.push(format!("allowed by comments: {}", totals.allowed));
    }
    lines
}

fn many(count: Option<usize>, what: &str) -> String {
    let count = count.unwrap_or_default();
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
