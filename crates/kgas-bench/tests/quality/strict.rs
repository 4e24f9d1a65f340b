//! The strict score: what counts as the same, and what is looked at besides.

use kgas_bench::quality::{Claim, Strict};
use kgas_core::fact::ObjectType;

use super::{Said, claim, films, glimmerdown, near, sentence};

const DIRECTOR: Said = ("Glimmerdown", "director", "Ottoline Vask");

fn strict(said: &[Said]) -> Strict {
    let claims: Vec<Claim> = said.iter().copied().map(claim).collect();
    Strict::of_answer(&films(), &glimmerdown(), Some(&claims))
}

#[test]
fn each_triple_counts_as_a_whole_and_nothing_is_dropped() {
    // Of two true triples: said, right, repeated, reversed; and the share that has a relation of the ontology.
    type Case<'a> = (&'a str, &'a [Said], [usize; 4], Option<f64>);
    let cases: [Case<'_>; 11] = [
        ("all of it", &[DIRECTOR, ("Glimmerdown", "publication_date", "01 January 1999")], [2, 2, 0, 0], Some(1.0)),
        ("nothing", &[], [0, 0, 0, 0], None),
        (
            "a relation's label may have _ or spaces",
            &[("Glimmerdown", "Publication Date", "01 January 1999")],
            [1, 1, 0, 0],
            Some(1.0),
        ),
        ("a made-up relation is wrong", &[DIRECTOR, ("Glimmerdown", "cast_member", "Ann")], [2, 1, 0, 0], Some(0.5)),
        (
            "so is a relation that only this sentence doesn't have",
            &[("Glimmerdown", "director", "Ann")],
            [1, 0, 0, 0],
            Some(1.0),
        ),
        (
            "exchanged ends are wrong, and told",
            &[("Ottoline Vask", "director", "Glimmerdown")],
            [1, 0, 0, 1],
            Some(1.0),
        ),
        (
            "what is said twice counts once",
            &[DIRECTOR, ("glimmerdown", "Director", "OTTOLINE  VASK")],
            [1, 1, 1, 0],
            Some(1.0),
        ),
        ("full width and case don't count", &[("Ｇlimmerdown", "director", "OTTOLINE\tVASK")], [1, 1, 0, 0], Some(1.0)),
        ("words run together do", &[("Glimmer down", "director", "Ottoline_Vask")], [1, 0, 0, 0], Some(1.0)),
        ("a year is not the first of January", &[("Glimmerdown", "publication_date", "1999")], [1, 0, 0, 0], Some(1.0)),
        ("an accent tells apart", &[("Glimmerdown", "director", "Ottoliné Vask")], [1, 0, 0, 0], Some(1.0)),
    ];
    for (what, said, expected, of_ontology) in cases {
        let found = strict(said);
        let counts = found.counts();
        assert_eq!([counts.said, counts.right, found.repeated(), found.reversed()], expected, "{what}");
        assert_eq!(counts.truth, 2, "{what}");
        assert_eq!(found.of_ontology(), of_ontology, "{what}");
    }
}

#[test]
fn the_ends_cannot_run_together() {
    let truth = sentence(&[("x", "director", "directory")]);
    let found = Strict::of_answer(&films(), &truth, Some(&[claim(("xdirector", "director", "y"))]));
    assert_eq!(found.counts().right, 0);
}

#[test]
fn micro_is_over_triples_and_macro_over_sentences() {
    let (labels, one) = (films(), sentence(&[DIRECTOR]));
    let wrong = ["Ann", "Bob", "Cid"].map(|name| claim(("Glimmerdown", "director", name)));
    let mut all = Strict::of_answer(&labels, &one, Some(&[claim(DIRECTOR)]));
    all += Strict::of_answer(&labels, &one, Some(&wrong));
    let (micro, per_sentence) = (all.micro(), all.macro_mean());
    let of = |score: kgas_bench::quality::Score| [score.precision, score.recall, score.f1];
    assert!(of(micro).into_iter().zip([0.25, 0.5, 1.0 / 3.0]).all(|(one, other)| near(one, other)), "{micro:?}");
    assert_eq!(of(per_sentence), [0.5, 0.5, 0.5]);
    // A sentence without output is one of which nothing was said.
    all += Strict::of_answer(&labels, &one, None);
    assert_eq!((all.sentences(), all.answered()), (3, 2));
    assert!(near(all.macro_mean().f1, 1.0 / 3.0) && near(all.micro().recall, 1.0 / 3.0));
}

