//! Every message of the command line that ends a run, with its exit code: read as a whole, for one voice.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::process::Command;

use kgas_mock::Fault;
use support::{Desk, Ran, serve, whole_args as extract_args};

/// A command line with what it said and how it ended; `place` is an address that differs between runs.
fn told(args: &[&str], mut command: Command, place: &str) -> String {
    let ran = Ran::from(command.output().unwrap());
    let said: Vec<&str> = ran.stderr.lines().filter(|line| !line.trim().is_empty()).collect();
    let told = format!("$ kgas {}\n{}\nexit {}\n", args.join(" "), said.join("\n"), ran.code.unwrap_or(-1));
    told.replace(place, "http://HOST")
}

/// What is said of a server that refuses everything with this fault.
fn refused(fault: Fault) -> String {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let (_runtime, server) = serve(|builder| builder.fault(fault));
    let args = extract_args(server.url(), &["-q", "--tools", "T23c_async", "--max-retries", "0"]);
    told(&args, desk.command(&args), server.url().strip_suffix("/v1").unwrap())
}

#[test]
fn all_messages_have_one_voice() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("empty.json", "");
    desk.write("broken.json", "{\"entities\": {\n  \"A\": }");
    desk.write("unknown.json", r#"{"entities": {"A": {}}, "relations": {"r": {"domain": "B", "range": "C"}}}"#);
    desk.write("bad.txt", b"\xff");
    desk.write("no-text.json", "{\"words\": \"Ann\"}");
    desk.write("notes.pdf", "x");
    desk.write("file", "x");
    desk.write("only-bad/x.txt", b"\xff");
    std::fs::create_dir(desk.path("nothing")).ok();
    let local = "http://127.0.0.1:9";
    let with = |more: &[&'static str]| extract_args(local, more);
    let offline =
        |input: &'static str, ontology: &'static str| vec!["extract", input, "--ontology", ontology, "--out", "OUT"];
    let cases: Vec<Vec<&str>> = vec![
        offline("missing", "ontology.json"),
        offline("nothing", "ontology.json"),
        offline("only-bad", "ontology.json"),
        offline("notes.pdf", "ontology.json"),
        offline("in", "missing.json"),
        offline("in", "empty.json"),
        offline("in", "broken.json"),
        offline("in", "unknown.json"),
        offline("in", "in"),
        vec!["extract", "in", "--out", "OUT"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "file"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--tools", "T23c_asynk"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--tools", "T23c_async"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--show-prompt"],
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--provider", "openai"],
        with(&["--rpm", "0"]),
        with(&["--set", "chunk_sise=3"]),
        with(&["--set", "chunk_size=0"]),
        with(&["--set", "chunk_size"]),
        with(&["--min-confidence", "7"]),
        with(&["--extra-body", "[]"]),
        with(&["--temperature", "hot"]),
        with(&["--timeout", "0"]),
        with(&["--total-timeout", "0"]),
        with(&["--outage-patience=-1"]),
        with(&["--burst", "0"]),
        with(&["--burst", "9", "--rpm", "8"]),
        with(&["--ca-file", "missing.pem"]),
        with(&["--ca-file", "ontology.json"]),
        with(&["--ca-file", "in"]),
        with(&["--proxy", "socks5://me:password@proxy"]),
        with(&["--proxy", "http://me:password@"]),
        with(&["--api-key-env", "NO_SUCH_VARIABLE_HERE"]),
        with(&["--instructions", "missing.txt"]),
        extract_args("not a url", &[]),
        extract_args("ftp://host", &[]),
        extract_args("http://me:password@host", &[]),
        with(&["--header", "x y=z"]),
        with(&["--header", "x"]),
        with(&["--tools", "T23a_rules,T23a_rules"]),
        with(&["--set", "T41_async.chunk_size=9"]),
        with(&["--sample", "2", "--limit", "2"]),
        vec!["extract", "in", "--ontology", "ontology.json", "--out", "OUT", "--temperature", "1"],
        vec!["extract", "in", "bad.txt", "--ontology", "ontology.json", "--out", "OUT"],
        vec!["tools", "show", "T41"],
        vec!["run", "T23a_rules", "--input", "missing.txt", "--ontology", "ontology.json"],
        vec!["run", "T23a_rules", "--input", "broken.json"],
        vec!["run", "T23a_rules", "--input", "in/a.txt", "--validate"],
        vec!["run", "T23c_async", "--input", "in/a.txt", "--ontology", "ontology.json"],
        vec!["run", "T23a_rules", "--input", "in", "--ontology", "ontology.json"],
        vec!["run", "T23a_rules", "--input", "bad.txt", "--ontology", "ontology.json"],
        vec!["run", "T23a_rules", "--input", "no-text.json"],
        vec!["embed", "in", "--out", "v.jsonl"],
        vec!["embed", "only-bad", "--out", "v.jsonl", "--base-url", local],
        vec!["embed", "in", "--out", "in", "--base-url", local],
    ];
    let mut all: Vec<String> = cases.iter().map(|args| told(args, desk.command(args), local)).collect();
    for (url, key) in [("http://models.invalid", "sk-kgas-test"), (local, "sk-kgas-test\n"), (local, " sk-kgas-test")] {
        let args = extract_args(url, &[]);
        let mut command = desk.command(&args);
        command.env("KGAS_API_KEY", key);
        all.push(told(&args, command, local));
    }
    let quota = r#"{"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}"#;
    let faults = [
        Fault::status(401),
        Fault::status(403),
        Fault::status(404),
        Fault::status(429).body(quota),
        Fault::status(400),
        Fault::status(500),
        Fault::not_json("<html></html>"),
        Fault::empty_body(),
        Fault::reset(),
    ];
    all.extend(faults.map(refused));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let down = format!("http://127.0.0.1:{port}");
    for url in [down.as_str(), "http://no-such-host.invalid"] {
        let args = extract_args(url, &["-q", "--tools", "T23c_async", "--max-retries", "0"]);
        all.push(told(&args, desk.command(&args), &down));
    }
    insta::with_settings!({filters => vec![(r": client error .*", ": [what the system says]")]}, {
        insta::assert_snapshot!(all.join("\n"));
    });
}
