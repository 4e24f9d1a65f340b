//! `acme.people`: the people that a text names, as a model finds them.

#![forbid(unsafe_code)]

use std::num::NonZeroUsize;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use kgas_core::fact::FactCollector;
use kgas_core::text::{Chunk, chunks, items};
use kgas_core::{
    Capabilities, ChatModel, ChatReply, ChatRequest, ChunkReport, ChunkState, ConfigError, Finish, GraphFragment,
    KgasTool, ModelError, ModelErrorKind, Need, ToolContext, ToolError, ToolInput, ToolMetadata, ToolOutput,
    ToolPlugin, ToolResult,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const QUESTION: &str = "List the people that this text names, as JSON: {\"people\": [{\"text\": the name as it stands \
                        there, \"type\": \"Person\", \"confidence\": 0 to 1}]}.\n\n";

/// How it works.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleConfig {
    /// The longest chunk, in characters.
    chunk_size: NonZeroUsize,
    /// The most tokens of an answer.
    max_tokens: u32,
}

impl Default for PeopleConfig {
    fn default() -> Self {
        Self { chunk_size: NonZeroUsize::MIN.saturating_add(2_999), max_tokens: 2_000 }
    }
}

#[derive(Debug)]
struct People {
    metadata: ToolMetadata,
    config: PeopleConfig,
}

impl ToolPlugin for People {
    const ID: &'static str = "acme.people";
    type Config = PeopleConfig;

    fn from_config(config: PeopleConfig) -> Result<Self, ConfigError> {
        if config.max_tokens == 0 {
            return Err(ConfigError::new("max_tokens", "0 leaves no room for an answer"));
        }
        let metadata = ToolMetadata {
            id: Self::ID.to_owned(),
            name: "People".to_owned(),
            description: "Finds the people that a text names".to_owned(),
            category: "extraction".to_owned(),
            tags: vec!["llm".to_owned()],
            version: env!("CARGO_PKG_VERSION").to_owned(),
            needs: vec![Need::ChatModel, Need::Ontology],
            capabilities: Capabilities { is_async: true, concurrent_processing: true, ..Capabilities::default() },
        };
        Ok(Self { metadata, config })
    }
}

#[async_trait]
impl KgasTool for People {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, input: &ToolInput) -> Result<(), ToolError> {
        match input.ontology.class_named("Person") {
            Some(_) => Ok(()),
            None => Err(ToolError::NoOntology { tool: Self::ID.to_owned(), hint: " with a class Person" }),
        }
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        self.validate(&input)?;
        let model = context.chat(Self::ID)?.as_ref();
        let pieces: Vec<Chunk> = chunks(&input.document, self.config.chunk_size).collect();
        let calls: Vec<_> = pieces.iter().map(|chunk| self.ask(context, model, &input, chunk)).collect();
        let mut answers = stream::iter(calls).buffered(context.parallelism().get());
        let mut found = Found::default();
        for chunk in &pieces {
            if let Some(answer) = answers.next().await {
                found.take(&input, chunk, answer);
            }
        }
        let mut result = ToolResult::whole(Self::ID, ToolOutput::Graph(found.graph));
        (result.chunks, result.rejected, result.usage) = (found.reports, found.rejected, found.usage);
        Ok(result)
    }
}

impl People {
    async fn ask(
        &self,
        context: &ToolContext,
        model: &dyn ChatModel,
        input: &ToolInput,
        chunk: &Chunk,
    ) -> Result<ChatReply, ModelError> {
        if context.is_stopping() {
            return Err(ModelError::new(ModelErrorKind::Stopped, "the run was stopped"));
        }
        let user = format!("{QUESTION}{}", chunk.text(&input.document));
        let max_tokens = Some(self.config.max_tokens);
        model.chat(ChatRequest { user, max_tokens, chunk: Some(chunk.index()), ..ChatRequest::default() }).await
    }
}

/// What the answers came to so far.
#[derive(Default)]
struct Found {
    graph: GraphFragment,
    reports: Vec<ChunkReport>,
    rejected: Vec<kgas_core::fact::Rejection>,
    usage: kgas_core::Usage,
}

impl Found {
    fn take(&mut self, input: &ToolInput, chunk: &Chunk, answer: Result<ChatReply, ModelError>) {
        match answer {
            Ok(reply) => {
                self.usage += reply.usage;
                self.read(input, chunk, &reply);
            }
            Err(error) => {
                let is_stop = error.kind() == ModelErrorKind::Stopped;
                let state = if is_stop { ChunkState::Skipped } else { ChunkState::Failed };
                let (attempts, error) = (error.attempts(), Some(error.to_string()));
                self.reports.push(ChunkReport { attempts, error, ..ChunkReport::new(chunk, state) });
            }
        }
    }

    fn read(&mut self, input: &ToolInput, chunk: &Chunk, reply: &ChatReply) {
        let mut facts = FactCollector::new(&input.document, chunk, &input.ontology, &self.graph, People::ID);
        let is_readable = match items(&reply.text, "people") {
            Ok(people) => {
                people.values().for_each(|person| facts.entity_json(person));
                people.unreadable().for_each(|raw| facts.unreadable(raw));
                true
            }
            Err(_no_items) => false,
        };
        let facts = facts.finish();
        let state = match reply.finish {
            Finish::Refused => ChunkState::Refused,
            Finish::Length => ChunkState::Truncated,
            Finish::Stop if !is_readable => ChunkState::Failed,
            Finish::Stop if facts.kept > 0 => ChunkState::Ok,
            Finish::Stop if facts.rejected.is_empty() => ChunkState::Empty,
            Finish::Stop => ChunkState::Rejected,
        };
        let (kept, rejected) = (facts.kept, facts.rejected.len());
        let attempts = u32::try_from(reply.usage.attempts).unwrap_or(u32::MAX);
        self.reports.push(ChunkReport { kept, rejected, attempts, ..ChunkReport::new(chunk, state) });
        facts.mentions.into_iter().for_each(|mention| self.graph.add_mention(mention));
        self.rejected.extend(facts.rejected);
    }
}

kgas_core::register_tool!(People);
