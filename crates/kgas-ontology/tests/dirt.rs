//! Broken files: what can be read is read, the rest is told of with its line, and nothing falls over.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use kgas_ontology::{Format, Leniency, Loaded, ReadError, ReadOptions, read};

const PREFIXES: &str = "@prefix : <https://example.org/x#> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n\
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n";
const ROOT: &str = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n  \
    xmlns:owl=\"http://www.w3.org/2002/07/owl#\" xmlns:rdfs=\"http://www.w3.org/2000/01/rdf-schema#\">\n";

fn strict(text: &str) -> Result<Loaded, ReadError> {
    read(text, &ReadOptions::default())
}

fn lenient(text: &str) -> Loaded {
    read(text, &Leniency::Lenient.into()).unwrap()
}

/// The labels of the classes, and what was said.
fn told(loaded: &Loaded) -> String {
    let classes: Vec<&str> = loaded.ontology.classes().map(|(_, class)| class.label.as_str()).collect();
    let said = loaded.warnings.iter().map(|warning| format!("\n{warning}"));
    format!("{}{}", classes.join(", "), said.collect::<String>())
}

#[test]
fn a_broken_statement_of_turtle_costs_only_itself() {
    let text = format!(
        "{PREFIXES}:A a owl:Class .
:B a owl:Class ; rdfs:label \"no end .
:C a owl:Class ; rdfs:seeAlso <http://a b> ; rdfs:label \"C\" .
un:known a owl:Class .
:D a owl:Class ; ; , .
:E a owl:Class ;
    rdfs:label \"\\q\" .
:F a owl:Class ; rdfs:label [ .
:G a owl:Class ; rdfs:label \"v1.0. no end\"@en .:H a owl:Class."
    );
    insta::assert_snapshot!(told(&strict(&text).unwrap()), @r#"
    A, B, C, D, E, F, v1.0. no end, H
    line 5: a string has no end
    line 6: invalid IRI <http://a b>: Invalid IRI code point ' '
    line 7: The prefix un: has not been declared
    line 8: , is not a valid predicate
    line 10: Unexpected escape character '\q'
    line 11: . is not a valid predicate
    "#);
}

#[test]
fn a_broken_child_of_rdf_xml_costs_only_its_rest() {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n{ROOT}<owl:Class rdf:about=\"http://x.org/#A\"/>
<owl:Class rdf:about=\"http://x.org/#B\">
  <rdfs:label>B</rdfs:label>
  stray text
  <rdfs:comment>lost</rdfs:comment>
</owl:Class>
<owl:Class rdf:ID=\"1 2\"/>
<owl:Class rdf:about=\"http://x.org/#C\"><rdfs:comment>&unknown;</rdfs:comment></owl:Class>
<owl:Class rdf:about=\"http://x.org/#D\"><rdfs:seeAlso rdf:resource=\"http://x.org/ a\"/></owl:Class>
</rdf:RDF>"
    );
    insta::assert_snapshot!(told(&strict(&text).unwrap()), @r#"
    A, B, C, D
    line 7: Unexpected text event: ' stray text '
    line 10: 1 2 is not a valid rdf:ID value
    line 11: at 1..8: unrecognized entity `unknown`
    line 12: invalid IRI <http://x.org/ a>: Invalid IRI code point ' '
    "#);
}

#[test]
fn xml_that_breaks_off_is_an_error_unless_lenient() {
    let text = format!(
        "{ROOT}<owl:Class rdf:about=\"http://x.org/#A\"/>\n<owl:Class rdf:about=\"http://x.org/#B\">\n</owl:Klass>"
    );
    assert!(matches!(strict(&text).unwrap_err(), ReadError::Syntax { format: Format::RdfXml, line: 5, .. }));
    insta::assert_snapshot!(told(&lenient(&text)), @r#"
    A
    line 5: ill-formed document: expected `</owl:Class>`, but `</owl:Klass>` was found; the rest is not read
    "#);
}

#[test]
fn what_is_no_ontology_is_told_apart() {
    let cases = [
        "Dear reader, this is a letter: with a colon.",
        "a: 1\nb: 2",
        "classes:\n  A:\n x: [",
        "<html><body/></html>",
        "<Ontology xmlns=\"http://www.w3.org/2002/07/owl#\" xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>",
        "Prefix(:=<http://x.org/>)\nOntology(<http://x.org>)",
        "@prefix : <http://x.org/> .\n:a :b :c .",
        "@prefix : <http://x.org/> .\n:a un:b :c .",
        "{\"@context\": {}, \"@graph\": []}",
        "{\"$schema\": \"x\", \"type\": \"string\"}",
        "[1, 2]",
    ];
    let said: Vec<String> = cases.iter().map(|text| strict(text).unwrap_err().to_string()).collect();
    let said: Vec<String> = said.iter().map(|text| text.replace("expected kgas JSON (entities, relations), Text2KGBench JSON (concepts, relations), JSON Schema ($defs), OWL or RDFS as Turtle or RDF/XML, or LinkML YAML (classes, slots), found", "…")).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    no ontology in it: … YAML without classes and slots
    no ontology in it: … YAML without classes and slots
    LinkML YAML: line 3: while parsing a block mapping, did not find expected key
    no ontology in it: … XML without rdf:RDF (OWL/XML has to be saved as RDF/XML)
    no ontology in it: … XML without rdf:RDF (OWL/XML has to be saved as RDF/XML)
    no ontology in it: … text of another kind
    no ontology in it: Turtle without a class or a relation
    no ontology in it: Turtle without a class or a relation; line 2: The prefix un: has not been declared
    no ontology in it: … other JSON
    no ontology in it: JSON Schema without a class or a relation
    no ontology in it: … other JSON
    "#);
}

#[test]
fn formats_are_told_by_their_content() {
    for (text, format) in [
        ("# a comment\n\nPREFIX o: <http://www.w3.org/2002/07/owl#>\n<http://x.org/A> a o:Class .", Format::Turtle),
        (
            "<http://x.org/A> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Class> .",
            Format::Turtle,
        ),
        (
            "\u{feff}<!-- hello -->\n<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><o:Class xmlns:o=\"http://www.w3.org/2002/07/owl#\" r:about=\"http://x.org/A\"/></r:RDF>",
            Format::RdfXml,
        ),
        ("# LinkML\nclasses: {A: {}}", Format::LinkMl),
        ("{\"classes\": {\"A\": {}}}", Format::LinkMl),
        ("{\"definitions\": {\"A\": {\"type\": \"object\"}}}", Format::JsonSchema),
        ("{\"title\": \"A\", \"type\": \"object\", \"properties\": {}}", Format::JsonSchema),
        ("{\"$schema\": \"mine\", \"entities\": {\"A\": {}}}", Format::Kgas),
    ] {
        assert_eq!(strict(text).unwrap().format, format, "{text}");
    }
}

#[test]
fn deep_nesting_overflows_nothing() {
    let deep = 100_000;
    let (opened, closed) = ("[ :p ".repeat(deep), "]".repeat(deep));
    let turtle =
        format!("{PREFIXES}:A a owl:Class .\n:x :p {opened} :y {closed} .\n:z :p {opened} .\n:B a owl:Class .");
    assert_eq!(strict(&turtle).unwrap().ontology.classes().len(), 2);
    let lists = format!("{PREFIXES}:A a owl:Class .\n:x :p {} {} .", "( ".repeat(deep), ") ".repeat(deep));
    assert_eq!(strict(&lists).unwrap().ontology.classes().len(), 1);
    let long =
        format!("{PREFIXES}:r a owl:ObjectProperty ; rdfs:domain [ owl:unionOf ( {} ) ] .", ":A ".repeat(20_000));
    assert!(strict(&format!("{long}\n:A a owl:Class .")).is_ok());
    let chain: String =
        (0..5_000).map(|at| format!(":C{at} a owl:Class ; owl:equivalentClass :C{} .\n", at + 1)).collect();
    assert!(strict(&format!("{PREFIXES}{chain}")).is_ok());
    for text in [
        format!("{ROOT}{}{}</rdf:RDF>", "<a>".repeat(deep), "</a>".repeat(deep)),
        format!("{{\"$defs\": {}1{}}}", "{\"a\":".repeat(deep), "}".repeat(deep)),
        format!("classes: {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("classes:\n{}", (0..2_000).map(|at| format!("{:at$}- a:\n", "")).collect::<String>()),
    ] {
        assert!(strict(&text).is_err());
    }
}

#[test]
fn bombs_of_entities_and_aliases_are_refused() {
    let lol: String =
        (1..30).map(|at| format!("<!ENTITY l{at} \"{}\">", format!("&l{};", at - 1).repeat(10))).collect();
    let xml = format!("<!DOCTYPE x [<!ENTITY l0 \"lol\">{lol}]>\n{ROOT}<owl:Class rdf:about=\"&l29;\"/></rdf:RDF>");
    let error = strict(&xml).unwrap_err();
    assert!(error.to_string().contains("entities grow too large"), "{error}");
    let lol: String =
        (1..30).map(|at| format!("l{at}: &l{at} [{}]\n", vec![format!("*l{}", at - 1); 10].join(", "))).collect();
    let error = strict(&format!("l0: &l0 lol\n{lol}classes: {{A: *l29}}")).unwrap_err();
    assert!(error.to_string().contains("aliases grow too large"), "{error}");
}
