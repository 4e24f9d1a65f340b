//! What OWL, RDFS and SKOS say, and what is made of it.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use kgas_core::ontology::{Class, Datatype, RelationType};
use kgas_ontology::{Leniency, Loaded, ReadOptions, read};

const PREFIXES: &str = "@prefix : <https://example.org/x#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix schema: <https://schema.org/> .
";

fn turtle(body: &str) -> Loaded {
    in_lang(body, "en")
}

fn in_lang(body: &str, lang: &str) -> Loaded {
    let options = ReadOptions { leniency: Leniency::Strict, lang: lang.to_owned() };
    read(&format!("{PREFIXES}{body}"), &options).unwrap()
}

fn class<'l>(loaded: &'l Loaded, name: &str) -> &'l Class {
    loaded.ontology.class(loaded.ontology.class_named(name).unwrap()).unwrap()
}

fn relation<'l>(loaded: &'l Loaded, name: &str) -> &'l RelationType {
    loaded.ontology.relations_named(name).next().unwrap()
}

fn labels(loaded: &Loaded, classes: &[kgas_core::ontology::ClassId]) -> Vec<String> {
    classes.iter().map(|&class| loaded.ontology.label(class).to_owned()).collect()
}

fn said(loaded: &Loaded) -> Vec<String> {
    loaded.warnings.iter().map(ToString::to_string).collect()
}

const RIVER: &str = r#":River a owl:Class ; rdfs:label "Fluss"@de , "river"@en-GB , "fleuve"@fr , "R" ;
    rdfs:comment "Wasser"@de , "water"@en ."#;

#[test]
fn the_wanted_language_gives_the_label_then_none_then_the_first() {
    for (lang, label) in [("en", "river"), ("en-US", "R"), ("de", "Fluss"), ("DE", "Fluss"), ("it", "R")] {
        assert_eq!(class(&in_lang(RIVER, lang), "R").label, label, "{lang}");
    }
    let foreign = r#":A a owl:Class ; rdfs:label "rio"@es , "Fluss"@de ."#;
    assert_eq!(class(&turtle(foreign), "A").label, "Fluss");
}

#[test]
fn all_other_labels_are_synonyms() {
    let loaded = turtle(RIVER);
    let river = class(&loaded, "river");
    assert_eq!(river.synonyms, ["R", "Fluss", "fleuve"]);
    assert_eq!(river.description.as_deref(), Some("water"));
}

#[test]
fn what_has_no_label_is_called_by_the_words_of_its_iri() {
    let loaded = turtle(":FilmAward a owl:Class . :has_won a owl:ObjectProperty ; rdfs:range :FilmAward .");
    assert_eq!(class(&loaded, "FilmAward").label, "Film Award");
    assert_eq!(class(&loaded, "FilmAward").id, "https://example.org/x#FilmAward");
    assert_eq!(relation(&loaded, "has won").id, "https://example.org/x#has_won");
}

#[test]
fn domains_and_ranges_may_be_unions_and_several() {
    let loaded = turtle(
        ":A a owl:Class . :B a owl:Class . :C a rdfs:Class .
        :r a owl:ObjectProperty ; rdfs:domain [ owl:unionOf ( :A [ owl:unionOf ( :B ) ] ) ] ; rdfs:range :A , :C .
        :s a rdf:Property ; schema:domainIncludes :A , :B ; schema:rangeIncludes schema:Text , :C .",
    );
    let (r, s) = (relation(&loaded, "r"), relation(&loaded, "s"));
    assert_eq!(
        (labels(&loaded, &r.domain), labels(&loaded, &r.range.classes)),
        (vec!["A".into(), "B".into()], vec!["A".into(), "C".into()])
    );
    assert_eq!(
        (labels(&loaded, &s.domain), labels(&loaded, &s.range.classes)),
        (vec!["A".into(), "B".into()], vec!["C".into()])
    );
    assert_eq!(s.range.datatypes, [Datatype::Text]);
}

#[test]
fn thing_means_anything_and_literal_any_value() {
    let loaded = turtle(
        ":A a owl:Class . :r a owl:ObjectProperty ; rdfs:domain owl:Thing ; rdfs:range owl:Thing .
        :v a owl:DatatypeProperty . :w a rdf:Property ; rdfs:range rdfs:Literal . :A rdfs:subClassOf owl:Thing .",
    );
    assert!(relation(&loaded, "r").domain.is_empty() && relation(&loaded, "r").range.is_unspecified());
    assert_eq!(relation(&loaded, "v").range.datatypes, [Datatype::Text]);
    assert_eq!(relation(&loaded, "w").range.datatypes, [Datatype::Text]);
    assert_eq!(said(&loaded), Vec::<String>::new());
}

#[test]
fn datatypes_are_xsds_own_ones_and_lists_of_values() {
    let loaded = turtle(
        r#":a a owl:DatatypeProperty ; rdfs:range xsd:gYear . :b a owl:DatatypeProperty ; rdfs:range xsd:hexBinary .
        :Mark a rdfs:Datatype ; owl:equivalentClass [ a rdfs:Datatype ; owl:oneOf ( "good" "bad" ) ] .
        :c a owl:DatatypeProperty ; rdfs:range :Mark .
        :d a owl:DatatypeProperty ; rdfs:range [ a rdfs:Datatype ; owl:onDatatype xsd:int ] ."#,
    );
    assert_eq!(relation(&loaded, "a").range.datatypes, [Datatype::Year]);
    assert_eq!(relation(&loaded, "b").range.datatypes, [Datatype::Text]);
    assert_eq!(relation(&loaded, "c").range.values, ["good", "bad"]);
    assert_eq!(relation(&loaded, "d").range.datatypes, [Datatype::Integer]);
}

