//! What is written is read back as the same, or it is told what was lost.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "test helpers may panic")]

use kgas_core::Ontology;
use kgas_core::ontology::{Cardinality, ClassSpec, OntologySpec, RelationSpec};
use kgas_ontology::{Format, Leniency, ReadOptions, convert, diff, read, write};
use proptest::prelude::*;

const ALL: [Format; 6] =
    [Format::Kgas, Format::Turtle, Format::RdfXml, Format::LinkMl, Format::JsonSchema, Format::Text2KgBench];

fn compiled(spec: OntologySpec) -> Ontology {
    Ontology::compile(spec, Leniency::Strict).unwrap().0
}

/// A small ontology with everything that can be said.
fn everything() -> Ontology {
    let text = r#"{"title": "Small \"world\"", "entities": {
            "Agent": {"id": "http://world.test/Agent", "description": "Who acts:\n& <does>."},
            "Person": {"parent": "Agent", "id": "Q5", "synonyms": ["human", "人"], "examples": ["Ann \"A\" Lee"],
                "properties": ["date of birth"]},
            "Robot": {"parent": ["Agent", "Thing"]}, "Thing": {}},
        "relations": {
            "knows": {"domain": "Person", "range": "Agent", "description": "is acquainted with", "cardinality": "1..*"},
            "loves": {"parent": "knows", "synonyms": ["likes"]},
            "born": {"domain": ["Person", "Robot"], "range": ["date", "Thing"], "cardinality": "0..1"},
            "mood": {"domain": "Person", "values": ["good", "it's \"bad\""]},
            "size": {"range": ["number", "string"], "cardinality": "2..5"},
            "about": {}}}"#;
    read(text, &ReadOptions::default()).unwrap().ontology
}

