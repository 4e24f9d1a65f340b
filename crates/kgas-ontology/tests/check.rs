//! What a check finds, and in what words.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use kgas_core::ontology::{ClassSpec, OntologySpec, RelationSpec};
use kgas_ontology::{Leniency, Problem, ReadOptions, Severity, check, read_spec};

fn spec(text: &str) -> OntologySpec {
    read_spec(text, &ReadOptions::from(Leniency::Strict)).unwrap().0
}

fn said(spec: &OntologySpec) -> String {
    check(spec).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn all_that_is_wrong_is_told_at_once_errors_first() {
    let text = r#"{"entities": {
            "Film": {"parent": "Work", "synonyms": ["person"]}, "film ": {}, "Person": {},
            "A": {"parent": "B"}, "B": {"parent": ["C", "A"]}, "C": {"parent": "A"}, "Hermit": {}},
        "relations": {
            "director": {"domain": "Movie", "range": ["Person", "Prize"]}, "award": {"domain": "Movie", "range": "xsd:dat"},
            "born": {"domain": "Person", "range": "date"}, "Born": {"domain": "person", "range": "date"},
            "_": {"domain": "A", "range": "A"}}}"#;
    insta::assert_snapshot!(said(&spec(text)), @r#"
    error: classes of one label: "Film", "film"; rename all but one
    error: relation number 5 has no label
    error: unknown class "Work": it is the parent of class "Film"
    error: unknown class "Movie": it is the domain of relation "director", domain of relation "award"
    error: unknown class "Prize": it is the range of relation "director"
    error: unknown datatype "xsd:dat", range of "award"; known are string, number, date, boolean, uri
    error: a class is its own ancestor: "A" -> "B" -> "C" -> "A"
    error: a class is its own ancestor: "A" -> "B" -> "A"
    warning: synonym "person" of class "Film" is the label of class "Person", which has it
    warning: 2 relations are called "born" and have the same ends
    warning: class "Film" is in no relation, nor is any class above or below it
    warning: class "film" is in no relation, nor is any class above or below it
    warning: class "Hermit" is in no relation, nor is any class above or below it
    "#);
}

#[test]
fn what_may_be_meant_otherwise_is_a_warning() {
    let text = r#"{"entities": {"A": {}}, "relations": {"r": {"range": "A"}, "s": {"domain": "A"}}}"#;
    let findings = check(&spec(text));
    assert!(findings.iter().all(|finding| finding.severity == Severity::Warning));
    insta::assert_snapshot!(said(&spec(text)), @r#"
    warning: relation "r" has no domain: any class may be its subject
    warning: relation "s" has no range: anything may be its object
    "#);
}

#[test]
fn a_class_is_reached_by_what_is_above_or_below_it() {
    let text = r#"{"entities": {"Thing": {}, "Person": {"parent": "Thing"}, "Poet": {"parent": "Person"},
            "Stone": {"parent": "Thing"}},
        "relations": {"knows": {"domain": "Person", "range": "Person"}}}"#;
    let problems: Vec<Problem> = check(&spec(text)).into_iter().map(|finding| finding.problem).collect();
    assert_eq!(problems, [Problem::Unreachable("Stone".to_owned())]);
}

#[test]
fn ends_may_be_inherited() {
    let text = r#"{"entities": {"A": {}}, "relations": {
        "r": {"domain": "A", "range": "A"}, "s": {"parent": "r"}, "t": {"parent": "s"}}}"#;
    assert_eq!(check(&spec(text)), []);
}

#[test]
fn an_ontology_without_relations_has_no_class_that_is_out_of_reach() {
    assert_eq!(check(&spec(r#"{"entities": {"A": {}, "B": {}}}"#)), []);
    assert_eq!(said(&OntologySpec::default()), "error: there are neither classes nor relations");
}

#[test]
fn what_has_no_error_compiles() {
    let cases = [
        r#"{"entities": {"A": {"parent": "B"}, "B": {}}, "relations": {"r": {"domain": "A", "range": "xsd:int"}}}"#,
        r#"{"entities": {"A": {"synonyms": ["b"]}, "B": {}}, "relations": {"r": {}}}"#,
        r#"{"entities": {"A": {"parent": "x"}, "B": {"id": "x"}}}"#,
    ];
    for text in cases {
        assert!(check(&spec(text)).iter().all(|finding| finding.severity == Severity::Warning), "{text}");
        assert!(kgas_ontology::read(text, &ReadOptions::default()).is_ok(), "{text}");
    }
}

#[test]
fn ten_thousand_classes_in_one_circle_are_one_finding_of_one_line() {
    let name = |at: usize| format!("c{at}");
    let classes = (0..10_000).map(|at| ClassSpec::new(name(at)).parent(name((at + 1) % 10_000)));
    let relation = RelationSpec::new("r").from([name(0)]).to([name(1)]);
    let spec = OntologySpec { classes: classes.collect(), relations: vec![relation], title: None };
    let findings = check(&spec);
    assert_eq!(findings.len(), 1);
    insta::assert_snapshot!(said(&spec), @r#"error: a class is its own ancestor: "c0" -> "c1" -> "c2" -> "c3" -> "c4" -> "c5" -> "c6" -> "c7" -> "c8" -> "c9" -> … 9990 more … -> "c0""#);
}
