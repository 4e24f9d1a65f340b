//! `kgas.toml` and the environment: what holds where the command line says nothing.
//!
//! Values of both become the defaults of the command line's arguments, so that an argument's definition is the only one
//! of what a setting means, and what was typed comes first without further ado.

mod check;
mod command;
mod environment;
mod external;
mod file;
mod find;
mod layers;
mod schema;
mod shown;
mod table;
mod tools;
mod trust;
mod trusting;
mod value;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::FromArgMatches as _;

use self::environment::Environment;
use self::file::File;
pub(crate) use self::find::NAME;
use self::layers::{Layered, Typed, layered};
use self::table::takes_settings;
use self::trust::Trust;
pub(crate) use self::trusting::trust;
use crate::Exit;
use crate::args::{Args, Command, ConfigCommand};
use crate::failure::Failure;
use crate::settings::registry;
use crate::show::Show;

/// What was typed, with all that holds besides.
#[derive(Debug)]
pub(crate) struct Configured {
    pub(crate) args: Args,
    /// What a person should know, and may have done by mistake.
    pub(crate) warnings: Vec<String>,
}

/// Why there is nothing to do.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Help, or a command line that makes no sense.
    Clap(clap::Error),
    /// Settings that make none.
    Failure(Failure),
}

impl From<clap::Error> for Stop {
    fn from(error: clap::Error) -> Self {
        Self::Clap(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Reads a command line, with the file and the environment below it where the command takes settings.
pub(crate) fn read(arguments: &[OsString]) -> Result<Configured, Stop> {
    let strict = || command::strict().try_get_matches_from(arguments);
    // What has to be there may be in the file. Help, and what is wrong in any case, are those of the whole definition.
    let typed = command::loose().try_get_matches_from(arguments).or_else(|_| strict())?;
    let defined = |name: &str| command::definition().find_subcommand(name).filter(|command| takes_settings(command));
    let taking = typed.subcommand().and_then(|(name, matches)| Some((name, matches, defined(name)?)));
    let Some((name, matches, definition)) = taking else { return beside(Args::from_arg_matches(&strict()?)?) };
    let environment = Environment::read()?;
    let (file, passed_over) = holding(matches.get_one::<PathBuf>("config").map(PathBuf::as_path))?;
    let held = layered(definition, &Typed::new(matches), &environment, file.as_ref())?;
    let declared = tools::declared(&registry()?, &environment, file.as_ref())?;
    if let Some(file) = &file {
        file.stays_at_home(&held)?;
    }
    let withheld = file.as_ref().and_then(|file| file.withheld(&held));
    let mut args = Args::from_arg_matches(&with_defaults(name, &held).try_get_matches_from(arguments)?)?;
    if let Some(why) = args.command.configure(declared, withheld) {
        // What can't be held back later is held back now.
        return Err(Failure::usage(why).into());
    }
    let warnings = passed_over.into_iter().chain(environment.warnings).collect();
    Ok(Configured { args, warnings })
}

/// The name of the file that holds, and whether it may do all that a person may.
pub(crate) fn held(named: Option<&Path>) -> Result<Option<(String, bool)>, Failure> {
    let (file, _passed_over) = holding(named)?;
    Ok(file.map(|file| (file.source.name.clone(), file.is_free())))
}

/// A command that takes no settings; one about tools is told of those that are declared.
fn beside(mut args: Args) -> Result<Configured, Stop> {
    if !matches!(args.command, Command::Tools(_)) {
        return Ok(Configured { args, warnings: Vec::new() });
    }
    let environment = Environment::read()?;
    let (file, passed_over) = holding(args.config.as_deref())?;
    args.command.configure(tools::declared(&registry()?, &environment, file.as_ref())?, None);
    Ok(Configured { args, warnings: passed_over.into_iter().chain(environment.warnings).collect() })
}

/// The file that was named, in whichever way, or found; and what to say of one that is passed over.
fn holding(named: Option<&Path>) -> Result<(Option<File>, Option<String>), Failure> {
    let variable = std::env::var_os(find::VARIABLE).filter(|name| !name.is_empty());
    let Some(source) = find::source(named.map(Path::as_os_str).or(variable.as_deref()))? else {
        return Ok((None, None));
    };
    let is_trusted = !source.is_named && Trust::read()?.has(&source);
    if source.is_foreign && !source.is_named && !is_trusted {
        let name = &source.name;
        return Ok((
            None,
            Some(format!("{name} belongs to another user and is passed over: name it with --config {name}")),
        ));
    }
    Ok((Some(File::read(source, is_trusted)?), None))
}

/// The command line in which these are the defaults.
fn with_defaults(name: &str, held: &Layered) -> clap::Command {
    command::strict().mut_subcommand(name, |command| {
        held.values().fold(command, |command, said| {
            command.mut_arg(said.setting.argument, |arg| arg.required(false).default_values(said.values.clone()))
        })
    })
}

/// `kgas config`.
pub(crate) fn main(command: &ConfigCommand, named: Option<&Path>, show: Show) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Show { json } => {
            let (file, passed_over) = holding(named)?;
            passed_over.iter().for_each(|warning| show.warning(warning));
            shown::main(file.as_ref(), *json, show)
        }
        ConfigCommand::Schema => schema::main(show),
        ConfigCommand::Trust { file, revoke } => trusting::main(file.as_deref().or(named), *revoke, show),
    }
}
