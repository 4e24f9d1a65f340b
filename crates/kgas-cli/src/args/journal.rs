//! What was typed about the journal: where answers are kept, and which of them are good enough.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::number::above_zero;

/// Where answers that were paid for are kept.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Journal")]
pub(crate) struct JournalArgs {
    /// The folder of a journal that several outputs share [default: one journal for each output]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Keep no journal: what is paid for is lost if the run is
    #[arg(long, conflicts_with_all = ["cache", "offline", "refresh"])]
    pub(crate) no_journal: bool,
    /// Use the journal alone and buy nothing
    #[arg(long, conflicts_with = "refresh")]
    pub(crate) offline: bool,
    /// Buy all answers again
    #[arg(long)]
    pub(crate) refresh: bool,
    /// The command line itself, to be typed again
    #[arg(skip)]
    pub(crate) again: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct JournalCommandArgs {
    /// The folder of a graph, or the one that was named with --cache
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,
    #[command(subcommand)]
    pub(crate) command: Option<JournalCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// What it holds, in numbers
    Stats {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// The latest calls, or one of them with its question and answer
    Show(ShowArgs),
    /// All calls as JSON, a line each, with questions and answers
    Export,
    /// Take calls out: they are paid for again when they are needed
    Prune(PruneArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ShowArgs {
    /// The key of a call, or its beginning
    #[arg(value_name = "KEY", value_parser = key)]
    pub(crate) key: Option<String>,
    /// The most calls to list
    #[arg(long, value_name = "N", default_value = "20", value_parser = above_zero::<NonZeroUsize>)]
    pub(crate) limit: NonZeroUsize,
}

#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = true)]
pub(crate) struct PruneArgs {
    /// Only what is older than so many days
    #[arg(long, value_name = "DAYS", value_parser = days)]
    pub(crate) older_than: Option<f64>,
    /// Only calls whose key begins like this
    #[arg(long, value_name = "KEY", value_parser = key)]
    pub(crate) key: Option<String>,
    /// Everything
    #[arg(long, conflicts_with_all = ["older_than", "key"])]
    pub(crate) all: bool,
}

fn days(text: &str) -> Result<f64, &'static str> {
    match text.parse() {
        Ok(days) if (0.0..=36_500.0).contains(&days) => Ok(days),
        _ => Err("give a number of days, from 0 on"),
    }
}

/// An empty one would stand for all calls, which is what a variable that isn't set gives.
fn key(text: &str) -> Result<String, &'static str> {
    match !text.is_empty() && text.chars().all(|digit| digit.is_ascii_hexdigit()) {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("give a key or its beginning, in hexadecimal digits"),
    }
}
