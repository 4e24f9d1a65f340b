//! Facts: each has a verified span in its document and has passed the ontology.
//!
//! None of these types can be made outside this crate; [`super::Validator`] makes them.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::Span;
use crate::text::normal_form;

/// What makes two mentions the same entity: their class and the normal form of their name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Match {
    /// Character by character.
    Exact,
}

/// What a reader should know about a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flag {
    /// No confidence was given; it counts as 1.
    ConfidenceMissing,
    /// Nobody named this place: the same words were claimed at another one.
    OtherOccurrence,
    /// The class was not said; it is the only one that the relation takes.
    TypeInferred,
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// An entity.
    Entity(EntityKey),
    /// A value, as the text writes it.
    Value(String),
}

/// A place in a document, with the words that stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    pub(crate) chunk: usize,
    #[serde(flatten)]
    pub(crate) span: Span,
    pub(crate) quote: String,
    #[serde(rename = "match")]
    pub(crate) matched: Match,
    pub(crate) tool: String,
    pub(crate) flags: BTreeSet<Flag>,
}

impl Evidence {
    /// The chunk that was shown when it was found.
    #[must_use]
    pub const fn chunk(&self) -> usize {
        self.chunk
    }

    /// Where it stands in the document.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The document's words at the span.
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

/// A property of an entity, with the place that states its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct PropertyValue {
    pub(crate) name: String,
    pub(crate) value: String,
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

    /// Where the value stands in the document.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }
}
