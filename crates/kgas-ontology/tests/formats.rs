//! The JSON formats, told apart by content, and what is said of broken ones.

use kgas_core::ontology::Datatype;
use kgas_ontology::{Format, Leniency, Loaded, ReadError, ReadOptions, load, read};

const SEED: &str = r#"{"entities": {"Person": {"properties": ["name"]}}}"#;

fn strict(text: &str) -> Result<Loaded, ReadError> {
    read(text, &ReadOptions::default())
}

#[test]
fn the_shortest_form_has_a_class_with_properties() {
    let loaded = strict(SEED).unwrap();
    assert_eq!(loaded.format, Format::Kgas);
    let id = loaded.ontology.class_named("Person").unwrap();
    assert_eq!(loaded.ontology.class(id).unwrap().properties, ["name"]);
}

#[test]
fn codes_and_labels_of_text2kgbench_are_resolved_and_trimmed() {
    let text = r#"{"title": "T", "concepts": [{"qid": "Q5", "label": "human"}, {"qid": "Q1", "label": "award "}],
        "relations": [{"pid": "P1", "label": "won ", "domain": "Q5", "range": "Q1"},
                      {"pid": "P2", "label": "born", "domain": "Q5", "range": ""}]}"#;
    let loaded = strict(text).unwrap();
    assert_eq!(loaded.format, Format::Text2KgBench);
    let [won, born] = loaded.ontology.relations() else { panic!("two relations") };
    assert_eq!(won.label, "won");
    assert_eq!(loaded.ontology.label(won.range.classes[0]), "award");
    assert!(born.range.is_unspecified());
    assert_eq!(loaded.ontology.class_named("AWARD"), loaded.ontology.class_named("Q1"));
}

#[test]
fn a_range_may_be_a_datatype_by_xsd_name_or_plain_word() {
    for (word, datatype) in [
        ("xsd:gYear", Datatype::Year),
        ("http://www.w3.org/2001/XMLSchema#integer", Datatype::Integer),
        ("String", Datatype::Text),
        ("date", Datatype::Date),
        ("number", Datatype::Number),
    ] {
        let text = format!(r#"{{"entities": {{"A": {{}}}}, "relations": {{"r": {{"range": "{word}"}}}}}}"#);
        assert_eq!(strict(&text).unwrap().ontology.relations()[0].range.datatypes, [datatype], "{word}");
    }
}

const UNKNOWN: &str = r#"{"entities": {"Film": {"parent": "Work"}},
    "relations": {"director": {"domain": "Film", "range": "Person"}, "award": {"domain": "Movie", "range": "Prize"},
                  "released": {"domain": "Film", "range": "date"}}}"#;

#[test]
fn every_unknown_class_is_listed() {
    insta::assert_snapshot!(strict(UNKNOWN).unwrap_err(), @r#"unknown classes: "Work" (parent of class "Film"), "Person" (range of relation "director"), "Movie" (domain of relation "award"), "Prize" (range of relation "award"); define them, or drop what names them with --lenient"#);
}

#[test]
fn lenient_drops_those_relations_and_says_so() {
    let loaded = read(UNKNOWN, &Leniency::Lenient.into()).unwrap();
    assert_eq!(loaded.ontology.relations().iter().map(|relation| &relation.label).collect::<Vec<_>>(), ["released"]);
    let said: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    left out: unknown class "Work" (parent of class "Film")
    relation "director" is left out: unknown class "Person" (range of relation "director")
    relation "award" is left out: unknown class "Movie" (domain of relation "award"), "Prize" (range of relation "award")
    "#);
}

#[test]
fn broken_ontologies_get_one_clear_sentence() {
    let cases = [
        "",
        " \n",
        "{\"entities\": {\n  \"A\": }",
        "[]",
        "{}",
        r#"{"entities": {}}"#,
        r#"{"entities": ["A"]}"#,
        r#"{"entities": {"A": {"examples": 3}}}"#,
        r#"{"entities": {"A": {"parent": "B"}, "B": {"parent": "A"}}}"#,
        r#"{"entities": {"A b": {}, "a_B": {}}}"#,
        r#"{"concepts": [{"qid": "Q1", "label": "a"}, {}], "relations": []}"#,
    ];
    let said: Vec<String> = cases.iter().map(|text| strict(text).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    the file is empty
    the file is empty
    not JSON: expected value at line 2 column 8
    no ontology in it: expected kgas JSON (entities, relations), Text2KGBench JSON (concepts, relations), JSON Schema ($defs), OWL or RDFS as Turtle or RDF/XML, or LinkML YAML (classes, slots), found other JSON
    no ontology in it: expected kgas JSON (entities, relations), Text2KGBench JSON (concepts, relations), JSON Schema ($defs), OWL or RDFS as Turtle or RDF/XML, or LinkML YAML (classes, slots), found other JSON
    the ontology is empty: it has neither classes nor relations
    entities should be an object of labels
    entities.A.examples should be a list of strings
    class "A" is its own ancestor: mend its parents
    two classes are called "a_B": rename one
    class number 2 has no label
    "#);
}

#[test]
fn a_misspelt_field_is_warned_of() {
    let loaded = strict(r#"{"entities": {"A": {"exmaples": ["x"]}}}"#).unwrap();
    assert_eq!(loaded.warnings[0].to_string(), "entities.A.exmaples is not read, did you mean examples?");
}

#[test]
fn a_missing_file_is_named() {
    let error = load(std::path::Path::new("no/such.json"), &ReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "ontology no/such.json: there is no such file");
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let text = r#"{"title": "T", "entities": {"Work": {}, "Film": {"description": "a film", "parent": "Work",
        "examples": ["M"], "properties": ["length"]}}, "relations": {"r": {"domain": "Film", "range": ["Work", "date"]}}}"#;
    let once = serde_json::to_value(strict(text).unwrap().ontology).unwrap();
    let twice = serde_json::to_value(strict(&once.to_string()).unwrap().ontology).unwrap();
    assert_eq!(once, twice);
}
