//! A graph that `kgas extract` has written, for the eyes and tools of others.
//!
//! [`Graph`] reads its files line by line, so that memory doesn't depend on how large it is.

#![forbid(unsafe_code)]

mod graph;
mod row;

pub use graph::{Graph, ReadError, Rows};
pub use row::{Document, Entity, Merged, Place, Property, Rejected, Relation, Target};
