//! `T41_async`: a vector for each chunk of a document, by asking an embedding model.

mod batch;
mod config;

use std::num::NonZeroUsize;

use async_trait::async_trait;
use futures_util::future::FutureExt;
use kgas_core::{
    ConfigError, KgasTool, Need, ToolContext, ToolError, ToolInput, ToolMetadata, ToolOutput, ToolPlugin, ToolResult,
};

use crate::flow::Flow;
use crate::metadata;
use batch::{Embedded, batches};
use config::EmbedderConfig;

/// The text embedder.
#[derive(Debug)]
struct TextEmbedder {
    config: EmbedderConfig,
    metadata: ToolMetadata,
}

kgas_core::register_tool!(TextEmbedder);

impl ToolPlugin for TextEmbedder {
    const ID: &'static str = "T41_async";
    type Config = EmbedderConfig;

    fn from_config(config: EmbedderConfig) -> Result<Self, ConfigError> {
        let metadata = metadata::asking(
            Self::ID,
            "Async Text Embedder",
            "Embed chunks of text using an embedding model (async)",
            "embedding",
            &["llm", "async", "embeddings"],
            vec![Need::Embedder],
        );
        Ok(Self { config, metadata })
    }
}

#[async_trait]
impl KgasTool for TextEmbedder {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, _: &ToolInput) -> Result<(), ToolError> {
        Ok(())
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        let model = &**context.embedder(Self::ID)?;
        let document = &*input.document;
        let most = NonZeroUsize::new(model.max_batch()).unwrap_or(NonZeroUsize::MIN).min(self.config.batch_size);
        let flow = Flow::new(context);
        let work = batches(document, self.config.chunk_size, most);
        let done = flow.run(work.map(|batch| batch.embed(&flow, model, document).boxed())).await;
        let mut result = ToolResult::whole(Self::ID, ToolOutput::Embeddings { vectors: Vec::new() });
        let mut all = Vec::new();
        for Embedded { reports, vectors, spent } in done {
            result.chunks.extend(reports);
            all.extend(vectors);
            result.usage += spent;
        }
        result.output = ToolOutput::Embeddings { vectors: all };
        Ok(result)
    }
}
