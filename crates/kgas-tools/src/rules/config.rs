//! What can be set for the rules.

use std::num::NonZeroUsize;

use kgas_core::ConfigError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const SMALLEST_CHUNK: usize = 200;

/// The configuration of `T23a_rules`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EntityRules {
    /// The longest piece of a document that is looked at as one, in code points.
    pub(super) chunk_size: usize,
    /// The confidence that a mention must exceed.
    pub(super) min_confidence: f64,
    /// Whether the other places of the same words are mentions too.
    pub(super) all_mentions: bool,
}

/// The configuration of `T27_rules`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RelationRules {
    /// The longest piece of a document that is looked at as one, in code points.
    pub(super) chunk_size: usize,
    /// The confidence that a relation must exceed.
    pub(super) min_confidence: f64,
}

impl Default for EntityRules {
    fn default() -> Self {
        Self { chunk_size: 3000, min_confidence: 0.7, all_mentions: false }
    }
}

impl Default for RelationRules {
    fn default() -> Self {
        Self { chunk_size: 3000, min_confidence: 0.7 }
    }
}

/// The chunk size as a number that [`kgas_core::text::chunks`] takes.
///
/// # Errors
/// [`ConfigError`] where it is too small for a sentence.
pub(super) fn chunk_size(characters: usize) -> Result<NonZeroUsize, ConfigError> {
    NonZeroUsize::new(characters)
        .filter(|size| size.get() >= SMALLEST_CHUNK)
        .ok_or_else(|| ConfigError::new("chunk_size", format!("{characters} is below {SMALLEST_CHUNK}")))
}

/// The minimum as it came, if it can be one.
///
/// # Errors
/// [`ConfigError`] where it is no number from 0 to 1.
pub(super) fn min_confidence(min: f64) -> Result<f64, ConfigError> {
    if (0.0..=1.0).contains(&min) {
        Ok(min)
    } else {
        Err(ConfigError::new("min_confidence", format!("{min} is not from 0 to 1")))
    }
}
