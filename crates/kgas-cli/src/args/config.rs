//! What was typed about configuration.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Each setting: its value, and who says so
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// A JSON Schema of kgas.toml, for editors
    Schema,
    /// Let a file do all that you may, as it is now; a file that changes is to be trusted anew
    Trust {
        /// The file [default: the nearest kgas.toml upwards]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// Trust it no more
        #[arg(long)]
        revoke: bool,
    },
}
