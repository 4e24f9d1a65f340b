//! What is said where: stdout, stderr, readers that leave, silence, colour.

mod support;

use std::process::Stdio;

use support::{Desk, Ran, extract_args, serve};

const OFFLINE: [&str; 6] = ["extract", "in", "--ontology", "ontology.json", "--out", "OUT"];

#[test]
fn the_first_line_says_that_nothing_leaves_the_machine() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    let ran = desk.kgas(&OFFLINE);
    let first = "no provider was named, so no model is asked and nothing leaves this machine: T23a_rules, T27_rules";
    assert_eq!(ran.stderr.lines().next(), Some(first));
}

#[test]
fn the_first_line_names_the_provider_and_the_limits_in_force() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let (_runtime, server) = serve(|builder| builder);
    let first = |more: &[&str]| desk.extract(&server, more).stderr.lines().next().unwrap().to_owned();
    let url = server.url();
    assert_eq!(
        first(&[]),
        format!(
            "asking {url}: no limit of requests per minute, no limit of tokens per minute, 5 at a time; T23c_async, T27_async"
        )
    );
    assert_eq!(
        first(&["--rpm", "600", "--tpm", "90000", "--max-concurrent", "2", "--tools", "T23c_async"]),
        format!("asking {url}: 600 requests per minute, 90000 tokens per minute, 2 at a time; T23c_async")
    );
}

#[test]
fn openai_is_asked_60_times_a_minute_until_told_otherwise() {
    let desk = Desk::new();
    // Without a document there is nothing to ask.
    std::fs::create_dir(desk.path("in")).unwrap();
    let first = |more: &[&str]| {
        let args = [&OFFLINE[..], &["--provider", "openai"], more].concat();
        let ran = Ran::from(desk.command(&args).env("OPENAI_API_KEY", "sk-kgas-test-none").output().unwrap());
        ran.stderr.lines().next().unwrap().to_owned()
    };
    let guess = "asking https://api.openai.com/v1: 60 requests per minute until its headers say otherwise, ";
    assert!(first(&[]).starts_with(guess), "{}", first(&[]));
    assert!(first(&["--rpm", "60"]).contains(": 60 requests per minute, "));
    let both = "60 requests per minute until its headers say otherwise, 9000 tokens per minute, ";
    assert!(first(&["--tpm", "9000"]).contains(both));
    assert!(first(&["--rpm", "none"]).contains(": no limit of requests per minute, "));
}

#[test]
fn the_result_is_on_stdout_and_the_rest_on_stderr() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    let ran = desk.kgas(&OFFLINE);
    assert_eq!(ran.stdout.lines().count(), 1);
    assert!(ran.stdout.starts_with("OUT: 1 entity and 0 relations from 1 document in "), "{}", ran.stdout);
}

#[test]
fn quiet_leaves_the_result_and_what_went_wrong() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    let fine = desk.kgas(&[&OFFLINE[..], &["-q"]].concat());
    assert_eq!((fine.stderr.as_str(), fine.stdout.lines().count()), ("", 1));
    desk.write("in/b.txt", b"\xff");
    let flawed = desk.kgas(&[&OFFLINE[..], &["-q"]].concat());
    assert!(
        flawed.stderr.starts_with("warning: document b.txt failed: not UTF-8 at byte 0: save it as UTF-8\n"),
        "{}",
        flawed.stderr
    );
}

#[test]
fn no_color_means_none() {
    let desk = Desk::new();
    let said = |variable: &str| {
        let mut command = desk.command(&["--no-such-flag"]);
        command.env("CLICOLOR_FORCE", "1").env(variable, "1");
        Ran::from(command.output().unwrap()).stderr
    };
    assert!(said("CLICOLOR_FORCE").contains('\u{1b}'), "nothing to take away");
    assert!(!said("NO_COLOR").contains('\u{1b}'));
}

#[test]
fn a_run_goes_on_when_nobody_reads_along() {
    let desk = Desk::with(&[("a.txt", "Ann is here."), ("b.txt", "POISON")]);
    let (_runtime, server) = serve(|builder| builder.fault(kgas_mock::Fault::status(500).on_prompt("POISON")));
    let args = extract_args(server.url(), &["--max-retries", "0", "--tools", "T23c_async"]);
    let mut child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_eq!(desk.lines("OUT/entities.jsonl").len(), 1);
    assert_eq!(desk.json("OUT/summary.json")["state"], "incomplete");
}

#[test]
fn a_reader_that_leaves_is_a_quiet_end() {
    let desk = Desk::new();
    for args in [&["tools", "list"][..], &["tools", "show", "T23c_async", "--json"], &["--help"]] {
        let mut child = desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ran = child.wait_with_output().unwrap();
        assert_eq!((ran.status.code(), String::from_utf8(ran.stderr).unwrap().as_str()), (Some(0), ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_is_lost_is_no_success() {
    let desk = Desk::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = Ran::from(desk.command(&["tools", "list"]).stdout(full).output().unwrap());
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.starts_with("kgas: the result can't be written to standard output: "), "{}", ran.stderr);
}