fn said(a: &Ontology, b: &Ontology) -> String {
    diff(a, b).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn again(ontology: &Ontology, format: Format) -> Ontology {
    let text = write(ontology, format);
    let loaded = read(&text, &ReadOptions::default()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(loaded.format, format);
    assert_eq!(loaded.warnings, [], "{text}");
    loaded.ontology
}

#[test]
fn everything_comes_back_from_the_formats_that_have_a_place_for_it() {
    let ontology = everything();
    for format in [Format::Kgas, Format::Turtle, Format::RdfXml, Format::LinkMl] {
        let back = again(&ontology, format);
        assert_eq!(said(&ontology, &back), "", "{format}:\n{}", write(&ontology, format));
        assert_eq!(back.title(), ontology.title(), "{format}");
    }
}

#[test]
fn relations_of_one_label_all_come_back() {
    let concepts = r#"[{"qid": "A", "label": "A"}, {"qid": "B", "label": "B"}]"#;
    let relation =
        |code: &str, end: &str| format!(r#"{{"pid": "{code}", "label": "name", "domain": "{end}", "range": "date"}}"#);
    for (one, other) in [("P1", "P2"), ("name", "name")] {
        let relations = [relation(one, "A"), relation(other, "B")].join(",");
        let text = format!(r#"{{"concepts": {concepts}, "relations": [{relations}]}}"#);
        let ontology = read(&text, &ReadOptions::default()).unwrap().ontology;
        for format in [Format::Kgas, Format::Turtle, Format::RdfXml, Format::LinkMl, Format::Text2KgBench] {
            assert_eq!(said(&ontology, &again(&ontology, format)), "", "{format}:\n{}", write(&ontology, format));
        }
    }
}

#[test]
fn what_is_written_twice_is_the_same() {
    let ontology = everything();
    for format in ALL {
        let once = again(&ontology, format);
        let twice = again(&once, format);
        assert_eq!(write(&once, format), write(&twice, format), "{format}");
    }
}

#[test]
fn turtle_is_written_for_readers() {
    let ontology = read(
        r#"{"title": "Films", "entities": {"Film": {"id": "http://f.test/#Film"}, "Person": {"synonyms": ["human"]}},
            "relations": {"directed by": {"domain": "Film", "range": "Person", "cardinality": "1..*"}}}"#,
        &ReadOptions::default(),
    );
    insta::assert_snapshot!(write(&ontology.unwrap().ontology, Format::Turtle), @r#"
    @prefix kgas: <https://kgas.dev/ns#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

    <https://kgas.dev/ontology> a owl:Ontology ;
        rdfs:label "Films" .

    <http://f.test/#Film> a owl:Class ;
        rdfs:label "Film" ;
        rdfs:subClassOf [ a owl:Restriction ; owl:onProperty <https://kgas.dev/ontology/relations#directed_by> ; owl:minCardinality "1"^^xsd:nonNegativeInteger ] .

    <https://kgas.dev/ontology/classes#Person> a owl:Class ;
        rdfs:label "Person" ;
        skos:altLabel "human" .

    <https://kgas.dev/ontology/relations#directed_by> a owl:ObjectProperty ;
        rdfs:label "directed by" ;
        rdfs:domain <http://f.test/#Film> ;
        rdfs:range <https://kgas.dev/ontology/classes#Person> ;
        kgas:cardinality "1..*" .
    "#);
}

#[test]
fn what_a_format_has_no_place_for_is_told() {
    let lost = |format| {
        let converted = convert(&everything(), format).unwrap();
        converted.lost.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(lost(Format::LinkMl), "");
    insta::assert_snapshot!(lost(Format::JsonSchema), @r#"
    synonyms of 1 class: "Person"
    properties of 1 class: "Person"
    2 relations: "size", "about"
    synonyms of 1 relation: "loves"
    parents of 1 relation: "loves"
    "#);
    insta::assert_snapshot!(lost(Format::Text2KgBench), @r#"
    synonyms of 1 class: "Person"
    description of 1 class: "Agent"
    parents of 2 classes: "Person", "Robot"
    examples of 1 class: "Person"
    properties of 1 class: "Person"
    synonyms of 1 relation: "loves"
    description of 1 relation: "knows"
    parents of 1 relation: "loves"
    values of 1 relation: "mood"
    cardinality of 3 relations: "knows", "born", "size"
    "#);
}

/// What is hard on a format.
const PIECES: &[&str] = &[
    "a", "B", "\"", "'", "\\", "\n", "<a", ">", "&", "é", "人", "👩", " ", "%", "#", "/", ":", "{", "}", "[", "- ",
    "| ", "_", "\u{a0}", "\u{2028}", ",", ";", "^^", "@en", "]]>", "-->", "null", "1",
];

/// Words with whatever is hard on a format.
fn words() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 1..6).prop_map(|pieces| pieces.concat())
}

fn many() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(words(), 0..3)
}

fn cardinality() -> impl Strategy<Value = Option<Cardinality>> {
    let said = (0_u32..3, proptest::option::of(0_u32..3));
    proptest::option::of(said.prop_map(|(min, more)| Cardinality { min, max: more.map(|more| min + more) }))
}

/// Ontologies of all shapes. Labels end in their number, so that no two are the same.
fn ontologies() -> impl Strategy<Value = Ontology> {
    let ends = || proptest::collection::vec(0_usize..5, 0..3);
    let class = (words(), proptest::option::of(words()), many(), proptest::option::of(words()), ends(), many(), many());
    let relation = (words(), many(), proptest::option::of(words()), ends(), ends(), many(), cardinality(), 0_usize..3);
    let lists = (proptest::collection::vec(class, 1..5), proptest::collection::vec(relation, 0..5));
    lists.prop_map(|(classes, relations)| {
        let labels: Vec<String> = classes.iter().enumerate().map(|(at, class)| format!("{}c{at}", class.0)).collect();
        let of = |ends: &[usize]| ends.iter().filter_map(|&end| labels.get(end)).cloned().collect::<Vec<_>>();
        let above = |at, ends: &[usize]| of(&ends.iter().copied().filter(|&end| end < at).collect::<Vec<_>>());
        let named: Vec<String> = relations.iter().enumerate().map(|(at, one)| format!("{}r{at}", one.0)).collect();
        let classes =
            classes.iter().enumerate().map(|(at, (_, id, synonyms, description, parents, examples, properties))| {
                ClassSpec {
                    id: id.clone().unwrap_or_else(|| labels[at].clone()),
                    label: labels[at].clone(),
                    synonyms: synonyms.iter().map(|name| format!("{name}s{at}")).collect(),
                    description: description.clone(),
                    parents: above(at, parents),
                    examples: examples.clone(),
                    // LinkML's annotations have commas between names.
                    properties: properties.iter().map(|name| name.replace(',', "")).collect(),
                }
            });
        let relations = relations.iter().enumerate().map(
            |(at, (_, synonyms, description, domain, range, values, cardinality, datatypes))| RelationSpec {
                id: named[at].clone(),
                label: named[at].clone(),
                synonyms: synonyms.clone(),
                description: description.clone(),
                parents: Vec::new(),
                domain: of(domain),
                range: of(range)
                    .into_iter()
                    .chain(["date", "number"].map(str::to_owned).into_iter().take(*datatypes))
                    .collect(),
                values: values.clone(),
                cardinality: *cardinality,
            },
        );
        compiled(OntologySpec { title: None, classes: classes.collect(), relations: relations.collect() })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_read_back(ontology in ontologies()) {
        for format in [Format::Kgas, Format::Turtle, Format::RdfXml, Format::LinkMl] {
            let text = write(&ontology, format);
            let back = read(&text, &ReadOptions::default());
            let back = back.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(said(&ontology, &back.ontology), "", "{}:\n{}", format, text);
        }
    }
}
