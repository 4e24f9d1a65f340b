//! `T27_async`: relations, by asking a chat model, checked against the text and the ontology.

mod decode;
mod prompt;

use async_trait::async_trait;
use kgas_core::fact::FactCollector;
use kgas_core::text::{Chunk, NoItems};
use kgas_core::{
    ChatRequest, ConfigError, KgasTool, Need, ToolContext, ToolError, ToolInput, ToolMetadata, ToolPlugin, ToolResult,
};

use crate::config::ExtractionConfig;
use crate::flow::{ASKS_A_MODEL, Decoded, Extraction, run_chunks};
use prompt::Prompt;

/// The ontology-aware relationship extractor.
#[derive(Debug)]
struct RelationshipExtractor {
    config: ExtractionConfig,
    metadata: ToolMetadata,
}

kgas_core::register_tool!(RelationshipExtractor);

impl ToolPlugin for RelationshipExtractor {
    const ID: &'static str = "T27_async";
    type Config = ExtractionConfig;

    fn from_config(config: ExtractionConfig) -> Result<Self, ConfigError> {
        let metadata = ToolMetadata {
            id: Self::ID.to_owned(),
            name: "Async Relationship Extractor".to_owned(),
            description: "Extract relationships using LLM with domain ontology (async)".to_owned(),
            category: "extraction".to_owned(),
            tags: ["llm", "ontology", "async", "relationships"].map(str::to_owned).to_vec(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            needs: vec![Need::ChatModel, Need::Ontology],
            capabilities: ASKS_A_MODEL,
        };
        Ok(Self { config: config.checked()?, metadata })
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
        let relations = Relations { config: &self.config, input: &input, prompt: Prompt::new(&self.config, &input) };
        let chunk_size = self.config.chunk_size;
        Ok(run_chunks(Self::ID, context, &**model, &input.document, chunk_size, &relations).await)
    }
}

/// The extraction of one document's relations.
struct Relations<'i> {
    config: &'i ExtractionConfig,
    input: &'i ToolInput,
    prompt: Prompt<'i>,
}

impl Extraction for Relations<'_> {
    fn prompt(&self, chunk: &Chunk) -> ChatRequest {
        self.prompt.about(chunk)
    }

    fn decode(&self, chunk: &Chunk, answer: &str) -> Result<Decoded, NoItems> {
        let ToolInput { document, ontology, graph, .. } = self.input;
        let facts = FactCollector::new(document, chunk, ontology, graph, RelationshipExtractor::ID);
        decode::decode(answer, facts.min_confidence(self.config.min_confidence), self.config.all_mentions)
    }
}
