//! The official score, figure by figure, with each of its traps.

use kgas_bench::quality::{Answers, Claim, Labels, Official, Part, PartReport, Report, Sentence};

use super::{Said, claim, films, glimmerdown, near, sentence};

/// Precision, recall, F1; conformance, and hallucination of relations, subjects, objects.
type Figures = [f64; 7];

const DIRECTOR: Said = ("Glimmerdown", "director", "Ottoline Vask");

fn figures(score: Official) -> Figures {
    [
        score.precision,
        score.recall,
        score.f1,
        score.conformance,
        score.relation_hallucination,
        score.subject_hallucination,
        score.object_hallucination,
    ]
}

#[test]
fn each_figure_of_a_sentence_is_as_reckoned_by_hand() {
    let (half, third) = (0.5, 1.0 / 3.0);
    let two_thirds = 2.0 / 3.0;
    type Case<'a> = (&'a str, &'a [Said], Figures);
    let cases: [Case<'_>; 10] = [
        (
            // "01 January" is taken from an object before it is looked for.
            "all of the truth",
            &[DIRECTOR, ("Glimmerdown", "publication_date", "01 January 1999")],
            [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0],
        ),
        ("an empty answer conforms and hallucinates nothing", &[], [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
        (
            "a relation that the truth doesn't have is dropped and costs no precision",
            &[DIRECTOR, ("Glimmerdown", "cast_member", "Nobody")],
            [1.0, half, two_thirds, half, half, 0.0, half],
        ),
        (
            "a relation written with a space is another one",
            &[("Glimmerdown", "publication date", "01 January 1999")],
            [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        ),
        (
            "exchanged ends are wrong, and conform: nobody looks at domain and range",
            &[("Ottoline Vask", "director", "Glimmerdown")],
            [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        ),
        (
            // "ottoline_Vask" is one word and keeps the e that "Ottoline" loses to its stem.
            "case, spaces and _ don't count for what is true, and do for what is hallucinated",
            &[("GLIMMER down", "director", "ottoline_Vask")],
            [1.0, half, two_thirds, 1.0, 0.0, 0.0, 1.0],
        ),
        (
            "a concept's label is no hallucination",
            &[("Glimmerdown", "director", "human")],
            [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        ),
        (
            "nor is a word with the stem of one that is there",
            &[("Films", "director", "Directing")],
            [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        ),
        (
            "what is said twice counts once for precision and twice for hallucination",
            &[DIRECTOR, DIRECTOR, ("Glimmerdown", "director", "Nobody")],
            [half, half, half, 1.0, 0.0, 0.0, third],
        ),
        (
            "a year is not the first of January",
            &[("Glimmerdown", "publication_date", "1999")],
            [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        ),
    ];
    for (what, said, expected) in cases {
        let claims: Vec<Claim> = said.iter().copied().map(claim).collect();
        let found = figures(Official::of_answer(&films(), &glimmerdown(), &claims));
        assert!(
            found.iter().zip(expected).all(|(one, other)| near(*one, other)),
            "{what}: {found:?}, not {expected:?}"
        );
    }
}

#[test]
fn where_one_end_ends_and_the_relation_begins_does_not_matter() {
    let truth = sentence(&[("x", "director", "directory")]);
    let score = Official::of_answer(&films(), &truth, &[claim(("xdirector", "director", "y"))]);
    assert!(near(score.f1, 1.0));
}

#[test]
fn a_space_at_the_end_of_a_label_is_a_part_of_the_relation_s_name() {
    let mut labels = films();
    labels.relations[0].label = "director ".to_owned();
    let conformance = |relation| {
        Official::of_answer(&labels, &glimmerdown(), &[claim(("Glimmerdown", relation, "Vask"))]).conformance
    };
    assert!(near(conformance("director"), 0.0) && near(conformance("director_"), 1.0));
}

#[test]
fn a_sentence_without_output_adds_nothing_not_even_conformance() {
    let sentences = ["one", "two"].map(|id| Sentence { id: id.to_owned(), ..glimmerdown() });
    let part = Part::new("1_films", films(), sentences.to_vec());
    let right = vec![claim(DIRECTOR)];
    let silent = Answers::from([("one".to_owned(), right.clone())]);
    let empty = Answers::from([("one".to_owned(), right), ("two".to_owned(), Vec::new())]);
    let figures_of = |answers| figures(Official::of_part(&part, answers));
    assert_eq!(figures_of(&silent), [0.5, 0.25, 1.0 / 3.0, 0.5, 0.0, 0.0, 0.0]);
    assert_eq!(figures_of(&empty), [0.5, 0.25, 1.0 / 3.0, 1.0, 0.0, 0.0, 0.0]);
}

#[test]
fn ontologies_weigh_the_same_and_their_mean_is_rounded_at_the_end() {
    let part = |name: &str, sentences: usize, right: usize| {
        let sentences: Vec<Sentence> =
            (0..sentences).map(|at| Sentence { id: format!("{name} {at}"), ..glimmerdown() }).collect();
        let answers = sentences.iter().take(right).map(|one| (one.id.clone(), vec![claim(DIRECTOR)])).collect();
        PartReport::of(&Part::new(name, Labels::default(), sentences), &answers, None)
    };
    let report = Report { parts: vec![part("1_few", 1, 0), part("2_many", 8, 1)] };
    // Over sentences it would be 1/9, and the mean of 0.00 and 0.12 or 0.13 would be 0.06 or 0.07.
    assert!(near(report.official().precision, 0.0625));
    assert_eq!(report.json()["official"]["precision"], 0.06);
    assert_eq!(report.json()["ontologies"][1]["official"]["precision"], 0.125);
}
