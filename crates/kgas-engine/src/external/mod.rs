//! Tools in any language: programs that kgas starts, and that speak JSON lines. `docs/external-tools.md` tells how.

mod claims;
mod config;
mod environment;
mod error;
mod lines;
mod message;
mod pool;
mod process;
mod spec;
mod talk;
mod tool;

pub use error::ExternalError;
pub use message::{Introduction, Setting};
pub use spec::ExternalSpec;
pub use tool::External;
