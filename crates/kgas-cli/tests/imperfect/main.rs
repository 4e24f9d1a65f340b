//! A server that replays imperfect answers made from Text2KGBench's truth: what is kept is right by the ontology and
//! the text, and what is rejected is what was injured. Without the test data it says so and passes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test helpers may panic"
)]
#![expect(clippy::print_stderr, reason = "it says that the test data is missing")]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod injuries;
mod truth;

use std::collections::BTreeMap;

use serde_json::Value;

use answers::Replay;
use injuries::{Injured, entities, relations};
use support::{Desk, check_spans, serve};
use truth::Truth;

const EXAMPLE: &str = r#"{"text": "Glimmerdown was made by Ottoline Vask.", "entities": [
    {"text": "Glimmerdown", "type": "CLASS"}], "relations": []}"#;

#[test]
fn movie_entities_are_kept_or_rejected_as_they_were_injured() {
    hold("movie", "T23c_async", entities);
}

#[test]
fn movie_relations_are_kept_or_rejected_as_they_were_injured() {
    hold("movie", "T27_async", relations);
}

#[test]
fn music_entities_are_kept_or_rejected_as_they_were_injured() {
    hold("music", "T23c_async", entities);
}

#[test]
fn music_relations_are_kept_or_rejected_as_they_were_injured() {
    hold("music", "T27_async", relations);
}

/// Runs one tool over all sentences of a domain and holds its outputs against what was injured.
fn hold(domain: &str, tool: &str, injure: fn(&Truth) -> Vec<Injured>) {
    let Some(truth) = Truth::of(domain) else { return };
    let injured = injure(&truth);
    let desk = Desk::new();
    desk.write("in/sentences.jsonl", documents(&injured));
    desk.write("ontology.json", &truth.ontology_text);
    desk.write("examples.jsonl", EXAMPLE.replace('\n', " ").replace("CLASS", &truth.classes[0]));
    let expected = expectation(&injured);
    let texts: BTreeMap<String, String> =
        injured.iter().map(|sentence| (sentence.id.clone(), sentence.text.clone())).collect();
    let replay = Replay::new(injured, if tool == "T27_async" { "relations" } else { "entities" });
    let (_runtime, server) = serve(|builder| builder.answer(replay));
    let more = ["--tools", tool, "--examples", "examples.jsonl", "--max-concurrent", "16", "--min-confidence", "0.5"];
    let ran = desk.extract(&server, &more);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);

    let summary = desk.json("OUT/summary.json");
    let rejected: BTreeMap<String, u64> = serde_json::from_value(summary["counts"]["rejected"].clone()).unwrap();
    let rejected: BTreeMap<String, u64> = rejected.into_iter().filter(|(_, count)| *count > 0).collect();
    eprintln!("{domain}, {tool}: {} sentences, rejected {rejected:?}", texts.len());
    if rejected != expected.rejected {
        panic!("{domain}, {tool}: {rejected:?}\n{:?}\n{}", expected.rejected, desk.read("OUT/rejected.jsonl"));
    }
    let kept: u64 = summary["tools"][0]["kept"].as_u64().unwrap();
    assert_eq!(kept, expected.kept, "{domain}, {tool}");
    assert!(check_spans(&desk.path("OUT"), |id| texts[id].clone()) > 0);
    let types = conformant_entities(&desk, &truth);
    conformant_relations(&desk, &truth, &types);
    for (flag, count) in expected.flags {
        let found = flagged(&desk, flag, if tool == "T27_async" { "relations" } else { "entities" });
        assert_eq!(found, count, "{domain}, {tool}: {flag}");
    }
}

struct Expected {
    kept: u64,
    rejected: BTreeMap<String, u64>,
    flags: BTreeMap<&'static str, u64>,
}

fn expectation(injured: &[Injured]) -> Expected {
    let (mut kept, mut rejected, mut flags) = (0, BTreeMap::new(), BTreeMap::new());
    for sentence in injured {
        kept += sentence.kept;
        if let Some(reason) = sentence.reason {
            *rejected.entry(reason.to_owned()).or_default() += 1;
        }
        if let Some(flag) = sentence.flag {
            *flags.entry(flag).or_default() += 1;
        }
    }
    Expected { kept, rejected, flags }
}

fn documents(injured: &[Injured]) -> String {
    injured.iter().map(|s| serde_json::json!({"id": s.id, "text": s.text}).to_string() + "\n").collect()
}

/// The type of each entity, by its id; each is a class of the ontology.
fn conformant_entities(desk: &Desk, truth: &Truth) -> BTreeMap<String, String> {
    let mut types = BTreeMap::new();
    for entity in desk.lines("OUT/entities.jsonl") {
        let kind = entity["type"].as_str().unwrap().to_owned();
        assert!(truth.classes.contains(&kind), "{entity}");
        types.insert(entity["id"].as_str().unwrap().to_owned(), kind);
    }
    types
}

/// Each relation is of the ontology, and its ends are of the classes that the ontology gives it.
fn conformant_relations(desk: &Desk, truth: &Truth, types: &BTreeMap<String, String>) {
    for relation in desk.lines("OUT/relations.jsonl") {
        let kind = truth.relations.iter().find(|kind| kind.label == relation["type"].as_str().unwrap()).unwrap();
        let type_of = |end: &Value| types[end.as_str().unwrap()].clone();
        assert_eq!(type_of(&relation["subject"]), kind.domain, "{relation}");
        match (&kind.range, relation.get("object")) {
            (Some(range), Some(object)) => assert_eq!(&type_of(object), range, "{relation}"),
            (Some(_), None) => panic!("a value where {} takes entities: {relation}", kind.label),
            (None, _) => {}
        }
    }
}

/// Mentions, or evidence of relations, with this flag.
fn flagged(desk: &Desk, flag: &str, file: &str) -> u64 {
    let list = if file == "relations" { "evidence" } else { "mentions" };
    let lines = desk.lines(&format!("OUT/{file}.jsonl"));
    let places = lines.iter().flat_map(|line| line[list].as_array().unwrap());
    let has = |place: &&Value| match flag {
        "normalised" | "fuzzy" => place["match"] == flag,
        _ => place["flags"].as_array().unwrap().iter().any(|found| found == flag),
    };
    places.filter(has).count() as u64
}
