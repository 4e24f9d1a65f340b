//! `Candidate → Grounded`: where in a chunk the text says what was claimed.

mod evidence;
mod finds;
mod grounded;

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::{EntityCandidate, EntityKey, Flag, Match, Mention, ObjectType, RejectReason, RelationCandidate};
use crate::text::{Chunk, label_key};
use crate::{Document, Span};
use evidence::{quoted, within};
use finds::{Finds, Taken};
pub(crate) use grounded::GroundedProperty;
pub use grounded::{GroundedEnd, GroundedEntity, GroundedRelation, Place};

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
/// assert_eq!(grounded.span().map(|span| (span.start(), span.end())), Some((8, 11)));
/// ```
#[derive(Debug)]
pub struct Grounder<'d> {
    document: &'d Document,
    chunk: Chunk,
    keeps_ungrounded: bool,
    finds: RefCell<Finds<'d>>,
    taken: Taken,
}

impl<'d> Grounder<'d> {
    /// Makes a grounder for a chunk of a document.
    #[must_use]
    pub fn new(document: &'d Document, chunk: &Chunk) -> Self {
        let finds = RefCell::new(Finds::new(document, chunk));
        Self { document, chunk: chunk.clone(), keeps_ungrounded: false, finds, taken: Taken::default() }
    }

    /// Whether what the text doesn't have comes out without a span, and flagged, instead of as an error.
    #[must_use]
    pub const fn keep_ungrounded(mut self, keeps: bool) -> Self {
        self.keeps_ungrounded = keeps;
        self
    }

    /// Finds the place of an entity.
    ///
    /// The place is one that no kept fact has taken: the one that the candidate's `start` (which counts from the begin
    /// of the shown text) names, if the text has the words there, else the first. So the n-th of identical items gets
    /// the n-th place. Places in the chunk's own text go before those in its context, and exact ones before others.
    ///
    /// # Errors
    /// [`RejectReason::NotInText`], or [`RejectReason::Duplicate`] where each place is taken by the same type.
    pub fn entity(&self, candidate: EntityCandidate) -> Result<GroundedEntity, RejectReason> {
        let said = candidate.start.and_then(|start| self.chunk.shown_span().start().checked_add(start));
        let kind = label_key(&candidate.entity_type);
        let chosen = self.finds.borrow_mut().choose(&candidate.text, said, &kind, &self.taken);
        match chosen {
            Some(Some(place)) => Ok(self.grounded(candidate, Some(place))),
            Some(None) => Err(RejectReason::Duplicate),
            None if self.keeps_ungrounded => Ok(self.grounded(candidate, None)),
            None => Err(RejectReason::NotInText),
        }
    }

    /// Takes the caller's word for the place of an entity.
    ///
    /// # Errors
    /// [`RejectReason::Duplicate`] where the place is taken by the same type.
    pub(crate) fn entity_at(&self, candidate: EntityCandidate, span: Span) -> Result<GroundedEntity, RejectReason> {
        if self.taken.is_taken_as(span, &label_key(&candidate.entity_type)) {
            return Err(RejectReason::Duplicate);
        }
        let chunk = self.chunk.index_at(span.start());
        Ok(self.grounded(candidate, Some(Place { span, chunk, matched: Match::Exact, score: None })))
    }

    fn grounded(&self, candidate: EntityCandidate, place: Option<Place>) -> GroundedEntity {
        let properties = self.properties(&candidate);
        GroundedEntity {
            chunk: place.map_or(self.chunk.index(), |place| place.chunk),
            span: place.map(|place| place.span),
            quote: place.map_or_else(|| candidate.text.trim().to_owned(), |place| self.words(place.span)),
            matched: place.map_or(Match::None, |place| place.matched),
            score: place.and_then(|place| place.score),
            flags: if place.is_none() { BTreeSet::from([Flag::Ungrounded]) } else { BTreeSet::new() },
            candidate,
            properties,
        }
    }

    fn words(&self, span: Span) -> String {
        self.document.slice(span).unwrap_or_default().to_owned()
    }

