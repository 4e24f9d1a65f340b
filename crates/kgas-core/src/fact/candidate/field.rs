//! The fields of claims, in all their spellings.

use serde_json::{Map, Value};

/// The spellings of one field, the best first. Each is in the form of [`key_form`].
pub(crate) type Spellings = &'static [&'static str];

/// The words that name an entity.
pub(crate) const TEXT: Spellings = &[
    "text",
    "name",
    "mention",
    "entitytext",
    "entityname",
    "extractiontext",
    "surfaceform",
    "surface",
    "word",
    "entity",
];
/// The class of an entity.
pub(crate) const TYPE: Spellings =
    &["type", "class", "label", "entitytype", "entityclass", "entitylabel", "extractionclass", "category", "kind"];
pub(crate) const CONFIDENCE: Spellings =
    &["confidence", "confidencescore", "confidencelevel", "score", "probability", "certainty"];
pub(crate) const START: Spellings = &["start", "startoffset", "startpos", "startchar", "startindex", "begin"];
pub(crate) const PROPERTIES: Spellings = &["properties", "attributes", "props"];
pub(crate) const SUBJECT: Spellings = &[
    "subject",
    "subj",
    "head",
    "source",
    "from",
    "subjecttext",
    "subjectname",
    "headentity",
    "sourceentity",
    "entity1",
];
pub(crate) const SUBJECT_TYPE: Spellings =
    &["subjecttype", "subjectclass", "subjectlabel", "headtype", "sourcetype", "fromtype", "entity1type"];
/// The relation's label.
pub(crate) const RELATION: Spellings = &[
    "type",
    "relation",
    "predicate",
    "relationship",
    "rel",
    "relationtype",
    "relationshiptype",
    "relationname",
    "label",
    "edge",
];
pub(crate) const OBJECT: Spellings =
    &["object", "obj", "tail", "target", "to", "objecttext", "objectname", "tailentity", "targetentity", "entity2"];
pub(crate) const OBJECT_TYPE: Spellings =
    &["objecttype", "objectclass", "objectlabel", "tailtype", "targettype", "totype", "entity2type"];
pub(crate) const EVIDENCE: Spellings =
    &["evidence", "quote", "evidencetext", "supportingtext", "sentence", "context", "text"];

/// A key without what spellings differ in: `subjectType`, `SUBJECT_TYPE` and `subject-type` are one.
pub(crate) fn key_form(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A claim's fields by their forms.
#[derive(Debug)]
pub(super) struct Fields<'v> {
    fields: Vec<(String, &'v Value)>,
}

impl<'v> Fields<'v> {
    pub(super) fn new(item: &'v Map<String, Value>) -> Self {
        Self { fields: item.iter().map(|(key, value)| (key_form(key), value)).collect() }
    }

    /// The field under the best of its spellings; of two that differ in case alone, the last.
    pub(super) fn get(&self, spellings: Spellings) -> Option<&'v Value> {
        let under = |spelling: &&str| self.fields.iter().rev().find(|(form, _)| form == spelling);
        spellings.iter().find_map(under).map(|(_, value)| *value)
    }
}
