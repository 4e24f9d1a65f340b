//! `T27_async`: relations, by asking a chat model, checked against the text and the ontology.

mod prompt;

use async_trait::async_trait;
use kgas_core::fact::FactCollector;
use kgas_core::text::Chunk;
use kgas_core::{
    ChatRequest, ConfigError, Entity, KgasTool, Shown, ToolContext, ToolError, ToolInput, ToolMetadata, ToolPlugin,
    ToolResult,
};
use serde_json::Value;

use crate::config::ExtractionConfig;
use crate::flow::{Extraction, Question, run_chunks};
use crate::latest::Latest;
use crate::metadata;
use crate::outline::Outline;
pub(crate) use prompt::FORM;

/// The ontology-aware relationship extractor.
#[derive(Debug)]
struct RelationshipExtractor {
    config: ExtractionConfig,
    metadata: ToolMetadata,
    latest: Latest<Outline>,
}

kgas_core::register_tool!(RelationshipExtractor);

impl ToolPlugin for RelationshipExtractor {
    const ID: &'static str = "T27_async";
    type Config = ExtractionConfig;

    fn from_config(config: ExtractionConfig) -> Result<Self, ConfigError> {
        let metadata = metadata::of_extractor(
            Self::ID,
            "Async Relationship Extractor",
            "Extract relationships using LLM with domain ontology (async)",
            ["llm", "ontology", "async", "relationships"],
        );
        Ok(Self { config: config.checked()?, metadata, latest: Latest::default() })
    }
}

#[async_trait]
impl KgasTool for RelationshipExtractor {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, input: &ToolInput) -> Result<(), ToolError> {
        let lacking = |hint| Err(ToolError::NoOntology { tool: Self::ID.to_owned(), hint });
        if input.ontology.relations().is_empty() {
            return lacking(" with relations");
        }
        // An end of a relation is an entity, and an entity has a class.
        if input.ontology.classes().len() == 0 {
            return lacking(" with classes for the ends of its relations");
        }
        Ok(())
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        self.validate(&input)?;
        let model = context.chat(Self::ID)?;
        let config = &self.config;
        let outline = self.latest.of(&input, |ontology, examples| Outline::new(FORM, config, ontology, examples));
        let relations = Relations { config, input: &input, outline: &outline, known: input.graph.entities() };
        Ok(run_chunks(context, &**model, config, &input, &relations).await)
    }
}

/// The extraction of one document's relations.
struct Relations<'i> {
    config: &'i ExtractionConfig,
    input: &'i ToolInput,
    outline: &'i Outline,
    /// What other tools found in the document.
    known: Vec<Entity<'i>>,
}

impl Extraction for Relations<'_> {
    const TOOL: &'static str = RelationshipExtractor::ID;
    const LIST: &'static str = FORM.list;

    fn outline(&self) -> &Outline {
        self.outline
    }

    fn prompt(&self, chunk: &Chunk, question: &Question<'_>) -> (ChatRequest, Option<Shown>) {
        let ToolInput { document, ontology, .. } = self.input;
        let parts = vec![prompt::known_in(&self.known, chunk, chunk.text(document))];
        self.outline.about(self.config, ontology, (document, chunk), parts, question)
    }

    fn take(facts: &mut FactCollector<'_>, item: &Value) {
        facts.relation_json(item);
    }
}
