//! From names that refer to names to an ontology that can be relied on.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use kgas_core::Ontology;
use kgas_core::ontology::{
    ClassSpec, Datatype, Leniency, OntologyError, OntologySpec, OntologyWarning, RelationSpec, UnknownReference,
};
use proptest::prelude::*;
use support::{compiled, texts};

fn classes(specs: impl IntoIterator<Item = ClassSpec>) -> OntologySpec {
    OntologySpec { classes: specs.into_iter().collect(), ..OntologySpec::default() }
}

fn with_id(id: &str, label: &str) -> ClassSpec {
    ClassSpec { id: id.to_owned(), ..ClassSpec::new(label) }
}

fn unknown(name: &str, named_by: &str) -> UnknownReference {
    UnknownReference { name: name.to_owned(), named_by: named_by.to_owned() }
}

fn refused(spec: OntologySpec) -> OntologyError {
    Ontology::compile(spec, Leniency::Strict).unwrap_err()
}

#[test]
fn a_class_is_found_by_label_and_by_id_however_it_is_spelt() {
    let ontology = compiled(classes([with_id("Q5", "Human_Being"), with_id("Q42", "City"), with_id("", "Film")]));
    let label = |name: &str| ontology.class_named(name).map(|id| ontology.label(id));
    let cases = [
        ("Human_Being", Some("Human_Being")),
        ("human being", Some("Human_Being")),
        (" HUMAN-BEING ", Some("Human_Being")),
        ("q5", Some("Human_Being")),
        ("Q42", Some("City")),
        ("film", Some("Film")),
        ("HumanBeing", None),
        // A class without an id has not the empty one.
        ("", None),
        (" _", None),
    ];
    for (name, expected) in cases {
        assert_eq!(label(name), expected, "{name:?}");
    }
}

#[test]
fn a_label_wins_over_the_id_of_another_class() {
    let ontology = compiled(classes([with_id("City", "Town"), with_id("c", "City")]));
    assert_eq!(ontology.class_named("city").map(|id| ontology.label(id)), Some("City"));
}

#[test]
fn a_special_case_is_what_its_ancestors_are() {
    let ontology = compiled(classes([
        ClassSpec::new("Poet").parent("writer"),
        ClassSpec::new("Writer").parent("Person"),
        ClassSpec::new("Person"),
        ClassSpec::new("City"),
    ]));
    let id = |name| ontology.class_named(name).unwrap();
    for (class, ancestor, expected) in [
        ("Poet", "Poet", true),
        ("Poet", "Writer", true),
        ("Poet", "Person", true),
        ("Person", "Poet", false),
        ("Poet", "City", false),
    ] {
        assert_eq!(ontology.is_a(id(class), id(ancestor)), expected, "{class} {ancestor}");
    }
    assert!(ontology.fits(id("Poet"), &[]));
    assert!(ontology.fits(id("Poet"), &[id("City"), id("Person")]));
    assert!(!ontology.fits(id("Person"), &[id("City"), id("Poet")]));
}

#[test]
fn what_can_not_be_an_ontology_is_refused() {
    let cases = [
        (OntologySpec::default(), "the ontology is empty: it has neither classes nor relations"),
        (classes([ClassSpec::new("A"), ClassSpec::new(" ")]), "class number 2 has no label"),
        (
            OntologySpec { relations: vec![RelationSpec::new("")], ..OntologySpec::default() },
            "relation number 1 has no label",
        ),
        (
            classes([ClassSpec::new("Film Star"), ClassSpec::new("film_star")]),
            "two classes are called \"film_star\": rename one",
        ),
        (classes([ClassSpec::new("A").parent("A")]), "class \"A\" is its own ancestor: mend its parents"),
        (
            classes([
                ClassSpec::new("A").parent("B"),
                ClassSpec::new("B").parent("C"),
                ClassSpec::new("C").parent("A"),
            ]),
            "class \"A\" is its own ancestor: mend its parents",
        ),
        (
            OntologySpec {
                classes: vec![ClassSpec::new("A").parent("Z")],
                relations: vec![RelationSpec::new("r").from(["A", "Y"]).to(["X", "date"])],
                title: None,
            },
            "unknown classes: \"Z\" (parent of class \"A\"), \"Y\" (domain of relation \"r\"), \
             \"X\" (range of relation \"r\"); define them, or drop what names them with --lenient",
        ),
    ];
    for (spec, expected) in cases {
        assert_eq!(refused(spec).to_string(), expected);
    }
}

