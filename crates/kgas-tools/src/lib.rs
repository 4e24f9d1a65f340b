//! The extractors and the embedder of kgas, registered by name.
//!
//! A binary that wants them says `use kgas_tools as _;`, and finds them in [`kgas_core::Registry::collect`].

#![forbid(unsafe_code)]

mod config;
mod flow;
mod latest;
mod metadata;
mod outline;
mod prompt;
mod rules;
pub mod shown;
mod t23c;
mod t27;
mod t41;
