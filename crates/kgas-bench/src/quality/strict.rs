//! A score that lets nothing pass: all that was said counts, each triple as a whole, and its ends are looked at.
//!
//! Two triples are the same where subject, relation and object are, each for itself: NFKC, case folded, white space
//! collapsed; in a relation's label `_` and `-` are spaces. So a year is not the first of January of it, a value is
//! compared as it was written, and a triple with its ends exchanged is wrong. What is said or known twice of one
//! sentence counts once.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use kgas_core::Document;
use kgas_core::fact::{EntityCandidate, Grounder, Match, ObjectType};
use kgas_core::text::{Chunk, label_key, normal_form};
use serde::Serialize;

use super::data::{Kind, Labels, Part, Sentence, Triple};
use super::official::{harmonic, share};
use super::predict::{Answers, Claim};

/// Precision, recall and F1, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// Of what was said, how much is true.
    pub precision: f64,
    /// Of the truth, how much was said.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

/// How often a relation is said and true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// In the truth.
    pub truth: usize,
    /// Said.
    pub said: usize,
    /// Both.
    pub right: usize,
}

/// What was counted, over some sentences. Figures are worked out from it, so that sums of it have figures too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strict {
    sentences: usize,
    answered: usize,
    all: Counts,
    relations: BTreeMap<String, Counts>,
    /// The sums of the sentences' own scores.
    sums: Score,
    repeated: usize,
    reversed: usize,
    of_ontology: usize,
    typed: usize,
    conformant: usize,
    grounded: usize,
    grounded_truth: usize,
}

impl Strict {
    /// Counts an ontology's sentences. One without an answer is one of which nothing was said.
    #[must_use]
    pub fn of_part(part: &Part, answers: &Answers) -> Self {
        let mut all = Self::default();
        for sentence in &part.sentences {
            all += Self::of_answer(&part.labels, sentence, answers.get(&sentence.id).map(Vec::as_slice));
        }
        all
    }

    /// Counts one sentence.
    #[must_use]
    pub fn of_answer(labels: &Labels, sentence: &Sentence, answer: Option<&[Claim]>) -> Self {
        let claims = answer.unwrap_or_default();
        let said: BTreeMap<Key, &Claim> = claims.iter().rev().map(|claim| (Key::of(&claim.triple), claim)).collect();
        let truth: BTreeMap<Key, &Triple> = sentence.truth.iter().map(|triple| (Key::of(triple), triple)).collect();
        let ground = Ground::of(sentence);
        let mut one = Self {
            sentences: 1,
            answered: usize::from(answer.is_some()),
            repeated: claims.len() - said.len(),
            grounded_truth: truth.values().filter(|triple| ground.holds(triple)).count(),
            ..Self::default()
        };
        for key in truth.keys() {
            one.count(key, |counts| counts.truth += 1);
        }
        for (key, claim) in &said {
            one.count(key, |counts| counts.said += 1);
            if truth.contains_key(key) {
                one.count(key, |counts| counts.right += 1);
            } else if truth.contains_key(&key.reversed()) {
                one.reversed += 1;
            }
            let kinds: Vec<&Kind> =
                labels.relations.iter().filter(|kind| label_key(&kind.label) == key.relation).collect();
            one.of_ontology += usize::from(!kinds.is_empty());
            if let Some(fits) = fits(&kinds, claim) {
                one.typed += 1;
                one.conformant += usize::from(fits);
            }
            one.grounded += usize::from(ground.holds(&claim.triple));
        }
        // Silence where there is nothing to say is right.
        one.sums = if truth.is_empty() && said.is_empty() { Score::of(1.0, 1.0) } else { one.micro() };
        one
    }

    /// Over all triples together: sentences of which much is said weigh more.
    #[must_use]
    pub fn micro(&self) -> Score {
        Score::of(share(self.all.right, self.all.said), share(self.all.right, self.all.truth))
    }

    /// The mean over sentences; where nothing is said, all three are 0, unless nothing is true either: then 1.
    #[must_use]
    pub fn macro_mean(&self) -> Score {
        #[expect(clippy::cast_precision_loss, reason = "there are never so many sentences")]
        let over = |sum: f64| if self.sentences > 0 { sum / self.sentences as f64 } else { 0.0 };
        Score { precision: over(self.sums.precision), recall: over(self.sums.recall), f1: over(self.sums.f1) }
    }

    /// Sentences.
    #[must_use]
    pub const fn sentences(&self) -> usize {
        self.sentences
    }

    /// Sentences with an answer, even an empty one.
    #[must_use]
    pub const fn answered(&self) -> usize {
        self.answered
    }

