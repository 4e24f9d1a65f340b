//! Examples that a user gives: texts, with what is to be found in them.

use serde_json::{Map, Value, json};

use crate::fact::{
    ChunkFacts, EntityCandidate, Evidence, FactCollector, Flag, Leaks, Match, ObjectType, RejectReason,
    RelationCandidate,
};
use crate::ontology::Ontology;
use crate::text::Chunk;
use crate::{Document, GraphFragment};

/// A text, with the entities and relations that a careful person finds in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Example {
    /// The line of its file, from 1.
    pub line: usize,
    /// The text.
    pub text: String,
    /// The entities in it.
    pub entities: Vec<EntityCandidate>,
    /// The relations that it states.
    pub relations: Vec<RelationCandidate>,
}

/// Examples of what is wanted. They show a model the form of its answer, and teach the rules names and phrases.
///
/// ```
/// use kgas_core::Examples;
///
/// let line = r#"{"text": "Ann runs Acme.", "entities": [{"text": "Ann", "type": "Person"}]}"#;
/// assert_eq!(Examples::parse(line)?.list().len(), 1);
/// # Ok::<(), kgas_core::ExampleError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    list: Vec<Example>,
}

/// A line that is no example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExampleError {
    /// Not a JSON object.
    #[error("line {line}: not a JSON object{}", .problem.as_ref().map(|problem| format!(": {problem}")).unwrap_or_default())]
    NotAnObject {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with the JSON, if it is that.
        problem: Option<String>,
    },
    /// An object without a text.
    #[error("line {line}: no text; give {{\"text\": …, \"entities\": […], \"relations\": […]}}")]
    NoText {
        /// Which line, from 1.
        line: usize,
    },
    /// A field that nothing reads.
    #[error("line {line}: unknown field {field:?}; known are text, entities, relations")]
    UnknownField {
        /// Which line, from 1.
        line: usize,
        /// The field.
        field: String,
    },
    /// A list that is none.
    #[error("line {line}: {field} is not a list")]
    NotAList {
        /// Which line, from 1.
        line: usize,
        /// `entities` or `relations`.
        field: &'static str,
    },
    /// An item that can't be read.
    #[error("line {line}: item {number} of {field} can't be read: a field is missing or not of its type")]
    Item {
        /// Which line, from 1.
        line: usize,
        /// `entities` or `relations`.
        field: &'static str,
        /// Which item, from 1.
        number: usize,
    },
}

/// An item of an example that doesn't stand up: a model would be taught something wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {}: {item}", .reason.in_words())]
pub struct ExampleProblem {
    /// The line of the example, from 1.
    pub line: usize,
    /// Why it doesn't.
    pub reason: RejectReason,
    /// The item.
    pub item: Value,
}

impl Examples {
    /// Examples that were made otherwise than by reading a file.
    #[must_use]
    pub const fn new(list: Vec<Example>) -> Self {
        Self { list }
    }

    /// Reads JSONL of `{"text", "entities": [{"text", "type", "properties"}], "relations": [{"subject",
    /// "subject_type", "type", "object", "object_type", "evidence"}]}`; blank lines pass.
    ///
    /// # Errors
    /// [`ExampleError`] names the first line that can't be read.
    pub fn parse(jsonl: &str) -> Result<Self, ExampleError> {
        let lines = jsonl.trim_start_matches('\u{feff}').lines().enumerate();
        let worded = lines.map(|(at, line)| (at + 1, line.trim())).filter(|(_, line)| !line.is_empty());
        let list = worded.map(|(line, text)| example(line, text)).collect::<Result<_, _>>()?;
        Ok(Self { list })
    }