#[test]
fn under_leniency_what_names_the_unknown_is_left_out_and_told() {
    let spec = OntologySpec {
        classes: vec![ClassSpec::new("A").parent("Z"), ClassSpec::new("B")],
        relations: vec![RelationSpec::new("r").from(["Y", "A"]).to(["X"]), RelationSpec::new("s").from(["B"])],
        title: Some(" T ".to_owned()),
    };
    let (ontology, warnings) = Ontology::compile(spec, Leniency::Lenient).unwrap();
    assert_eq!(ontology.title(), Some("T"));
    assert_eq!(ontology.classes().len(), 2);
    assert!(ontology.classes().all(|(_, class)| class.parents.is_empty()));
    assert_eq!(ontology.relations().iter().map(|relation| relation.label.as_str()).collect::<Vec<_>>(), ["s"]);
    let lost = vec![unknown("Y", "domain of relation \"r\""), unknown("X", "range of relation \"r\"")];
    let expected = [
        OntologyWarning::ParentDropped(unknown("Z", "parent of class \"A\"")),
        OntologyWarning::RelationDropped { relation: "r".to_owned(), unknown: lost },
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn a_range_may_name_classes_and_datatypes_or_nothing() {
    let spec = OntologySpec {
        classes: vec![ClassSpec::new("City"), ClassSpec::new("Date")],
        relations: vec![
            RelationSpec::new("any"),
            RelationSpec::new("values").to(["xsd:gYear", "http://www.w3.org/2001/XMLSchema#string"]),
            RelationSpec::new("entities").to([" City "]),
            RelationSpec::new("both").to(["City", "number"]),
            // A class is looked for before a datatype.
            RelationSpec::new("class").to(["date"]),
        ],
        title: None,
    };
    let ontology = compiled(spec);
    let shape: Vec<_> = ontology
        .relations()
        .iter()
        .map(|relation| {
            let range = &relation.range;
            (relation.label.as_str(), range.is_unspecified(), range.allows_entities(), range.allows_values())
        })
        .collect();
    let expected = [
        ("any", true, true, true),
        ("values", false, false, true),
        ("entities", false, true, false),
        ("both", false, true, true),
        ("class", false, true, false),
    ];
    assert_eq!(shape, expected);
    assert_eq!(ontology.relations()[1].range.datatypes, [Datatype::Year, Datatype::Text]);
}

#[test]
fn relations_are_found_by_label_and_by_id_and_not_by_nothing() {
    let one = RelationSpec { id: String::new(), ..RelationSpec::new("place") };
    let two = RelationSpec { id: "P2".to_owned(), ..RelationSpec::new("Place") };
    let ontology = compiled(OntologySpec { relations: vec![one, two], ..OntologySpec::default() });
    let count = |name: &str| ontology.relations_named(name).count();
    assert_eq!(["PLACE", "p2", "P3", "", "_"].map(count), [2, 1, 0, 0, 0]);
}

#[test]
fn ends_are_inherited_through_ten_thousand_generations_and_not_in_a_circle() {
    let above = |at: usize| RelationSpec { parents: vec![format!("r{at}")], ..RelationSpec::default() };
    let named = |label: String, of: RelationSpec| RelationSpec { id: label.clone(), label, ..of };
    let mut relations: Vec<RelationSpec> = (0..10_000).map(|at| named(format!("r{at}"), above(at + 1))).collect();
    relations.push(RelationSpec::new("r10000").from(["A"]).to(["date"]));
    relations.extend([
        RelationSpec { parents: vec!["y".to_owned()], ..RelationSpec::new("x") },
        RelationSpec { parents: vec!["x".to_owned()], ..RelationSpec::new("y") },
        // The first parent that says something.
        RelationSpec { parents: vec!["x".to_owned(), "r7".to_owned()], ..RelationSpec::new("z").to(["A"]) },
    ]);
    let ontology = compiled(OntologySpec { classes: vec![ClassSpec::new("A")], relations, title: None });
    let of = |name: &str| {
        let relation = ontology.relations_named(name).next().unwrap();
        (relation.domain.len(), relation.range.classes.len(), relation.range.datatypes.len())
    };
    assert_eq!(["r0", "r10000", "x", "y", "z"].map(of), [(1, 0, 1), (1, 0, 1), (0, 0, 0), (0, 0, 0), (1, 1, 0)]);
}

#[test]
fn a_datatype_rules_out_what_can_not_be_of_it() {
    use Datatype::{Boolean, Date, Number, Text, Uri};
    let cases = [
        (Text, "anything", true),
        (Number, "about 7 km", true),
        (Number, "Ⅶ", true),
        (Number, "seven", true),
        (Number, "heaven", false),
        (Date, "1984", true),
        (Date, "last MAY", true),
        (Date, "Mayor", false),
        (Date, "yesterday", true),
        (Boolean, " Yes ", true),
        (Boolean, "1", true),
        (Boolean, "2", false),
        (Uri, "https://a.test", true),
        (Uri, "www.a.test", true),
        (Uri, "a.test/b", true),
        (Uri, "a test", false),
    ];
    for (datatype, words, expected) in cases {
        assert_eq!(datatype.admits(words), expected, "{datatype:?} {words:?}");
    }
    for datatype in [Text, Number, Date, Boolean, Uri] {
        assert_eq!(Datatype::parse(&datatype.name().to_uppercase()), Some(datatype));
    }
    for name in ["xs:int", "XSD:dateTime", "anyURI", "bool"] {
        assert!(Datatype::parse(name).is_some(), "{name}");
    }
    assert_eq!(Datatype::parse("City"), None);
}

#[test]
fn an_ontology_is_written_as_the_json_that_kgas_reads() {
    let mut person = with_id("Q5", "Person").examples(["Ann"]).parent("Agent");
    person.description = Some(" someone ".to_owned());
    person.properties = vec!["age".to_owned(), " ".to_owned()];
    let ontology = compiled(OntologySpec {
        title: Some("People".to_owned()),
        classes: vec![ClassSpec::new("Agent"), person],
        relations: vec![RelationSpec::new("knows").from(["Q5"]).to(["Agent", "xsd:date"])],
    });
    insta::assert_json_snapshot!(ontology, @r#"
    {
      "title": "People",
      "entities": {
        "Agent": {},
        "Person": {
          "id": "Q5",
          "description": "someone",
          "parent": "Agent",
          "examples": [
            "Ann"
          ],
          "properties": [
            "age"
          ]
        }
      },
      "relations": {
        "knows": {
          "domain": [
            "Person"
          ],
          "range": [
            "Agent",
            "date"
          ]
        }
      }
    }
    "#);
}

proptest! {
    #[test]
    fn whatever_the_names_compiling_ends_and_labels_are_found_again(
        labels in proptest::collection::vec((texts(), texts(), proptest::option::of(0_usize..8)), 1..8),
    ) {
        let parent = |at: Option<usize>| at.and_then(|at| labels.get(at)).map(|(label, ..)| label.clone());
        let specs = labels.iter().map(|(label, id, of)| ClassSpec { parents: parent(*of).into_iter().collect(), ..with_id(id, label) });
        if let Ok((ontology, _)) = Ontology::compile(classes(specs), Leniency::Lenient) {
            for (id, class) in ontology.classes() {
                prop_assert!(ontology.is_a(id, id));
                if class.label.chars().any(char::is_alphanumeric) {
                    prop_assert_eq!(ontology.class_named(&class.label), Some(id));
                }
            }
        }
    }
}
