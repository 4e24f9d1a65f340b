//! Documents in, a knowledge graph out.
//!
//! [`source::documents`] reads, [`run()`] takes each document through the tools of a [`Pipeline`], and the
//! [`Store`] that comes of it is sorted, merged and written.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use std::sync::Arc;
//!
//! use kgas_core::{Registry, ToolContext};
//! use kgas_engine::source::{Input, SourceOptions};
//! use kgas_engine::{Interrupt, Pipeline, Progress, Store, Tally};
//! use kgas_tools as _; // links the built-in tools
//! use serde_json::Value;
//! # #[derive(Debug)]
//! # struct Silent;
//! # impl Progress for Silent {
//! #     fn advanced(&mut self, _: &Tally) {}
//! #     fn incomplete(&mut self, _: &kgas_engine::DocumentRow) {}
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let place = folder.path();
//! std::fs::write(place.join("note.txt"), "Ada Lindqvist lives in Norrvik.")?;
//! let ontology = r#"{"entities": {"City": {"examples": ["Norrvik"]}}, "relations": {}}"#;
//!
//! let pipeline = Pipeline {
//!     tools: vec![Arc::from(Registry::collect()?.build("T23a_rules", Value::Null)?)],
//!     ontology: Arc::new(kgas_ontology::from_value(&serde_json::from_str(ontology)?, &Default::default())?.ontology),
//!     examples: Arc::default(),
//!     redo: Arc::default(),
//!     context: ToolContext::offline(), // no model
//!     in_flight: NonZeroUsize::MIN,
//! };
//! let inputs = vec![Input::Path(place.join("note.txt"))];
//! let documents = kgas_engine::source::documents(inputs, &SourceOptions::default());
//! let store = Store::create(&place.join("scratch"))?;
//! let finished = kgas_engine::run(documents, pipeline, store, &Interrupt::default(), &mut Silent).await?;
//! assert_eq!(finished.tally.all_documents(), 1);
//! # Ok(())
//! # }
//! ```

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

pub use external::{External, ExternalError, ExternalSpec, Introduction, Setting};
pub use ledger::{ChunkRow, DocumentRow, DocumentState, ToolChunk};
pub use merge::{Link, Merging, Names};
pub use offsets::Offsets;
pub use origin::{Kept, Ledgered, Origin, OriginTool, Reread};
pub use redo::Redo;
pub use renewal::Renewal;
pub use run::{Finished, Interrupt, Pipeline, Progress, execute_tool, run};
pub use sink::{Draft, Folder, GraphCounts, GraphError, GraphFiles, OutputError, Store};
pub use summary::{
    Bought, Cost, Counts, Coverage, Items, Replayed, RunFacts, RunState, SCHEMA_VERSION, Spent, Summary, Tokens,
    ToolFacts, ToolSummary, tool_facts,
};
pub use tally::{Tally, ToolTally};