    /// Finds the evidence of a relation: the quote that it gives, where the text has it, else the smallest span that
    /// holds both ends; flagged [`Flag::EvidenceInferred`] where a quote was given, and [`Flag::EvidenceApart`] where it
    /// holds neither end. `known` gives the entities that go
    /// by a name.
    ///
    /// # Errors
    /// [`RejectReason::DanglingReference`] where an entity at an end is neither known nor in the text,
    /// [`RejectReason::NotInText`] where a value isn't, or where nothing in the text can be evidence. Where the
    /// ungrounded is kept, none.
    pub fn relation(
        &self,
        candidate: RelationCandidate,
        known: impl Fn(&str) -> Vec<EntityKey>,
    ) -> Result<GroundedRelation, RejectReason> {
        let mut finds = self.finds.borrow_mut();
        let subjects = finds.name(&candidate.subject);
        let objects = finds.name(&candidate.object);
        let (subject, object) = (known(&candidate.subject), known(&candidate.object));
        if !self.keeps_ungrounded {
            if subjects.is_empty() && subject.is_empty() {
                return Err(RejectReason::DanglingReference);
            }
            if objects.is_empty() && object.is_empty() {
                return Err(match candidate.object_type {
                    ObjectType::Literal => RejectReason::NotInText,
                    _ => RejectReason::DanglingReference,
                });
            }
        }
        let own = self.chunk.span().start();
        let given = candidate.evidence.as_deref().map(str::trim).filter(|quote| !quote.is_empty());
        let stated = given.and_then(|quote| quoted(&mut finds, quote, own));
        let place = stated.or_else(|| {
            let span = finds.cover(&candidate.subject, &candidate.object)?;
            Some(Place { span, chunk: self.chunk.index_at(span.start()), matched: Match::Exact, score: None })
        });
        let span = place.map(|place| place.span);
        let ends = [within(&subjects, span, own), within(&objects, span, own)];
        // An author may say "she" for one end, but hardly for both.
        let holds = |quote: Place| ends.iter().flatten().any(|end| quote.span.contains(end.span));
        let mut flags = BTreeSet::new();
        match place {
            Some(_) if stated.is_some_and(|quote| !holds(quote)) => flags.extend([Flag::EvidenceApart]),
            Some(_) if given.is_some() && stated.is_none() => flags.extend([Flag::EvidenceInferred]),
            Some(_) => {}
            None if self.keeps_ungrounded => flags.extend([Flag::Ungrounded]),
            None => return Err(RejectReason::NotInText),
        }
        let [at_subject, at_object] = ends;
        Ok(GroundedRelation {
            chunk: place.map_or(self.chunk.index(), |place| place.chunk),
            subject: GroundedEnd { place: at_subject, known: subject },
            object: GroundedEnd { place: at_object, known: object },
            span,
            quote: span.map_or_else(|| given.unwrap_or_default().to_owned(), |span| self.words(span)),
            matched: place.map_or(Match::None, |place| place.matched),
            score: place.and_then(|place| place.score),
            flags,
            candidate,
        })
    }

    /// Marks the place of a kept mention as taken; one without a place takes none.
    pub fn take(&mut self, mention: &Mention) {
        if let Some(span) = mention.evidence().span() {
            self.taken.take(span, label_key(mention.key().entity_type()));
        }
    }

    /// All places of exactly these words in the chunk's own text, as spans of the document.
    #[must_use]
    pub fn places(&self, words: &str) -> Vec<Span> {
        let own = self.chunk.span().start();
        let places = self.finds.borrow_mut().name(words);
        places.exact.iter().map(|place| place.span).filter(|span| span.start() >= own).collect()
    }

    fn properties(&self, candidate: &EntityCandidate) -> Vec<GroundedProperty> {
        let own = self.chunk.span().start();
        let mut found = Vec::new();
        for (name, value) in &candidate.properties {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for value in values.iter().filter(|value| !value.is_null()) {
                let words = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
                if !words.is_empty() {
                    let place = self.finds.borrow_mut().name(&words).first_from(own);
                    let quote = place.map_or_else(String::new, |place| self.words(place.span));
                    found.push(GroundedProperty { name: name.trim().to_owned(), claimed: value.clone(), place, quote });
                }
            }
        }
        found
    }
}
