//! What a model is told before each text: all of the ontology, or the part of it that the text needs; and examples.

use std::borrow::Cow;
use std::fmt::Write as _;

use kgas_core::fact::{Leaks, Object};
use kgas_core::ontology::{Cut, OntologyIndex};
use kgas_core::text::Chunk;
use kgas_core::{ChatRequest, Document, Example, Examples, Ontology, Shown};
use serde_json::{Value, json};

use crate::config::ExtractionConfig;
use crate::flow::Question;
use crate::prompt::Preamble;

/// What differs between the prompts of tools.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// The key of the list that is asked for.
    pub(crate) list: &'static str,
    pub(crate) system: &'static str,
    /// The parts that are the same for all chunks.
    pub(crate) preamble: fn(&ExtractionConfig, &Ontology) -> Preamble,
    /// What an answer should be.
    pub(crate) schema: fn(&Ontology) -> Value,
    /// The items that an answer about an example has.
    pub(crate) items: fn(&Example, &Ontology) -> Vec<Value>,
}

/// What is the same for all texts of a run.
#[derive(Debug)]
pub(crate) struct Outline {
    form: Form,
    pub(crate) leaks: Leaks,
    examples: String,
    /// Names of the ontology that the examples use: they are shown whatever the text.
    exemplified: String,
    /// What is told of the whole ontology, where that isn't too large.
    whole: Option<Told>,
    index: OntologyIndex,
}

/// What is told of an ontology.
#[derive(Clone, Debug)]
struct Told {
    preamble: Preamble,
    schema: Value,
}

impl Outline {
    pub(crate) fn new(form: Form, config: &ExtractionConfig, ontology: &Ontology, examples: &Examples) -> Self {
        let fits = ontology.prompt_tokens() <= config.ontology_tokens.get();
        let mut outline = Self {
            form,
            leaks: examples.leaks(),
            examples: examples.list().iter().map(|example| shown(form, example, ontology)).collect(),
            exemplified: examples.list().iter().map(names).collect(),
            whole: None,
            index: if fits { OntologyIndex::default() } else { ontology.index() },
        };
        if fits {
            outline.whole = Some(outline.told(config, ontology));
        }
        outline
    }

    /// The question about a chunk, and how much of the ontology it shows where that isn't all; `parts` are of this
    /// chunk alone.
    pub(crate) fn about(
        &self,
        config: &ExtractionConfig,
        ontology: &Ontology,
        (document, chunk): (&Document, &Chunk),
        mut parts: Vec<(&'static str, String)>,
        question: &Question<'_>,
    ) -> (ChatRequest, Option<Shown>) {
        let (told, shown) = self.told_for(config, ontology, chunk.shown(document));
        let context = chunk.context(document);
        if !context.trim().is_empty() {
            parts.push(("CONTEXT (already dealt with; for understanding only)", format!("\"\"\"\n{context}\n\"\"\"")));
        }
        parts.extend(question.parts(self.form.list));
        let user = told.preamble.about(&parts, chunk.text(document));
        (config.request(self.form.system, user, self.form.list, &told.schema), shown)
    }

    fn told_for(&self, config: &ExtractionConfig, ontology: &Ontology, text: &str) -> (Cow<'_, Told>, Option<Shown>) {
        if let Some(whole) = &self.whole {
            return (Cow::Borrowed(whole), None);
        }
        let text = format!("{text}\n{}", self.exemplified);
        match self.index.cut(ontology, &text, config.ontology_tokens.get()) {
            None => (Cow::Owned(self.told(config, ontology)), None),
            Some(Cut { ontology, classes, relations, .. }) => {
                (Cow::Owned(self.told(config, &ontology)), Some(Shown { classes, relations }))
            }
        }
    }

    fn told(&self, config: &ExtractionConfig, ontology: &Ontology) -> Told {
        let preamble = (self.form.preamble)(config, ontology)
            .part("EXAMPLES (other texts, with their answers; report nothing of them)", &self.examples);
        Told { preamble, schema: (self.form.schema)(ontology) }
    }
}

/// An example as text and answer, in the form that an answer should have.
fn shown(form: Form, example: &Example, ontology: &Ontology) -> String {
    let answer = json!({form.list: (form.items)(example, ontology)});
    format!("Text: \"\"\"{}\"\"\"\nAnswer: {answer}\n", example.text)
}

/// The classes and relations that an example names.
fn names(example: &Example) -> String {
    let mut names = String::new();
    for entity in &example.entities {
        let _ = writeln!(names, "{}", entity.entity_type);
    }
    for relation in &example.relations {
        let _ = writeln!(names, "{}", relation.relation_type);
    }
    names
}

/// The entities of an example as items of an answer.
pub(crate) fn entity_items(example: &Example, ontology: &Ontology) -> Vec<Value> {
    // Relations may add mentions of their ends.
    let facts = Example { relations: Vec::new(), ..example.clone() }.facts(ontology);
    let item = |mention: &kgas_core::fact::Mention| {
        let evidence = mention.evidence();
        let properties: serde_json::Map<String, Value> =
            mention.properties().iter().map(|property| (property.name().to_owned(), json!(property.value()))).collect();
        json!({"text": evidence.quote(), "type": mention.key().entity_type(), "confidence": mention.confidence(),
            "start": evidence.span().map(kgas_core::Span::start), "end": evidence.span().map(kgas_core::Span::end),
            "properties": properties})
    };
    facts.mentions.iter().map(item).collect()
}

/// The relations of an example as items of an answer.
pub(crate) fn relation_items(example: &Example, ontology: &Ontology) -> Vec<Value> {
    let mut items = Vec::new();
    for candidate in &example.relations {
        // One at a time, so that each is known by its own words.
        let facts = Example { relations: vec![candidate.clone()], ..example.clone() }.facts(ontology);
        let Some(relation) = facts.relations.first() else { continue };
        let object_type = match relation.object() {
            Object::Entity(key) => key.entity_type(),
            Object::Value(_) => "literal",
        };
        items.push(json!({"subject": candidate.subject, "subject_type": relation.subject().entity_type(),
            "type": relation.relation_type(), "object": candidate.object, "object_type": object_type,
            "confidence": relation.confidence(), "evidence": relation.evidence().quote()}));
    }
    items
}
