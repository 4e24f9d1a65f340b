//! `Candidate → Grounded`: where in a chunk the text says what was claimed.

use std::collections::{BTreeSet, HashMap};

use super::{EntityCandidate, EntityKey, Flag, Match, Mention, ObjectType, RejectReason, RelationCandidate};
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
/// assert_eq!(grounded.span().map(|span| (span.start(), span.end())), Some((8, 11)));
/// ```
#[derive(Debug)]
pub struct Grounder<'d> {
    document: &'d Document,
    chunk: Chunk,
    keeps_ungrounded: bool,
    /// By quote: the places that facts have taken, and as what.
    taken: HashMap<String, Vec<(Span, String)>>,
}

/// A place in the document at which claimed words were found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Where it is.
    pub span: Span,
    /// The chunk in which it starts.
    pub chunk: usize,
    /// How it was found.
    pub matched: Match,
    /// Of a fuzzy match: how much agrees, from 0 to 1.
    pub score: Option<f64>,
}

/// A claimed entity whose words stand in the text, or one that is kept without.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundedEntity {
    pub(crate) candidate: EntityCandidate,
    /// The chunk in which it starts.
    pub(crate) chunk: usize,
    /// Where its words stand in the document; `None` where they don't.
    pub(crate) span: Option<Span>,
    /// The document's words at the span; where there is none, the words that were claimed.
    pub(crate) quote: String,
    pub(crate) matched: Match,
    pub(crate) score: Option<f64>,
    /// What grounding has to say: [`Flag::Ungrounded`], or nothing.
    pub(crate) flags: BTreeSet<Flag>,
    /// Each claimed property with the place of its value, where the text has it.
    pub(crate) properties: Vec<GroundedProperty>,
}

impl GroundedEntity {
    /// Where the words stand in the document; `None` where they don't, and it was to be kept all the same.
    #[must_use]
    pub const fn span(&self) -> Option<Span> {
        self.span
    }

    /// The document's words at the span; where there is none, the words that were claimed.
    #[must_use]
    pub fn quote(&self) -> &str {
        &self.quote
    }

    /// How the words were found.
    #[must_use]
    pub const fn matched(&self) -> Match {
        self.matched
    }

    /// Of a fuzzy match: how much agrees, from 0 to 1.
    #[must_use]
    pub const fn score(&self) -> Option<f64> {
        self.score
    }

    /// The chunk in which it starts.
    #[must_use]
    pub const fn chunk(&self) -> usize {
        self.chunk
    }

    /// What was claimed.
    #[must_use]
    pub const fn candidate(&self) -> &EntityCandidate {
        &self.candidate
    }
}

/// A claimed property of an entity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GroundedProperty {
    pub(crate) name: String,
    /// The value as it was claimed.
    pub(crate) claimed: String,
    /// Where the text has it.
    pub(crate) place: Option<Place>,
    /// The document's words there; empty where the text doesn't have it.
    pub(crate) quote: String,
}

/// A claimed relation whose evidence stands in the text, or one that is kept without.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundedRelation {
    pub(crate) candidate: RelationCandidate,
    /// The chunk in which the evidence starts.
    pub(crate) chunk: usize,
    pub(crate) subject: GroundedEnd,
    pub(crate) object: GroundedEnd,
    /// Where the evidence stands in the document; `None` where nothing is.
    pub(crate) span: Option<Span>,
    /// The document's words at the span; where there is none, the quote that was given, or nothing.
    pub(crate) quote: String,
    pub(crate) matched: Match,
    pub(crate) score: Option<f64>,
    /// What grounding has to say: [`Flag::EvidenceInferred`], [`Flag::Ungrounded`].
    pub(crate) flags: BTreeSet<Flag>,
}

impl GroundedRelation {
    /// Where the evidence stands in the document; `None` where nothing is, and it was to be kept all the same.
    #[must_use]
    pub const fn span(&self) -> Option<Span> {
        self.span
    }

    /// The document's words at the span; where there is none, the quote that was given, or nothing.
    #[must_use]
    pub fn quote(&self) -> &str {
        &self.quote
    }

    /// How the evidence was found.
    #[must_use]
    pub const fn matched(&self) -> Match {
        self.matched
    }

    /// Of a fuzzy match: how much agrees, from 0 to 1.
    #[must_use]
    pub const fn score(&self) -> Option<f64> {
        self.score
    }

    /// The chunk in which the evidence starts.
    #[must_use]
    pub const fn chunk(&self) -> usize {
        self.chunk
    }

    /// What grounding has to say of it.
    #[must_use]
    pub const fn flags(&self) -> &BTreeSet<Flag> {
        &self.flags
    }

    /// Where the words of the subject stand, and who goes by them.
    #[must_use]
    pub const fn subject(&self) -> &GroundedEnd {
        &self.subject
    }

    /// Where the words of the object stand, and who goes by them.
    #[must_use]
    pub const fn object(&self) -> &GroundedEnd {
        &self.object
    }
}

