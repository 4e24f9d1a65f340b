//! Rust: what a source calls, found by following paths and names.

mod around;
mod known;
mod macros;
mod names;
mod value;
mod visit;

pub(crate) use self::visit::evidence;
