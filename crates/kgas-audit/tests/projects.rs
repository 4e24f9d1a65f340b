//! Whole folders: the two projects written for it, and the code of the sketch that kgas grew from where it is there.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::path::{Path, PathBuf};

use kgas_audit::{FileAudit, FilesError, audit_paths, report};
use support::expected;

fn projects() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects")
}

/// The findings of a folder, its own path left out.
fn lines(folder: &Path) -> String {
    let files = relative(audit_paths(&[folder.to_owned()]).unwrap(), folder);
    report::lines(&files).join("\n")
}

fn relative(files: Vec<FileAudit>, folder: &Path) -> Vec<FileAudit> {
    let strip = |file: FileAudit| FileAudit { path: file.path.strip_prefix(folder).unwrap().to_owned(), ..file };
    files.into_iter().map(strip).collect()
}

#[test]
fn the_projects_have_what_their_lines_say() {
    for file in audit_paths(&[projects()]).unwrap() {
        let source = std::fs::read_to_string(&file.path).unwrap();
        let mut found: Vec<(usize, String)> =
            file.audit.findings.iter().map(|finding| (finding.region.line, finding.rule.id.to_owned())).collect();
        found.sort();
        assert_eq!(found, expected(&source), "{}", file.path.display());
    }
}

#[test]
fn the_python_project() {
    insta::assert_snapshot!(lines(&projects().join("python")));
}

#[test]
fn the_rust_project() {
    insta::assert_snapshot!(lines(&projects().join("rust")));
}

#[test]
fn what_was_built_or_installed_is_passed_over() {
    let files = relative(audit_paths(&[projects().join("python")]).unwrap(), &projects());
    let paths: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
    assert_eq!(paths, ["python/app/better.py", "python/app/broken.py", "python/app/client.py"]);
}

#[test]
fn a_file_that_is_named_twice_is_audited_once() {
    let file = projects().join("rust/client.rs");
    assert_eq!(audit_paths(&[file.clone(), projects().join("rust"), file]).unwrap().len(), 2);
}

#[test]
fn a_file_that_is_not_utf8_is_told_of_and_audited() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin.py");
    std::fs::write(&path, b"import requests\nname = '\xe9'\nrequests.get(name)\n").unwrap();
    let files = audit_paths(&[path]).unwrap();
    assert!(files[0].audit.problems[0].message.starts_with("it is not UTF-8"));
    assert_eq!(files[0].audit.calls["requests"].blocking, 1);
}

#[test]
fn what_cant_be_audited_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "x").unwrap();
    let refused = |path: &Path| audit_paths(&[path.to_owned()]).unwrap_err();
    assert!(matches!(refused(&folder.path().join("missing")), FilesError::Unreadable { .. }));
    assert!(
        refused(&notes)
            .to_string()
            .ends_with("is neither Python nor Rust: give .py, .pyi or .rs files, or a folder with some")
    );
    assert!(refused(folder.path()).to_string().starts_with("there is no Python or Rust source in "));
}

#[test]
fn the_code_of_the_sketch_that_kgas_grew_from() {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seed/task-1.4-async-api-enhancement.md");
    let Ok(text) = std::fs::read_to_string(&seed) else {
        eprintln!("not looked at: {} is not there", seed.display());
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (number, block) in text.split("```python\n").skip(1).enumerate() {
        let code = block.split("```").next().unwrap();
        std::fs::write(folder.path().join(format!("block-{}.py", number + 1)), code).unwrap();
    }
    insta::assert_snapshot!(lines(folder.path()));
}
