//! What was typed for `kgas doctor`.

use clap::Args as ClapArgs;

use super::{BudgetArgs, ModelArgs};

/// What to look at.
#[derive(Debug, ClapArgs)]
pub(crate) struct DoctorArgs {
    /// Ask the model too: one small call, or up to four where the server has no JSON mode
    #[arg(long)]
    pub(crate) call: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}
