//! What was typed for `kgas completions` and `kgas man`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use clap_complete::Shell;

/// For which shell.
#[derive(Debug, ClapArgs)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Where to.
#[derive(Debug, ClapArgs)]
pub(crate) struct ManArgs {
    /// The folder for a page of each subcommand; made where it isn't there
    /// [default: print the page of kgas itself]
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}
