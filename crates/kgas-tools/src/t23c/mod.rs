//! `T23c_async`: entities, by asking a chat model, checked against the text and the ontology.

mod prompt;

use async_trait::async_trait;
use kgas_core::fact::FactCollector;
use kgas_core::text::Chunk;
use kgas_core::{
    ChatRequest, ConfigError, KgasTool, Shown, ToolContext, ToolError, ToolInput, ToolMetadata, ToolPlugin, ToolResult,
};
use serde_json::Value;

use crate::config::ExtractionConfig;
use crate::flow::{Extraction, Question, run_chunks};
use crate::latest::Latest;
use crate::metadata;
use crate::outline::Outline;
pub(crate) use prompt::FORM;

/// The ontology-aware entity extractor.
#[derive(Debug)]
struct OntologyAwareExtractor {
    config: ExtractionConfig,
    metadata: ToolMetadata,
    latest: Latest<Outline>,
}

kgas_core::register_tool!(OntologyAwareExtractor);

impl ToolPlugin for OntologyAwareExtractor {
    const ID: &'static str = "T23c_async";
    type Config = ExtractionConfig;

    fn from_config(config: ExtractionConfig) -> Result<Self, ConfigError> {
        let metadata = metadata::of_extractor(
            Self::ID,
            "Async Ontology-Aware Extractor",
            "Extract entities using LLM with domain ontology (async)",
            ["llm", "ontology", "async", "entities"],
        );
        Ok(Self { config: config.checked()?, metadata, latest: Latest::default() })
    }
}

#[async_trait]
impl KgasTool for OntologyAwareExtractor {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, input: &ToolInput) -> Result<(), ToolError> {
        if input.ontology.classes().len() == 0 {
            return Err(ToolError::NoOntology { tool: Self::ID.to_owned(), hint: " with classes" });
        }
        Ok(())
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        self.validate(&input)?;
        let model = context.chat(Self::ID)?;
        let config = &self.config;
        let outline = self.latest.of(&input, |ontology, examples| Outline::new(FORM, config, ontology, examples));
        let entities = Entities { config, input: &input, outline: &outline };
        Ok(run_chunks(context, &**model, config, &input, &entities).await)
    }
}

/// The extraction of one document's entities.
struct Entities<'i> {
    config: &'i ExtractionConfig,
    input: &'i ToolInput,
    outline: &'i Outline,
}

impl Extraction for Entities<'_> {
    const TOOL: &'static str = OntologyAwareExtractor::ID;
    const LIST: &'static str = FORM.list;

    fn outline(&self) -> &Outline {
        self.outline
    }

    fn prompt(&self, chunk: &Chunk, question: &Question<'_>) -> (ChatRequest, Option<Shown>) {
        let ToolInput { document, ontology, .. } = self.input;
        let parts = Vec::new();
        self.outline.about(self.config, ontology, (document, chunk), parts, question)
    }

    fn take(facts: &mut FactCollector<'_>, item: &Value) {
        facts.entity_json(item);
    }
}
