//! What to write into `[limits]` for a server: it is asked a few times, and no more often than was allowed.

mod advice;
mod args;
mod command;
mod filler;
mod findings;
mod fit;
mod judge;
mod plan;
mod purse;
mod report;
mod run;

pub use advice::{Proposal, Proposed};
pub(crate) use args::ProbeArgs;
pub(crate) use command::main;
pub use findings::{Findings, Sample, Size, Told, Trouble};
pub use fit::Line;
pub use judge::{
    Because, LEAST_GAIN, MOST_HELD, MOST_SLOWDOWN, MOST_UNSTEADY, Safe, Step, is_serial, judge, quantile, unsteadiness,
};
pub use plan::{Allowance, Plan, Rung};
pub use purse::Purse;
pub use report::{announce, render};
pub use run::{Ask, ask};
