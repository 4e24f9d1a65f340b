//! `kgas embed`: vectors in a file, and what becomes of it when something goes wrong.

mod support;

use kgas_mock::{Fault, MockServer};
use serde_json::Value;
use support::{Desk, Ran, serve};

fn embed(desk: &Desk, server: &MockServer, more: &[&str]) -> Ran {
    let base = ["embed", "in", "--out", "vectors.jsonl", "--base-url", server.url(), "--max-retries", "0"];
    desk.kgas(&[&base[..], more].concat())
}

#[test]
fn vectors_come_in_the_order_of_the_documents() {
    let desk = Desk::with(&[("a.txt", "One. Two. Three."), ("b.txt", "Four.")]);
    let (_runtime, server) = serve(|builder| builder.embedding_dimensions(4));
    let ran = embed(&desk, &server, &["--chunk-size", "6"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, "vectors.jsonl: vectors of 2 of 2 documents, 2 calls\n");
    let lines = desk.lines("vectors.jsonl");
    let keys: Vec<_> =
        lines.iter().map(|line| (line["id"].as_str().unwrap(), line["index"].as_u64().unwrap())).collect();
    assert_eq!(keys, [("a.txt", 0), ("a.txt", 1), ("a.txt", 2), ("b.txt", 0)]);
    assert!(lines.iter().all(|line| line["vector"].as_array().unwrap().len() == 4));
}

#[test]
fn the_model_that_is_named_is_asked() {
    let desk = Desk::with(&[("a.txt", "One.")]);
    let (_runtime, server) = serve(kgas_mock::Builder::keep_requests);
    let ran = embed(&desk, &server, &["--model", "tiny"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let body: Value = serde_json::from_str(&server.account().attempts()[0].request.as_ref().unwrap().body).unwrap();
    assert_eq!((&body["model"], &body["input"]), (&"tiny".into(), &serde_json::json!(["One."])));
}

#[test]
fn a_document_that_fails_is_named_and_the_others_have_their_vectors() {
    let desk = Desk::with(&[("a.txt", "POISON"), ("b.txt", "Four."), ("c.txt", "")]);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(500).on_prompt("POISON")));
    let ran = embed(&desk, &server, &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: document a.txt failed: chunk 0 failed in T41_async: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: 1 document is empty"), "{}", ran.stderr);
    let ids: Vec<Value> = desk.lines("vectors.jsonl").into_iter().map(|line| line["id"].clone()).collect();
    assert_eq!(ids, ["b.txt"]);
}

#[test]
fn a_refused_key_is_fatal_and_what_was_bought_is_kept() {
    let desk = Desk::with(&[("a.txt", "One."), ("b.txt", "Two."), ("c.txt", "Three.")]);
    let (_runtime, server) = serve(|builder| builder.fault(Fault::status(401).nth(1)));
    let ran = embed(&desk, &server, &["--max-concurrent", "1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(desk.lines("vectors.jsonl").len(), server.account().calls_answered());
    assert!(ran.stderr.contains("what was done before is in vectors.jsonl"), "{}", ran.stderr);
}

#[test]
fn a_file_that_can_not_be_written_costs_nothing() {
    let desk = Desk::with(&[("a.txt", "One.")]);
    let (_runtime, server) = serve(|builder| builder);
    for (out, said) in [
        ("in", "kgas: output in: a folder is in the way, name a file\n"),
        ("ontology.json/v.jsonl", "kgas: output ontology.json: a file is in the way, name a folder\n"),
    ] {
        let ran = desk.kgas(&["embed", "in", "--out", out, "--base-url", server.url()]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), said));
    }
    assert_eq!(server.account().connections(), 0);
}

#[test]
fn a_mistyped_or_empty_input_leaves_earlier_vectors_alone() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("nothing")).unwrap();
    desk.write("vectors.jsonl", "earlier");
    let (_runtime, server) = serve(|builder| builder);
    for input in ["missing", "nothing"] {
        let ran = desk.kgas(&["embed", input, "--out", "vectors.jsonl", "--base-url", server.url()]);
        assert_eq!((ran.code, desk.read("vectors.jsonl").as_str()), (Some(1), "earlier"), "{}", ran.stderr);
    }
    assert_eq!(server.account().connections(), 0);
}

#[test]
fn fields_for_chat_requests_are_refused_rather_than_passed_over() {
    let desk = Desk::with(&[("a.txt", "One.")]);
    let (_runtime, server) = serve(|builder| builder);
    let ran = embed(&desk, &server, &["--extra-body", r#"{"dimensions": 8}"#]);
    let said = "kgas: --extra-body: none of the tools asks a chat model, leave it out\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), said));
    assert_eq!(server.account().connections(), 0);
}

#[test]
fn a_run_that_is_stopped_leaves_earlier_vectors_alone() {
    let desk = Desk::of(3);
    let (_runtime, server) = serve(|builder| builder);
    assert_eq!(embed(&desk, &server, &[]).code, Some(0));
    let whole = desk.read("vectors.jsonl");
    let ran = embed(&desk, &server, &["--model", "other", "--max-concurrent", "1", "--max-calls", "1"]);
    assert_eq!((ran.code, desk.read("vectors.jsonl")), (Some(3), whole.clone()), "{}", ran.stderr);
    assert_eq!(desk.lines("vectors.jsonl.kgas/partial.jsonl").len(), 1);
    assert!(ran.stderr.contains("vectors.jsonl keeps the vectors of an earlier run"), "{}", ran.stderr);
    assert_eq!(embed(&desk, &server, &["--model", "other"]).code, Some(0));
    assert_eq!((desk.lines("vectors.jsonl").len(), server.account().attempts().len()), (3, 6));
    assert!(!desk.path("vectors.jsonl.kgas/partial.jsonl").exists());
}

#[test]
fn a_refresh_that_was_stopped_goes_on_by_the_same_command() {
    let desk = Desk::of(5);
    let (_runtime, server) = serve(|builder| builder);
    assert_eq!(embed(&desk, &server, &[]).code, Some(0));
    let refresh = ["--refresh", "--max-concurrent", "1", "--max-calls", "3"];
    assert_eq!(embed(&desk, &server, &refresh).code, Some(3));
    let ran = embed(&desk, &server, &refresh);
    assert_eq!((ran.code, server.account().attempts().len()), (Some(0), 10), "{}", ran.stderr);
    assert_eq!(embed(&desk, &server, &["--refresh"]).code, Some(0));
    assert_eq!(server.account().attempts().len(), 15);
}
