//! A graph that `kgas extract` has written, for the eyes and tools of others.
//!
//! [`Graph`] reads its files line by line, so that memory doesn't depend on how large it is. [`Format`] says in which forms it
//! can be taken away.

#![forbid(unsafe_code)]

mod csv;
mod cypher;
mod dot;
mod format;
mod graph;
mod graphml;
mod nodes;
mod parquet;
mod place;
mod rdf;
mod report;
mod row;

pub use format::{Counts, ExportError, Format, Out, Single, Tables};
pub use graph::{Graph, ReadError, Rows};
pub use place::Aside;
pub use rdf::{Base, BaseError};
pub use report::{Missing, ReportError, ReportOptions, Reported, report};
pub use row::{Document, Entity, Merged, Place, Property, Rejected, Relation, Target};
