//! `Candidate → Grounded`: where in a chunk the text says what was claimed.

use std::collections::HashMap;

use super::{EntityCandidate, EntityKey, Match, Mention, ObjectType, RejectReason, RelationCandidate};
use crate::text::{Chunk, label_key, occurrences};
use crate::{Document, Span};

/// Finds the words of candidates in one chunk, and remembers which places are taken.
///
/// ```
/// use kgas_core::fact::{EntityCandidate, Grounder};
/// use kgas_core::{Document, text::Chunk};
///
/// let document = Document::new("d", "Ann saw Bob.");
/// let grounder = Grounder::new(&document, &Chunk::whole(&document));
/// let claim = EntityCandidate { text: "Bob".into(), entity_type: "Person".into(), ..Default::default() };
/// let grounded = grounder.entity(claim).unwrap();
/// assert_eq!((grounded.span().start(), grounded.span().end()), (8, 11));
/// ```
#[derive(Debug)]
pub struct Grounder<'d> {
    document: &'d Document,
    chunk: Chunk,
    /// By quote: the places that facts have taken, and as what.
    taken: HashMap<String, Vec<(Span, String)>>,
}

/// A claimed entity whose words stand in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundedEntity {
    pub(crate) candidate: EntityCandidate,
    pub(crate) chunk: usize,
    pub(crate) span: Span,
    pub(crate) matched: Match,
    /// Each claimed property with the place of its value, where the text has it.
    pub(crate) property_spans: Vec<(String, String, Option<Span>)>,
}

impl GroundedEntity {
    /// Where the words stand in the document.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// What was claimed.
    #[must_use]
    pub const fn candidate(&self) -> &EntityCandidate {
        &self.candidate
    }
}

/// A claimed relation whose evidence stands in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundedRelation {
    pub(crate) candidate: RelationCandidate,
    pub(crate) chunk: usize,
    pub(crate) subject: GroundedEnd,
    pub(crate) object: GroundedEnd,
    pub(crate) span: Span,
    pub(crate) quote: String,
    pub(crate) matched: Match,
}

/// An end of a relation: the places of its words in the chunk, and the entities that go by these words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroundedEnd {
    /// Where its words stand in the chunk; may be empty where an entity of that name is known.
    pub spans: Vec<Span>,
    /// Known entities of that name, sorted.
    pub known: Vec<EntityKey>,
}

impl<'d> Grounder<'d> {
    /// Makes a grounder for a chunk of a document.
    #[must_use]
    pub fn new(document: &'d Document, chunk: &Chunk) -> Self {
        Self { document, chunk: chunk.clone(), taken: HashMap::new() }
    }

    /// Finds the place of an entity.
    ///
    /// The place is one that no kept fact with the same words has taken: the one that the candidate's `start` names,
    /// if the text has the words there, else the first. So the n-th of identical items gets the n-th place.
    ///
    /// # Errors
    /// [`RejectReason::NotInText`], or [`RejectReason::Duplicate`] where each place is taken by the same type.
    pub fn entity(&self, candidate: EntityCandidate) -> Result<GroundedEntity, RejectReason> {
        let places = self.places(&candidate.text);
        if places.is_empty() {
            return Err(RejectReason::NotInText);
        }
        let said = candidate.start.and_then(|start| self.chunk.span().start().checked_add(start));
        let taken = self.taken.get(candidate.text.trim()).map(Vec::as_slice).unwrap_or_default();
        let is_free = |place: &Span| !taken.iter().any(|(span, _)| span == place);
        let kind = label_key(&candidate.entity_type);
        let is_new = |place: &Span| !taken.iter().any(|(span, as_type)| span == place && *as_type == kind);
        let span =
            choose(&places, said, is_free).or_else(|| choose(&places, said, is_new)).ok_or(RejectReason::Duplicate)?;
        Ok(self.grounded(candidate, span))
    }

