//! The words, traits and pure text algorithms of kgas.
//!
//! A tool implements [`KgasTool`] and [`ToolPlugin`], says [`register_tool!`], and is then found by name in every
//! binary that links its crate. What a tool finds in a text it hands to a [`fact::FactCollector`], which keeps what
//! the text and the ontology bear out and lists the rest with a reason.
//!
//! This crate sees no files, sockets, clocks or environment.

#![forbid(unsafe_code)]

mod context;
mod document;
mod error;
mod example;
pub mod fact;
mod graph;
mod input;
mod metadata;
mod model;
pub mod ontology;
mod registry;
mod result;
mod span;
mod stop;
pub mod text;
mod tool;
pub mod value;

pub use context::ToolContext;
pub use document::Document;
pub use error::{ConfigError, ToolError};
pub use example::{Example, ExampleError, ExampleProblem, Examples};
pub use graph::{Entity, GraphFragment, most_used};
pub use input::{InputError, ToolInput};
pub use metadata::{Capabilities, Need, ToolMetadata};
pub use model::{
    AnswerFormat, ChatModel, ChatReply, ChatRequest, EmbedReply, Embedder, Finish, ModelError, ModelErrorKind,
    SchemaStyle,
};
pub use ontology::Ontology;
pub use registry::{Registry, RegistryError, ToolRegistration, nearest};
pub use result::{ChunkReport, ChunkState, Embedding, Part, Saved, Shown, ToolOutput, ToolResult, ToolStatus, Usage};
pub use span::Span;
pub use stop::Stop;
pub use tool::{KgasTool, ToolPlugin};

#[doc(hidden)]
pub mod __private {
    pub use inventory;
}
