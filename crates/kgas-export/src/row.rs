//! The lines of a graph's files, as `docs/output.md` tells of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// A line of `entities.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct Entity {
    /// Its id, the same in every run.
    pub id: String,
    /// The class's label in the ontology.
    #[serde(rename = "type")]
    pub entity_type: String,
    /// The spelling used most.
    pub name: String,
    /// The other spellings.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Its properties by name.
    #[serde(default)]
    pub properties: BTreeMap<String, Vec<Property>>,
    /// The highest of its mentions.
    pub confidence: f64,
    /// What was merged into it.
    #[serde(default)]
    pub merged_from: Vec<Merged>,
    /// Where it is named, by document and place.
    pub mentions: Vec<Place>,
}

/// A property's value, and where the text has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Property {
    /// As the text writes it.
    pub value: String,
    /// Its plain form, where it is a date, a number or a quantity.
    #[serde(default)]
    pub normal: Option<Value>,
    /// The document.
    pub document: String,
    /// Its first unit; none where the text doesn't have it.
    pub start: Option<usize>,
    /// The unit after its last.
    pub end: Option<usize>,
    /// The words.
    pub quote: String,
}

/// An entity that was merged into another.
#[derive(Clone, Debug, Deserialize)]
pub struct Merged {
    /// Its id without merging.
    pub id: String,
    /// Its class.
    #[serde(rename = "type")]
    pub entity_type: String,
    /// Its name.
    pub name: String,
    /// What connects it: `hierarchy`, `alias` or `similarity`.
    pub by: String,
}

/// A place in a document: of a mention, or of a relation's evidence.
#[derive(Clone, Debug, Deserialize)]
pub struct Place {
    /// The document's id.
    pub document: String,
    /// The chunk's place in the document.
    pub chunk: usize,
    /// Its first unit; none where the text doesn't have it. The unit is the graph's: [`Graph::offsets`](crate::Graph::offsets).
    pub start: Option<usize>,
    /// The unit after its last.
    pub end: Option<usize>,
    /// The words.
    pub quote: String,
    /// `exact`, `normalised`, `fuzzy` or `none`.
    #[serde(rename = "match")]
    pub matched: String,
    /// How much of a fuzzy place agrees with what was claimed, from 0 to 1.
    #[serde(default)]
    pub score: Option<f64>,
    /// What found it.
    pub tool: String,
    /// What is to be known of it.
    #[serde(default)]
    pub flags: Vec<String>,
    /// A mention's confidence; evidence has none.
    #[serde(default)]
    pub confidence: Option<f64>,
}

/// A line of `relations.jsonl`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RelationLine")]
pub struct Relation {
    /// Its id, the same in every run.
    pub id: String,
    /// The relation's label in the ontology.
    pub relation_type: String,
    /// The id of an entity.
    pub subject: String,
    /// What it leads to.
    pub target: Target,
    /// The plain form of a value that is a date, a number or a quantity.
    pub normal: Option<Value>,
    /// The highest.
    pub confidence: f64,
    /// The words that state it, by document and place.
    pub evidence: Vec<Place>,
}

/// What a relation leads to.
#[derive(Clone, Debug)]
pub enum Target {
    /// The id of an entity.
    Object(String),
    /// A value, as the text writes it.
    Value(String),
}

/// The line as it is written. A flattened `Target` would read the same, but copy all of the line before.
#[derive(Deserialize)]
struct RelationLine {
    id: String,
    #[serde(rename = "type")]
    relation_type: String,
    subject: String,
    object: Option<String>,
    value: Option<String>,
    #[serde(default)]
    normal: Option<Value>,
    confidence: f64,
    evidence: Vec<Place>,
}

impl TryFrom<RelationLine> for Relation {
    type Error = &'static str;

    fn try_from(line: RelationLine) -> Result<Self, Self::Error> {
        let RelationLine { id, relation_type, subject, object, value, normal, confidence, evidence } = line;
        let target = match (object, value) {
            (Some(object), None) => Target::Object(object),
            (None, Some(value)) => Target::Value(value),
            _ => return Err("a relation has either an object or a value"),
        };
        Ok(Self { id, relation_type, subject, target, normal, confidence, evidence })
    }
}

/// A line of `documents.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct Document {
    /// Its id.
    #[serde(rename = "document")]
    pub id: String,
    /// Its path, and its line where a file holds many.
    pub source: String,
    /// SHA-256 of its text; none where it could not be read.
    pub sha256: Option<String>,
    /// Its length in code points.
    pub characters: Option<usize>,
    /// `complete`, `partial` or `failed`.
    pub state: String,
    /// What went wrong with it as a whole.
    pub error: Option<String>,
    /// How each of its chunks ended, as the ledger tells it.
    #[serde(default)]
    pub chunks: Vec<Value>,
}

/// A line of `rejected.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct Rejected {
    /// The document's id.
    pub document: String,
    /// The chunk's place in the document.
    pub chunk: usize,
    /// What claimed it.
    pub tool: String,
    /// Why it was not kept.
    pub reason: String,
    /// The item as it came.
    pub item: Value,
}

/// What a first look at an entity reads: the rest takes time.
#[derive(Debug, Deserialize)]
pub(crate) struct EntityHead {
    #[serde(rename = "type")]
    pub(crate) entity_type: String,
    #[serde(default)]
    pub(crate) properties: BTreeMap<String, IgnoredAny>,
}

/// What a first look at a relation reads.
#[derive(Debug, Deserialize)]
pub(crate) struct RelationHead {
    #[serde(rename = "type")]
    pub(crate) relation_type: String,
    pub(crate) subject: String,
    /// Absent where it leads to an entity.
    pub(crate) value: Option<String>,
}
