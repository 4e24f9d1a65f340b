//! Which entities are one: what connects them, and what of that is believed.

mod kin;
mod sets;
mod similar;

use kgas_core::fact::EntityKey;
use serde_json::Value;

pub(crate) use kin::{has_kin, kin};
pub(crate) use sets::{Joined, Merged, Set};
pub use similar::Names;

/// Which mentions are one entity, besides those of one type and normal form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Merging {
    /// No others.
    Exact,
    /// Those whose names the text calls names of one thing, and those of one name whose classes stand on one line of
    /// the hierarchy.
    #[default]
    Aliases,
}

/// Two entities that may be one.
#[derive(Clone, Debug)]
pub struct Link {
    /// The first; of an alias what it is an alias of.
    pub(crate) one: EntityKey,
    pub(crate) other: EntityKey,
    pub(crate) by: By,
    /// Where a text says so.
    pub(crate) evidence: Option<Value>,
}

/// What connects two entities; in the order in which it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// They have one name, and their classes stand on one line of the hierarchy.
    Hierarchy,
    /// A text says so.
    Alias,
    /// Their names mean nearly the same to a model.
    Similarity,
}

impl By {
    /// The word that outputs use.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Hierarchy => "hierarchy",
            Self::Alias => "alias",
            Self::Similarity => "similarity",
        }
    }
}
