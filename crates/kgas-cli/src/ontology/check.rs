//! `kgas ontology check`: what is wrong with an ontology, and what looks like a mistake.

use std::path::Path;

use kgas_ontology::{Finding, Problem, Severity, check, load_spec};
use serde_json::{Value, json};

use super::warn;
use crate::Exit;
use crate::args::ReadingArgs;
use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

pub(super) fn main(file: &Path, as_json: bool, reading: &ReadingArgs, show: Show) -> Result<Exit, Failure> {
    let (spec, format, warnings) = load_spec(file, &reading.options()).map_err(Failure::fatal)?;
    warn(&warnings, file, show);
    let mut findings = check(&spec);
    if reading.lenient {
        // The other commands leave them out, with a warning.
        let unknown = findings.iter_mut().filter(|finding| matches!(finding.problem, Problem::UnknownClass { .. }));
        unknown.for_each(|finding| finding.severity = Severity::Warning);
        findings.sort_by_key(|finding| finding.severity);
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let others = findings.len().saturating_sub(errors);
    if as_json {
        let all: Vec<Value> = findings.iter().map(as_value).collect();
        show.json(&all)?;
    } else {
        findings.iter().try_for_each(|finding| show.result(&finding.to_string()))?;
    }
    let words = |count: usize, one, many| counted(count.try_into().unwrap_or(u64::MAX), one, many);
    let classes = words(spec.classes.len(), "class", "classes");
    let relations = words(spec.relations.len(), "relation", "relations");
    let found = format!("{}, {}", words(errors, "error", "errors"), words(others, "warning", "warnings"));
    show.note(&format!("{}: {format}, {classes}, {relations}: {found}", file.display()));
    Ok(if errors == 0 { Exit::Complete } else { Exit::Fatal })
}

fn as_value(finding: &Finding) -> Value {
    json!({"severity": finding.severity.to_string(), "kind": finding.problem.kind(),
        "message": finding.problem.to_string()})
}
