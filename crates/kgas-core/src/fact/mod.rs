//! Facts, and the only way to one: `Candidate → Grounded → Fact`.
//!
//! A candidate is what a model or a rule claims. [`Grounder`] finds where the text says it. [`Validator`] holds it
//! against the ontology and makes the fact. [`FactCollector`] does all three for the items of one chunk, and keeps
//! account of what was rejected and why.

mod alias;
pub(crate) mod candidate;
mod collect;
mod ends;
mod ground;
mod kept;
mod leaks;
mod occupied;
mod properties;
mod reject;
mod spelling;
mod validate;

pub use alias::{Alias, aliases};
pub use candidate::{EntityCandidate, ObjectType, RelationCandidate};
pub use collect::{ChunkFacts, FactCollector};
pub use ground::{GroundedEnd, GroundedEntity, GroundedRelation, Grounder, Place};
pub use kept::{EntityKey, Evidence, Flag, Match, Mention, Object, PropertyValue, Relation};
pub use leaks::Leaks;
pub use properties::LostProperty;
pub use reject::{RejectReason, Rejection};
pub use validate::{RelationFacts, Validator};
