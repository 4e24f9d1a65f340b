//! Follows `docs/migration.md`: its code is that of the files, its audits are what `kgas audit` says, and the tests that
//! it names are there.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kgas_audit::{FileAudit, Language, audit_source, report};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/migration.md")).unwrap()
}

/// The blocks that stand after `<!-- KIND: PATH -->`, with the path.
fn blocks(kind: &str) -> Vec<(String, String)> {
    let (page, mark) = (page(), format!("<!-- {kind}: "));
    let parts = page.split(mark.as_str()).skip(1);
    let block = |part: &str| {
        let (path, rest) = part.split_once(" -->\n").unwrap();
        let code = rest.split_once('\n').unwrap().1.split_once("\n```").unwrap().0;
        (path.to_owned(), code.to_owned())
    };
    parts.map(block).collect()
}

/// The names in the page's backticks that are longer than names of types and settings.
fn named_tests(page: &str) -> BTreeSet<String> {
    let (_, list) = page.split_once("## The defects").unwrap();
    let names = list.split('`').skip(1).step_by(2);
    let is_test = |name: &&str| {
        name.matches('_').count() >= 2 && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    names.filter(is_test).map(str::to_owned).collect()
}

fn test_sources() -> String {
    let mut folders = vec![root().join("crates"), root().join("examples")];
    let mut sources = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                sources += &std::fs::read_to_string(&path).unwrap();
            }
        }
    }
    sources
}

#[test]
fn the_code_of_the_page_is_that_of_the_files() {
    let files = blocks("file");
    assert_eq!(files.len(), 8);
    for (path, code) in files {
        let real = std::fs::read_to_string(root().join(&path)).unwrap();
        assert!(real.contains(&code), "{path} differs from the page");
    }
}

#[test]
fn the_audits_of_the_page_are_what_is_found() {
    let audits = blocks("audit");
    assert_eq!(audits.len(), 1);
    for (path, said) in audits {
        let source = std::fs::read_to_string(root().join(&path)).unwrap();
        let audit = audit_source(Language::Python, &source);
        let lines = report::lines(&[FileAudit { path: PathBuf::from(path), audit }]);
        assert_eq!(lines.join("\n"), said);
    }
}

#[test]
fn the_naive_conversion_has_a_retry_that_never_fires() {
    let source = std::fs::read_to_string(root().join("examples/migration/naive.py")).unwrap();
    let audit = audit_source(Language::Python, &source);
    let rules: Vec<&str> = audit.findings.iter().map(|finding| finding.rule.id).collect();
    assert_eq!(rules, ["retry-never-fires"]);
}

#[test]
fn each_number_of_the_naive_conversion_is_a_row_of_the_list() {
    let (page, source) = (page(), std::fs::read_to_string(root().join("examples/migration/naive.py")).unwrap());
    let comments = source.lines().filter_map(|line| line.rsplit_once("  # "));
    let numbers: Vec<&str> = comments.flat_map(|(_, numbers)| numbers.split(", ")).collect();
    assert!(numbers.len() > 20, "{numbers:?}");
    for number in numbers {
        assert!(page.contains(&format!("\n| {number} | ")), "{number}");
    }
}

#[test]
fn the_tests_that_the_page_names_are_there() {
    let (page, sources) = (page(), test_sources());
    let names = named_tests(&page);
    assert!(names.len() > 40, "{names:?}");
    let missing: Vec<&String> = names.iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
