//! Sources that say themselves what is to be found: `# -> rule rule` or `// -> rule` at the end of a line.

#![allow(dead_code, reason = "each test binary uses its part of this")]

use kgas_audit::{Language, audit_source};

/// Line and rule of all that a source says is to be found.
pub(crate) fn expected(source: &str) -> Vec<(usize, String)> {
    let mut expected = Vec::new();
    for (number, line) in source.lines().enumerate() {
        if let Some((_, rules)) = line.split_once("# -> ").or_else(|| line.split_once("// -> ")) {
            expected.extend(rules.split_whitespace().map(|rule| (number + 1, rule.to_owned())));
        }
    }
    expected.sort();
    expected
}

/// Line and rule of all that is found, of these rules.
pub(crate) fn found(language: Language, source: &str, only: &[&str]) -> Vec<(usize, String)> {
    let audit = audit_source(language, source);
    let wanted = audit.findings.iter().filter(|finding| only.contains(&finding.rule.id));
    let mut found: Vec<(usize, String)> = wanted.map(|f| (f.region.line, f.rule.id.to_owned())).collect();
    found.sort();
    found
}

/// Compares both for each source of a table.
pub(crate) fn check(language: Language, only: &[&str], sources: &[&str]) {
    for source in sources {
        assert_eq!(found(language, source, only), expected(source), "{source}");
    }
}
