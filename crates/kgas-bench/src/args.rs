//! What the command line can say.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::journal::JournalArgs;
use crate::probe::ProbeArgs;
use crate::quality::QualityArgs;
use crate::report::Mode;
use crate::serve::ServeArgs;

/// Measures kgas: needs no key and no network unless it is told to ask a server.
#[derive(Debug, Parser)]
#[command(name = "kgas-bench", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The scenarios, a line each
    List,
    /// Measure scenarios: the four rows of the promise unless others are named
    Run(RunArgs),
    /// Ask a server of yours a few times, and propose limits for it
    Probe(ProbeArgs),
    /// Be a simulated OpenAI-compatible server; docs/simulated-server.md has what can be told
    Serve(Box<ServeArgs>),
    /// Compare two reports: exit code 1 where the later is worse beyond the tolerance
    Compare(CompareArgs),
    /// Measure what the record of paid calls costs
    Journal(JournalArgs),
    /// Score what is extracted on Text2KGBench, or predictions that are there
    Quality(Box<QualityArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Scenarios by name; `kgas-bench list` has them
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// Measure all scenarios
    #[arg(long, conflicts_with = "scenarios")]
    pub(crate) all: bool,
    /// How many documents the scenarios have that leave it open; alone, it asks for `documents` too
    #[arg(long, value_name = "N", value_parser = documents)]
    pub(crate) documents: Option<NonZeroUsize>,
    /// Where client and server meet
    #[arg(long, value_enum, default_value_t)]
    pub(crate) mode: Mode,
    /// The seed of all that chance decides
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Tell the client this percentage of each scenario's limits per minute
    #[arg(long, default_value = "100", value_name = "PERCENT")]
    pub(crate) pace: NonZeroU32,
    /// Write the figures as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a report to look at in a browser
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The earlier report, as `kgas-bench run --json` wrote it
    #[arg(value_name = "A.json")]
    pub(crate) before: PathBuf,
    /// The later report
    #[arg(value_name = "B.json")]
    pub(crate) after: PathBuf,
    /// How many percent a figure may be worse: 2 in simulated time, else 10, unless given
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) tolerance: Option<f64>,
    /// How many percent more processor time and memory it may take
    #[arg(long, value_name = "PERCENT", default_value = "30", value_parser = percent)]
    pub(crate) machine_tolerance: f64,
    /// Ask whether reports of different modes agree: a change for the better counts as well
    #[arg(long)]
    pub(crate) across_modes: bool,
    /// Show what has not changed too
    #[arg(long)]
    pub(crate) all: bool,
}

/// More are held in memory, with all that happened to them, than most machines have room for.
const MOST_DOCUMENTS: usize = 100_000;

fn documents(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= MOST_DOCUMENTS);
    number.ok_or_else(|| format!("it must be a whole number from 1 to {MOST_DOCUMENTS}"))
}

fn percent(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number
        .filter(|percent| percent.is_finite() && *percent >= 0.0)
        .ok_or_else(|| "it must be a number from 0 on".into())
}
