//! Documents in, a knowledge graph out.
//!
//! [`source::documents`] reads, [`run()`] takes each document through the tools of a [`Pipeline`], and the
//! [`Store`] that comes of it is sorted, merged and written.

#![forbid(unsafe_code)]

pub mod budget;
mod external;
mod files;
pub mod journal;
mod key;
mod ledger;
mod merge;
pub mod model;
mod offsets;
mod origin;
pub mod plan;
mod redo;
mod renewal;
mod run;
mod sink;
pub mod source;
mod summary;
mod tally;
mod usage;

pub use external::ExternalSpec;
pub use ledger::{ChunkRow, DocumentRow, DocumentState, ToolChunk};
pub use merge::{Link, Merging, Names};
pub use offsets::Offsets;
pub use origin::{Kept, Origin, OriginTool, Reread};
pub use redo::Redo;
pub use renewal::Renewal;
pub use run::{Finished, Interrupt, Pipeline, Progress, run};
pub use sink::{Draft, Folder, GraphCounts, GraphError, GraphFiles, OutputError, Store};
pub use summary::{
    Bought, Cost, Counts, Coverage, Items, Replayed, RunFacts, RunState, SCHEMA_VERSION, Spent, Summary, Tokens,
    ToolFacts, ToolSummary, tool_facts,
};
pub use tally::{Tally, ToolTally};
