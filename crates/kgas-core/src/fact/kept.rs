//! Facts: each has a verified span in its document and has passed the ontology.
//!
//! None of these types can be made outside this crate; [`super::Validator`] makes them.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::Span;
use crate::text::normal_form;

/// What makes two mentions the same entity: their class and the normal form of their name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, JsonSchema)]
pub struct EntityKey {
    /// The label of the class.
    #[serde(rename = "type")]
    entity_type: String,
    /// The normal form of the name, see [`normal_form`].
    name: String,
}

impl EntityKey {
    /// The key of an entity of this class and name, however the name is spelt.
    pub fn new(entity_type: impl Into<String>, name: &str) -> Self {
        Self { entity_type: entity_type.into(), name: normal_form(name) }
    }

    /// The label of the class.
    #[must_use]
    pub fn entity_type(&self) -> &str {
        &self.entity_type
    }

    /// The normal form of the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// How a quote was found in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Match {
    /// Character by character.
    Exact,
    /// But for case, compatibility forms, white space, kinds of quotes and dashes, soft hyphens.
    Normalised,
    /// But for a few characters; the evidence says how much agrees.
    Fuzzy,
    /// Not at all: kept only because that was asked for, and flagged.
    None,
}

impl Match {
    /// The word that outputs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Normalised => "normalised",
            Self::Fuzzy => "fuzzy",
            Self::None => "none",
        }
    }
}

/// What a reader should know about a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flag {
    /// No confidence was given; it counts as 1.
    ConfidenceMissing,
    /// The confidence was a word or a percentage.
    ConfidenceRead,
    /// The quote that was given is in the text, and holds neither end of the relation.
    EvidenceApart,
    /// The quote that was given isn't in the chunk; the evidence is the smallest span that holds both ends.
    EvidenceInferred,
    /// Nobody named this place: the same words were claimed at another one.
    OtherOccurrence,
    /// The relation fits only the other way round, and was turned.
    Reversed,
    /// Found when asked again what was missed.
    SecondPass,
    /// The class was not said; it is the only one that the relation takes.
    TypeInferred,
    /// The class or relation that was said is misspelt, or the class is one level above the only one that fits.
    TypeMapped,
    /// The text doesn't have the words; kept because that was asked for.
    Ungrounded,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 10] = [
        Self::ConfidenceMissing,
        Self::ConfidenceRead,
        Self::EvidenceApart,
        Self::EvidenceInferred,
        Self::OtherOccurrence,
        Self::Reversed,
        Self::SecondPass,
        Self::TypeInferred,
        Self::TypeMapped,
        Self::Ungrounded,
    ];

    /// The word that outputs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfidenceMissing => "confidence_missing",
            Self::OtherOccurrence => "other_occurrence",
            Self::TypeInferred => "type_inferred",
            Self::ConfidenceRead => "confidence_read",
            Self::EvidenceApart => "evidence_apart",
            Self::EvidenceInferred => "evidence_inferred",
            Self::Reversed => "reversed",
            Self::SecondPass => "second_pass",
            Self::TypeMapped => "type_mapped",
            Self::Ungrounded => "ungrounded",
        }
    }
}

/// A place in a document that names an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    pub(crate) key: EntityKey,
    pub(crate) evidence: Evidence,
    pub(crate) confidence: f64,
    pub(crate) properties: Vec<PropertyValue>,
}

impl Mention {
    /// The entity that it names.
    #[must_use]
    pub const fn key(&self) -> &EntityKey {
        &self.key
    }

    /// Where it stands, and how that was found.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// How sure the claim was, from 0 to 1.
    #[must_use]
    pub const fn confidence(&self) -> f64 {
        self.confidence
    }

    /// What else the text says of the entity.
    #[must_use]
    pub fn properties(&self) -> &[PropertyValue] {
        &self.properties
    }
}

/// A typed edge from an entity to an entity or a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    pub(crate) relation_type: String,
    pub(crate) subject: EntityKey,
    pub(crate) object: Object,
    /// Where the object is a value that can be read: its plain form, see [`Relation::normal`].
    pub(crate) normal: Option<String>,
    pub(crate) confidence: f64,
    pub(crate) evidence: Evidence,
}

impl Relation {
    /// The relation's label in the ontology.
    #[must_use]
    pub fn relation_type(&self) -> &str {
        &self.relation_type
    }

    /// The entity it starts from.
    #[must_use]
    pub const fn subject(&self) -> &EntityKey {
        &self.subject
    }

    /// What it leads to.
    #[must_use]
    pub const fn object(&self) -> &Object {
        &self.object
    }

    /// Where the object is a date, a number or a quantity that can be read: `1984-05-01`, `1200000`, `3.5 km`.
    #[must_use]
    pub fn normal(&self) -> Option<&str> {
        self.normal.as_deref()
    }

    /// How sure the claim was, from 0 to 1.
    #[must_use]
    pub const fn confidence(&self) -> f64 {
        self.confidence
    }

    /// The words that state it.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// What a relation leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// An entity.
    Entity(EntityKey),
    /// A value, as the text writes it.
    Value(String),
}

/// A place in a document, with the words that stand there.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub(crate) chunk: usize,
    pub(crate) span: Option<Span>,
    pub(crate) quote: String,
    pub(crate) matched: Match,
    /// Of a fuzzy match: how much agrees, from 0 to 1.
    pub(crate) score: Option<f64>,
    pub(crate) tool: String,
    pub(crate) flags: BTreeSet<Flag>,
}

impl Evidence {
    /// The chunk in which it starts; that was shown when it was found, or that was shown after it.
    #[must_use]
    pub const fn chunk(&self) -> usize {
        self.chunk
    }

    /// Where it stands in the document; `None` where the text doesn't have it and it was kept all the same.
    #[must_use]
    pub const fn span(&self) -> Option<Span> {
        self.span
    }

    /// Of a fuzzy match: how much of the quote agrees with the claim, from 0 to 1.
    #[must_use]
    pub const fn score(&self) -> Option<f64> {
        self.score
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

    /// The tool that claimed it.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// What a reader should know, sorted.
    #[must_use]
    pub const fn flags(&self) -> &BTreeSet<Flag> {
        &self.flags
    }
}

/// Writes `{"chunk", "start", "end", "quote", "match", "score", "tool", "flags"}`; `start` and `end` are null where
/// there is no span, and `score` is there for a fuzzy match only.
impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("chunk", &self.chunk)?;
        map.serialize_entry("start", &self.span.map(Span::start))?;
        map.serialize_entry("end", &self.span.map(Span::end))?;
        map.serialize_entry("quote", &self.quote)?;
        map.serialize_entry("match", &self.matched)?;
        if let Some(score) = self.score {
            map.serialize_entry("score", &score)?;
        }
        map.serialize_entry("tool", &self.tool)?;
        map.serialize_entry("flags", &self.flags)?;
        map.end()
    }
}

/// A property of an entity, with the place that states its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, JsonSchema)]
pub struct PropertyValue {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Where the value can be read: its plain form, see [`Relation::normal`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) normal: Option<String>,
    #[serde(flatten)]
    pub(crate) span: Span,
}

impl PropertyValue {
    /// The property's name in the ontology.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, as the text writes it.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Where the value is a date, a number or a quantity that can be read: as for [`Relation::normal`].
    #[must_use]
    pub fn normal(&self) -> Option<&str> {
        self.normal.as_deref()
    }

    /// Where the value stands in the document.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }
}
