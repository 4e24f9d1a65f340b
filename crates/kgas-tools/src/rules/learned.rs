//! Phrases that the user's examples state relations with: the words between subject and object.

use std::ops::Range;

use kgas_core::fact::RelationCandidate;
use kgas_core::text::occurrences;
use kgas_core::{Examples, Ontology};

use super::sentence::{Look, Role, Sentence};

/// A longer phrase is too much one example's own.
const LONGEST_PHRASE: usize = 5;

/// Places of a name that are looked at.
const MOST_PLACES: usize = 20;

/// Each phrase with the relation's place in the ontology, as the lexicon writes it: "S moonlights for O".
pub(super) fn phrases(ontology: &Ontology, examples: &Examples) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for example in examples.list() {
        for claim in &example.relations {
            let Some(phrase) = phrase(&example.text, claim) else { continue };
            for named in ontology.relations_named(&claim.relation_type) {
                let place = ontology.relations().iter().position(|relation| std::ptr::eq(relation, named));
                found.extend(place.map(|place| (place, phrase.clone())));
            }
        }
    }
    found
}

fn phrase(text: &str, claim: &RelationCandidate) -> Option<String> {
    let evidence = claim.evidence.as_deref().filter(|quote| occurrences(text, quote).next().is_some());
    let text = evidence.unwrap_or(text);
    let (between, order) = between(text, &claim.subject, &claim.object)?;
    let lower = between.to_ascii_lowercase();
    let sentence = Sentence::new(between, &lower, 0..between.len(), |_| None);
    let words = bare(&sentence);
    let says = |at: usize| sentence.role(at) == Some(Role::Content);
    let is_plain = |at: usize| sentence.look(at) == Some(Look::Small) && sentence.role(at) != Some(Role::And);
    let is_phrase = words.len() <= LONGEST_PHRASE && words.clone().all(is_plain) && words.clone().any(says);
    let inner: Vec<&str> = words.map(|at| sentence.small(at)).collect();
    let (first, last) = order;
    is_phrase.then(|| format!("{first} {} {last}", inner.join(" ")))
}

/// What stands between the two where they are closest, and which of them comes first.
fn between<'t>(text: &'t str, subject: &str, object: &str) -> Option<(&'t str, (char, char))> {
    let places = |name: &str| -> Vec<Range<usize>> { occurrences(text, name.trim()).take(MOST_PLACES).collect() };
    let objects = places(object);
    let mut best: Option<(Range<usize>, (char, char))> = None;
    for subject in places(subject) {
        for object in &objects {
            let (gap, order) = if subject.end <= object.start {
                (subject.end..object.start, ('S', 'O'))
            } else {
                (object.end..subject.start, ('O', 'S'))
            };
            if gap.start < gap.end && best.as_ref().is_none_or(|(known, _)| gap.len() < known.len()) {
                best = Some((gap, order));
            }
        }
    }
    best.and_then(|(gap, order)| Some((text.get(gap)?, order)))
}

/// The words without what the grammar of cues sees to: ", a baker,", "was also", "'s", "the", quotes.
fn bare(sentence: &Sentence<'_>) -> Range<usize> {
    let is_quote = |at| sentence.is_mark(at, &["\"", "'", "\u{201c}", "\u{201d}", "\u{2018}", "\u{2019}"]);
    let leads = |at: &usize| {
        let role = sentence.role(*at);
        is_quote(*at)
            || matches!(role, Some(Role::Be | Role::Helper | Role::Relative | Role::Possessive | Role::Article))
    };
    let trails = |at: &usize| is_quote(*at) || matches!(sentence.role(*at), Some(Role::Article | Role::Helper));
    let aside = (0..sentence.len()).rev().find(|&at| sentence.is_mark(at, &[",", ")"])).map_or(0, |at| at + 1);
    let start = aside + (aside..sentence.len()).take_while(leads).count();
    let end = sentence.len() - (start..sentence.len()).rev().take_while(trails).count();
    start..end
}
