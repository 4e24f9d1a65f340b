//! What a claim is once its words have a place in the text.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Span;
use crate::fact::{EntityCandidate, EntityKey, Flag, Match, RelationCandidate};

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
    pub(crate) claimed: Value,
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
    /// What grounding has to say: [`Flag::EvidenceApart`], [`Flag::EvidenceInferred`], [`Flag::Ungrounded`].
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