    /// All examples, in the order of their file.
    #[must_use]
    pub fn list(&self) -> &[Example] {
        &self.list
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Their words, by which an answer is known that repeats them instead of what its text says: the texts, and what is
    /// to be found in them.
    #[must_use]
    pub fn leaks(&self) -> Leaks {
        Leaks::new(self.list.iter().flat_map(Example::words))
    }

    /// Checks that each item stands in its own text, word by word, and is what the ontology allows.
    ///
    /// # Errors
    /// All items that don't, in order.
    pub fn check(&self, ontology: &Ontology) -> Result<(), Vec<ExampleProblem>> {
        let problems: Vec<ExampleProblem> = self.list.iter().flat_map(|example| example.problems(ontology)).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

impl Example {
    /// What stands up of it. Spans are of its own text.
    #[must_use]
    pub fn facts(&self, ontology: &Ontology) -> ChunkFacts {
        let document = Document::new("example", self.text.as_str());
        let none = GraphFragment::default();
        let mut facts = FactCollector::new(&document, &Chunk::whole(&document), ontology, &none, "example");
        for entity in &self.entities {
            facts.entity(entity.clone(), || entity_item(entity));
        }
        for relation in &self.relations {
            facts.relation(relation.clone(), || relation_item(relation));
        }
        facts.finish()
    }

    fn words(&self) -> Vec<&str> {
        let mut words = vec![self.text.as_str()];
        for entity in &self.entities {
            words.push(&entity.text);
            words.extend(entity.properties.values().filter_map(Value::as_str));
        }
        for relation in &self.relations {
            words.extend([relation.subject.as_str(), relation.object.as_str()]);
            words.extend(relation.evidence.as_deref());
        }
        words
    }

    fn problems(&self, ontology: &Ontology) -> Vec<ExampleProblem> {
        let facts = self.facts(ontology);
        let problem = |reason, item| ExampleProblem { line: self.line, reason, item };
        let mut problems: Vec<ExampleProblem> =
            facts.rejected.into_iter().map(|rejected| problem(rejected.reason, rejected.item)).collect();
        // What was mended to be kept would teach a model to answer what has to be mended.
        for mention in &facts.mentions {
            let item = || json!({"text": mention.evidence().quote(), "type": mention.key().entity_type()});
            problems.extend(mended(mention.evidence()).map(|reason| problem(reason, item())));
        }
        for relation in &facts.relations {
            let item = || json!({"type": relation.relation_type(), "evidence": relation.evidence().quote()});
            problems.extend(mended(relation.evidence()).map(|reason| problem(reason, item())));
        }
        problems
    }
}

/// What was wrong with a claim that was kept all the same.
fn mended(evidence: &Evidence) -> Option<RejectReason> {
    let has = |flag| evidence.flags().contains(&flag);
    match evidence.matched() {
        _ if has(Flag::Reversed) => Some(RejectReason::Domain),
        _ if has(Flag::TypeMapped) => Some(RejectReason::UnknownType),
        _ if has(Flag::EvidenceInferred) => Some(RejectReason::NotInText),
        Match::Fuzzy | Match::None => Some(RejectReason::NotInText),
        Match::Exact | Match::Normalised => None,
    }
}

fn example(line: usize, text: &str) -> Result<Example, ExampleError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| ExampleError::NotAnObject { line, problem: Some(error.to_string()) })?;
    let Value::Object(object) = value else { return Err(ExampleError::NotAnObject { line, problem: None }) };
    let unknown = object.keys().find(|key| !matches!(key.as_str(), "text" | "entities" | "relations"));
    if let Some(field) = unknown {
        return Err(ExampleError::UnknownField { line, field: field.clone() });
    }
    let text = object.get("text").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    Ok(Example {
        line,
        text: text.ok_or(ExampleError::NoText { line })?.to_owned(),
        entities: list(line, &object, "entities", EntityCandidate::from_json)?,
        relations: list(line, &object, "relations", RelationCandidate::from_json)?,
    })
}

fn list<T, E>(
    line: usize,
    object: &Map<String, Value>,
    field: &'static str,
    read: impl Fn(&Value) -> Result<T, E>,
) -> Result<Vec<T>, ExampleError> {
    let items = match object.get(field) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().enumerate(),
        Some(_) => return Err(ExampleError::NotAList { line, field }),
    };
    items
        .map(|(at, item)| read(item).map_err(|_malformed| ExampleError::Item { line, field, number: at + 1 }))
        .collect()
}

fn entity_item(entity: &EntityCandidate) -> Value {
    let mut item = json!({"text": entity.text, "type": entity.entity_type});
    if let Some(fields) = item.as_object_mut().filter(|_| !entity.properties.is_empty()) {
        fields.insert("properties".to_owned(), Value::Object(entity.properties.clone()));
    }
    item
}

fn relation_item(relation: &RelationCandidate) -> Value {
    let mut item = json!({"subject": relation.subject, "type": relation.relation_type, "object": relation.object});
    let object_type = match &relation.object_type {
        ObjectType::Unsaid => None,
        ObjectType::Literal => Some("literal"),
        ObjectType::Named(name) => Some(name.as_str()),
    };
    let said = [
        ("subject_type", relation.subject_type.as_deref()),
        ("object_type", object_type),
        ("evidence", relation.evidence.as_deref()),
    ];
    if let Some(fields) = item.as_object_mut() {
        fields.extend(said.into_iter().filter_map(|(name, words)| Some((name.to_owned(), json!(words?)))));
    }
    item
}
