//! What was typed about a report.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args as ClapArgs;

/// Which graph to make a page of, where, and how much of it.
#[derive(Debug, ClapArgs)]
pub(crate) struct ReportArgs {
    /// The folder of the graph
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// The page, or - for standard output; one that is there is replaced
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    pub(crate) file: PathBuf,
    /// The most documents to show the texts of, those that most was found in; 0 shows quotes alone
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub(crate) documents: usize,
    /// The most megabytes of text in all
    #[arg(long, value_name = "N", default_value = "5")]
    pub(crate) text_mb: NonZeroUsize,
    /// The most entities, those that are named most
    #[arg(long, value_name = "N", default_value = "5000")]
    pub(crate) entities: NonZeroUsize,
}
