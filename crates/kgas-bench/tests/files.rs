//! Files that `kgas-bench` writes stand there whole or not at all.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::path::Path;
use std::process::{Command, Output};

use tempfile::tempdir;

fn run(folder: &Path, file: &str) -> Output {
    let args = ["run", "concurrent_limit", "--json", file];
    Command::new(env!("CARGO_BIN_EXE_kgas-bench")).args(args).current_dir(folder).output().unwrap()
}

/// Whether it is a whole report.
fn is_whole(json: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(json).is_ok_and(|report| report.get("scenarios").is_some())
}

#[test]
fn an_earlier_file_is_replaced_and_nothing_is_left_beside_it() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("report.json");
    std::fs::write(&file, "x".repeat(1_000_000)).unwrap();
    assert!(run(folder.path(), "report.json").status.success());
    assert!(is_whole(&std::fs::read(&file).unwrap()));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn where_a_file_cannot_come_nothing_is_left_either() {
    let folder = tempdir().unwrap();
    std::fs::create_dir(folder.path().join("report")).unwrap();
    let ran = run(folder.path(), "report");
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8(ran.stderr).unwrap().starts_with("kgas-bench: --json: report can't be written: "));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("real.json"), "earlier").unwrap();
    std::os::unix::fs::symlink("real.json", at("report.json")).unwrap();
    assert!(run(folder.path(), "report.json").status.success());
    assert!(at("report.json").is_symlink());
    assert!(is_whole(&std::fs::read(at("real.json")).unwrap()));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_to_and_not_replaced() {
    let folder = tempdir().unwrap();
    let ran = run(folder.path(), "/dev/stdout");
    assert!(ran.status.success());
    let out = String::from_utf8(ran.stdout).unwrap();
    let (_, json) = out.split_once("\n{\n").unwrap();
    assert!(is_whole(format!("{{{json}").as_bytes()));
}
