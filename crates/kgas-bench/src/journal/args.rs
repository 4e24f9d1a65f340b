//! What is to be measured of the journal.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct JournalArgs {
    /// Calls of each run
    #[arg(long, value_name = "N", default_value = "2000")]
    pub(crate) calls: NonZeroUsize,
    /// Calls at a time
    #[arg(long, value_name = "N", default_value = "64")]
    pub(crate) max_concurrent: NonZeroUsize,
    /// How long the server takes, in milliseconds; several, with commas, are measured one after the other
    #[arg(long, value_name = "MS", value_delimiter = ',', default_value = "0,50")]
    pub(crate) latency_ms: Vec<u64>,
    /// Pairs of runs
    #[arg(long, value_name = "N", default_value = "7")]
    pub(crate) pairs: NonZeroUsize,
    /// Where the journals are made, and removed again: on the disk that is to be measured
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
}