#[test]
fn relations_inherit_their_ends() {
    let loaded = turtle(
        ":A a owl:Class . :B a owl:Class . :r a owl:ObjectProperty ; rdfs:domain :A ; rdfs:range :B .
        :s a owl:ObjectProperty ; rdfs:subPropertyOf :r . :t a owl:ObjectProperty ; rdfs:subPropertyOf :s ; rdfs:range :A .",
    );
    let (s, t) = (relation(&loaded, "s"), relation(&loaded, "t"));
    assert_eq!((labels(&loaded, &s.domain), labels(&loaded, &s.range.classes)), (vec!["A".into()], vec!["B".into()]));
    assert_eq!((labels(&loaded, &t.domain), labels(&loaded, &t.range.classes)), (vec!["A".into()], vec!["A".into()]));
}

#[test]
fn what_classes_say_about_properties_is_read() {
    let loaded = turtle(
        ":B a owl:Class . :r a owl:ObjectProperty . :v a owl:DatatypeProperty ; rdfs:domain :A .
        :A a owl:Class ; rdfs:subClassOf :Base , [ a owl:Restriction ; owl:onProperty :r ; owl:someValuesFrom :B ] ,
            [ a owl:Restriction ; owl:onProperty :v ; owl:maxCardinality 3 ] ,
            [ a owl:Restriction ; owl:onProperty :v ; owl:minCardinality \"1\"^^xsd:nonNegativeInteger ] .
        :Base a owl:Class .",
    );
    let (r, v) = (relation(&loaded, "r"), relation(&loaded, "v"));
    assert_eq!((labels(&loaded, &r.domain), labels(&loaded, &r.range.classes)), (vec!["A".into()], vec!["B".into()]));
    assert_eq!(r.cardinality.unwrap().to_string(), "1..*");
    assert_eq!(v.cardinality.unwrap().to_string(), "1..3");
    assert_eq!(labels(&loaded, &class(&loaded, "A").parents), ["Base"]);
    assert_eq!(said(&loaded), Vec::<String>::new());
}

#[test]
fn equivalent_classes_are_one_and_a_union_is_above_its_members() {
    let loaded = turtle(
        ":Film a owl:Class ; owl:equivalentClass :Movie . :Movie a owl:Class ; rdfs:label \"movie\" .
        :r a owl:ObjectProperty ; rdfs:domain :Movie .
        :Person a owl:Class . :Agent a owl:Class ; owl:equivalentClass [ owl:unionOf ( :Person :Film ) ] .",
    );
    let film = class(&loaded, "Film");
    assert_eq!((loaded.ontology.classes().len(), film.id.as_str()), (3, "https://example.org/x#Film"));
    assert_eq!(labels(&loaded, &relation(&loaded, "r").domain), ["movie"]);
    assert_eq!(labels(&loaded, &class(&loaded, "Person").parents), ["Agent"]);
}

#[test]
fn individuals_are_examples_of_their_class() {
    let people: String =
        (0..9).map(|at| format!(":p{at} a owl:NamedIndividual , :Person ; rdfs:label \"P {at}\" .\n")).collect();
    let loaded = turtle(&format!(":Person a owl:Class ; skos:example \"Ada\" .\n{people}"));
    assert_eq!(class(&loaded, "Person").examples, ["Ada", "P 0", "P 1", "P 2", "P 3", "P 4"]);
}

#[test]
fn what_is_passed_over_is_told() {
    let loaded = turtle(
        ":o a owl:Ontology ; owl:imports <https://example.org/other> .
        :A a owl:Class . :Old a owl:Class ; owl:deprecated true .
        :r a owl:ObjectProperty ; rdfs:domain :Old ; rdfs:range :A .
        :s a owl:ObjectProperty ; rdfs:domain :A ; rdfs:range [ owl:complementOf :A ] .
        :t a owl:ObjectProperty ; rdfs:range <https://elsewhere.org/ns#Place> .",
    );
    insta::assert_snapshot!(said(&loaded).join("\n"), @r#"
    line 9: class <https://example.org/x#Old> is passed over: it is deprecated
    line 10: property <https://example.org/x#r> is passed over: its domain is deprecated
    line 11: the range of <https://example.org/x#s> is passed over: it is an expression that is not read
    <https://elsewhere.org/ns#Place> is used and not declared, it is taken as a class
    import <https://example.org/other> is passed over: imports are not followed
    "#);
}

#[test]
fn an_unknown_class_of_its_own_is_a_mistake() {
    let text = format!("{PREFIXES}:Film a owl:Class . :r a owl:ObjectProperty ; rdfs:domain :Flim .");
    let error = read(&text, &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("\"https://example.org/x#Flim\" (domain of relation \"r\")"), "{error}");
}

#[test]
fn a_class_has_the_free_properties_of_kgas() {
    let loaded = turtle(
        ":A a owl:Class ; <https://kgas.dev/ns#property> \"length\" .
        :r a owl:ObjectProperty ; <https://kgas.dev/ns#cardinality> \"2..5\" .",
    );
    assert_eq!(class(&loaded, "A").properties, ["length"]);
    assert_eq!(relation(&loaded, "r").cardinality.unwrap().to_string(), "2..5");
}
