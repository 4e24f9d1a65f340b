//! The kgas command as a library, so that a binary with tools of its own is a few lines:
//!
//! ```no_run
//! // use my_tool as _;   // links the crate; unnamed it would be missing without a word
//!
//! fn main() -> std::process::ExitCode {
//!     kgas_cli::main()
//! }
//! ```

#![forbid(unsafe_code)]

mod again;
mod args;
mod audit;
mod config;
mod corpus;
mod declared;
mod diff;
mod doctor;
mod embed;
mod endpoint;
mod explain;
mod export;
mod extract;
mod failure;
mod form;
mod graph;
mod init;
mod input;
mod job;
mod journal;
mod key;
mod logging;
mod models;
mod ontology;
mod origin;
mod plan;
mod progress;
mod prompt;
mod purse;
mod record;
mod report;
mod run;
mod settings;
mod shell;
mod show;
mod signals;
mod similar;
mod summary;
mod target;
mod telemetry;
mod toolbox;
mod tools;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

// Links the built-in tools; a binary that links kgas-cli has them too.
use kgas_tools as _;

use args::{Command, LogFormat};
use config::{Configured, Stop};
use failure::Failure;
use show::{Show, Stream};

pub use key::{KeyError, key_for};

/// Runs the command line of this process and says how it ended.
///
/// Exit codes: 0 complete, 1 fatal, 2 usage, 3 finished with failures, 130 interrupted.
#[must_use]
pub fn main() -> ExitCode {
    command_line(std::env::args_os(), Stream::Output).into()
}

/// Runs a command line within another program, which keeps standard output for itself: results are told on standard
/// error too. The first argument is the name of a program, and is not looked at.
///
/// It may be called again and again, but not at a time in which an async runtime drives this thread.
#[must_use]
pub fn aside(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    command_line(arguments, Stream::Error)
}

/// How a command line ended; as a number it is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All was done.
    Complete = 0,
    /// The work can't be done.
    Fatal = 1,
    /// The command line doesn't make sense.
    Usage = 2,
    /// It was done, but for what failed.
    WithFailures = 3,
    /// The user stopped it; what was done is written.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

fn command_line(arguments: impl IntoIterator<Item = OsString>, results: Stream) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let Configured { mut args, warnings } = match config::read(&arguments) {
        Ok(configured) => configured,
        Err(Stop::Clap(help_or_error)) => return show::clap(&help_or_error, results),
        Err(Stop::Failure(failure)) => {
            Show::new(false, results, LogFormat::default()).failure(&failure);
            return failure.exit();
        }
    };
    args.command.note(again::command(&arguments));
    let show = Show::new(args.quiet, results, args.log.log_format);
    warnings.iter().for_each(|warning| show.warning(warning));
    let telemetry = match telemetry::start(args.verbose, &args.log, show) {
        Ok(telemetry) => telemetry,
        Err(failure) => {
            show.failure(&failure);
            return failure.exit();
        }
    };
    let ended = match args.command {
        Command::Tools(command) => tools::main(&command, show),
        Command::Ontology(command) => ontology::main(&command, show),
        Command::Run(command) => block_on(run::main(&command, show)),
        Command::Extract(command) => block_on(extract::main(&command, show)),
        Command::Plan(command) => block_on(plan::main(&command, show)),
        Command::Embed(command) => block_on(embed::main(&command, show)),
        Command::Explain(command) => explain::main(&command, show),
        Command::Report(command) => report::main(&command, show),
        Command::Diff(command) => diff::main(&command, show),
        Command::Audit(command) => audit::main(&command, show),
        Command::Init { folder } => init::main(&folder, show),
        Command::Config(command) => config::main(&command, args.config.as_deref(), show),
        Command::Export(command) => export::main(&command, show),
        Command::Journal(args) => journal::main(&args.out, args.command.as_ref(), show),
        Command::Doctor(command) => block_on(doctor::main(&command, args.config.as_deref(), show)),
        Command::Completions(args) => shell::completions(&args, show),
        Command::Man(args) => shell::man(&args, show),
    };
    telemetry.end(show);
    match ended {
        Ok(exit) => exit,
        Err(failure) => {
            show.failure(&failure);
            failure.exit()
        }
    }
}

fn block_on(work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::fatal(format!("the system gives no threads: {error}")))?;
    let ended = runtime.block_on(work);
    // A thread that waits for standard input would hold the process for ever.
    runtime.shutdown_background();
    ended
}
