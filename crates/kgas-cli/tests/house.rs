//! The house test: who may know whom, how long a file may be, and why each dependency is there.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

const LONGEST_FILE: usize = 500;

/// Our crates that a crate may use, and what it must never see.
const HOUSE: &[(&str, &[&str], &[&str])] = &[
    ("kgas-core", &[], &["tokio", "hyper", "http", "redb", "clap", "tempfile"]),
    ("kgas-ontology", &["kgas-core"], &["tokio", "hyper", "clap"]),
    ("kgas-http", &[], &["clap", "redb"]),
    ("kgas-tools", &["kgas-core"], &["tokio", "hyper", "http", "redb", "clap", "tempfile"]),
    ("kgas-engine", &["kgas-core", "kgas-ontology", "kgas-http"], &["clap", "hyper"]),
    ("kgas-export", &["kgas-engine"], &["tokio", "hyper", "redb", "clap"]),
    ("kgas-audit", &[], &["tokio", "hyper", "redb", "clap"]),
    ("kgas-mock", &[], &[]),
    (
        "kgas-bench",
        &["kgas-core", "kgas-ontology", "kgas-http", "kgas-tools", "kgas-engine", "kgas-mock", "kgas-cli"],
        &[],
    ),
    (
        "kgas-cli",
        &["kgas-core", "kgas-engine", "kgas-export", "kgas-audit", "kgas-ontology", "kgas-tools", "kgas-http"],
        &["hyper", "redb"],
    ),
    ("sentiment-tool", &["kgas-core"], &["tokio", "hyper", "http"]),
    ("people-tool", &["kgas-core"], &["tokio", "hyper", "http"]),
    ("custom-kgas", &["kgas-cli", "sentiment-tool"], &[]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn packages() -> BTreeMap<String, Package> {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec().unwrap();
    metadata.packages.into_iter().map(|package| (package.name.to_string(), package)).collect()
}

fn uses(package: &Package) -> Vec<String> {
    let normal = package.dependencies.iter().filter(|used| used.kind == DependencyKind::Normal);
    normal.map(|used| used.name.clone()).collect()
}

/// All Rust sources of the workspace, with their texts.
fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join("crates"), root().join("examples")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                sources.push((path, text));
            }
        }
    }
    sources
}

#[test]
fn every_crate_of_the_workspace_has_its_place_in_the_house() {
    let known: Vec<&str> = HOUSE.iter().map(|(name, ..)| *name).collect();
    let mut there: Vec<String> = packages().into_keys().collect();
    there.sort_by_key(|name| known.iter().position(|known| known == name));
    assert_eq!(there, known);
}

#[test]
fn crates_know_only_whom_they_may() {
    let packages = packages();
    for (name, may_use, never) in HOUSE {
        for used in uses(&packages[*name]) {
            let is_ours = packages.contains_key(&used);
            assert!(!is_ours || may_use.contains(&used.as_str()), "{name} must not use {used}");
            assert!(!never.contains(&used.as_str()), "{name} must never see {used}");
        }
    }
}

#[test]
fn no_source_file_is_too_long() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_source_file_says_first_what_it_is() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} begins without a //! line", path.display());
    }
}

#[test]
fn every_dependency_has_its_sentence() {
    let page = std::fs::read_to_string(root().join("docs/decisions.md")).unwrap();
    let (_, table) = page.split_once("## Dependencies").unwrap();
    let rows: Vec<&str> = table.lines().filter_map(|row| row.strip_prefix("| ")?.split(" | ").next()).collect();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let named: BTreeSet<&str> = rows.iter().flat_map(|row| row.split(|letter| !is_name(letter))).collect();
    let packages = packages();
    for used in packages.values().flat_map(|package| &package.dependencies) {
        let is_ours = packages.contains_key(&used.name);
        assert!(
            is_ours || named.contains(used.name.as_str()),
            "docs/decisions.md doesn't say why {} is used",
            used.name
        );
    }
    let mut once = BTreeSet::new();
    rows.iter().for_each(|row| assert!(once.insert(row), "docs/decisions.md has two rows for {row}"));
}