#[test]
fn silence_is_right_where_nothing_is_true() {
    let nothing = sentence(&[]);
    let f1 = |claims: &[Claim]| Strict::of_answer(&films(), &nothing, Some(claims)).macro_mean().f1;
    assert!(near(f1(&[]), 1.0) && near(f1(&[claim(DIRECTOR)]), 0.0));
}

#[test]
fn what_is_true_twice_counts_once() {
    let twice = sentence(&[DIRECTOR, ("glimmerdown", "director", "Ottoline Vask")]);
    assert_eq!(Strict::of_answer(&films(), &twice, None).counts().truth, 1);
}

#[test]
fn domain_and_range_are_looked_at_where_the_classes_are_said() {
    let named = |class: &str| ObjectType::Named(class.to_owned());
    // The relation, the classes of its ends; how many are typed, and the share that fits.
    type Case<'a> = (&'a str, Option<&'a str>, ObjectType, usize, Option<f64>);
    let cases: [Case<'_>; 8] = [
        ("director", Some("film"), named("human"), 1, Some(1.0)),
        ("director", Some("Film "), named("HUMAN"), 1, Some(1.0)),
        ("director", Some("human"), named("film"), 1, Some(0.0)),
        ("director", Some("film"), ObjectType::Literal, 1, Some(0.0)),
        ("publication_date", Some("film"), ObjectType::Literal, 1, Some(1.0)),
        ("cast_member", Some("film"), named("human"), 1, Some(0.0)),
        ("director", Some("film"), ObjectType::Unsaid, 0, None),
        ("director", None, named("human"), 0, None),
    ];
    for (relation, subject, object, typed, expected) in cases {
        let what = format!("{relation}, {subject:?}, {object:?}");
        let said = Claim {
            subject_type: subject.map(str::to_owned),
            object_type: object,
            ..claim(("Glimmerdown", relation, "Ottoline Vask"))
        };
        let found = Strict::of_answer(&films(), &glimmerdown(), Some(&[said]));
        assert_eq!((found.typed(), found.conformant()), (typed, expected), "{what}");
    }
}

#[test]
fn both_ends_are_looked_for_in_the_sentence() {
    let cases = [
        (("Glimmerdown", "director", "Ottoline Vask"), 1.0),
        (("GLIMMERDOWN", "director", "ottoline  vask"), 1.0),
        (("Glimmerdown", "director", "Otoline Vask"), 0.0),
        (("Glimmerdown", "director", "Vas"), 0.0),
        (("Glimmerdown", "publication_date", "1999"), 1.0),
        (("Glimmerdown", "publication_date", "01 January 1999"), 0.0),
        (("human", "director", "Ottoline Vask"), 0.0),
    ];
    for (said, expected) in cases {
        assert_eq!(strict(&[said]).grounded(), Some(expected), "{said:?}");
    }
    assert_eq!(strict(&[]).grounded_truth(), Some(0.5), "of the truth, only the director stands there");
    assert_eq!(strict(&[]).grounded(), None, "of nothing there is no share");
}

#[test]
fn each_relation_is_counted_for_itself() {
    let found = strict(&[DIRECTOR, ("Glimmerdown", "cast_member", "Ann")]);
    let of = |relation: &str| found.relations().get(relation).map(|it| [it.truth, it.said, it.right]);
    assert_eq!(of("director"), Some([1, 1, 1]));
    assert_eq!(of("publication date"), Some([1, 0, 0]));
    assert_eq!(of("cast member"), Some([0, 1, 0]));
}
