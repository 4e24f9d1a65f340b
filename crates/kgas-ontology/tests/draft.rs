//! A first ontology from examples.

use kgas_core::{Examples, Ontology};
use kgas_ontology::{Format, Leniency, draft, write};

#[test]
fn classes_have_names_and_relations_the_ends_that_were_seen() {
    let lines = r#"
        {"text": "Ann Lee founded Acme in 1999.", "entities": [{"text": "Ann Lee", "type": "Person", "properties": {"role": "founder"}}, {"text": "Acme", "type": "Company"}], "relations": [{"subject": "Ann Lee", "type": "founded", "object": "Acme"}, {"subject": "Acme", "type": "founded in", "object": "1999"}]}
        {"text": "Bob, 41, runs the blue Fund.", "entities": [{"text": "Bob", "type": "person"}], "relations": [{"subject": "Bob", "type": "age", "object": "41", "object_type": "literal"}, {"subject": "Bob", "type": "runs", "object": "Fund", "object_type": "Fund"}, {"subject": "Fund", "type": "colour", "object": "blue"}]}
    "#;
    let spec = draft(&Examples::parse(lines).unwrap());
    let (ontology, warnings) = Ontology::compile(spec, Leniency::Strict).unwrap();
    assert_eq!(warnings, []);
    insta::assert_snapshot!(write(&ontology, Format::Kgas), @r#"
    {
      "entities": {
        "Person": {
          "examples": [
            "Ann Lee",
            "Bob"
          ],
          "properties": [
            "role"
          ]
        },
        "Company": {
          "examples": [
            "Acme"
          ]
        },
        "Fund": {
          "examples": [
            "Fund"
          ]
        }
      },
      "relations": {
        "founded": {
          "domain": [
            "Person"
          ],
          "range": [
            "Company"
          ]
        },
        "founded in": {
          "domain": [
            "Company"
          ],
          "range": [
            "date"
          ]
        },
        "age": {
          "domain": [
            "Person"
          ],
          "range": [
            "number"
          ]
        },
        "runs": {
          "domain": [
            "Person"
          ],
          "range": [
            "Fund"
          ]
        },
        "colour": {
          "domain": [
            "Fund"
          ],
          "range": [
            "string"
          ]
        }
      }
    }
    "#);
}
