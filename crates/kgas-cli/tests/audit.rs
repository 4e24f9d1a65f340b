//! `kgas audit` tells what holds synchronous code up, in three forms, and ends as it was asked to.

mod support;

use serde_json::Value;
use support::Desk;

const SLOW: &str = "import requests\nasync def f(u):\n    return requests.get(u, timeout=5)\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("src/slow.py", SLOW);
    desk.write("src/fine.py", "# requests.get(u)\n");
    desk.write("src/venv/other.py", SLOW);
    desk.write("notes/notes.txt", "x");
    desk
}

#[test]
fn what_is_found_is_told_by_file_with_what_to_use_instead() {
    let ran = desk().kgas(&["audit", "src"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let expected = "src/slow.py\n  3:12  error    blocking-call-in-async: `requests.get` blocks the event loop until the answer is there\n                 instead: await httpx.AsyncClient, or asyncio.to_thread for a single call\n";
    assert!(ran.stdout.starts_with(expected), "{}", ran.stdout);
    let sums = "2 files, 1 with blocking calls\n2 findings: 1 error, 0 warnings, 1 note\ncalls: requests 1 blocking\ntime-outs set: 1\n";
    assert!(ran.stdout.ends_with(sums), "{}", ran.stdout);
}

#[test]
fn the_exit_code_is_1_where_something_is_as_bad_as_was_said() {
    let desk = desk();
    let cases: [(&[&str], i32); 7] = [
        (&[], 0),
        (&["--fail-on", "never"], 0),
        (&["--fail-on", "error"], 1),
        (&["--fail-on", "note"], 1),
        (&["--fail-on", "error", "--skip", "blocking-call-in-async"], 0),
        (&["--fail-on", "note", "--skip", "blocking-call-in-async"], 1),
        (&["--fail-on", "note", "--rule", "no-timeout,blocking-call"], 0),
    ];
    for (more, code) in cases {
        let ran = desk.kgas(&[&["audit", "src"], more].concat());
        assert_eq!(ran.code, Some(code), "{more:?}: {}", ran.stdout);
    }
}

#[test]
fn json_has_each_finding_and_the_sums() {
    let ran = desk().kgas(&["audit", "src", "--format", "json"]);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let finding = &told["files"][1]["findings"][0];
    assert_eq!((&finding["rule"], &finding["line"]), (&"blocking-call-in-async".into(), &3.into()));
    assert_eq!(finding["instead"], "await httpx.AsyncClient, or asyncio.to_thread for a single call");
    assert_eq!(told["totals"]["calls"]["requests"]["blocking"], 1);
    assert_eq!(told["totals"]["by_severity"]["error"], 1);
}

#[test]
fn sarif_is_a_log_with_one_run() {
    let ran = desk().kgas(&["audit", "src", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "src/slow.py"
    );
}

#[test]
fn what_could_not_be_read_is_a_warning() {
    let desk = Desk::new();
    desk.write("a.py", "def f(:\n");
    let ran = desk.kgas(&["audit", "a.py"]);
    assert_eq!(ran.stderr, "warning: a.py:1: the syntax is not understood here; the rest is audited\n");
}

#[test]
fn a_rule_is_explained() {
    let ran = desk().kgas(&["audit", "--explain", "no-timeout"]);
    assert!(ran.stdout.starts_with("no-timeout (warning)\nA call without a time-out. A server"), "{}", ran.stdout);
}

#[test]
fn what_cant_be_audited_is_a_usage_error_that_says_what_to_do() {
    let desk = desk();
    let cases: [(&[&str], &str); 4] = [
        (&["missing"], "kgas: missing can't be read (No such file or directory (os error 2)): check the path"),
        (&["notes"], "kgas: there is no Python or Rust source in notes: give a folder with .py, .pyi or .rs files"),
        (
            &["notes/notes.txt"],
            "kgas: notes/notes.txt is neither Python nor Rust: give .py, .pyi or .rs files, or a folder with some",
        ),
        (&["src", "--rule", "no-timeouts"], "there is no such rule: take one of blocking-call-in-async, "),
    ];
    for (args, said) in cases {
        let ran = desk.kgas(&[&["audit"], args].concat());
        assert_eq!(ran.code, Some(2), "{args:?}");
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}
