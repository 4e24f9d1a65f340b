//! What can be set for the embedder.

use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::CHUNK_SIZE;

/// Settings of the embedder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EmbedderConfig {
    /// The most characters (Unicode code points) that one chunk may have.
    pub(crate) chunk_size: NonZeroUsize,
    /// The most chunks that one call holds; fewer where the model takes fewer.
    pub(crate) batch_size: NonZeroUsize,
}

impl Default for EmbedderConfig {
    fn default() -> Self {
        Self { chunk_size: CHUNK_SIZE, batch_size: const { NonZeroUsize::new(64).unwrap() } }
    }
}
