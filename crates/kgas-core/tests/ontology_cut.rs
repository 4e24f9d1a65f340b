//! A large ontology is cut to what a text needs.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use kgas_core::Ontology;
use kgas_core::ontology::{ClassSpec, Cut, Leniency, OntologySpec, RelationSpec};
use proptest::prelude::*;
use support::{compiled, texts};

/// Works of art, people, places, and so many classes more that nobody speaks of.
fn library(fillers: usize) -> Ontology {
    let filler = |at: usize| ClassSpec::new(format!("Filler{at} kind{at}")).parent("Thing");
    let mut film = ClassSpec::new("Film").parent("Work").also(["Motion Picture", "映画"]).examples(["Metropolis"]);
    film.description = Some("moving pictures".to_owned());
    let mut classes = vec![
        ClassSpec::new("Thing"),
        ClassSpec::new("Work").parent("Thing"),
        film,
        ClassSpec::new("SilentFilm").parent("Film"),
        ClassSpec::new("Person").parent("Thing"),
        ClassSpec::new("Prize").parent("Thing"),
    ];
    classes.extend((0..fillers).map(filler));
    let mut relations = vec![
        RelationSpec::new("directed by").from(["Film"]).to(["Person"]),
        RelationSpec::new("won").from(["Work"]).to(["Prize"]),
        RelationSpec::new("released").from(["Film"]).to(["date"]),
    ];
    relations.extend(
        (0..fillers).map(|at| {
            RelationSpec::new(format!("rel{at} of{at}")).from([format!("Filler{at} kind{at}")]).to(["Person"])
        }),
    );
    compiled(OntologySpec { title: Some("Library".to_owned()), classes, relations })
}

fn cut(ontology: &Ontology, text: &str, tokens: usize) -> Cut {
    ontology.index().cut(ontology, text, tokens).unwrap()
}

fn labels(cut: &Cut) -> Vec<&str> {
    let classes = cut.ontology.classes().map(|(_, class)| class.label.as_str());
    classes.chain(cut.ontology.relations().iter().map(|relation| relation.label.as_str())).collect()
}

#[test]
fn an_ontology_that_fits_is_not_cut() {
    let ontology = library(3);
    assert_eq!(ontology.index().cut(&ontology, "A film.", ontology.prompt_tokens()), None);
    assert!(ontology.index().cut(&ontology, "A film.", ontology.prompt_tokens() - 1).is_some());
}

#[test]
fn what_a_text_names_is_in_by_label_synonym_id_or_example() {
    let ontology = library(500);
    let cases = [
        ("She made three films.", "Film"),
        ("the MOTION\npictures", "Film"),
        ("a motion-picture", "Film"),
        ("Metropolis, of 1927", "Film"),
        ("あの映画です", "Film"),
        ("a silent film", "SilentFilm"),
        ("of the Filler421 Kind421s", "Filler421 kind421"),
        ("it was directed by him", "directed by"),
    ];
    for (text, expected) in cases {
        let cut = cut(&ontology, text, 150);
        assert!(labels(&cut).contains(&expected), "{text}: {:?}", labels(&cut));
    }
}

#[test]
fn what_is_next_to_what_is_named_is_in_and_the_rest_is_not() {
    let cut = cut(&library(500), "A film.", 200);
    assert_eq!(
        labels(&cut),
        ["Thing", "Work", "Film", "SilentFilm", "Person", "Prize", "directed by", "won", "released"]
    );
    assert_eq!((cut.classes, cut.relations), (6, 3));
    assert_eq!(cut.ontology.title(), Some("Library"));
}

#[test]
fn a_part_is_an_ontology_that_finds_its_own() {
    let cut = cut(&library(500), "A film.", 200);
    let ontology = &cut.ontology;
    let id = |name: &str| ontology.class_named(name).unwrap();
    assert_eq!(id("motion picture"), id("Film"));
    assert!(ontology.is_a(id("SilentFilm"), id("Work")));
    assert_eq!(ontology.class_named("Filler7 kind7"), None);
    let directed = ontology.relations_named("directed_by").next().unwrap();
    assert_eq!(directed.domain, [id("Film")]);
    assert_eq!(directed.range.classes, [id("Person")]);
}

