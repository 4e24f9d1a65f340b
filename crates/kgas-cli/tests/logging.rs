//! What is written to stderr while a command works: how much, in which form, and what never.

#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

mod support;

use kgas_mock::{Fault, MockServer};
use serde_json::Value;
use support::{Desk, Ran, extract_args, serve};

const KEY: &str = "sk-kgas-test-telemetry";
/// What the document says and nothing else does.
const TEXT: &str = "Ann met the xylophonist Quendolin in Paris.";

fn extract(server: &MockServer, rust_log: &str, more: &[&str]) -> Ran {
    let desk = Desk::with(&[("a.txt", TEXT)]);
    let mut command = desk.command(&extract_args(server.url(), more));
    command.env("KGAS_API_KEY", KEY).env("RUST_LOG", rust_log).output().unwrap().into()
}

/// The lines of stderr, each a JSON object.
fn lines(ran: &Ran) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    ran.stderr.lines().map(line).collect()
}

#[test]
fn with_log_format_json_every_line_of_stderr_is_json() {
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(500).nth(0)));
    for more in [&["--log-format", "json"][..], &["-vv", "--log-format", "json"], &["-vvv", "--log-format", "json"]] {
        let ran = extract(&server, "", more);
        let lines = lines(&ran);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(lines.iter().any(|line| line["target"] == "kgas" && line["level"] == "INFO"), "{}", ran.stderr);
        assert!(lines.iter().all(|line| line["timestamp"].is_string() && line["fields"]["message"].is_string()));
    }
}

#[test]
fn a_failure_is_json_too_and_the_exit_code_stays() {
    let args = ["extract", "missing", "--ontology", "ontology.json", "--out", "OUT", "--log-format", "json"];
    let ran = Desk::new().kgas(&args);
    assert_eq!((ran.code, lines(&ran)[0]["level"].as_str()), (Some(1), Some("ERROR")), "{}", ran.stderr);
}

#[test]
fn neither_the_key_nor_a_word_of_a_document_is_ever_logged() {
    for form in ["text", "json"] {
        for (rust_log, verbose) in [("", "-vvv"), ("trace", "-v")] {
            let (_runtime, server) = serve(|builder| builder.fault(Fault::status(500).nth(0)));
            let ran = extract(&server, rust_log, &[verbose, "--log-format", form]);
            assert!(ran.stderr.contains("attempt failed"), "{}", ran.stderr);
            for secret in [KEY, "xylophonist", "Quendolin"] {
                assert!(!ran.stderr.contains(secret), "{secret} is in {}", ran.stderr);
            }
        }
    }
}

#[test]
fn rust_log_shows_what_it_names() {
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(500).nth(0)));
    let ran = extract(&server, "kgas_http=debug", &[]);
    assert!(ran.stderr.contains("attempt failed"), "{}", ran.stderr);
    assert!(!extract(&server, "", &[]).stderr.contains("kgas_http"));
}

#[test]
fn a_rust_log_that_makes_no_sense_is_told_and_the_run_goes_on() {
    let (_runtime, server) = serve(|builder| builder);
    let ran = extract(&server, "kgas_http=loud", &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: RUST_LOG: "), "{}", ran.stderr);
}
