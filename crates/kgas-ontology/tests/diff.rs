//! In what two ontologies differ.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "test helpers may panic, and say what is missing")]

use std::path::PathBuf;

use kgas_core::Ontology;
use kgas_ontology::{Leniency, ReadOptions, diff, load, read};

fn ontology(text: &str) -> Ontology {
    read(text, &ReadOptions::default()).unwrap().ontology
}

fn said(a: &Ontology, b: &Ontology) -> String {
    diff(a, b).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn neither_order_nor_namespace_nor_spelling_of_a_reference_is_a_difference() {
    let a = r#"{"entities": {"Person": {"id": "http://a.test/x#Q5", "synonyms": ["human", "man"]}, "Film": {"parent": "Person"}},
        "relations": {"r": {"domain": ["Film", "Person"], "range": ["date", "Film"]}, "s": {"parent": "r", "domain": "Q5"}}}"#;
    let b = r#"{"entities": {"Film": {"parent": "q5"}, "Person": {"id": "http://b.test/Q5", "synonyms": ["man", "human"]}},
        "relations": {"s": {"parent": "R", "domain": "person"}, "r": {"domain": ["Person", "film"], "range": ["Film", "xsd:date"]}}}"#;
    assert_eq!(said(&ontology(a), &ontology(b)), "");
}

#[test]
fn each_difference_is_a_line() {
    let a = r#"{"entities": {"A": {"id": "Q1", "description": "one"}, "B": {"parent": "A", "examples": ["x"]}, "C": {}},
        "relations": {"r": {"domain": "A", "range": "B", "cardinality": "1"}, "only": {"domain": "C"},
                      "v": {"values": ["a", "b"]}}}"#;
    let b = r#"{"entities": {"Ay": {"id": "Q1"}, "B": {"synonyms": ["bee"], "properties": ["p"]}, "D": {}},
        "relations": {"r": {"domain": ["Ay", "D"], "range": "date"}, "v": {"values": ["b"], "description": "d"}}}"#;
    insta::assert_snapshot!(said(&ontology(a), &ontology(b)), @r#"
    class "A": label: "A" in A, "Ay" in B
    class "A": description: "one" in A, none in B
    class "B": synonyms: none in A, "bee" in B
    class "B": parents: "A" in A, none in B
    class "B": examples: "x" in A, none in B
    class "B": properties: none in A, "p" in B
    only in A: class "C"
    only in B: class "D"
    relation "r": domain: "A" in A, "Ay" or "D" in B
    relation "r": range: "B" in A, "date" in B
    relation "r": cardinality: "1" in A, none in B
    only in A: relation "only"
    relation "v": description: none in A, "d" in B
    relation "v": values: "a" or "b" in A, "b" in B
    "#);
}

#[test]
fn relations_of_one_label_are_told_apart_by_their_ends() {
    let text = |first: &str, second: &str| {
        let relation = |class: &str| format!(r#"{{"pid": "P", "label": "name", "domain": "{class}", "range": ""}}"#);
        let concepts = r#"[{"qid": "A", "label": "A"}, {"qid": "B", "label": "B"}]"#;
        ontology(&format!(r#"{{"concepts": {concepts}, "relations": [{}, {}]}}"#, relation(first), relation(second)))
    };
    assert_eq!(said(&text("A", "B"), &text("B", "A")), "");
    assert_eq!(diff(&text("A", "B"), &text("B", "B")).len(), 1);
}

/// The twins of the test data, where these are.
fn twins(json: &str, turtle: &str) -> Option<(Ontology, Ontology)> {
    let data = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/text2kgbench"));
    let (json, turtle) = (data.join("ontologies").join(json), data.join("owl").join(turtle));
    if !json.exists() || !turtle.exists() {
        eprintln!("{} is missing, so nothing is compared", data.display());
        return None;
    }
    let load = |path: PathBuf| load(&path, &ReadOptions::from(Leniency::Lenient)).unwrap().ontology;
    Some((load(json), load(turtle)))
}

#[test]
fn the_movie_twins_do_not_differ() {
    if let Some((json, turtle)) = twins("1_movie_ontology.json", "ont_1_movie.ttl") {
        assert_eq!(said(&json, &turtle), "");
    }
}

#[test]
fn the_music_twins_have_just_the_real_differences() {
    if let Some((json, turtle)) = twins("2_music_ontology.json", "ont_2_music.ttl") {
        insta::assert_snapshot!(said(&json, &turtle), @r#"
    class "record producer": parents: none in A, "musical profession" in B
    class "composed musical work": parents: none in A, "musical work" in B
    class "composer": parents: none in A, "musical profession" in B
    only in A: class "musicology"
    only in A: class "music industry"
    class "album": parents: none in A, "musical work" in B
    only in B: class "disc jockey"
    only in B: class "single"
    only in B: class "music award"
    only in B: class "singer"
    only in B: class "lyricist"
    only in B: class "musical profession"
    relation "performer": range: any in A, "human" in B
    relation "producer": range: any in A, "human" in B
    only in B: relation "occupation"
    "#);
    }
}
