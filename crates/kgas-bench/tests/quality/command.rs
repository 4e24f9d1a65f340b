//! The command with tools of kgas: what it passes on, keeps, shows and hides.

use kgas_mock::{Answer, ChatCall, Gazetteer, MockServer, RelationTable};

use super::desk::Desk;

const KEY: &str = "sk-quality-secret-0123456789";

/// A server that wants the key and knows a film, its director and a song, but no composer.
fn server() -> (tokio::runtime::Runtime, MockServer) {
    fn chunk_of(prompt: &str) -> &str {
        prompt.rsplit_once("TEXT:").map_or(prompt, |(_, text)| text)
    }
    let answer = |call: &ChatCall| {
        if call.prompt().contains("\"relations\"") {
            RelationTable::new([("Glimmerdown", "director", "Ottoline Vask")]).text_of(chunk_of).answer(call)
        } else {
            let names = [("Glimmerdown", "film"), ("Ottoline Vask", "human"), ("Slow Tide", "song")];
            Gazetteer::new(names).text_of(chunk_of).answer(call)
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(MockServer::builder().require_key(KEY).answer(answer).start()).unwrap();
    (runtime, server)
}

/// The arguments for `kgas extract` that name this server; the key is said as a header.
fn asking<'a>(server: &'a MockServer, header: &'a str) -> Vec<&'a str> {
    vec!["--", "--base-url", server.url(), "--response-format", "text", "--header", header]
}

#[test]
fn the_rules_are_scored_without_a_provider_and_only_the_table_is_on_standard_output() {
    let desk = Desk::new();
    let ran = desk.quality(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let rows: Vec<Vec<&str>> = ran.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["1_film", "10_song", "all"]);
    assert_eq!(rows[1], ["sentences", "3", "1", "4"]);
    assert_eq!(rows[2], ["with", "an", "answer", "3", "1", "4"]);
    assert!(ran.err.contains("nothing leaves this machine"), "{}", ran.err);
    assert!(ran.out.contains("official\n") && ran.out.contains("strict\n"), "{}", ran.out);
}

#[test]
fn what_is_kept_is_scored_again_with_the_same_figures() {
    let desk = Desk::new();
    let arguments = ["--out", "kept", "--json", "first.json", "--", "--tools", "T23a_rules,T27_rules"];
    assert_eq!(desk.quality(&arguments).code, Some(0));
    let ran = desk.quality(&["--predictions", "kept", "--json", "second.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let first = desk.json("first.json");
    assert_eq!(first, desk.json("second.json"));
    // "A 1999 film directed by" is what the rules are for.
    assert!(first["ontologies"][0]["strict"]["triples"]["right"].as_u64() > Some(0), "{first}");
}

#[test]
fn examples_of_the_training_file_are_written_and_given() {
    let desk = Desk::new();
    let lesson = |text: &str, object: &str| serde_json::json!({"sent": text, "sub_label": "Lantern", "rel_label": "director", "obj_label": object});
    let lessons = [lesson("Lantern sprang from Ida Moor.", "Ida Moor"), lesson("Lantern won.", "Ida Moor")];
    desk.write("data/train/ont_1_film_train.jsonl", &lessons.map(|line| format!("{line}\n")).concat());
    let truth = serde_json::json!([{"sub": "Glow", "rel": "director", "obj": "Ada Low"}]);
    desk.truth("1_film", &[("Glow sprang from Ada Low and won.", truth)]);
    let right = |arguments: &[&str]| {
        let ran = desk.quality(&[&["--only", "film", "--json", "figures.json"], arguments].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        (desk.json("figures.json")["strict"]["triples"]["right"].clone(), ran.err)
    };
    assert_eq!(right(&[]).0, 0, "without examples there is no such phrase");
    let (found, told) = right(&["--train", "--examples-out", "examples"]);
    assert_eq!(found, 1, "{told}");
    assert!(told.contains("1_film: 1 example of 2 training sentences"), "{told}");
    assert_eq!(desk.json("figures.json")["ontologies"][0]["examples"], 1);
    let examples = std::fs::read_to_string(desk.path("examples/1_film_examples.jsonl")).unwrap();
    assert!(examples.contains("sprang from") && examples.lines().count() == 1);
}

#[test]
fn training_sentences_of_which_none_is_fit_are_told_before_anything_is_asked() {
    let desk = Desk::new();
    desk.write("data/train/ont_1_film_train.jsonl", "");
    let ran = desk.quality(&["--only", "film", "--train=5"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("1_film: none of the 0 training sentences is fit"), "{}", ran.err);
}

#[test]
fn any_server_is_asked_that_kgas_extract_can_ask() {
    let desk = Desk::new();
    let (_runtime, server) = server();
    let header = format!("authorization=Bearer {KEY}");
    let said = asking(&server, &header);
    let ran = desk.quality(&[&["--json", "figures.json", "--out", "kept"], &said[..]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let figures = desk.json("figures.json");
    let of_film = &figures["ontologies"][0]["strict"];
    assert_eq!(of_film["triples"], serde_json::json!({"truth": 4, "said": 1, "right": 1}));
    assert_eq!(of_film["domain_and_range"], 1.0);
    assert!(server.account().calls_answered() >= 8);
    let told = [ran.out, ran.err, figures.to_string()].concat();
    assert!(!told.contains(KEY), "{told}");
}

#[test]
fn where_the_model_can_t_be_asked_nothing_is_scored() {
    let desk = Desk::new();
    let (_runtime, server) = server();
    let ran = desk.quality(&asking(&server, "authorization=Bearer sk-wrong-9876543210-secret"));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.err.contains("kgas-bench: 1_film: kgas extract ended with Fatal, as it says above"), "{}", ran.err);
    assert!(ran.out.is_empty() && !ran.err.contains("secret"), "{}", ran.err);
}

#[test]
fn what_was_extracted_is_kept_where_something_fails_later() {
    let desk = Desk::new();
    // kgas refuses this ontology, for its relation is from a class that isn't there.
    let songs = std::fs::read_to_string(desk.path("data/ontologies/10_song_ontology.json")).unwrap();
    desk.write("data/ontologies/10_song_ontology.json", &songs.replace(r#""domain": "Q3""#, r#""domain": "Q9""#));
    let ran = desk.quality(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let (_, kept) = ran.err.split_once("what was extracted is kept in ").unwrap();
    let kept = std::path::Path::new(kept.lines().next().unwrap());
    assert!(kept.join("1_film/relations.jsonl").is_file(), "{}", ran.err);
}

#[test]
fn a_command_line_that_makes_no_sense_is_told() {
    let cases: [(&[&str], i32, &str); 4] = [
        (&["--train=none"], 2, "give a whole number above 0, or --train alone for all"),
        (&["--predictions", "x", "--train"], 2, "cannot be used with"),
        (&["--", "--tools", "T99"], 1, "kgas extract ended with Usage"),
        (&["--", "--out", "elsewhere"], 1, "kgas extract ended with Usage"),
    ];
    for (arguments, code, expected) in cases {
        let ran = Desk::new().quality(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(expected), "{arguments:?}: {}", ran.err);
    }
}
