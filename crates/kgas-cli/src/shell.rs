//! `kgas completions` and `kgas man`: what shells and `man` know of the command line, from its own definitions.

use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;
use kgas_engine::OutputError;

use crate::Exit;
use crate::args::{Args, CompletionsArgs, ManArgs};
use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

const NAME: &str = "kgas";

pub(crate) fn completions(args: &CompletionsArgs, show: Show) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), NAME, &mut script);
    show.result(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Complete)
}

pub(crate) fn man(args: &ManArgs, show: Show) -> Result<Exit, Failure> {
    match &args.folder {
        Some(folder) => pages(folder, show),
        None => {
            let mut page = Vec::new();
            let rendered = Man::new(command()).render(&mut page);
            rendered.map_err(|error| Failure::fatal(format!("the manual page can't be made: {error}")))?;
            show.result(String::from_utf8_lossy(&page).trim_end())?;
            Ok(Exit::Complete)
        }
    }
}

fn pages(folder: &Path, show: Show) -> Result<Exit, Failure> {
    let not_written = |error| Failure::fatal(OutputError::new(folder, error));
    std::fs::create_dir_all(folder).map_err(not_written)?;
    clap_mangen::generate_to(command(), folder).map_err(not_written)?;
    let count = pages_of(&command());
    show.result(&format!("{}: {}", folder.display(), counted(count, "manual page", "manual pages")))?;
    Ok(Exit::Complete)
}

/// `help` says nothing that the pages don't.
fn command() -> clap::Command {
    Args::command().disable_help_subcommand(true)
}

fn pages_of(command: &clap::Command) -> u64 {
    let shown = command.get_subcommands().filter(|below| !below.is_hide_set());
    1 + shown.map(pages_of).sum::<u64>()
}
