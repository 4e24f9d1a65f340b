//! Why a tool gives no result at all, and why one can't be built.

/// A tool that could not begin. A chunk that fails is no such error: it is a state in the result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// The tool asks a chat model, and there is none.
    #[error("tool {tool} needs a chat model: name one with --provider or --base-url")]
    NoChatModel {
        /// Its id.
        tool: String,
    },
    /// The tool asks an embedding model, and there is none.
    #[error("tool {tool} needs an embedding model: name one with --provider or --base-url")]
    NoEmbedder {
        /// Its id.
        tool: String,
    },
    /// The tool works by an ontology, and there is none.
    #[error("tool {tool} needs an ontology{hint}")]
    NoOntology {
        /// Its id.
        tool: String,
        /// What the ontology would have to have, or nothing.
        hint: &'static str,
    },
    /// The tool can't use this document.
    #[error("tool {tool} can't use its input: {problem}")]
    Input {
        /// Its id.
        tool: String,
        /// What is wrong with the input.
        problem: String,
    },
}

/// A configuration that a tool can't work with.
///
/// ```
/// let error = kgas_core::ConfigError::new("chunk_size", "20 is below 200");
/// assert_eq!(error.to_string(), "chunk_size: 20 is below 200");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct ConfigError {
    key: String,
    problem: String,
}

impl ConfigError {
    /// Says which key is wrong, and in what.
    pub fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }

    /// The path of the key that is wrong.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}