    /// Triples, those of one sentence that are the same counted once.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.all
    }

    /// The same by relation.
    #[must_use]
    pub const fn relations(&self) -> &BTreeMap<String, Counts> {
        &self.relations
    }

    /// Triples that were said again of the same sentence; they don't count.
    #[must_use]
    pub const fn repeated(&self) -> usize {
        self.repeated
    }

    /// Triples that would be true with their ends exchanged; they are wrong.
    #[must_use]
    pub const fn reversed(&self) -> usize {
        self.reversed
    }

    /// Of what was said, how much has a relation of the ontology; none where nothing was said.
    #[must_use]
    pub fn of_ontology(&self) -> Option<f64> {
        share_of(self.of_ontology, self.all.said)
    }

    /// Triples of which the system says the classes of both ends.
    #[must_use]
    pub const fn typed(&self) -> usize {
        self.typed
    }

    /// Of those, how many have a relation of the ontology and ends of its domain and range; none where no triple is
    /// typed.
    #[must_use]
    pub fn conformant(&self) -> Option<f64> {
        share_of(self.conformant, self.typed)
    }

    /// Of what was said, how much has both ends in its sentence, in any spelling but a misspelt one; none where nothing
    /// was said.
    #[must_use]
    pub fn grounded(&self) -> Option<f64> {
        share_of(self.grounded, self.all.said)
    }

    /// The same of the truth: the recall that is possible for who says only what stands there.
    #[must_use]
    pub fn grounded_truth(&self) -> Option<f64> {
        share_of(self.grounded_truth, self.all.truth)
    }

    fn count(&mut self, key: &Key, add: impl Fn(&mut Counts)) {
        add(&mut self.all);
        add(self.relations.entry(key.relation.clone()).or_default());
    }
}

impl AddAssign for Strict {
    fn add_assign(&mut self, other: Self) {
        self.sentences += other.sentences;
        self.answered += other.answered;
        self.all += other.all;
        for (relation, counts) in other.relations {
            *self.relations.entry(relation).or_default() += counts;
        }
        self.sums.precision += other.sums.precision;
        self.sums.recall += other.sums.recall;
        self.sums.f1 += other.sums.f1;
        self.repeated += other.repeated;
        self.reversed += other.reversed;
        self.of_ontology += other.of_ontology;
        self.typed += other.typed;
        self.conformant += other.conformant;
        self.grounded += other.grounded;
        self.grounded_truth += other.grounded_truth;
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.truth += other.truth;
        self.said += other.said;
        self.right += other.right;
    }
}

impl Score {
    fn of(precision: f64, recall: f64) -> Self {
        Self { precision, recall, f1: harmonic(precision, recall) }
    }
}

/// A share, where there is something to have a share of.
fn share_of(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| share(part, whole))
}

/// By what a triple is the same as another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    subject: String,
    relation: String,
    object: String,
}

impl Key {
    fn of(triple: &Triple) -> Self {
        Self {
            subject: normal_form(&triple.subject),
            relation: label_key(&triple.relation),
            object: normal_form(&triple.object),
        }
    }

    fn reversed(&self) -> Self {
        Self { subject: self.object.clone(), relation: self.relation.clone(), object: self.subject.clone() }
    }
}

/// Whether the classes of a triple's ends are those of a relation; none where the system doesn't say both.
fn fits(kinds: &[&Kind], claim: &Claim) -> Option<bool> {
    let subject = claim.subject_type.as_deref()?;
    if claim.object_type == ObjectType::Unsaid {
        return None;
    }
    let same = |class: &str, said: &str| label_key(class) == label_key(said);
    let fits = |kind: &&Kind| {
        let domain = kind.domain.as_deref().is_none_or(|class| same(class, subject));
        let range = match (&kind.range, &claim.object_type) {
            (None, _) => true,
            (Some(class), ObjectType::Named(said)) => same(class, said),
            (Some(_), _) => false,
        };
        domain && range
    };
    Some(kinds.iter().any(fits))
}

/// A sentence in which words are looked for, as kgas looks for them.
struct Ground(Document);

impl Ground {
    fn of(sentence: &Sentence) -> Self {
        Self(Document::new(sentence.id.as_str(), sentence.text.as_str()))
    }

    fn holds(&self, triple: &Triple) -> bool {
        let grounder = Grounder::new(&self.0, &Chunk::whole(&self.0));
        [&triple.subject, &triple.object].into_iter().all(|words| {
            let claim = EntityCandidate { text: words.clone(), ..EntityCandidate::default() };
            grounder.entity(claim).is_ok_and(|found| matches!(found.matched(), Match::Exact | Match::Normalised))
        })
    }
}
