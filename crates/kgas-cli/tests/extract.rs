//! What `kgas extract` sends, and what it writes.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::path::Path;
use std::time::Duration;

use kgas_mock::{Answer as _, ChatCall, Reply};
use serde_json::Value;
use support::{Desk, check_spans, people, serve, states};

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[test]
fn the_first_command_of_the_readme_gives_a_graph_whose_spans_hold() {
    let desk = Desk::new();
    let data = root().join("examples/data");
    let (documents, ontology) = (data.join("documents"), data.join("ontology.json"));
    let ran =
        desk.kgas(&["extract", documents.to_str().unwrap(), "--ontology", ontology.to_str().unwrap(), "--out", "OUT"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("no provider was named"), "{}", ran.stderr);
    let notes = std::fs::read_to_string(documents.join("notes.jsonl")).unwrap();
    let text_of = |id: &str| {
        let records = notes.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let noted = records.into_iter().find(|record| record["id"] == id);
        noted.map_or_else(
            || std::fs::read_to_string(documents.join(id)).unwrap(),
            |record| record["text"].as_str().unwrap().to_owned(),
        )
    };
    assert!(check_spans(&desk.path("OUT"), text_of) > 20);
    assert!(desk.lines("OUT/relations.jsonl").len() >= 5);
}

/// Names people who may not be there; later calls are often answered sooner.
fn guesses_in_any_order(call: &ChatCall) -> Reply {
    let reply = if call.prompt().contains("\"relations\"") {
        people().answer(call)
    } else {
        Reply::text(r#"{"entities": [{"text": "Ann", "type": "Person"}, {"text": "Bob", "type": "Person"}]}"#)
    };
    reply.after(Duration::from_millis(9 * (5 - call.n as u64 % 6)))
}

#[test]
fn the_same_bytes_come_whatever_the_concurrency() {
    let texts: Vec<_> = (0..12)
        .map(|at| (format!("{at:02}.txt"), format!("Ann knows Bob. Paris is far. {at}. Eve and Ann.")))
        .collect();
    let documents: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let files = ["entities.jsonl", "relations.jsonl", "documents.jsonl", "rejected.jsonl"];
    let outputs: Vec<Vec<String>> = ["1", "3", "8"]
        .iter()
        .map(|at_once| {
            let desk = Desk::with(&documents);
            let (_runtime, server) = serve(|builder| builder.answer(guesses_in_any_order));
            let ran = desk.extract(&server, &["--max-concurrent", at_once, "--chunk-size", "20"]);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            files.iter().map(|name| desk.read(&format!("OUT/{name}"))).collect()
        })
        .collect();
    assert!(outputs[0].iter().all(|file| !file.is_empty()));
    assert_eq!(outputs[0], outputs[1]);
    assert_eq!(outputs[0], outputs[2]);
}

#[test]
fn what_was_asked_for_reaches_the_wire() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("more.txt", "Mind the nicknames.");
    let (_runtime, server) = serve(kgas_mock::Builder::keep_requests);
    let ran = desk.extract(
        &server,
        &[
            "--tools",
            "T23c_async",
            "--model",
            "small",
            "--organization",
            "org-1",
            "--header",
            "x-team=graph",
            "--extra-body",
            r#"{"seed": 7}"#,
            "--temperature",
            "none",
            "--instructions",
            "more.txt",
        ],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let account = server.account();
    let received = account.attempts()[0].request.clone().unwrap();
    let body: Value = serde_json::from_str(&serde_json::to_string(&received.body).unwrap()).unwrap();
    let body = body.as_str().map_or(body.clone(), |text| serde_json::from_str(text).unwrap());
    assert_eq!((&body["model"], &body["seed"], body.get("temperature")), (&"small".into(), &7.into(), None));
    assert_eq!(body["max_tokens"], 2000);
    assert!(body["messages"].to_string().contains("Mind the nicknames."));
    let headers = format!("{:?}", received.headers);
    assert!(headers.contains("org-1") && headers.contains("x-team"), "{headers}");
}

#[test]
fn the_prompt_can_be_seen_and_nothing_is_sent() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    let (_runtime, server) = serve(|builder| builder);
    let ran = desk.extract(&server, &["--show-prompt"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let body: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(body["messages"].to_string().contains("Ann is here."));
    assert_eq!(server.account().connections(), 0);
    assert!(!desk.path("OUT").exists());
}

#[test]
fn an_output_that_can_not_be_written_costs_nothing() {
    let desk = Desk::with(&[("a.txt", "Ann is here.")]);
    desk.write("OUT", "a file");
    let (_runtime, server) = serve(|builder| builder);
    let ran = desk.extract(&server, &[]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("output OUT: a file is in the way"), "{}", ran.stderr);
    assert_eq!(server.account().connections(), 0);
}

#[test]
fn never_more_calls_are_open_than_allowed() {
    let texts: Vec<_> = (0..20).map(|at| (format!("{at}.txt"), format!("Ann is here at {at}."))).collect();
    let documents: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let desk = Desk::with(&documents);
    let (_runtime, server) = serve(|builder| builder.latency(Duration::from_millis(20)));
    let ran = desk.extract(&server, &["--max-concurrent", "3"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(server.account().max_in_flight(), 3);
    assert_eq!(server.account().calls_answered(), 40);
}

#[test]
fn confidence_is_enforced_and_offsets_are_our_own() {
    let desk = Desk::with(&[("a.txt", "Nobody. Ann met Annette, and Ann left.")]);
    let answer = |_: &ChatCall| {
        kgas_mock::Reply::text(
            r#"{"entities": [{"text": "Ann", "type": "Person", "confidence": 0.9, "start": 500},
                {"text": "Ann", "type": "Person", "confidence": 0.8, "start": 0},
                {"text": "Annette", "type": "Person", "confidence": 0.7}]}"#,
        )
    };
    let (_runtime, server) = serve(|builder| builder.answer(answer));
    let ran = desk.extract(&server, &["--tools", "T23c_async"]);
    assert_eq!(ran.code, Some(0));
    let entities = desk.lines("OUT/entities.jsonl");
    let starts: Vec<_> =
        entities[0]["mentions"].as_array().unwrap().iter().map(|mention| mention["start"].clone()).collect();
    assert_eq!(starts, [8, 29]);
    assert_eq!(desk.lines("OUT/rejected.jsonl")[0]["reason"], "low_confidence");
    assert_eq!(entities.len(), 1);
}

#[test]
fn an_entity_keeps_the_mentions_of_all_documents() {
    let desk = Desk::with(&[("a.txt", "Ann is here. ann."), ("b.txt", "Ann left."), ("c.txt", "Nobody.")]);
    let (_runtime, server) = serve(|builder| builder);
    assert_eq!(desk.extract(&server, &["--tools", "T23c_async"]).code, Some(0));
    let entities = desk.lines("OUT/entities.jsonl");
    let documents: Vec<_> =
        entities[0]["mentions"].as_array().unwrap().iter().map(|mention| mention["document"].clone()).collect();
    assert_eq!(documents, ["a.txt", "b.txt"]);
    assert_eq!(states(&desk, "T23c_async").last().unwrap().2, "empty");
}
