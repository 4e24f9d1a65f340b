//! `kgas ontology`: exit codes, what goes to which stream, and that what is shown is what is sent.

mod support;

use support::{Desk, Ran};

const FILMS: &str = r#"{"title": "Films", "entities": {
        "Work": {}, "Film": {"id": "Q11424", "parent": "Work", "description": "moving\npictures", "examples": ["Metropolis"]},
        "Silent Film": {"parent": "Film", "synonyms": ["silent"]}, "Person": {"properties": ["date of birth"]}},
    "relations": {
        "directed by": {"id": "P57", "domain": "Film", "range": "Person", "description": "who made it", "cardinality": "1..*"},
        "released": {"domain": ["Film", "Work"], "range": ["date"], "cardinality": "1"},
        "colour": {"domain": "Film", "values": ["black and white", "colour"]}, "about": {"domain": "Work"}}}"#;

const BROKEN: &str = r#"{"entities": {"A": {"parent": "B"}, "B": {"parent": "A"}},
    "relations": {"r": {"domain": "A", "range": "Cat"}, "s": {}}}"#;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("films.json", FILMS);
    desk.write("broken.json", BROKEN);
    desk
}

/// All that was said, with the exit code.
fn told(ran: &Ran) -> String {
    format!("{}---\n{}exit {}", ran.stdout, ran.stderr, ran.code.unwrap_or(-1))
}