#[test]
fn a_relation_that_takes_many_classes_keeps_those_that_are_in() {
    let all: Vec<String> = (0..300).map(|at| format!("Class{at} x{at}")).collect();
    let ontology = compiled(OntologySpec {
        classes: all.iter().map(ClassSpec::new).collect(),
        relations: vec![RelationSpec::new("near").from(all.clone()).to(all.clone())],
        title: None,
    });
    // The line of the relation alone is too long for this, and there is nothing else.
    let cut = cut(&ontology, "class17 x17 and class44 x44", 100);
    assert_eq!(cut.relations, 1);
    let near = &cut.ontology.relations()[0];
    assert!(!near.domain.is_empty() && !near.range.classes.is_empty());
    assert!(cut.ontology.prompt_tokens() <= 100);
}

#[test]
fn classes_do_not_crowd_out_relations() {
    let ontology = library(500);
    let text: String = (0..400).map(|at| format!("filler{at} kind{at}, ")).collect();
    let cut = cut(&ontology, &text, 400);
    assert!(cut.classes > 5 && cut.relations > 5, "{} {}", cut.classes, cut.relations);
}

#[test]
fn where_nothing_is_named_the_top_is_in() {
    let ontology = library(500);
    let cut = cut(&ontology, "Nothing of the sort.", 60);
    assert!(labels(&cut).contains(&"Thing"), "{:?}", labels(&cut));
    assert!(cut.relations > 0);
}

#[test]
fn however_small_the_allowance_something_is_in() {
    let cut = cut(&library(50), "A film.", 0);
    assert_eq!(labels(&cut), ["Work", "Prize", "won"]);
}

#[test]
fn the_same_text_gives_the_same_part() {
    let ontology = library(800);
    let text = "Films and persons won prizes; filler3 kind3 and kind9, rel7 of7.";
    assert_eq!(cut(&ontology, text, 300), cut(&ontology, text, 300));
}

#[test]
fn ten_thousand_classes_in_one_chain_are_cut_and_compared() {
    let chain = (0..10_000).map(|at| {
        let class = ClassSpec::new(format!("c{at}"));
        if at == 0 { class } else { class.parent(format!("c{}", at - 1)) }
    });
    let ontology = compiled(OntologySpec { classes: chain.collect(), ..OntologySpec::default() });
    let (first, last) = (ontology.class_named("c0").unwrap(), ontology.class_named("c9999").unwrap());
    assert!(ontology.is_a(last, first) && !ontology.is_a(first, last));
    let cut = cut(&ontology, "c5000", 100);
    assert!(labels(&cut).contains(&"c5000") && labels(&cut).contains(&"c4999"), "{:?}", labels(&cut));
}

fn specs() -> impl Strategy<Value = OntologySpec> {
    let names = || proptest::collection::vec(0_usize..12, 0..4);
    let class = (texts(), texts(), names());
    let relation = (texts(), names(), names());
    (proptest::collection::vec(class, 1..12), proptest::collection::vec(relation, 0..8)).prop_map(
        |(classes, relations)| {
            let labels: Vec<String> = classes.iter().map(|(label, ..)| label.clone()).collect();
            let named = |at: &[usize]| at.iter().filter_map(|&at| labels.get(at)).cloned().collect::<Vec<_>>();
            OntologySpec {
                title: None,
                // Parents stand before their children, so that there is no circle.
                classes: classes
                    .iter()
                    .enumerate()
                    .map(|(at, (label, example, parents))| ClassSpec {
                        parents: named(&parents.iter().copied().filter(|&parent| parent < at).collect::<Vec<_>>()),
                        ..ClassSpec::new(label.clone()).examples([example.clone()])
                    })
                    .collect(),
                relations: relations
                    .iter()
                    .map(|(label, domain, range)| RelationSpec::new(label.clone()).from(named(domain)).to(named(range)))
                    .collect(),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]


    #[test]
    fn whatever_the_ontology_and_the_text_the_allowance_holds(
        spec in specs(), text in texts(), tokens in 0_usize..120,
    ) {
        if let Ok((ontology, _)) = Ontology::compile(spec, Leniency::Lenient) {
            let index = ontology.index();
            match index.cut(&ontology, &text, tokens) {
                None => prop_assert!(ontology.prompt_tokens() <= tokens),
                Some(cut) => {
                    let is_least = cut.relations <= 1 && cut.classes <= 2;
                    prop_assert!(cut.ontology.prompt_tokens() <= tokens || is_least);
                    prop_assert_eq!(cut.classes == 0, ontology.classes().len() == 0);
                    prop_assert_eq!(cut.relations == 0, ontology.relations().is_empty());
                    for relation in cut.ontology.relations() {
                        let whole = ontology.relations_named(&relation.label).next();
                        prop_assert!(whole.is_none_or(|whole| whole.range.is_unspecified() || !relation.range.is_unspecified()));
                    }
                }
            }
        }
    }
}
