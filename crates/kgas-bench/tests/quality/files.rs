//! What the command reads: the benchmark's folder, and predictions in each of their forms.

use super::desk::Desk;

const FILM_1: &str = r#"{"id": "ont_1_film_test_1", "triples": [{"sub": "Glimmerdown", "rel": "director", "obj": "Ottoline Vask", "sub_type": "film", "obj_type": "human"}]}"#;
const FILM_2: &str = r#"{"id": "ont_1_film_test_2", "triples": []}"#;
const SONG: &str =
    r#"{"id": "ont_10_song_test_1", "triples": [{"sub": "Slow Tide", "rel": "composer", "obj": "Mira Lund"}]}"#;

/// A graph as `kgas extract` writes it: one edge with evidence in two sentences, which call its subject otherwise, and
/// a value.
fn graph(desk: &Desk, folder: &str) {
    let documents = ["complete", "partial", "failed"]
        .iter()
        .enumerate()
        .map(|(at, state)| format!(r#"{{"document": "ont_1_film_test_{}", "state": "{state}"}}{}"#, at + 1, "\n"));
    desk.write(&format!("{folder}/documents.jsonl"), &documents.collect::<String>());
    desk.write(
        &format!("{folder}/entities.jsonl"),
        concat!(
            r#"{"id": "f", "type": "film", "name": "The Copper Orchard", "mentions": ["#,
            r#"{"document": "ont_1_film_test_1", "start": 0, "end": 11, "quote": "Glimmerdown"},"#,
            r#"{"document": "ont_1_film_test_2", "start": 0, "end": 18, "quote": "The Copper Orchard"}]}"#,
            "\n",
            r#"{"id": "h", "type": "human", "name": "Vask", "mentions": ["#,
            r#"{"document": "ont_1_film_test_1", "start": null, "end": null, "quote": "Vask"},"#,
            r#"{"document": "ont_1_film_test_1", "start": 39, "end": 52, "quote": "Ottoline Vask"}]}"#,
            "\n",
        ),
    );
    desk.write(
        &format!("{folder}/relations.jsonl"),
        concat!(
            r#"{"type": "director", "subject": "f", "object": "h", "evidence": ["#,
            r#"{"document": "ont_1_film_test_1", "start": 0, "end": 52, "quote": "…"},"#,
            r#"{"document": "ont_1_film_test_1", "start": 20, "end": 52, "quote": "…"},"#,
            r#"{"document": "ont_1_film_test_2", "start": 0, "end": 47, "quote": "…"}]}"#,
            "\n",
            r#"{"type": "publication date", "subject": "f", "value": "1999", "evidence": ["#,
            r#"{"document": "ont_1_film_test_1", "start": 0, "end": 20, "quote": "…"}]}"#,
            "\n",
        ),
    );
}

#[test]
fn one_file_has_the_predictions_for_all_ontologies() {
    let desk = Desk::new();
    desk.write("all.jsonl", &format!("{FILM_1}\n\n{FILM_2}\n{SONG}\n"));
    let ran = desk.quality(&["--predictions", "all.jsonl", "--json", "figures.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let figures = desk.json("figures.json");
    let (film, song) = (&figures["ontologies"][0], &figures["ontologies"][1]);
    assert_eq!((&film["name"], &song["name"]), (&"1_film".into(), &"10_song".into()));
    assert_eq!((&film["strict"]["answered"], &film["strict"]["typed"]), (&2.into(), &1.into()));
    assert_eq!(song["official"]["f1"], 1.0);
    // One of two true triples, an empty answer, and none: over three sentences.
    let of_film = [("precision", 1.0 / 3.0), ("recall", 0.5 / 3.0), ("conformance", 2.0 / 3.0)];
    for (figure, expected) in of_film {
        let found = film["official"][figure].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-12, "{figure}: {found}");
    }
}

#[test]
fn a_folder_has_a_file_or_a_graph_for_each_ontology() {
    let desk = Desk::new();
    graph(&desk, "said/1_film");
    desk.write("said/ont_10_song_answers.jsonl", SONG);
    let ran = desk.quality(&["--predictions", "said", "--json", "figures.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let strict = &desk.json("figures.json")["ontologies"][0]["strict"];
    // The sentence's own words at both ends; the value is not the truth's; the second sentence has no "Vask".
    assert_eq!(strict["triples"], serde_json::json!({"truth": 4, "said": 3, "right": 1}));
    assert_eq!(strict["repeated"], 0, "two places in one sentence are one claim");
    assert_eq!(
        (&strict["answered"], &strict["typed"], &strict["domain_and_range"]),
        (&2.into(), &3.into(), &1.0.into())
    );
}

#[test]
fn a_graph_may_be_all_there_is() {
    let desk = Desk::new();
    graph(&desk, "graph");
    let ran = desk.quality(&["--predictions", "graph", "--only", "film", "--json", "figures.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(desk.json("figures.json")["strict"]["triples"]["right"], 1);
}

#[test]
fn predictions_for_other_ontologies_and_later_sentences_pass() {
    let desk = Desk::new();
    desk.write("all.jsonl", &format!("{FILM_1}\n{FILM_2}\n{SONG}\n"));
    let ran = desk.quality(&["--predictions", "all.jsonl", "--only", "1", "--limit", "1", "--json", "figures.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let figures = desk.json("figures.json");
    assert_eq!(figures["ontologies"].as_array().map(Vec::len), Some(1));
    assert_eq!((&figures["strict"]["sentences"], &figures["strict"]["macro"]["recall"]), (&1.into(), &0.5.into()));
}

#[test]
fn what_is_missing_or_broken_is_named_and_shows_nothing_of_what_is_there() {
    let other = r#"{"id": "ont_1_film_test_9", "triples": []}"#;
    let secret = r#"{"id": "ont_1_film_test_1", "triples": "Ottoline's secret"}"#;
    let cases: [(&str, &str, &[&str], &str); 12] = [
        ("all.jsonl", "", &["--only", "opera"], "--only opera: there is no such ontology; there are 1_film, 10_song"),
        ("data/test/ont_1_film_test.jsonl", "-", &[], "data/test/ont_1_film_test.jsonl: there is no such file"),
        ("data/ground_truth/ont_1_film_ground_truth.jsonl", "-", &[], "there is no such file"),
        (
            "data/ontologies/1_film_ontology.json",
            "{\n",
            &[],
            "data/ontologies/1_film_ontology.json:2: not JSON at column 0",
        ),
        (
            "data/test/ont_1_film_test.jsonl",
            "{\"id\": 1}\n",
            &[],
            "ont_1_film_test.jsonl:1: something is missing or not of its type: a line has id and sent",
        ),
        ("data/test/ont_1_film_test.jsonl", "", &[], "the sentence ont_1_film_test_1 is not the one of data/test"),
        ("data/x", "", &["--train"], "data/train/ont_1_film_train.jsonl: there is no such file"),
        ("all.jsonl", "-", &["--predictions", "all.jsonl"], "all.jsonl: there is no such file"),
        (
            "all.jsonl",
            other,
            &["--predictions", "all.jsonl"],
            "all.jsonl: ont_1_film_test_9 is no sentence of the ontologies",
        ),
        (
            "all.jsonl",
            secret,
            &["--predictions", "all.jsonl"],
            "all.jsonl:1: something is missing or not of its type: a line has id and triples",
        ),
        (
            "said/other.jsonl",
            "",
            &["--predictions", "said"],
            "said: no predictions for 1_film; expected a file 1_film.jsonl",
        ),
        (
            "all.jsonl",
            "twice",
            &["--predictions", "all.jsonl"],
            "all.jsonl:2: ont_1_film_test_2 stands in the file twice",
        ),
    ];
    for (file, text, arguments, expected) in cases {
        let desk = Desk::new();
        match text {
            "-" => drop(std::fs::remove_file(desk.path(file))),
            "twice" => desk.write(file, &format!("{FILM_2}\n{FILM_2}\n")),
            text => desk.write(file, text),
        }
        let ran = desk.quality(arguments);
        assert_eq!(ran.code, Some(1), "{expected}: {}", ran.err);
        assert!(ran.err.starts_with("kgas-bench: ") && ran.err.contains(expected), "{expected}: {}", ran.err);
        assert!(!ran.err.contains("secret") && ran.out.is_empty(), "{}", ran.err);
    }
}

#[test]
fn a_relation_s_name_with_spaces_is_told_for_the_official_score_drops_it() {
    let desk = Desk::new();
    let line = |relation: &str| {
        let triple = format!(r#"{{"sub": "Glimmerdown", "rel": "{relation}", "obj": "01 January 1999"}}"#);
        format!(r#"{{"id": "ont_1_film_test_1", "triples": [{triple}]}}"#)
    };
    for (relation, is_told) in [("publication date", true), ("publication_date", false), ("made up", false)] {
        desk.write("all.jsonl", &line(relation));
        let ran = desk.quality(&["--predictions", "all.jsonl", "--only", "film"]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert_eq!(
            ran.err.contains("with spaces, and not with _: 1; the official score drops them"),
            is_told,
            "{relation}: {}",
            ran.err
        );
    }
}

#[test]
fn two_predictions_for_one_ontology_are_one_too_many() {
    let desk = Desk::new();
    desk.write("said/1_film.jsonl", FILM_1);
    desk.write("said/ont_1_film_x.jsonl", FILM_1);
    let ran = desk.quality(&["--predictions", "said", "--only", "film"]);
    assert!(ran.err.contains("for 1_film there are 1_film.jsonl and ont_1_film_x.jsonl"), "{}", ran.err);
}

#[test]
fn a_folder_without_the_benchmark_is_told() {
    let desk = Desk::new();
    let ran = super::desk::run(&desk.path(""), &["--data", "data/test"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("data/test: no ontology of Text2KGBench is there"), "{}", ran.err);
}
