//! How a tool outside this program is started, and what it needs.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use kgas_core::Need;

/// A tool outside this program, as its user declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalSpec {
    /// The program and its arguments. A program with a path that isn't absolute is looked for from `folder`.
    pub command: Vec<String>,
    /// The folder in which it is started: that of the file which declares it.
    pub folder: PathBuf,
    /// What it does, in a sentence.
    pub description: String,
    /// What must be there before it can run: an ontology, a chat model.
    pub needs: Vec<Need>,
    /// The longest that it may work on one document; calls that kgas makes for it count too.
    pub timeout: Duration,
    /// How many processes of it may run at once.
    pub processes: NonZeroUsize,
    /// Variables of the environment that it is not given, besides those whose names or values look like secrets.
    pub withheld: Vec<String>,
}
