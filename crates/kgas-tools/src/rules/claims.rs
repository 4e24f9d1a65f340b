//! Which two things of a sentence a cue joins.

use std::ops::Range;

use super::clause::Clause;
use super::compiled::{Compiled, Object};
use super::cues::{Order, Strength};
use super::patterns::ValueKind;
use super::sentence::Sentence;
use super::shapes::{Fit, Shape};

/// Something that a cue may join: a name, a mention or a value.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// As words of the sentence.
    pub(super) words: Range<usize>,
    /// In the text.
    pub(super) bytes: Range<usize>,
    pub(super) what: What,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// It looks like a name.
    Name,
    /// A value by its shape.
    Value(ValueKind),
    /// Something whose class is known, by its place in the caller's list; and what it is as a value.
    Known(usize, Option<ValueKind>),
}

impl Item {
    const fn value(&self) -> Option<ValueKind> {
        match self.what {
            What::Name => None,
            What::Value(kind) => Some(kind),
            What::Known(_, kind) => kind,
        }
    }
}

/// One of the two ends of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Subject,
    Object,
}

/// A relation that a cue states between two items.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Claim {
    /// The relation's place in the ontology.
    pub(super) relation: usize,
    /// Which item is the subject.
    pub(super) subject: usize,
    /// Which item is the object.
    pub(super) object: usize,
    /// From 0 to 1.
    pub(super) confidence: f64,
    /// Whether the cue leaves open what the subject is.
    pub(super) is_open: bool,
    /// The smallest piece of the text with both ends and the cue, in bytes.
    pub(super) bytes: Range<usize>,
}

/// A phrase of the lexicon or of the label, with both ends where its grammar wants them. Of such claims about seven
/// in ten were among the facts that annotators had listed for film and music sentences.
const PLAIN: f64 = 0.75;
/// A phrase that often means something else, or an end that doesn't look like one.
const DOUBTFUL: f64 = 0.6;

/// The items of a sentence, in order, not overlapping: of two that overlap the first in `found` is taken.
pub(super) fn items(sentence: &Sentence<'_>, found: impl IntoIterator<Item = (Range<usize>, What)>) -> Vec<Item> {
    let words = sentence.words();
    let mut items: Vec<Item> = Vec::new();
    for (bytes, what) in found {
        let first = words.partition_point(|word| word.end <= bytes.start);
        let end = words.partition_point(|word| word.start < bytes.end);
        let place = items.partition_point(|item| item.words.start < first);
        let is_free_before = place == 0 || items.get(place - 1).is_none_or(|item| item.words.end <= first);
        let is_free_behind = items.get(place).is_none_or(|item| end <= item.words.start);
        if first < end && is_free_before && is_free_behind {
            items.insert(place, Item { words: first..end, bytes, what });
        }
    }
    items
}

/// All claims of a sentence, by the place of their cues. `fit` says how well an item suits an end of a relation.
pub(super) fn claims(
    compiled: &Compiled,
    sentence: &Sentence<'_>,
    items: &[Item],
    fit: impl Fn(usize, usize, End) -> Fit,
) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    if items.len() < 2 {
        return claims;
    }
    let clause = Clause::new(sentence, items);
    for found in compiled.cues.find(sentence) {
        let relation = found.cue.relation;
        let Some(wanted) = compiled.relations.get(relation) else { continue };
        let object_first = found.cue.order == Order::ObjectFirst;
        let is_value = matches!(wanted.object, Object::Value(_));
        if object_first && is_value {
            continue;
        }
        let suits = |item: usize| match (wanted.object, items.get(item).and_then(Item::value)) {
            (Object::Name(_), value) => value.is_none(),
            (Object::Value(None), value) => value.is_some(),
            (Object::Value(wanted), value) => value == wanted,
        };
        let after = if is_value { clause.value_after(found.end, suits) } else { clause.list_after(found.end) };
        let Some((&nearest, Some(before))) = after.first().map(|first| (first, clause.before(&found, &after))) else {
            continue;
        };
        if items.get(before).is_none_or(|item| item.value().is_some()) || nearest == before {
            continue;
        }
        for &other in &after {
            let (subject, object) = if object_first { (other, before) } else { (before, other) };
            if !suits(object) || subject == object {
                continue;
            }
            let mut sure = fit(subject, relation, End::Subject).min(fit(object, relation, End::Object));
            // A person's name has no small words in it, a title may: the rules see only a piece of it.
            let is_piece = |item: usize| {
                items.get(item).is_some_and(|found| found.what == What::Name)
                    && (clause.is_head(item) || clause.is_tail(item))
            };
            if wanted.object == Object::Name(Shape::Free) && is_piece(object) {
                sure = sure.min(Fit::Doubtful);
            }
            let confidence = match (sure, found.cue.strength) {
                (Fit::No, _) => continue,
                (Fit::Yes, Strength::Plain) => PLAIN,
                _ => DOUBTFUL,
            };
            let Some(bytes) = clause.cover(&found, before, other) else { continue };
            let is_known = |claim: &Claim| (claim.relation, claim.subject, claim.object) == (relation, subject, object);
            match claims.iter_mut().find(|claim| is_known(claim)) {
                Some(known) if known.confidence < confidence => known.confidence = confidence,
                Some(_) => {}
                None => claims.push(Claim { relation, subject, object, confidence, is_open: found.cue.is_open, bytes }),
            }
        }
    }
    claims
}
