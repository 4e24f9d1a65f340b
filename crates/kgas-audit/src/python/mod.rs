//! Python: what a source calls, found by following names.

mod around;
mod call;
mod known;
mod names;
mod retry;
mod value;
mod visit;

pub(crate) use self::visit::evidence;
