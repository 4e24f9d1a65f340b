//! Where a key goes, and where it doesn't.

mod support;

use kgas_mock::Fault;
use support::{Desk, Ran, extract_args, serve};

const KEY: &str = "sk-kgas-test-of-the-cli";

#[test]
fn the_own_key_goes_to_any_host_and_openai_s_only_to_openai() {
    let (_runtime, server) = serve(|builder| builder.require_key(KEY));
    let ran = |variable: &str| -> Ran {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        desk.command(&extract_args(server.url(), &[])).env(variable, KEY).output().unwrap().into()
    };
    assert_eq!(ran("KGAS_API_KEY").code, Some(0));
    assert_eq!(ran("OPENAI_API_KEY").code, Some(1));
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let named =
        desk.command(&extract_args(server.url(), &["--api-key-env", "MINE"])).env("MINE", KEY).output().unwrap();
    assert_eq!(named.status.code(), Some(0));
}

#[test]
fn a_key_is_no_consent() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let mut command = desk.command(&["extract", "in", "--ontology", "ontology.json", "--out", "OUT"]);
    let ran = Ran::from(command.env("OPENAI_API_KEY", KEY).env("KGAS_API_KEY", KEY).output().unwrap());
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.starts_with("no provider was named, so no model is asked"), "{}", ran.stderr);
    assert_eq!(desk.json("OUT/summary.json")["calls"], 0);
}

#[test]
fn a_key_does_not_travel_unencrypted_to_another_machine() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let mut command = desk.command(&extract_args("http://models.invalid", &[]));
    let ran = Ran::from(command.env("KGAS_API_KEY", KEY).output().unwrap());
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--insecure-http"), "{}", ran.stderr);
}

#[test]
fn a_key_is_in_no_output_however_much_is_said() {
    let echo = format!("{{\"error\": {{\"message\": \"bad key {KEY}\"}}}}");
    for status in [401, 500] {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        let (_runtime, server) = serve(|builder| builder.fault(Fault::status(status).body(echo.clone())));
        let mut command = desk.command(&extract_args(server.url(), &["-vvv", "--max-retries", "0"]));
        let ran = Ran::from(command.env("KGAS_API_KEY", KEY).output().unwrap());
        assert_ne!(ran.code, Some(0));
        let files = ["documents.jsonl", "summary.json", "rejected.jsonl", "entities.jsonl"];
        let written: String = files.iter().map(|name| desk.read(&format!("OUT/{name}"))).collect();
        for text in [&ran.stdout, &ran.stderr, &written] {
            assert!(!text.contains(KEY), "{text}");
        }
    }
}

#[test]
fn a_key_in_the_place_of_its_variable_s_name_is_refused_and_not_repeated() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    for key in [KEY, "gsk_0123456789abcdefghij", "0123456789abcdef"] {
        let ran = desk.kgas(&extract_args("http://127.0.0.1:1", &["--api-key-env", key]));
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("--api-key-env: it is no name of an environment variable"), "{}", ran.stderr);
        assert!(!ran.stderr.contains(key), "{}", ran.stderr);
    }
}

#[test]
fn who_sends_nothing_needs_no_key() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    let base = ["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--provider", "openai"];
    let shown = desk.kgas(&[&base[..], &["--show-prompt"]].concat());
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let ruled = desk.kgas(&[&base[..], &["--tools", "T23a_rules"]].concat());
    assert_eq!(ruled.code, Some(0), "{}", ruled.stderr);
    assert!(ruled.stderr.starts_with("no model is needed, so nothing leaves this machine"), "{}", ruled.stderr);
}

#[test]
fn a_password_in_the_address_is_refused_and_not_repeated() {
    let desk = Desk::with(&[("a.txt", "Paris.")]);
    let ran = desk.kgas(&extract_args("http://me:hunter2@127.0.0.1:1", &[]));
    assert_eq!(ran.code, Some(2));
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}
