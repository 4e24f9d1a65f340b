//! Examples that a user gives: how they are read, and what is held against them.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use kgas_core::Examples;
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};

fn ontology() -> Ontology {
    let mut person = ClassSpec::new("Person");
    person.properties = vec!["profession".to_owned()];
    let spec = OntologySpec {
        classes: vec![person, ClassSpec::new("Company")],
        relations: vec![RelationSpec::new("works at").from(["Person"]).to(["Company"])],
        ..OntologySpec::default()
    };
    Ontology::compile(spec, Leniency::Strict).unwrap().0
}

fn told(jsonl: &str) -> String {
    Examples::parse(jsonl).unwrap_err().to_string()
}

#[test]
fn examples_are_read_line_by_line_and_blank_lines_pass() {
    let examples = Examples::parse(concat!(
        "\u{feff}{\"text\": \"Ann left.\", \"entities\": [{\"text\": \"Ann\", \"type\": \"Person\"}]}\r\n",
        "\n  \n",
        "{\"text\": \"Bob is at Acme.\", \"relations\": [{\"subject\": \"Bob\", \"type\": \"works at\", ",
        "\"object\": \"Acme\", \"evidence\": \"Bob is at Acme\"}]}",
    ));
    let examples = examples.unwrap();
    let lines: Vec<usize> = examples.list().iter().map(|example| example.line).collect();
    assert_eq!(lines, [1, 4]);
    assert_eq!(examples.list()[0].entities[0].text, "Ann");
    assert_eq!(examples.list()[1].relations[0].evidence.as_deref(), Some("Bob is at Acme"));
    assert!(Examples::parse("\n\n").unwrap().is_empty());
}

#[test]
fn an_error_names_its_line() {
    let cases = [
        ("\n{\"text\": \"a\"", "line 2: not a JSON object: "),
        ("[]", "line 1: not a JSON object"),
        ("{\"entities\": []}", "line 1: no text; "),
        ("{\"text\": \" \"}", "line 1: no text; "),
        ("{\"text\": \"a\"}\n{\"text\": \"a\", \"entites\": []}", "line 2: unknown field \"entites\"; "),
        ("{\"text\": \"a\", \"relations\": {}}", "line 1: relations is not a list"),
        ("{\"text\": \"a\", \"entities\": [{\"type\": \"Person\"}]}", "line 1: item 1 of entities can't be read"),
    ];
    for (jsonl, begin) in cases {
        assert!(told(jsonl).starts_with(begin), "{jsonl}: {}", told(jsonl));
    }
}

#[test]
fn an_example_that_stands_up_has_no_problem() {
    let good = "{\"text\": \"Ann, a baker, is at Acme.\", \"entities\": [{\"text\": \"Ann\", \"type\": \"person\", \
                \"properties\": {\"profession\": \"baker\"}}, {\"text\": \"Acme\", \"type\": \"Company\"}], \
                \"relations\": [{\"subject\": \"Ann\", \"type\": \"works at\", \"object\": \"Acme\", \
                \"evidence\": \"Ann, a baker, is at Acme\"}]}";
    assert_eq!(Examples::parse(good).unwrap().check(&ontology()), Ok(()));
}

#[test]
fn all_problems_are_told_with_line_item_and_reason() {
    let bad = concat!(
        "{\"text\": \"Ann left.\", \"entities\": [{\"text\": \"Eve\", \"type\": \"Person\"}, ",
        "{\"text\": \"Ann\", \"type\": \"Robot\"}]}\n",
        "{\"text\": \"Ann left Acme.\", \"entities\": [{\"text\": \"Ann\", \"type\": \"Person\", ",
        "\"properties\": {\"age\": 7}}, {\"text\": \"Acme\", \"type\": \"Company\"}], \"relations\": [",
        "{\"subject\": \"Ann\", \"type\": \"hates\", \"object\": \"Acme\"}, ",
        "{\"subject\": \"Ann\", \"type\": \"works at\", \"object\": \"Ann\"}]}",
    );
    let problems = Examples::parse(bad).unwrap().check(&ontology()).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told[0], "line 1: the text doesn't have it, as whole words: {\"text\":\"Eve\",\"type\":\"Person\"}");
    assert_eq!(told[1], "line 1: its type is no class of the ontology: {\"text\":\"Ann\",\"type\":\"Robot\"}");
    assert!(
        told[2].starts_with("line 2: the ontology gives its class no such property: {\"text\":\"Ann\""),
        "{}",
        told[2]
    );
    assert_eq!(
        told[3],
        "line 2: its relation is not in the ontology: {\"subject\":\"Ann\",\"type\":\"hates\",\"object\":\"Acme\"}"
    );
    assert_eq!(told.len(), 5);
}
