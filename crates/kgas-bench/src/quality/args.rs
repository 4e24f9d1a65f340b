//! What was typed after `kgas-bench quality`.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

/// What to score, and against what.
#[derive(Debug, clap::Args)]
pub(crate) struct QualityArgs {
    /// The benchmark's folder, with ontologies/, test/, ground_truth/ and train/
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Score predictions that are there: a JSONL file of {"id", "triples"}, a graph of `kgas extract`, or a folder
    /// with one of these for each ontology
    #[arg(long, value_name = "PATH", conflicts_with_all = ["train", "out", "extract"])]
    pub(crate) predictions: Option<PathBuf>,
    /// Give training sentences as examples: all that are fit, or N of them
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    pub(crate) train: Option<Train>,
    /// What the choice of N depends on
    #[arg(long, default_value_t = 0, value_name = "S")]
    pub(crate) seed: u64,
    /// The folder for the files of examples, 1_movie_examples.jsonl and the like
    #[arg(long, value_name = "DIR", requires = "train")]
    pub(crate) examples_out: Option<PathBuf>,
    /// Only these ontologies, by name or number: movie, 1_movie, 1
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Only the first N sentences of each ontology
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZeroUsize>,
    /// Keep sentences, examples and graphs in this folder; it can be scored again with --predictions
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write all figures as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// What else to tell `kgas extract`: tools, provider, limits, settings
    #[arg(last = true, value_name = "EXTRACT")]
    pub(crate) extract: Vec<OsString>,
}

/// How many training sentences become examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Train(pub(crate) Option<NonZeroUsize>);

impl FromStr for Train {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "all" {
            return Ok(Self(None));
        }
        match text.parse() {
            Ok(count) => Ok(Self(Some(count))),
            Err(_not_a_count) => Err("give a whole number above 0, or --train alone for all"),
        }
    }
}
