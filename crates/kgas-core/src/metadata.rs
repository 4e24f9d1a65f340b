//! What a tool says of itself.

use schemars::JsonSchema;
use serde::Serialize;

/// What a tool is called, what it does, and what it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ToolMetadata {
    /// Its id; ids of others than kgas have a prefix: `acme.word_count`.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// What it does, in a sentence.
    pub description: String,
    /// What kind of tool it is: `extraction`, `embedding`, `analysis`.
    pub category: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Its version.
    pub version: String,
    /// What must be there before it can run.
    pub needs: Vec<Need>,
    /// How it works.
    pub capabilities: Capabilities,
}

/// What must be there before a tool can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A model that answers.
    ChatModel,
    /// A model that embeds.
    Embedder,
    /// An ontology.
    Ontology,
}

/// How a tool works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Capabilities {
    /// Waiting for a model doesn't block others.
    #[serde(rename = "async")]
    pub is_async: bool,
    /// It puts many texts into a call.
    pub batch: bool,
    /// It gives results before it has finished.
    pub streaming: bool,
    /// It talks to a service that wants a key.
    pub requires_auth: bool,
    /// It works on several chunks at once.
    pub concurrent_processing: bool,
}
