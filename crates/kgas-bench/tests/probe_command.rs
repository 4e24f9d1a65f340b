//! The command `kgas-bench probe` against a server on a local port, by the server's own account.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::path::Path;
use std::process::Command;

use kgas_mock::{Builder, Fault, MockServer, Reply};
use serde_json::Value;

/// What makes a server another one.
type Change = fn(Builder) -> Builder;

/// Variables of the environment.
type Variables = &'static [(&'static str, &'static str)];

/// What a run of the binary gave.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs `kgas-bench probe` in a folder, with these variables and no others that could hold a key. The server that it
/// asks goes on meanwhile.
async fn probe(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kgas-bench"));
    command.arg("probe").args(args).current_dir(folder);
    command.env_remove("KGAS_API_KEY").env_remove("OPENAI_API_KEY").envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

async fn asked(server: &MockServer, more: &[&str], variables: &[(&str, &str)]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let ran = probe(folder.path(), &[&["--base-url", server.url(), "--model", "m"], more].concat(), variables).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written that wasn't asked for");
    ran
}

async fn start(change: impl FnOnce(Builder) -> Builder) -> MockServer {
    change(MockServer::builder().answer(Reply::text("1\n2\n3"))).start().await.unwrap()
}

/// The lines of the `[limits]` section that set something.
fn set(stdout: &str) -> Vec<&str> {
    let section = stdout.lines().skip_while(|line| *line != "[limits]").skip(1).take_while(|line| !line.is_empty());
    section.filter(|line| !line.starts_with('#')).collect()
}

#[tokio::test]
async fn a_probe_ends_with_limits_to_copy_and_says_first_what_it_will_spend() {
    let server = start(|builder| builder.requests_per_minute(6000).tokens_per_minute(1_000_000)).await;
    let ran = asked(&server, &[], &[]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("at most 27 of the 30 requests allowed, about 11382 tokens"), "{}", ran.stderr);
    let set = set(&ran.stdout);
    assert_eq!(set.first().copied(), Some("rpm = 6000"), "{}", ran.stdout);
    assert!(set.contains(&"tpm = 1000000"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kgas.toml");
    std::fs::write(&file, format!("[limits]\n{}\n", set.join("\n"))).unwrap();
    let words = ["kgas".into(), "--config".into(), file.into_os_string(), "config".into(), "show".into()];
    let shown = std::thread::spawn(move || kgas_cli::aside(words)).join().unwrap();
    assert_eq!(shown, kgas_cli::Exit::Complete, "kgas.toml takes what the probe proposes");
    assert!(server.account().attempts().len() <= 27);
    assert!(server.account().attempts().iter().all(|attempt| attempt.path == "/v1/chat/completions"));
}

#[tokio::test]
async fn the_budget_holds_over_the_wire_too() {
    let servers: [Change; 4] = [
        |builder| builder,
        |builder| builder.fault(Fault::status(500).every(3)),
        |builder| builder.fault(Fault::status(429).header("retry-after", "0").every(4)),
        |builder| builder.fault(Fault::hang().every(3)),
    ];
    for (number, change) in servers.into_iter().enumerate() {
        for max_requests in ["1", "6", "20"] {
            let server = start(change).await;
            let ran = asked(&server, &["--max-requests", max_requests, "--timeout", "1"], &[]).await;
            assert_eq!(ran.code, Some(0), "{number}: {}", ran.stderr);
            let arrived = server.account().attempts().len();
            assert!(arrived <= max_requests.parse().unwrap(), "{number}: {arrived} of {max_requests}");
        }
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_asked_is_exit_code_1_after_one_request() {
    let cases: [(Change, &str); 6] = [
        (|builder| builder.require_key("kgas-test-right"), "refused the API key (401)"),
        (|builder| builder.models(["other"]), "nothing found"),
        (|builder| builder.fault(Fault::status(429).header("retry-after", "7")), "it asks to wait 7s"),
        (|builder| builder.fault(Fault::status(500)), "failed (500)"),
        (|builder| builder.fault(Fault::hang()), "in time"),
        (|builder| builder.fault(Fault::not_json("<html>")), "is the base URL that of a model API?"),
    ];
    for (change, expected) in cases {
        let server = start(change).await;
        let key = [("KGAS_API_KEY", "kgas-test-wrong")];
        // Only what never answers is left early.
        let timeout = if expected == "in time" { "0.3" } else { "60" };
        let ran = asked(&server, &["--timeout", timeout], &key).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{expected}");
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
        assert!(!ran.stderr.contains("kgas-test-wrong"), "{}", ran.stderr);
        assert_eq!(server.account().attempts().len(), 1, "{expected}");
    }
}

#[tokio::test]
async fn no_server_at_all_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let ran = probe(folder.path(), &["--base-url", &url, "--model", "m"], &[]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("is it running, and the port right?"), "{}", ran.stderr);
}

#[tokio::test]
async fn nothing_is_sent_where_what_was_typed_is_wrong() {
    let server = start(|builder| builder).await;
    let url = server.url();
    let cases: [(&[&str], i32); 11] = [
        (&["--model", "m"], 2),
        (&["--base-url", url], 2),
        (&["--base-url", "localhost", "--model", "m"], 2),
        (&["--base-url", url, "--model", "m", "--max-requests", "0"], 2),
        (&["--base-url", url, "--model", "m", "--prompt-tokens", "50,0"], 2),
        (&["--base-url", url, "--model", "m", "--max-tokens", "0"], 2),
        (&["--base-url", url, "--model", "m", "--max-concurrent", "0"], 2),
        (&["--base-url", url, "--model", "m", "--timeout", "0"], 2),
        (&["--base-url", url, "--model", "m", "--json", "no/such/folder"], 2),
        (&["--base-url", "http://example.invalid", "--model", "m", "--api-key-env", "KGAS_TEST_KEY"], 2),
        (&["--base-url", url, "--model", "m", "--api-key-env", "NO_SUCH_VARIABLE_HERE"], 1),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (args, code) in cases {
        let ran = probe(folder.path(), args, &[("KGAS_TEST_KEY", "kgas-test-key")]).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("kgas-test-key"));
    }
    assert_eq!(server.account().attempts().len(), 0);
}

#[tokio::test]
async fn openai_s_key_goes_to_no_other_host_and_the_own_key_does() {
    let cases: [(Variables, &[&str], bool); 4] = [
        (&[("OPENAI_API_KEY", "kgas-test-key")], &[], false),
        (&[("KGAS_API_KEY", "kgas-test-key")], &[], true),
        (&[("MY_KEY", "kgas-test-key")], &["--api-key-env", "MY_KEY"], true),
        (&[("MY_KEY", "kgas-test-key")], &[], false),
    ];
    for (variables, more, is_sent) in cases {
        let server = start(|builder| builder.require_key("kgas-test-key")).await;
        let ran = asked(&server, &[more, &["--max-requests", "1"]].concat(), variables).await;
        assert_eq!(ran.code, Some(if is_sent { 0 } else { 1 }), "{variables:?}: {}", ran.stderr);
    }
}

#[tokio::test]
async fn models_are_asked_for_only_where_that_was_said_and_count() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[&str], usize); 3] = [
        (&["--list-models"], 1),
        (&["--list-models", "--model", "m", "--max-requests", "1"], 1),
        (&["--list-models", "--model", "m", "--max-requests", "5"], 5),
    ];
    for (more, requests) in cases {
        let server = start(|builder| builder.models(["m", "n"])).await;
        let ran = probe(folder.path(), &[&["--base-url", server.url()], more].concat(), &[]).await;
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.starts_with(&format!("models of {}: m, n\n", server.url())), "{}", ran.stdout);
        let account = server.account();
        assert_eq!(account.attempts().len(), requests, "{more:?}");
        assert_eq!(account.attempts().iter().filter(|attempt| attempt.path == "/v1/models").count(), 1);
    }
}

#[tokio::test]
async fn the_json_holds_what_was_seen_and_proposed() {
    let server = start(|builder| builder.requests_per_minute(6000)).await;
    let folder = tempfile::tempdir().unwrap();
    let args = ["--base-url", server.url(), "--model", "m", "--max-requests", "8", "--json", "seen.json"];
    let ran = probe(folder.path(), &args, &[]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let seen: Value = serde_json::from_slice(&std::fs::read(folder.path().join("seen.json")).unwrap()).unwrap();
    assert_eq!(seen["sent"].as_u64(), u64::try_from(server.account().attempts().len()).ok());
    assert_eq!(seen["limits"]["requests_per_minute"]["value"], 6000);
    assert_eq!(seen["told"]["headers"]["x-ratelimit-limit-requests"], "6000");
    assert_eq!(seen["sizes"].as_array().unwrap().len(), 3);
}
