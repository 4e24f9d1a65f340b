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
    /// The format of JSON.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let has = |key| value.get(key).is_some();
        let is_object = || value.get("type").is_some_and(|kind| kind == "object");
        if has("concepts") || value.get("relations").is_some_and(Value::is_array) {
            Some(Self::Text2KgBench)
        } else if has("entities") || has("relations") {
            Some(Self::Kgas)
        } else if has("$defs") || has("definitions") || has("$schema") || (has("properties") && is_object()) {
            Some(Self::JsonSchema)
        } else if ["classes", "slots"].iter().any(|key| value.get(key).is_some_and(|value| value.is_object())) {
            Some(Self::LinkMl)
        } else {
            None
        }
    }
}

/// What a text is written in, before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    Json,
    /// With RDF in it.
    RdfXml,
    Xml,
    Turtle,
    /// Nothing else: keys and colons, perhaps.
    Yaml,
}

impl Syntax {
    pub(crate) fn of(text: &str) -> Self {
        let text = without_comments(text);
        match text.chars().next() {
            Some('{') => Self::Json,
            // `[] a owl:Ontology`, or a JSON array, which is no ontology.
            Some('[') if !is_json_array(text) => Self::Turtle,
            Some('[') => Self::Json,
            Some('<') if is_tag(text) => {
                if has_rdf_root(text) {
                    Self::RdfXml
                } else {
                    Self::Xml
                }
            }
            Some('<') => Self::Turtle,
            _ if is_turtle(text) => Self::Turtle,
            _ => Self::Yaml,
        }
    }
}

/// From the first line that is more than a `#` comment: Turtle and YAML share them.
fn without_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        match text.strip_prefix('#') {
            Some(comment) => text = comment.split_once('\n').map_or("", |(_, rest)| rest),
            None => return text,
        }
    }
}

fn is_json_array(text: &str) -> bool {
    let inner = text.trim_start_matches('[').trim_start();
    inner.starts_with(['{', '"', '-'])
        || inner.starts_with(|c: char| c.is_ascii_digit())
        || (inner.starts_with(']') && inner.trim_start_matches(']').trim().is_empty())
}

/// `<?xml`, `<!--`, a tag that declares namespaces, or one that is closed; `<http://…>` is an IRI.
fn is_tag(text: &str) -> bool {
    let tag = text.split_once('>').map_or(text, |(tag, _)| tag);
    let name = tag.trim_start_matches('<');
    let is_closed = || name.chars().all(char::is_alphanumeric) && text.contains(&format!("</{name}>"));
    tag.starts_with("<?") || tag.starts_with("<!") || tag.contains("xmlns") || is_closed()
}

/// `<rdf:RDF`, whatever the prefix.
fn has_rdf_root(text: &str) -> bool {
    let names = text.split('<').skip(1).map(|tag| tag.split(|c: char| c.is_whitespace() || c == '>').next());
    names.flatten().any(|name| name == "RDF" || name.ends_with(":RDF"))
}

fn is_turtle(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let mut words = first.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_directive = ["PREFIX", "BASE"].iter().any(|word| first.eq_ignore_ascii_case(word))
        && (second.starts_with('<') || second.ends_with(':'));
    first.starts_with("@prefix") || first.starts_with("@base") || first.starts_with("_:") || is_directive
        // `ex:Film a owl:Class`, its prefixes forgotten.
        || (first.contains(':') && !first.ends_with(':') && (second == "a" || second.contains(':')) && words.next().is_some())
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
