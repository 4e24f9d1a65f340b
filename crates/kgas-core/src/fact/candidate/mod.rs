//! What a model or a rule claims to have found; nothing of it is believed yet.

mod confidence;
pub(crate) mod field;

use serde_json::{Map, Value};

use super::RejectReason;
use crate::text::object_in;
use confidence::Confidence;
use field::Fields;

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
    /// Reads `{"text", "type", "confidence", "start", "properties"}`; only the first two must be there. What keys and
    /// values may look like instead is told in `docs/answers.md`.
    ///
    /// # Errors
    /// [`RejectReason::Malformed`] where a field is missing or not of its type.
    pub fn from_json(item: &Value) -> Result<Self, RejectReason> {
        let fields = Fields::new(item.as_object().ok_or(RejectReason::Malformed)?);
        let (confidence, confidence_read) = confidence(&fields)?;
        Ok(Self {
            text: words(fields.get(field::TEXT))?.ok_or(RejectReason::Malformed)?,
            entity_type: words(fields.get(field::TYPE))?.ok_or(RejectReason::Malformed)?,
            confidence,
            confidence_read,
            start: fields.get(field::START).and_then(position),
            properties: properties(fields.get(field::PROPERTIES))?,
        })
    }
}

impl RelationCandidate {
    /// Reads `{"subject", "subject_type", "type", "object", "object_type", "confidence", "evidence"}`; `subject`,
    /// `type` and `object` must be there. An `object_type` of `null` or `"literal"` means a value. An array of three
    /// texts is a subject, a relation and an object. What else keys and values may look like is told in
    /// `docs/answers.md`.
    ///
    /// # Errors
    /// [`RejectReason::Malformed`] where a field is missing or not of its type.
    pub fn from_json(item: &Value) -> Result<Self, RejectReason> {
        if let Value::Array(triple) = item {
            return Self::from_triple(triple);
        }
        let fields = Fields::new(item.as_object().ok_or(RejectReason::Malformed)?);
        let (confidence, confidence_read) = confidence(&fields)?;
        let (subject, its_type) = end(fields.get(field::SUBJECT))?;
        let (object, object_type) = match fields.get(field::OBJECT) {
            // A value may be answered as a JSON number: the year 1984.
            Some(Value::Number(number)) => (number.to_string(), None),
            said => end(said)?,
        };
        Ok(Self {
            subject,
            subject_type: words(fields.get(field::SUBJECT_TYPE))?.or(its_type),
            relation_type: words(fields.get(field::RELATION))?.ok_or(RejectReason::Malformed)?,
            object,
            object_type: match (fields.get(field::OBJECT_TYPE), object_type) {
                (None, None) => ObjectType::Unsaid,
                (Some(Value::Null), None) => ObjectType::Literal,
                (Some(Value::String(name)), _) => ObjectType::of(name),
                (None | Some(Value::Null), Some(name)) => ObjectType::of(&name),
                (Some(_), _) => return Err(RejectReason::Malformed),
            },
            confidence,
            confidence_read,
            evidence: words(fields.get(field::EVIDENCE))?,
        })
    }

    fn from_triple(triple: &[Value]) -> Result<Self, RejectReason> {
        let [subject, relation, object] = triple else { return Err(RejectReason::Malformed) };
        let text = |said: &Value| words(Some(said))?.ok_or(RejectReason::Malformed);
        Ok(Self {
            subject: text(subject)?,
            relation_type: text(relation)?,
            object: match object {
                Value::Number(number) => number.to_string(),
                said => text(said)?,
            },
            ..Self::default()
        })
    }
}

impl ObjectType {
    fn of(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "" | "literal" | "value" | "null" | "none" => Self::Literal,
            _ => Self::Named(name.trim().to_owned()),
        }
    }
}

/// A text that says something.
fn words(said: Option<&Value>) -> Result<Option<String>, RejectReason> {
    match said {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some(_) => Err(RejectReason::Malformed),
    }
}

/// An end of a relation, which may be answered as an entity, and its type where it has one.
fn end(said: Option<&Value>) -> Result<(String, Option<String>), RejectReason> {
    let (text, its_type) = match said {
        Some(Value::Object(entity)) => {
            let fields = Fields::new(entity);
            (words(fields.get(field::TEXT))?, words(fields.get(field::TYPE))?)
        }
        said => (words(said)?, None),
    };
    Ok((text.ok_or(RejectReason::Malformed)?, its_type))
}

/// A place may be answered as a text. One that can't be read is none: it only chooses between places.
fn position(said: &Value) -> Option<usize> {
    match said {
        Value::String(digits) => digits.trim().parse().ok(),
        said => said.as_u64().and_then(|start| usize::try_from(start).ok()),
    }
}

/// Properties by name; a list of `{"name", "value"}` is read as such.
fn properties(said: Option<&Value>) -> Result<Map<String, Value>, RejectReason> {
    match said {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(properties)) => Ok(properties.clone()),
        Some(Value::Array(pairs)) => pairs.iter().map(pair).collect(),
        // Small models put a text where an object was asked for: an empty one, or the object in quotes.
        Some(Value::String(text)) if text.trim().is_empty() => Ok(Map::new()),
        Some(Value::String(text)) => object_in(text).ok_or(RejectReason::Malformed),
        Some(_) => Err(RejectReason::Malformed),
    }
}

fn pair(said: &Value) -> Result<(String, Value), RejectReason> {
    let fields = Fields::new(said.as_object().ok_or(RejectReason::Malformed)?);
    let name = words(fields.get(&["name", "key", "property", "attribute"]))?.ok_or(RejectReason::Malformed)?;
    Ok((name, fields.get(&["value"]).cloned().ok_or(RejectReason::Malformed)?))
}

fn confidence(fields: &Fields<'_>) -> Result<(Option<f64>, bool), RejectReason> {
    let said = fields.get(field::CONFIDENCE).unwrap_or(&Value::Null);
    match Confidence::of(said).ok_or(RejectReason::Malformed)? {
        Confidence::Missing => Ok((None, false)),
        Confidence::Said(sure) => Ok((Some(sure), false)),
        Confidence::Read(sure) => Ok((Some(sure), true)),
    }
}