/// An end of a relation: the place of its words, and the entities that go by these words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroundedEnd {
    /// Where its words stand: in the evidence if they do, else where they stand first. `None` where the text doesn't
    /// have them.
    pub place: Option<Place>,
    /// Known entities of that name, sorted.
    pub known: Vec<EntityKey>,
}

impl<'d> Grounder<'d> {
    /// Makes a grounder for a chunk of a document.
    #[must_use]
    pub fn new(document: &'d Document, chunk: &Chunk) -> Self {
        Self { document, chunk: chunk.clone(), keeps_ungrounded: false, taken: HashMap::new() }
    }

    /// Whether what the text doesn't have comes out without a span, and flagged, instead of as an error.
    #[must_use]
    pub const fn keep_ungrounded(mut self, keeps: bool) -> Self {
        self.keeps_ungrounded = keeps;
        self
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
            return if self.keeps_ungrounded {
                Ok(self.grounded(candidate, None))
            } else {
                Err(RejectReason::NotInText)
            };
        }
        let said = candidate.start.and_then(|start| self.chunk.shown_span().start().checked_add(start));
        let taken = self.taken.get(candidate.text.trim()).map(Vec::as_slice).unwrap_or_default();
        let is_free = |place: &Span| !taken.iter().any(|(span, _)| span == place);
        let kind = label_key(&candidate.entity_type);
        let is_new = |place: &Span| !taken.iter().any(|(span, as_type)| span == place && *as_type == kind);
        let span =
            choose(&places, said, is_free).or_else(|| choose(&places, said, is_new)).ok_or(RejectReason::Duplicate)?;
        Ok(self.grounded(candidate, Some(self.exact(span))))
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
        Ok(self.grounded(candidate, Some(self.exact(span))))
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

    fn exact(&self, span: Span) -> Place {
        Place { span, chunk: self.chunk.index_at(span.start()), matched: Match::Exact, score: None }
    }

    fn words(&self, span: Span) -> String {
        self.document.slice(span).unwrap_or_default().to_owned()
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
        let subjects = self.places(&candidate.subject);
        let objects = self.places(&candidate.object);
        let mut subject = GroundedEnd { place: None, known: known(&candidate.subject) };
        let mut object = GroundedEnd { place: None, known: known(&candidate.object) };
        if !self.keeps_ungrounded {
            if subjects.is_empty() && subject.known.is_empty() {
                return Err(RejectReason::DanglingReference);
            }
            if objects.is_empty() && object.known.is_empty() {
                return Err(match candidate.object_type {
                    ObjectType::Literal => RejectReason::NotInText,
                    _ => RejectReason::DanglingReference,
                });
            }
        }
        let given = candidate.evidence.as_deref().map(str::trim).filter(|quote| !quote.is_empty());
        let quoted = given.and_then(|quote| self.places(quote).first().copied());
        let span = quoted.or_else(|| smallest_cover(&subjects, &objects));
        let mut flags = BTreeSet::new();
        match span {
            Some(_) if given.is_some() && quoted.is_none() => flags.extend([Flag::EvidenceInferred]),
            Some(_) => {}
            None if self.keeps_ungrounded => flags.extend([Flag::Ungrounded]),
            None => return Err(RejectReason::NotInText),
        }
        let within = |places: &[Span]| {
            let inside = places.iter().find(|place| span.is_some_and(|span| span.contains(**place)));
            inside.or_else(|| places.first()).map(|place| self.exact(*place))
        };
        subject.place = within(&subjects);
        object.place = within(&objects);
        Ok(GroundedRelation {
            chunk: span.map_or(self.chunk.index(), |span| self.chunk.index_at(span.start())),
            quote: span.map_or_else(|| given.unwrap_or_default().to_owned(), |span| self.words(span)),
            matched: if span.is_some() { Match::Exact } else { Match::None },
            score: None,
            candidate,
            subject,
            object,
            span,
            flags,
        })
    }

    /// Marks the place of a kept mention as taken.
    pub fn take(&mut self, mention: &Mention) {
        let Some(span) = mention.evidence().span() else { return };
        let kind = label_key(mention.key().entity_type());
        self.taken.entry(mention.evidence().quote().to_owned()).or_default().push((span, kind));
    }

    /// All places of exactly these words, as spans of the document.
    #[must_use]
    pub fn places(&self, words: &str) -> Vec<Span> {
        let from = self.document.bytes_of(self.chunk.shown_span()).map_or(0, |bytes| bytes.start);
        occurrences(self.chunk.shown(self.document), words.trim())
            .filter_map(|bytes| self.document.span_of(from + bytes.start..from + bytes.end))
            .collect()
    }

    fn properties(&self, candidate: &EntityCandidate) -> Vec<GroundedProperty> {
        let mut found = Vec::new();
        for (name, value) in &candidate.properties {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for value in values.iter().filter(|value| !value.is_null()) {
                let claimed = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
                if !claimed.is_empty() {
                    let place = self.places(&claimed).first().map(|span| self.exact(*span));
                    let quote = place.map_or_else(String::new, |place| self.words(place.span));
                    found.push(GroundedProperty { name: name.trim().to_owned(), claimed, place, quote });
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
