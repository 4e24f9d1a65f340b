//! Names that a text calls names of one thing.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use kgas_core::fact::{FactCollector, aliases};
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec};
use kgas_core::text::{Chunk, is_abbreviation};
use kgas_core::{Document, GraphFragment};
use proptest::prelude::*;
use serde_json::json;

fn ontology() -> Ontology {
    let mut writer = ClassSpec::new("Writer");
    writer.parents = vec!["Person".to_owned()];
    let classes = vec![ClassSpec::new("Person"), writer, ClassSpec::new("Company"), ClassSpec::new("City")];
    Ontology::compile(OntologySpec { classes, ..OntologySpec::default() }, Leniency::Strict).unwrap().0
}

/// The pairs in a text whose names are these, with the words that say so.
fn found(text: &str, names: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let (document, ontology, none) = (Document::new("d", text), ontology(), GraphFragment::default());
    let mut facts = FactCollector::new(&document, &Chunk::whole(&document), &ontology, &none, "t");
    names.iter().for_each(|(name, class)| facts.entity_json(&json!({"text": name, "type": class})));
    let said = aliases(&document, &facts.finish().mentions, &ontology);
    let quote = |alias: &kgas_core::fact::Alias| document.slice(alias.span).unwrap().to_owned();
    said.iter().map(|alias| (alias.name.name().to_owned(), alias.alias.name().to_owned(), quote(alias))).collect()
}

fn companies(text: &str, one: &str, other: &str) -> Vec<(String, String, String)> {
    found(text, &[(one, "Company"), (other, "Company")])
}

#[test]
fn an_abbreviation_in_brackets_is_one_either_way_round() {
    let (long, short) = ("International Business Machines", "IBM");
    for text in [
        "Then International Business Machines (IBM) came.",
        "Then IBM (International Business Machines) came.",
        "Then International Business Machines (\"IBM\") came.",
        "Then International Business Machines ( IBM, of Armonk) came.",
    ] {
        let said = companies(text, long, short);
        assert_eq!(said.len(), 1, "{text}");
        assert_eq!((said[0].0.as_str(), said[0].1.as_str()), ("international business machines", "ibm"));
        assert!(text.contains(&said[0].2));
    }
    let said = companies("Then International Business Machines (IBM) came.", long, short);
    assert_eq!(said[0].2, "International Business Machines (IBM)");
}

#[test]
fn other_names_in_brackets_connect_nothing() {
    assert!(found("Ann (Bob) left.", &[("Ann", "Person"), ("Bob", "Person")]).is_empty());
    assert!(found("Paris (France) is far.", &[("Paris", "City"), ("France", "City")]).is_empty());
}

#[test]
fn words_that_say_so_connect_any_names() {
    for words in
        [", also known as ", ", known as ", " aka ", " (a.k.a. ", " (formerly ", ", Better Known As “", " (née "]
    {
        let text = format!("Ann{words}Bob) left.");
        assert_eq!(companies(&text, "Ann", "Bob").len(), 1, "{text}");
    }
    for words in [", ", " is known as ", ", formerly ", " (and ", " knows ", ", also ", ", akas "] {
        let text = format!("Ann{words}Bob) left.");
        assert!(companies(&text, "Ann", "Bob").is_empty(), "{text}");
    }
}

#[test]
fn an_abbreviation_is_one_where_the_text_explains_it_after_the_mention() {
    for text in [
        "IBM rose. International Business Machines (IBM) is old.",
        "International Business Machines rose. IBM (International Business Machines) is old.",
        "IBM rose. International Business Machines fell. So did IBM （International Business Machines, of Armonk).",
    ] {
        assert_eq!(companies(text, "International Business Machines", "IBM").len(), 1, "{text}");
    }
}

#[test]
fn an_abbreviation_that_is_explained_twice_is_said_of_both() {
    let text = "American Airlines (AA) sued. Alcoholics Anonymous (AA) met.";
    let names = ["American Airlines", "AA", "Alcoholics Anonymous"].map(|name| (name, "Company"));
    assert_eq!(found(text, &names).len(), 2);
}

#[test]
fn a_name_that_is_no_mention_is_connected_by_brackets_alone() {
    assert!(found("Lee left. Bob Lee, known as Rob, met Ann.", &[("Lee", "Person"), ("Rob", "Person")]).is_empty());
}

#[test]
fn the_owner_of_a_name_is_not_its_bearer() {
    assert!(companies("Acme, known as Bob's favourite, fell.", "Acme", "Bob").is_empty());
}

#[test]
fn only_classes_on_one_line_are_connected() {
    let text = "Ann, known as Bob, left.";
    assert_eq!(found(text, &[("Ann", "Person"), ("Bob", "Writer")]).len(), 1);
    assert!(found(text, &[("Ann", "Company"), ("Bob", "Writer")]).is_empty());
}

#[test]
fn the_longest_names_at_a_place_are_meant() {
    let said = found(
        "The Bank of Ann, known as Bob Bank, left.",
        &[("Ann", "Company"), ("Bank of Ann", "Company"), ("Bob", "Company"), ("Bob Bank", "Company")],
    );
    assert_eq!(said.len(), 1);
    assert_eq!((said[0].0.as_str(), said[0].1.as_str()), ("bank of ann", "bob bank"));
}

#[test]
fn abbreviations_are_told_from_other_short_names() {
    for (short, long) in [
        ("MIT", "Massachusetts Institute of Technology"),
        ("AT&T", "American Telephone and Telegraph Company"),
        ("U.S.", "United States"),
        ("HP", "Hewlett-Packard"),
        ("UCLA", "University of California, Los Angeles"),
        ("Interpol", "International Criminal Police Organization"),
        ("ATMs", "automated teller machines"),
        ("ÖBB", "Österreichische Bundesbahnen Bau"),
    ] {
        assert!(is_abbreviation(short, long), "{short} {long}");
    }
    for (short, long) in [
        ("Ann", "Annapolis"),
        ("Ann", "Anna"),
        ("BM", "International Business Machines"),
        ("IM", "International Business Machines"),
        ("IBMX", "International Business Machines"),
        ("I", "International Business"),
        ("", "International Business"),
        ("International Business Machines", "IBM"),
    ] {
        assert!(!is_abbreviation(short, long), "{short} {long}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[AB() ,\"aka.é（]{0,60}", short in ".{0,20}", long in ".{0,40}") {
        let _ = is_abbreviation(&short, &long);
        for (_, _, quote) in found(&text, &[("A", "Person"), ("B", "Person"), ("AB", "Writer")]) {
            prop_assert!(text.contains(&quote));
        }
    }
}
