//! Why an item of an answer was not kept.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Why an item was not kept. Each item has one reason: the first that was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectReason {
    /// A field is missing, or not of its type.
    Malformed,
    /// The text doesn't have it, as whole words.
    NotInText,
    /// It was kept already: the same text with the same type at every place where the text has it, or the same
    /// relation with the same evidence.
    Duplicate,
    /// The type is no class of the ontology.
    UnknownType,
    /// The relation is not in the ontology.
    UnknownRelation,
    /// The confidence given is not above the minimum.
    LowConfidence,
    /// The subject is of a class that the relation doesn't take.
    Domain,
    /// The object is of a class that the relation doesn't take, or a value where it takes entities.
    Range,
    /// The value can't be of the datatype that the relation takes.
    Datatype,
    /// An end of the relation is no known entity, and can't be grounded as one.
    DanglingReference,
    /// The ontology gives the entity's class no such property; the entity itself is kept.
    UnknownProperty,
    /// The text doesn't have the property's value; the entity itself is kept.
    PropertyNotInText,
    /// The property's value can't be of its datatype; the entity itself is kept.
    PropertyDatatype,
    /// It is what an example of the prompt says, and not what the text says.
    ExampleLeak,
    /// Subject and object are one and the same entity.
    SelfLoop,
}

impl RejectReason {
    /// Every reason.
    pub const ALL: [Self; 15] = [
        Self::Malformed,
        Self::NotInText,
        Self::Duplicate,
        Self::UnknownType,
        Self::UnknownRelation,
        Self::LowConfidence,
        Self::Domain,
        Self::Range,
        Self::Datatype,
        Self::DanglingReference,
        Self::UnknownProperty,
        Self::PropertyNotInText,
        Self::PropertyDatatype,
        Self::ExampleLeak,
        Self::SelfLoop,
    ];

    /// Whether it is about a property only: the item that carried it was kept.
    #[must_use]
    pub const fn is_of_a_property(self) -> bool {
        matches!(self, Self::UnknownProperty | Self::PropertyNotInText | Self::PropertyDatatype)
    }

    /// What it means, for a person: `the text doesn't have it, as whole words`.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Malformed => "a field is missing, or not of its type",
            Self::NotInText => "the text doesn't have it, as whole words",
            Self::Duplicate => "it is there already",
            Self::UnknownType => "its type is no class of the ontology",
            Self::UnknownRelation => "its relation is not in the ontology",
            Self::LowConfidence => "its confidence is not above the minimum",
            Self::Domain => "its subject is of a class that the relation doesn't take",
            Self::Range => "its object is of a class that the relation doesn't take, or a value",
            Self::Datatype => "its value can't be of the datatype that the relation takes",
            Self::DanglingReference => "an end of it is no known entity",
            Self::UnknownProperty => "the ontology gives its class no such property",
            Self::PropertyNotInText => "the text doesn't have the property's value",
            Self::PropertyDatatype => "the property's value can't be of its datatype",
            Self::ExampleLeak => "an example of the prompt says it, and not the text",
            Self::SelfLoop => "its subject and object are the same entity",
        }
    }

    /// The word that outputs use: `not_in_text`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotInText => "not_in_text",
            Self::Duplicate => "duplicate",
            Self::UnknownType => "unknown_type",
            Self::UnknownRelation => "unknown_relation",
            Self::LowConfidence => "low_confidence",
            Self::Domain => "domain",
            Self::Range => "range",
            Self::Datatype => "datatype",
            Self::DanglingReference => "dangling_reference",
            Self::UnknownProperty => "unknown_property",
            Self::PropertyNotInText => "property_not_in_text",
            Self::PropertyDatatype => "property_datatype",
            Self::ExampleLeak => "example_leak",
            Self::SelfLoop => "self_loop",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An item that was not kept, as it came.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rejection {
    /// The chunk whose answer held it.
    pub chunk: usize,
    /// Its place in that answer, from 0.
    pub position: usize,
    /// Why it was not kept.
    pub reason: RejectReason,
    /// What was answered.
    pub item: Value,
}
