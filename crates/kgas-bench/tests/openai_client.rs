//! `kgas-bench serve` asked by a client that isn't ours: the `openai` package of Python, where it is there.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]
#![expect(clippy::print_stdout, reason = "what the script says is worth reading")]

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openai_client.py");
/// Where `.ci/run` puts a Python with the package.
const PREPARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/python/bin/python");

/// A Python with the package: the one that `KGAS_PYTHON` names, which must have it, or one that is found.
fn python() -> Option<OsString> {
    if let Some(named) = env::var_os("KGAS_PYTHON") {
        assert!(has_openai(&named), "KGAS_PYTHON is {}, which has no package openai", named.display());
        return Some(named);
    }
    [PREPARED, "python3"].map(OsString::from).into_iter().find(has_openai)
}

fn has_openai(python: &OsString) -> bool {
    let mut asked = Command::new(python);
    asked.args(["-c", "import openai"]).stdout(Stdio::null()).stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

/// Past the harness, which keeps to itself what a test that passes prints.
fn say_loudly(words: &str) {
    io::stderr().write_all(format!("\n{words}\n\n").as_bytes()).unwrap();
}

fn run(part: &str) {
    assert!(Path::new(SCRIPT).exists());
    let Some(python) = python() else {
        return say_loudly(&format!(
            "NOT TESTED: no Python with the package openai is here, so that nobody but ourselves has asked \
             `kgas-bench serve` ({part}). Name one in KGAS_PYTHON, or let .ci/run make one."
        ));
    };
    let output = Command::new(python).args([SCRIPT, env!("CARGO_BIN_EXE_kgas-bench"), part]).output().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    println!("{said}");
}

#[test]
fn the_openai_package_chats_streams_embeds_and_sees_refusals() {
    run("api");
}

#[test]
fn each_limit_algorithm_is_as_defined_for_the_openai_package() {
    run("limits");
}
