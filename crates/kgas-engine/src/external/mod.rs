//! Tools in any language: programs that kgas starts, and that speak JSON lines.

mod spec;

pub use spec::ExternalSpec;
