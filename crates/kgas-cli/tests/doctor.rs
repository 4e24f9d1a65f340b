//! `kgas doctor` before servers that are well and servers that are not: what it finds, and what to do.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "test helpers may panic")]

mod support;
#[path = "support/tls.rs"]
mod tls;

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, SystemTime};

use kgas_mock::{Fault, Forms, MockServer};
use serde_json::Value;
use support::{Desk, Proxy, Ran, serve};
use tls::Door;

const KEY: &str = "sk-kgas-hush-0123456789";
const PASSWORD: &str = "hush-9876543210";

fn doctor(args: &[&str]) -> Ran {
    let desk = Desk::new();
    let all = [&["doctor"], args].concat();
    let ran = Ran::from(desk.command(&all).env("KGAS_API_KEY", KEY).output().unwrap());
    for secret in [KEY, PASSWORD, &KEY[8..]] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{}{}", ran.stdout, ran.stderr);
    }
    ran
}

/// What was said, without what differs between runs.
macro_rules! assert_said {
    ($ran:expr) => {
        let ran = $ran;
        let filters = vec![
            (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
            (r"localhost:\d+", "localhost:PORT"),
            (r"valid for \d+ days", "valid for N days"),
            (r"\d+ tools", "N tools"),
        ];
        insta::with_settings!({filters => filters, omit_expression => true}, {
            insta::assert_snapshot!(format!("{}{}exit {}", ran.stdout, ran.stderr, ran.code.unwrap()));
        });
    };
}

fn address(server: &MockServer) -> SocketAddr {
    server.url().trim_start_matches("http://").trim_end_matches("/v1").parse().unwrap()
}

#[test]
fn where_all_is_well_nothing_failed() {
    let (_runtime, server) = serve(|builder| {
        let models = builder.models(["gpt-4o", "gpt-4o-mini"]).require_key(KEY).forms(Forms::obeyed());
        models.requests_per_minute(500).tokens_per_minute(30_000).clock(SystemTime::now())
    });
    assert_said!(doctor(&["--base-url", server.url(), "--model", "gpt-4o", "--context-window", "8192", "--call"]));
}

#[test]
fn without_an_endpoint_it_says_how_to_name_one() {
    assert_said!(doctor(&[]));
}

#[test]
fn a_server_that_is_not_there() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_said!(doctor(&["--base-url", &format!("http://{nobody}"), "--call"]));
}

#[test]
fn a_host_without_an_address() {
    assert_said!(doctor(&["--base-url", "https://no-such-host.invalid/v1", "--proxy", "none"]));
}

#[test]
fn a_server_that_never_answers() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    assert_said!(doctor(&["--base-url", &url, "--timeout", "0.2", "--call"]));
}

#[test]
fn a_key_that_the_server_refuses() {
    let (_runtime, server) = serve(|builder| builder.require_key("sk-another").clock(SystemTime::now()));
    assert_said!(doctor(&["--base-url", server.url(), "--call"]));
    assert_eq!(server.account().attempts().len(), 1, "who has refused the key is asked nothing else");
}

#[test]
fn a_model_that_the_server_does_not_have() {
    let names = ["llama3.2:3b", "llama3.3:70b", "nomic-embed-text", "qwen3:8b"];
    let (_runtime, server) = serve(|builder| builder.models(names));
    assert_said!(doctor(&["--base-url", server.url(), "--model", "lama3.2", "--call"]));
}

#[test]
fn a_certificate_that_the_server_has_signed_itself() {
    let (runtime, server) = serve(|builder| builder);
    let door = Door::open(&runtime, address(&server));
    assert_said!(doctor(&["--base-url", &door.url]));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), door.pem).unwrap();
    let ran = doctor(&["--base-url", &door.url, "--ca-file", file.path().to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "the flag that it names helps: {}", ran.stdout);
    assert!(ran.stdout.contains("TLS 1.3, certificate by rcgen self signed cert, valid for"), "{}", ran.stdout);
}

#[test]
fn a_server_without_json_mode() {
    let forms = ["json_schema", "json_object", "json_object_schema"];
    let forms = forms.iter().fold(Forms::ignored(), |forms, form| forms.refuse(*form, 400));
    let (_runtime, server) = serve(|builder| builder.forms(forms));
    assert_said!(doctor(&["--base-url", server.url(), "--call"]));
}

#[test]
fn a_server_whose_clock_is_off_by_an_hour() {
    let (_runtime, server) = serve(|builder| builder.clock(SystemTime::now() - Duration::from_secs(3600)));
    assert_said!(doctor(&["--base-url", server.url()]));
}

#[test]
fn a_server_that_allows_less_than_was_set() {
    let (_runtime, server) = serve(|builder| builder.requests_per_minute(60));
    assert_said!(doctor(&["--base-url", server.url(), "--rpm", "600", "--call"]));
}

#[test]
fn a_server_whose_model_fails() {
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(500)));
    assert_said!(doctor(&["--base-url", server.url(), "--call"]));
}

#[test]
fn a_proxy_that_refuses_the_password() {
    let proxy = Proxy::refusing("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    let through = format!("http://me:{PASSWORD}@127.0.0.1:{}", proxy.port);
    assert_said!(doctor(&["--base-url", "https://models.invalid/v1", "--proxy", &through]));
}

#[test]
fn nothing_is_asked_of_the_model_without_leave() {
    let (_runtime, server) = serve(|builder| builder.keep_requests());
    let ran = doctor(&["--base-url", server.url()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let account = server.account();
    let paths: Vec<_> = account.attempts().iter().map(|attempt| attempt.path.as_str()).collect();
    assert_eq!(paths, ["/v1/models"]);
}

#[test]
fn a_key_that_cannot_be_sent_is_not_sent() {
    let (_runtime, server) = serve(|builder| builder);
    let desk = Desk::new();
    let mut command = desk.command(&["doctor", "--base-url", server.url(), "--api-key-env", "MINE", "--call"]);
    let ran = Ran::from(command.env("MINE", format!("'{KEY}'")).output().unwrap());
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("MINE: the key has quotes around it: remove them"), "{}", ran.stdout);
    assert!(!ran.stdout.contains(KEY), "{}", ran.stdout);
    assert!(server.account().attempts().is_empty());
}

#[test]
fn machines_read_the_same_as_json() {
    let (_runtime, server) = serve(|builder| builder.models(["m"]));
    let args = ["--base-url", server.url(), "--model", "m"];
    let ran = doctor(&[&args[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &report["state"]), (Some(0), &Value::from("ok")));
    let rows = report["checks"].as_array().unwrap().iter().map(|check| {
        let [state, name, finding] = ["state", "check", "finding"].map(|field| check[field].as_str().unwrap());
        format!("{state:8} {name:9} {finding}")
    });
    let shown = doctor(&args).stdout;
    let lines: Vec<String> = shown.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let rows: Vec<String> = rows.map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines[..lines.len() - 1], rows);
}

#[test]
fn wrong_flags_are_usage_errors_as_for_an_extraction() {
    let cases: [&[&str]; 3] = [
        &["--base-url", "http://me:hush-9876543210@host"],
        &["--base-url", "http://127.0.0.1:9", "--extra-body", "[]"],
        &["--base-url", "http://127.0.0.1:9", "--max-usd", "1"],
    ];
    for args in cases {
        assert_eq!(doctor(args).code, Some(2), "{args:?}");
    }
}
