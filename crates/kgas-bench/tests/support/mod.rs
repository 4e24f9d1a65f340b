//! Runs `kgas-bench` and reads what it wrote.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a run of the command left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the command in a folder.
pub(crate) fn kgas_bench(folder: &Path, args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_kgas-bench")).args(args).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs `run` with these arguments, and gives the report that it wrote as JSON, and its bytes.
pub(crate) fn report(folder: &Path, args: &[&str]) -> (Value, Vec<u8>) {
    let file: PathBuf = folder.join("report.json");
    let args: Vec<&str> = ["run"].into_iter().chain(args.iter().copied()).chain(["--json", "report.json"]).collect();
    let ran = kgas_bench(folder, &args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let bytes = std::fs::read(file).unwrap();
    (serde_json::from_slice(&bytes).unwrap(), bytes)
}

/// A scenario of a report.
pub(crate) fn scenario<'r>(report: &'r Value, name: &str) -> &'r Value {
    let mut all = report["scenarios"].as_array().unwrap().iter();
    all.find(|scenario| scenario["name"] == name).unwrap()
}

/// A run of a scenario.
pub(crate) fn run<'r>(report: &'r Value, of: &str, name: &str) -> &'r Value {
    let mut all = scenario(report, of)["runs"].as_array().unwrap().iter();
    all.find(|run| run["name"] == name).unwrap()
}

/// A number of a run.
pub(crate) fn number(value: &Value, pointer: &str) -> f64 {
    value.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no number at {pointer}"))
}
