//! The benchmark itself, where it is there: what must hold whatever the figures. Without it this says so and passes.

#![expect(clippy::print_stderr, reason = "it says that the test data is missing")]

use std::path::{Path, PathBuf};

use kgas_bench::quality::{Answers, Claim, Official, Part, PartReport, Strict, Training};
use kgas_core::Examples;
use kgas_ontology::ReadOptions;

use super::near;

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/text2kgbench");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("Text2KGBench is not there: the real benchmark is not tested");
    None
}

fn parts() -> Vec<Part> {
    let Some(folder) = folder() else { return Vec::new() };
    Part::names(&folder, &[]).unwrap().iter().map(|name| Part::read(&folder, name).unwrap()).collect()
}

/// The truth as a system would have to say it.
fn truth(part: &Part) -> Answers {
    let said = part.sentences.iter().map(|sentence| {
        let claim = |triple: &kgas_bench::quality::Triple| {
            let mut triple = triple.clone();
            triple.relation = triple.relation.replace(' ', "_");
            Claim { triple, ..Claim::default() }
        };
        (sentence.id.clone(), sentence.truth.iter().map(claim).collect())
    });
    said.collect()
}

#[test]
fn the_truth_itself_scores_one() {
    for part in parts() {
        let PartReport { official, strict, .. } = PartReport::of(&part, &truth(&part), None);
        for figure in [official.precision, official.recall, official.f1, strict.micro().f1, strict.macro_mean().f1] {
            assert!(near(figure, 1.0), "{}: {official:?}", part.name);
        }
        assert_eq!((strict.reversed(), strict.counts().said), (0, strict.counts().right), "{}", part.name);
        assert_eq!(strict.grounded(), strict.grounded_truth(), "{}", part.name);
        // Labels are not always words of the sentence.
        assert!(strict.grounded() < Some(0.9) && official.object_hallucination > 0.0, "{}", part.name);
    }
}

#[test]
fn empty_answers_conform_and_score_nothing() {
    for part in parts() {
        let empty: Answers = part.sentences.iter().map(|sentence| (sentence.id.clone(), Vec::new())).collect();
        let official = Official::of_part(&part, &empty);
        assert_eq!(official, Official { conformance: 1.0, ..Official::default() }, "{}", part.name);
        assert_eq!(Official::of_part(&part, &Answers::new()), Official::default(), "{}", part.name);
        let strict = Strict::of_part(&part, &empty);
        assert!(near(strict.macro_mean().f1, 0.0) && near(strict.micro().f1, 0.0), "{}", part.name);
    }
}

#[test]
fn exchanged_ends_are_told_as_such() {
    for part in parts() {
        let mut answers = truth(&part);
        for claim in answers.values_mut().flatten() {
            std::mem::swap(&mut claim.triple.subject, &mut claim.triple.object);
        }
        let strict = Strict::of_part(&part, &answers);
        let counts = strict.counts();
        assert_eq!(strict.reversed() + counts.right, counts.said, "{}", part.name);
    }
}

#[test]
fn kgas_takes_all_examples_of_the_training_file() {
    for part in parts() {
        let ontology = kgas_ontology::load(&part.ontology(), &ReadOptions::default()).unwrap().ontology;
        let training = Training::of(&part, &part.lessons().unwrap(), &ontology, None, 0);
        let all = training.examples.len();
        assert_eq!(all + training.unfit + training.tested, training.sentences, "{}", part.name);
        assert!(all > 0, "{}", part.name);
        let examples = Examples::parse(&training.jsonl()).unwrap();
        assert_eq!((examples.list().len(), examples.check(&ontology)), (all, Ok(())), "{}", part.name);
    }
}
