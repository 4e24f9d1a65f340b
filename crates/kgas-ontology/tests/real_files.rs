//! The OWL files of Text2KGBench beside their JSON twins, where the test data is there.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "test helpers may panic, and say what is missing")]

use std::collections::BTreeSet;
use std::path::Path;

use kgas_core::Ontology;
use kgas_core::ontology::local_name;
use kgas_ontology::{Format, Loaded, ReadOptions, load};

fn data(name: &str) -> Option<Loaded> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/text2kgbench");
    let path = Path::new(folder).join(name);
    if !path.exists() {
        eprintln!("{name} is not there, nothing is tested");
        return None;
    }
    Some(load(&path, &ReadOptions::default()).unwrap())
}

/// Classes and relations as text, ids reduced to their local names.
fn content(ontology: &Ontology) -> BTreeSet<String> {
    let name = |class| local_name(&ontology.class(class).unwrap().id).to_owned();
    let classes = ontology.classes().map(|(_, class)| format!("{} {}", local_name(&class.id), class.label));
    let relations = ontology.relations().iter().map(|relation| {
        let domain: BTreeSet<String> = relation.domain.iter().map(|&class| name(class)).collect();
        let range: BTreeSet<String> = relation.range.classes.iter().map(|&class| name(class)).collect();
        let datatypes = &relation.range.datatypes;
        format!("{} {} {domain:?} {range:?} {datatypes:?}", local_name(&relation.id), relation.label)
    });
    classes.chain(relations).collect()
}

#[test]
fn the_movie_twins_are_the_same() {
    let (Some(json), Some(turtle)) = (data("ontologies/1_movie_ontology.json"), data("owl/ont_1_movie.ttl")) else {
        return;
    };
    assert_eq!((json.format, turtle.format), (Format::Text2KgBench, Format::Turtle));
    assert_eq!(content(&json.ontology), content(&turtle.ontology));
    assert_eq!(turtle.ontology.title(), Some("Movie Ontology"));
}

#[test]
fn an_invalid_iri_costs_a_warning_with_its_line() {
    for name in ["owl/ont_1_movie.ttl", "owl/ont_2_music.ttl"] {
        let Some(loaded) = data(name) else { return };
        let said: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("line 10: ") && said[0].contains("IRI"), "{said:?}");
    }
}

#[test]
fn the_music_twins_differ_where_they_really_do() {
    let (Some(json), Some(turtle)) = (data("ontologies/2_music_ontology.json"), data("owl/ont_2_music.ttl")) else {
        return;
    };
    let (json, turtle) = (content(&json.ontology), content(&turtle.ontology));
    let only_turtle: Vec<&str> = turtle.difference(&json).map(|line| line.split(' ').next().unwrap()).collect();
    let only_json: Vec<&str> = json.difference(&turtle).map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(
        only_turtle,
        ["P106", "P162", "P175", "Q130857", "Q134556", "Q1364556", "Q177220", "Q66715801", "Q822146"]
    );
    assert_eq!(only_json, ["P162", "P175", "Q164204", "Q746359"]);
}
