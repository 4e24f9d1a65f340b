//! What a model or a rule claims to have found; nothing of it is believed yet.

use serde_json::{Map, Value};

use super::RejectReason;

/// A claimed entity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityCandidate {
    /// The words of the text that name it.
    pub text: String,
    /// The class that it is said to have: a label or an id of the ontology.
    pub entity_type: String,
    /// How sure the claim is, from 0 to 1, where that was said.
    pub confidence: Option<f64>,
    /// Whether that confidence was not said as a number from 0 to 1, but as `"0.9"`, 95, "95%" or "high".
    pub confidence_read: bool,
    /// Where it is said to begin, in code points of its chunk. Used only to choose between places that the text has.
    pub start: Option<usize>,
    /// What else is claimed of it.
    pub properties: Map<String, Value>,
}

/// A claimed relation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RelationCandidate {
    /// The words that name the subject.
    pub subject: String,
    /// The subject's class, where it was said.
    pub subject_type: Option<String>,
    /// The relation: a label or an id of the ontology.
    pub relation_type: String,
    /// The words that name the object, or the value.
    pub object: String,
    /// What the object is said to be.
    pub object_type: ObjectType,
    /// How sure the claim is, from 0 to 1, where that was said.
    pub confidence: Option<f64>,
    /// Whether that confidence was not said as a number from 0 to 1, but as `"0.9"`, 95, "95%" or "high".
    pub confidence_read: bool,
    /// The words that are said to state the relation.
    pub evidence: Option<String>,
}

/// What the object of a claimed relation is said to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ObjectType {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// A value.
    Literal,
    /// An entity of a class, or a value of a datatype, by its name.
    Named(String),
}

impl EntityCandidate {
    /// Reads `{"text", "type", "confidence", "start", "end", "properties"}`; only the first two must be there.
    ///
    /// # Errors
    /// [`RejectReason::Malformed`] where a field is missing or not of its type.
    pub fn from_json(item: &Value) -> Result<Self, RejectReason> {
        Ok(Self {
            text: words(item, "text")?,
            entity_type: words(item, "type")?,
            confidence: confidence(item)?,
            confidence_read: false,
            start: item.get("start").and_then(Value::as_u64).and_then(|start| usize::try_from(start).ok()),
            properties: match item.get("properties") {
                None | Some(Value::Null) => Map::new(),
                Some(Value::Object(properties)) => properties.clone(),
                Some(_) => return Err(RejectReason::Malformed),
            },
        })
    }
}

impl RelationCandidate {
    /// Reads `{"subject", "subject_type", "type", "object", "object_type", "confidence", "evidence"}`; `subject`,
    /// `type` and `object` must be there. An `object_type` of `null` or `"literal"` means a value.
    ///
    /// # Errors
    /// [`RejectReason::Malformed`] where a field is missing or not of its type.
    pub fn from_json(item: &Value) -> Result<Self, RejectReason> {
        Ok(Self {
            subject: words(item, "subject")?,
            subject_type: optional(item, "subject_type")?,
            relation_type: words(item, "type")?,
            object: words_or_number(item, "object")?,
            object_type: match item.get("object_type") {
                None => ObjectType::Unsaid,
                Some(Value::Null) => ObjectType::Literal,
                Some(Value::String(name)) if is_literal(name) => ObjectType::Literal,
                Some(Value::String(name)) => ObjectType::Named(name.trim().to_owned()),
                Some(_) => return Err(RejectReason::Malformed),
            },
            confidence: confidence(item)?,
            confidence_read: false,
            evidence: optional(item, "evidence")?,
        })
    }
}

fn is_literal(name: &str) -> bool {
    matches!(name.trim().to_ascii_lowercase().as_str(), "" | "literal" | "value" | "null" | "none")
}

fn words(item: &Value, field: &str) -> Result<String, RejectReason> {
    optional(item, field)?.ok_or(RejectReason::Malformed)
}

/// A value may be answered as a JSON number: the year 1984.
fn words_or_number(item: &Value, field: &str) -> Result<String, RejectReason> {
    match item.get(field) {
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => words(item, field),
    }
}

fn optional(item: &Value, field: &str) -> Result<Option<String>, RejectReason> {
    match item.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some(_) => Err(RejectReason::Malformed),
    }
}

fn confidence(item: &Value) -> Result<Option<f64>, RejectReason> {
    match item.get("confidence") {
        None | Some(Value::Null) => Ok(None),
        Some(given) => match given.as_f64() {
            Some(sure) if (0.0..=1.0).contains(&sure) => Ok(Some(sure)),
            _ => Err(RejectReason::Malformed),
        },
    }
}
