//! What was typed about a plan.

use clap::Args as ClapArgs;

use super::ExtractArgs;

/// What `kgas extract` takes, and how to tell of it.
#[derive(Debug, ClapArgs)]
// Only to look for what earlier runs have left: a plan writes nothing.
#[command(mut_arg("out", |out| {
    out.required(false)
        .default_value(".")
        .hide_default_value(true)
        .help("The folder of the graph, if it is there: its journal's answers need no buying")
}))]
// It is of use to the command that asks.
#[command(mut_arg("show_prompt", |flag| flag.hide(true)))]
#[command(mut_arg("metrics_file", |file| file.hide(true)))]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) extract: ExtractArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
