//! The benchmark's own score, exactly as its evaluation script reckons it, with its traps.
//!
//! What it doesn't see: a triple whose relation the sentence's truth doesn't have costs nothing, for it is dropped
//! before precision is reckoned; an empty answer conforms perfectly and hallucinates nothing; domain, range and the
//! direction between entities of the ontology are never looked at; and subject, relation and object are compared run
//! together, so that where one ends and the next begins doesn't matter. [`Strict`](super::Strict) looks at these.

use std::collections::BTreeSet;

use super::data::{Labels, Part, Sentence, Triple};
use super::porter::stem;
use super::predict::{Answers, Claim};
use super::treebank::words;

/// The seven figures, each from 0 to 1, of a sentence or the mean over some.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Official {
    /// Of the triples whose relation the truth has, how many are true.
    pub precision: f64,
    /// Of the truth, how much was said.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// Triples whose relation the ontology has.
    pub conformance: f64,
    /// Triples whose relation it doesn't have.
    pub relation_hallucination: f64,
    /// Triples whose subject is neither in the sentence nor among the labels of concepts.
    pub subject_hallucination: f64,
    /// Triples whose object isn't.
    pub object_hallucination: f64,
}

impl Official {
    /// The figures of one sentence that was answered.
    ///
    /// `claims` have the system's names of relations, with `_` for each space.
    #[must_use]
    pub fn of_answer(labels: &Labels, sentence: &Sentence, claims: &[Claim]) -> Self {
        let (precision, recall, f1) = hits(&sentence.truth, claims);
        let conformance = conformance(labels, claims);
        let (subject_hallucination, object_hallucination) = hallucinated(labels, sentence, claims);
        let relation_hallucination = 1.0 - conformance;
        Self { precision, recall, f1, conformance, relation_hallucination, subject_hallucination, object_hallucination }
    }

    /// The mean over the sentences of an ontology; one without an answer adds nothing to any figure.
    #[must_use]
    pub fn of_part(part: &Part, answers: &Answers) -> Self {
        let of = |sentence: &Sentence| {
            answers.get(&sentence.id).map(|claims| Self::of_answer(&part.labels, sentence, claims)).unwrap_or_default()
        };
        Self::mean(&part.sentences.iter().map(of).collect::<Vec<_>>())
    }

    /// The mean of some; all 0 where there are none.
    #[must_use]
    pub fn mean(all: &[Self]) -> Self {
        let over = |figure: fn(&Self) -> f64| mean(all.iter().map(figure));
        Self {
            precision: over(|it| it.precision),
            recall: over(|it| it.recall),
            f1: over(|it| it.f1),
            conformance: over(|it| it.conformance),
            relation_hallucination: over(|it| it.relation_hallucination),
            subject_hallucination: over(|it| it.subject_hallucination),
            object_hallucination: over(|it| it.object_hallucination),
        }
    }
}

/// The mean of numbers; 0 where there are none.
pub(super) fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// One number by another; 0 where that is 0.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are never so many triples")]
    let (part, whole) = (part as f64, whole as f64);
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// The harmonic mean; 0 where both are.
pub(super) fn harmonic(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

/// Precision, recall and F1.
fn hits(truth: &[Triple], claims: &[Claim]) -> (f64, f64, f64) {
    let relations: BTreeSet<String> = truth.iter().map(|triple| triple.relation.replace(' ', "_")).collect();
    let kept = claims.iter().map(|claim| &claim.triple).filter(|triple| relations.contains(&triple.relation));
    let (said, truth): (BTreeSet<String>, BTreeSet<String>) =
        (kept.map(run_together).collect(), truth.iter().map(run_together).collect());
    let both = said.intersection(&truth).count();
    let (precision, recall) = (share(both, said.len()), share(both, truth.len()));
    (precision, recall, harmonic(precision, recall))
}

/// Subject, relation and object as one word.
fn run_together(triple: &Triple) -> String {
    [&triple.subject, &triple.relation, &triple.object].map(|words| pressed(words)).concat()
}

/// Lower-cased, without white space and `_`.
fn pressed(words: &str) -> String {
    words.chars().filter(|&c| c != '_' && !c.is_whitespace()).collect::<String>().to_lowercase()
}

fn conformance(labels: &Labels, claims: &[Claim]) -> f64 {
    if claims.is_empty() {
        return 1.0;
    }
    let known: BTreeSet<String> = labels.relations.iter().map(|kind| kind.label.replace(' ', "_")).collect();
    share(claims.iter().filter(|claim| known.contains(&claim.triple.relation)).count(), claims.len())
}

/// The shares of subjects and of objects that stand nowhere.
fn hallucinated(labels: &Labels, sentence: &Sentence, claims: &[Claim]) -> (f64, f64) {
    if claims.is_empty() {
        return (0.0, 0.0);
    }
    // The script puts nothing between the sentence and the first label.
    let place = stems(&format!("{}{}", sentence.text, labels.concepts.join(" ")));
    let absent = |end: fn(&Triple) -> &str| {
        let stands = |claim: &&Claim| place.contains(&stems(end(&claim.triple)).replace("01januari", ""));
        claims.len() - claims.iter().filter(stands).count()
    };
    (share(absent(|it| &it.subject), claims.len()), share(absent(|it| &it.object), claims.len()))
}

/// The stems of all words, run together.
fn stems(text: &str) -> String {
    pressed(&words(text).iter().map(|word| stem(word)).collect::<String>())
}
