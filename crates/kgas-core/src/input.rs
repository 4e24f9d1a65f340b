//! What a tool works on.

use std::sync::Arc;

use serde_json::Value;

use crate::fact::{EntityCandidate, Grounder, RejectReason, Validator};
use crate::ontology::Ontology;
use crate::text::Chunk;
use crate::{Document, Examples, GraphFragment, Span};

/// A document, the ontology, and the facts found so far.
#[derive(Clone, Debug)]
pub struct ToolInput {
    /// The document.
    pub document: Arc<Document>,
    /// What may be said of it.
    pub ontology: Arc<Ontology>,
    /// What other tools found in it.
    pub graph: Arc<GraphFragment>,
    /// What is wanted, shown in other texts.
    pub examples: Arc<Examples>,
    /// What the caller wants of this call alone; tools say what they take.
    pub params: Value,
}

/// Why a JSON input can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Not an object with a text.
    #[error("the input has no text: give {{\"text\": …}}, or {{\"document\": {{\"id\": …, \"text\": …}}}}")]
    NoText,
    /// A field that nothing reads.
    #[error("the input has an unknown field {0:?}; known are text, document, ontology, entities, params")]
    UnknownField(String),
    /// Given entities that are none at all.
    #[error("the given entities are not a list")]
    EntitiesNotAList,
    /// A given entity that is none.
    #[error("given entity number {0} can't be used: {reason}", reason = .1.in_words())]
    Entity(usize, RejectReason),
    /// A given entity whose span has other words.
    #[error("given entity number {number}: the text at {span:?} is not {words:?}")]
    Span {
        /// Which one, from 1.
        number: usize,
        /// Where it was said to be.
        span: Span,
        /// What was said to stand there.
        words: String,
    },
}

impl ToolInput {
    /// The input for a document without earlier facts.
    #[must_use]
    pub fn new(document: Arc<Document>, ontology: Arc<Ontology>) -> Self {
        Self { document, ontology, graph: Arc::default(), examples: Arc::default(), params: Value::Null }
    }

    /// The input for a text without an ontology.
    pub fn text(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(Arc::new(Document::new(id, text)), Arc::default())
    }

    /// With facts found so far.
    #[must_use]
    pub fn with_graph(mut self, graph: Arc<GraphFragment>) -> Self {
        self.graph = graph;
        self
    }

    /// With examples of what is wanted.
    #[must_use]
    pub fn with_examples(mut self, examples: Arc<Examples>) -> Self {
        self.examples = examples;
        self
    }

    /// Reads `{"text" or "document": {"id", "text"}, "entities": [{"text", "type", "start", "end"}], "params"}`.
    ///
    /// An `ontology` in it is for the caller to read; `ontology` is the result. Each given entity is checked: its
    /// type against the ontology, its span, in code points of the document, against the text. Without an `end` it is
    /// looked for. A document without an id gets `id`.
    ///
    /// # Errors
    /// [`InputError`] that names the field or the entity.
    pub fn from_json(input: &Value, id: &str, ontology: Arc<Ontology>) -> Result<Self, InputError> {
        let object = input.as_object().ok_or(InputError::NoText)?;
        const KNOWN: [&str; 5] = ["text", "document", "ontology", "entities", "params"];
        if let Some(unknown) = object.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            return Err(InputError::UnknownField(unknown.clone()));
        }
        let nested = object.get("document");
        let text = object.get("text").or_else(|| nested?.get("text")).and_then(Value::as_str);
        let id = match nested.and_then(|document| document.get("id")) {
            Some(Value::String(given)) if !given.is_empty() => given.clone(),
            Some(Value::Number(given)) => given.to_string(),
            _ => id.to_owned(),
        };
        let document = Document::new(id, text.ok_or(InputError::NoText)?);
        let graph = match object.get("entities") {
            None | Some(Value::Null) => GraphFragment::default(),
            Some(Value::Array(given)) => given_entities(&document, &ontology, given)?,
            Some(_) => return Err(InputError::EntitiesNotAList),
        };
        let params = object.get("params").cloned().unwrap_or_default();
        Ok(Self { graph: Arc::new(graph), params, ..Self::new(Arc::new(document), ontology) })
    }
}

fn given_entities(document: &Document, ontology: &Ontology, given: &[Value]) -> Result<GraphFragment, InputError> {
    let mut graph = GraphFragment::default();
    let mut grounder = Grounder::new(document, &Chunk::whole(document));
    let validator = Validator::new(document, ontology, "given");
    for (at, item) in given.iter().enumerate() {
        let number = at + 1;
        let refuse = |reason| InputError::Entity(number, reason);
        let candidate = EntityCandidate::from_json(item).map_err(refuse)?;
        let grounded = match given_span(item).map_err(refuse)? {
            None => grounder.entity(candidate),
            Some(span) if document.slice(span) == Some(&candidate.text) => grounder.entity_at(candidate, span),
            Some(span) => return Err(InputError::Span { number, span, words: candidate.text }),
        };
        let (mention, _) = grounded.and_then(|grounded| validator.entity(grounded)).map_err(refuse)?;
        grounder.take(&mention);
        graph.add_mention(mention);
    }
    Ok(graph)
}

/// Where an entity is said to stand; a `start` alone only chooses between places.
fn given_span(item: &Value) -> Result<Option<Span>, RejectReason> {
    if item.get("end").is_none_or(Value::is_null) {
        return Ok(None);
    }
    let at = |field| item.get(field).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
    let span = at("start").zip(at("end")).and_then(|(start, end)| Span::new(start, end));
    span.map(Some).ok_or(RejectReason::Malformed)
}