#[test]
fn a_check_tells_all_and_ends_in_1_where_there_is_an_error() {
    insta::assert_snapshot!(told(&desk().kgas(&["ontology", "check", "broken.json"])), @r#"
    error: unknown class "Cat": it is the range of relation "r"
    error: a class is its own ancestor: "A" -> "B" -> "A"
    warning: relation "s" has no domain: any class may be its subject
    warning: relation "s" has no range: anything may be its object
    ---
    broken.json: kgas JSON, 2 classes, 2 relations: 2 errors, 2 warnings
    exit 1
    "#);
}

#[test]
fn what_is_left_out_leniently_is_no_error() {
    let desk = desk();
    desk.write("unknown.json", r#"{"entities": {"A": {}}, "relations": {"r": {"domain": ["A"], "range": ["Cat"]}}}"#);
    let ran = desk.kgas(&["-q", "ontology", "check", "unknown.json", "--lenient"]);
    assert_eq!((ran.code, ran.stdout.contains("warning: unknown class \"Cat\"")), (Some(0), true), "{}", ran.stdout);
}

#[test]
fn warnings_alone_end_in_0() {
    insta::assert_snapshot!(told(&desk().kgas(&["ontology", "check", "films.json"])), @r#"
    warning: relation "about" has no range: anything may be its object
    ---
    films.json: kgas JSON, 4 classes, 4 relations: 0 errors, 1 warning
    exit 0
    "#);
}

#[test]
fn a_check_is_json_where_that_is_asked() {
    let ran = desk().kgas(&["-q", "ontology", "check", "broken.json", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    let findings: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(findings[0]["severity"], "error");
    assert_eq!(findings[0]["kind"], "unknown_class");
    assert!(findings[0]["message"].as_str().unwrap().contains("Cat"));
}

#[test]
fn classes_are_shown_as_a_tree_and_relations_as_a_table() {
    insta::assert_snapshot!(told(&desk().kgas(&["ontology", "show", "films.json"])), @r#"
    Films

    Work
      Film [Q11424]: moving pictures
        Silent Film, also silent
    Person

    RELATION           FROM         TO                            HOW MANY  MEANS
    directed by [P57]  Film         Person                        1..*      who made it
    released           Film | Work  date                          1
    colour             Film         "black and white" | "colour"  -
    about              Work         any                           -
    ---
    exit 0
    "#);
}

#[test]
fn what_is_shown_as_prompt_and_schema_is_what_is_sent() {
    let desk = desk();
    desk.write("in/a.txt", "Ann is here.");
    let prompt = desk.kgas(&["ontology", "show", "films.json", "--as", "prompt"]).stdout;
    let schema = desk.kgas(&["ontology", "show", "films.json", "--as", "schema"]).stdout;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    for tool in ["T23c_async", "T27_async"] {
        let sent = desk.kgas(&[
            "extract",
            "in",
            "--ontology",
            "films.json",
            "--out",
            "OUT",
            "--base-url",
            "http://127.0.0.1:9",
            "--tools",
            tool,
            "--response-format",
            "json_schema",
            "--show-prompt",
        ]);
        let body: serde_json::Value = serde_json::from_str(&sent.stdout).unwrap_or_else(|_| panic!("{}", sent.stderr));
        assert_eq!(body.pointer("/response_format/json_schema/schema"), Some(&schema[tool]), "{tool}");
        let said = body["messages"].to_string();
        let parts = prompt.split("\n\n").filter(|part| tool == "T27_async" || part.starts_with("CLASSES"));
        for line in parts.flat_map(str::lines).filter(|line| !line.is_empty()) {
            let line = serde_json::Value::from(line).to_string();
            assert!(said.contains(line.trim_matches('"')), "{line}");
        }
    }
}

#[test]
fn what_is_converted_there_and_back_does_not_differ() {
    let desk = desk();
    for format in ["json", "turtle", "rdf-xml", "linkml"] {
        let converted = desk.kgas(&["ontology", "convert", "films.json", "--to", format, "--out", "other"]);
        assert_eq!(
            (converted.code, converted.stdout.as_str(), converted.stderr.as_str()),
            (Some(0), "", ""),
            "{format}"
        );
        let differing = desk.kgas(&["ontology", "diff", "films.json", "other"]);
        assert_eq!(told(&differing), "---\nA is films.json, B is other: 0 differences\nexit 0", "{format}");
        let shown = desk.kgas(&["ontology", "show", "films.json", "--as", format]);
        assert_eq!(shown.stdout, desk.read("other"), "{format}");
    }
}

#[test]
fn what_a_format_loses_is_a_warning() {
    let ran = desk().kgas(&["ontology", "convert", "films.json", "--to", "text2kgbench"]);
    assert!(ran.stdout.starts_with('{'), "{}", ran.stdout);
    insta::assert_snapshot!(format!("{}exit {}", ran.stderr, ran.code.unwrap()), @r#"
    warning: Text2KGBench JSON has no place for synonyms of 1 class: "Silent Film"
    warning: Text2KGBench JSON has no place for description of 1 class: "Film"
    warning: Text2KGBench JSON has no place for parents of 2 classes: "Film", "Silent Film"
    warning: Text2KGBench JSON has no place for examples of 1 class: "Film"
    warning: Text2KGBench JSON has no place for properties of 1 class: "Person"
    warning: Text2KGBench JSON has no place for description of 1 relation: "directed by"
    warning: Text2KGBench JSON has no place for values of 1 relation: "colour"
    warning: Text2KGBench JSON has no place for cardinality of 2 relations: "directed by", "released"
    exit 0
    "#);
}

#[test]
fn differences_end_in_1() {
    let desk = desk();
    desk.write("others.json", FILMS.replace("Metropolis", "Nosferatu").replace("\"about\"", "\"of\""));
    insta::assert_snapshot!(told(&desk.kgas(&["ontology", "diff", "films.json", "others.json"])), @r#"
    class "Film": examples: "Metropolis" in A, "Nosferatu" in B
    only in A: relation "about"
    only in B: relation "of"
    ---
    A is films.json, B is others.json: 3 differences
    exit 1
    "#);
}

#[test]
fn what_can_not_be_compared_does_not_end_like_a_difference() {
    let ran = desk().kgas(&["ontology", "diff", "films.json", "missing.json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), "kgas: ontology missing.json: there is no such file\n"));
}

#[test]
fn a_draft_is_an_ontology_that_the_other_commands_read() {
    let desk = desk();
    desk.write(
        "examples.jsonl",
        r#"{"text": "Ann made Run in 1999.", "entities": [{"text": "Ann", "type": "Person"}, {"text": "Run", "type": "Film"}],
"relations": [{"subject": "Ann", "type": "made", "object": "Run"}, {"subject": "Run", "type": "released", "object": "1999"}]}"#
            .replace('\n', " "),
    );
    let drafted = desk.kgas(&["ontology", "draft", "--examples", "examples.jsonl"]);
    assert_eq!((drafted.code, drafted.stderr.as_str()), (Some(0), ""));
    desk.write("draft.json", drafted.stdout);
    insta::assert_snapshot!(told(&desk.kgas(&["ontology", "show", "draft.json"])), @r#"
    Person
    Film

    RELATION  FROM    TO    HOW MANY  MEANS
    made      Person  Film  -
    released  Film    date  -
    ---
    exit 0
    "#);
}

#[test]
fn what_can_not_be_read_is_one_sentence() {
    let desk = desk();
    desk.write("bad.jsonl", "[]");
    desk.write("none.jsonl", "{\"text\": \"Nothing.\"}");
    let cases: [&[&str]; 5] = [
        &["ontology", "show", "missing.json"],
        &["ontology", "show", "broken.json"],
        &["ontology", "draft", "--examples", "bad.jsonl"],
        &["ontology", "draft", "--examples", "none.jsonl"],
        &["ontology", "convert", "films.json", "--to", "turtle", "--out", "."],
    ];
    let all: Vec<String> = cases.iter().map(|args| told(&desk.kgas(args))).collect();
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    ---
    kgas: ontology missing.json: there is no such file
    exit 1

    ---
    kgas: ontology broken.json: unknown classes: "Cat" (range of relation "r"); define them, or drop what names them with --lenient
    exit 1

    ---
    kgas: examples bad.jsonl: line 1: not a JSON object
    exit 1

    ---
    kgas: examples none.jsonl: they give no ontology: the ontology is empty: it has neither classes nor relations
    exit 1

    ---
    kgas: output .: a folder is in the way, name a file
    exit 1
    "#);
}

#[test]
fn labels_are_of_the_language_that_is_asked() {
    let desk = desk();
    desk.write(
        "film.ttl",
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n\
         <http://f.test/Film> a owl:Class ; rdfs:label \"Film\"@en, \"Spielfilm\"@de .",
    );
    let first = |args: &[&str]| desk.kgas(args).stdout;
    assert_eq!(first(&["ontology", "show", "film.ttl"]), "Film, also Spielfilm\n");
    assert_eq!(first(&["ontology", "show", "film.ttl", "--lang", "de"]), "Spielfilm [Film], also Film\n");
}
