//! Which format is this? Told by content, not by name.

use std::fmt;

use serde_json::Value;

/// A format in which an ontology may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `{"entities": {LABEL: {…}}, "relations": {LABEL: {…}}}`
    Kgas,
    /// `{"concepts": [{"qid", "label"}], "relations": [{"pid", "label", "domain", "range"}]}`
    Text2KgBench,
    /// Classes in `$defs`, `definitions` or at the root.
    JsonSchema,
    /// OWL or RDFS as Turtle or N-Triples.
    Turtle,
    /// OWL or RDFS as RDF/XML.
    RdfXml,
    /// LinkML as YAML: `classes`, `slots`, `enums`.
    LinkMl,
}

impl Format {
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let has = |key| value.get(key).is_some();
        if has("concepts") || value.get("relations").is_some_and(Value::is_array) {
            Some(Self::Text2KgBench)
        } else if has("entities") || has("relations") {
            Some(Self::Kgas)
        } else {
            None
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kgas => "kgas JSON",
            Self::Text2KgBench => "Text2KGBench JSON",
            Self::JsonSchema => "JSON Schema",
            Self::Turtle => "Turtle",
            Self::RdfXml => "RDF/XML",
            Self::LinkMl => "LinkML YAML",
        })
    }
}
