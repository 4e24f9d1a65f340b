//! The benchmark of kgas: what is possible under a quota, how near we come, and what holds us back.
//!
//! [`main`] is the command `kgas-bench`. What it computes with is public, so that it can be checked by hand:
//! [`bound`] has the least time possible, [`figures`] what a run's trace comes to, [`attribution`] what held it back,
//! [`advice`] what would help, [`probe`] what a user's own server can do, and [`quality`] how good answers are.

#![forbid(unsafe_code)]

pub mod advice;
pub mod attribution;
pub mod figures;
pub mod html;
pub mod probe;
pub mod quality;
pub mod report;
pub mod trace;

mod args;
mod compare;
mod failure;
mod file;
mod journal;
mod run;
mod scenario;
mod serve;
mod show;
mod stage;

use std::process::ExitCode;

use clap::Parser as _;
// Registers the tools that are measured.
use kgas_tools as _;

use args::{Cli, Command};
pub use kgas_engine::plan::bound;
use show::Show;

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let show = Show;
    let done = match Cli::parse().command {
        Command::List => run::list(show),
        Command::Run(args) => run::run(&args, show),
        Command::Probe(args) => probe::main(&args, show),
        Command::Serve(args) => serve::serve(&args, show),
        Command::Compare(args) => compare::compare(&args, show),
        Command::Journal(args) => journal::main(&args, show),
        Command::Quality(args) => quality::main(&args, show),
    };
    done.unwrap_or_else(|failure| {
        show.failure(&failure);
        failure.exit()
    })
}