    /// Takes the caller's word for the place of an entity.
    ///
    /// # Errors
    /// [`RejectReason::Duplicate`] where the place is taken by the same type.
    pub(crate) fn entity_at(&self, candidate: EntityCandidate, span: Span) -> Result<GroundedEntity, RejectReason> {
        let kind = label_key(&candidate.entity_type);
        let mut taken = self.taken.get(&candidate.text).into_iter().flatten();
        if taken.any(|(other, as_type)| *other == span && *as_type == kind) {
            return Err(RejectReason::Duplicate);
        }
        Ok(self.grounded(candidate, span))
    }

    fn grounded(&self, candidate: EntityCandidate, span: Span) -> GroundedEntity {
        let property_spans = self.property_spans(&candidate);
        GroundedEntity { candidate, chunk: self.chunk.index(), span, matched: Match::Exact, property_spans }
    }

    /// Finds the evidence of a relation: the quote that it gives, where the chunk has it, else the smallest span
    /// that holds both ends. `known` gives the entities that go by a name.
    ///
    /// # Errors
    /// [`RejectReason::DanglingReference`] where an entity at an end is neither known nor in the chunk,
    /// [`RejectReason::NotInText`] where a value isn't, or where nothing in the chunk can be evidence.
    pub fn relation(
        &self,
        candidate: RelationCandidate,
        known: impl Fn(&str) -> Vec<EntityKey>,
    ) -> Result<GroundedRelation, RejectReason> {
        let end = |name: &str| GroundedEnd { spans: self.places(name), known: known(name) };
        let subject = end(&candidate.subject);
        if subject.spans.is_empty() && subject.known.is_empty() {
            return Err(RejectReason::DanglingReference);
        }
        let object = end(&candidate.object);
        if object.spans.is_empty() && object.known.is_empty() {
            return Err(match candidate.object_type {
                ObjectType::Literal => RejectReason::NotInText,
                _ => RejectReason::DanglingReference,
            });
        }
        let quoted = candidate.evidence.as_deref().and_then(|quote| self.places(quote).first().copied());
        let span = quoted.or_else(|| smallest_cover(&subject.spans, &object.spans)).ok_or(RejectReason::NotInText)?;
        let quote = self.document.slice(span).unwrap_or_default().to_owned();
        let chunk = self.chunk.index();
        Ok(GroundedRelation { candidate, chunk, subject, object, span, quote, matched: Match::Exact })
    }

    /// Marks the place of a kept mention as taken.
    pub fn take(&mut self, mention: &Mention) {
        let Some(span) = mention.evidence().span() else { return };
        let kind = label_key(mention.key().entity_type());
        self.taken.entry(mention.evidence().quote().to_owned()).or_default().push((span, kind));
    }

    /// All places of these words in the chunk, as spans of the document.
    #[must_use]
    pub fn places(&self, words: &str) -> Vec<Span> {
        occurrences(self.chunk.text(self.document), words.trim())
            .filter_map(|bytes| self.chunk.span_of(self.document, bytes))
            .collect()
    }

    fn property_spans(&self, candidate: &EntityCandidate) -> Vec<(String, String, Option<Span>)> {
        let mut found = Vec::new();
        for (name, value) in &candidate.properties {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for value in values.iter().filter(|value| !value.is_null()) {
                let words = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
                if !words.is_empty() {
                    let place = self.places(&words).first().copied();
                    found.push((name.trim().to_owned(), words, place));
                }
            }
        }
        found
    }
}

fn choose(places: &[Span], said: Option<usize>, may: impl Fn(&Span) -> bool) -> Option<Span> {
    let named = places.iter().find(|place| Some(place.start()) == said && may(place));
    named.or_else(|| places.iter().find(|place| may(place))).copied()
}

/// Both lists are in order, so one walk finds the closest pair.
fn smallest_cover(left: &[Span], right: &[Span]) -> Option<Span> {
    let (mut left, mut right) = (left.iter().copied().peekable(), right.iter().copied().peekable());
    let mut best: Option<Span> = None;
    while let (Some(&a), Some(&b)) = (left.peek(), right.peek()) {
        let cover = a.cover(b);
        if best.is_none_or(|best| cover.len() < best.len()) {
            best = Some(cover);
        }
        if a.start() <= b.start() {
            left.next()
        } else {
            right.next()
        };
    }
    best
}
