//! The command line's definition, as configuration needs it.

use std::sync::LazyLock;

use clap::{Arg, ArgAction, Command, CommandFactory as _};

use super::table::{Setting, takes_settings};
use crate::args::Args;

static DEFINITION: LazyLock<Command> = LazyLock::new(strict);

/// The definition itself, to be looked at.
pub(crate) fn definition() -> &'static Command {
    &DEFINITION
}

/// The command line, in which each switch that a file may turn on can be turned off: `--offline=false`.
pub(crate) fn strict() -> Command {
    each(Args::command(), |arg| {
        let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
        if !is_switch || Setting::of(arg.get_id().as_str()).is_none() {
            return arg;
        }
        arg.action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .default_value("false")
            .hide_default_value(true)
            .hide_possible_values(true)
            .value_name("BOOL")
    })
}

/// The same, in which nothing has to be there.
pub(crate) fn loose() -> Command {
    each(strict(), |arg| arg.required(false))
}

/// Changes the arguments of all commands that take settings.
fn each(whole: Command, change: impl Fn(Arg) -> Arg) -> Command {
    whole.mut_subcommands(|command| if takes_settings(&command) { command.mut_args(&change) } else { command })
}
