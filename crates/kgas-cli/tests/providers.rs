//! Whom `--provider` asks, with which key.

mod support;

use kgas_mock::{Builder, MockServer};
use support::{Desk, Ran, serve};

const KEY: &str = "kgas-test-of-providers";
const BASE: [&str; 8] = ["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--response-format", "text"];

/// The address of a server without its path.
fn root(server: &MockServer) -> &str {
    server.url().trim_end_matches("/v1")
}

#[test]
fn azure_is_asked_in_both_forms_with_its_header() {
    // The server takes a deployment's path only with a version, and a key in one header only.
    let (_runtime, server) = serve(|builder| builder.require_key(KEY));
    let paths = |version: &[&str]| {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        let asking = ["--provider", "azure", "--base-url", root(&server), "--model", "four", "--tools", "T23c_async"];
        let before = server.account().attempts().len();
        let mut command = desk.command(&[&BASE[..], &asking, version].concat());
        let ran = Ran::from(command.env("KGAS_API_KEY", KEY).output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let account = server.account();
        account.attempts().iter().skip(before).map(|attempt| attempt.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(paths(&[]), ["/openai/v1/chat/completions"]);
    assert_eq!(paths(&["--api-version", "2024-10-21"]), ["/openai/deployments/four/chat/completions"]);
}

#[test]
fn a_provider_s_key_goes_to_its_own_host_alone() {
    let (_runtime, server) = serve(|builder| builder.require_key(KEY));
    for (name, variable) in [
        ("openai", "OPENAI_API_KEY"),
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("openrouter", "OPENROUTER_API_KEY"),
        ("azure", "AZURE_OPENAI_API_KEY"),
    ] {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        let elsewhere = ["--provider", name, "--base-url", root(&server), "--model", "m"];
        let mut command = desk.command(&[&BASE[..], &elsewhere].concat());
        let ran = Ran::from(command.env(variable, KEY).output().unwrap());
        assert_eq!(ran.code, Some(1), "{name}: {}", ran.stderr);
        assert!(server.account().attempts().iter().all(|attempt| attempt.status == Some(401)), "{name}");

        let own = if name == "azure" { &["--base-url", "https://x.openai.azure.com"][..] } else { &[] };
        let ran = desk.kgas(&[&BASE[..], &["--provider", name, "--model", "m"], own].concat());
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains(&format!("set {variable} or KGAS_API_KEY")), "{name}: {}", ran.stderr);
    }
}

#[test]
fn what_a_provider_needs_is_asked_for_before_anything_is_sent() {
    let cases = [
        (
            &["--provider", "azure"][..],
            "--provider azure has no address of its own: name your resource's with --base-url",
        ),
        (&["--provider", "ollama"], "--provider ollama: name the model with --model"),
        (
            &["--provider", "openai", "--api-version", "2024-10-21"],
            "--api-version: only Azure OpenAI takes one: say --provider azure",
        ),
        (&["--provider", "olama"], "a similar value exists: 'ollama'"),
    ];
    for (more, expected) in cases {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        let ran = desk.kgas(&[&BASE[..], more].concat());
        assert_eq!(ran.code, Some(2), "{more:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{more:?}: {}", ran.stderr);
        assert!(!desk.path("OUT").exists());
    }
}

#[test]
fn the_embedding_model_has_a_name_of_its_own() {
    let (_runtime, server) = serve(Builder::keep_requests);
    let models = |args: &[&str]| {
        let desk = Desk::with(&[("a.txt", "Ann is here.")]);
        let before = server.account().attempts().len();
        let args = [&["embed", "in", "--out", "v.jsonl", "--base-url", server.url()], args].concat();
        let ran = desk.kgas(&args);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let account = server.account();
        let sent = account.attempts().iter().skip(before).filter_map(|attempt| attempt.request.as_ref());
        sent.map(|sent| sent.body.contains("\"small\"")).collect::<Vec<_>>()
    };
    assert_eq!(models(&["--model", "small"]), [true]);
    assert_eq!(models(&["--model", "large", "--embedding-model", "small"]), [true]);
    assert_eq!(models(&["--embedding-model", "large"]), [false]);
}
