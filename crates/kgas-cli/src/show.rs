//! The only file that prints: results on stdout, the rest on stderr.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use tracing::Level;

use crate::Exit;
use crate::args::LogFormat;
use crate::failure::Failure;
use crate::logging;

/// Where words go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Show {
    quiet: bool,
    results: Stream,
    format: LogFormat,
}

/// Where results go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// To standard output.
    Output,
    /// To standard error, beside all else.
    Error,
}

impl Show {
    /// `format` is how stderr is written, but for results that go there.
    pub(crate) const fn new(quiet: bool, results: Stream, format: LogFormat) -> Self {
        Self { quiet, results, format }
    }

    /// A line of the result. Where the reader has left, there is nobody to tell.
    ///
    /// # Errors
    /// Where it is lost for another reason, such as a full disk.
    pub(crate) fn result(self, line: &str) -> Result<(), Failure> {
        if self.results == Stream::Error {
            say(line);
            return Ok(());
        }
        match writeln!(io::stdout().lock(), "{line}") {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::fatal(format!("the result can't be written to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// A result as indented JSON.
    ///
    /// # Errors
    /// As for [`Show::result`].
    pub(crate) fn json(self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Failure::fatal(format!("the result can't be written as JSON: {error}")))?;
        self.result(&text)
    }

    /// Where a result goes that is no text of ours.
    pub(crate) fn writer(self) -> Box<dyn Write + Send> {
        match self.results {
            Stream::Output => Box::new(io::stdout()),
            Stream::Error => Box::new(io::stderr()),
        }
    }

    /// Something good to know while working.
    pub(crate) fn note(self, line: &str) {
        if !self.quiet {
            self.say(Level::INFO, "", line);
        }
    }

    /// Something that a person may lose by.
    pub(crate) fn warning(self, line: &str) {
        self.say(Level::WARN, "warning: ", line);
    }

    /// Why the command could not do its work.
    pub(crate) fn failure(self, failure: &Failure) {
        self.say(Level::ERROR, "kgas: ", &failure.to_string());
    }

    fn say(self, level: Level, mark: &str, line: &str) {
        match self.format {
            LogFormat::Text => say(&format!("{mark}{line}")),
            LogFormat::Json => say(&logging::json_line(level, line)),
        }
    }

    /// Whether what is good to know is shown at all.
    pub(crate) const fn tells(self) -> bool {
        !self.quiet
    }

    /// Whether a progress bar would be seen.
    pub(crate) fn has_bar(self) -> bool {
        !self.quiet && self.format == LogFormat::Text && io::stderr().is_terminal()
    }

    /// Lines in columns, the first being their heads.
    ///
    /// # Errors
    /// As for [`Show::result`].
    pub(crate) fn table(self, rows: &[Vec<String>]) -> Result<(), Failure> {
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        rows.iter().try_for_each(|row| {
            let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
            self.result(cells.collect::<Vec<_>>().join("  ").trim_end())
        })
    }
}

/// Prints what clap has to say: help and version are results, errors are not.
pub(crate) fn clap(said: &clap::Error, results: Stream) -> Exit {
    let _nobody_reads_it = match results {
        Stream::Error if !said.use_stderr() => write!(io::stderr().lock(), "{}", said.render()),
        _ => said.print(),
    };
    if said.use_stderr() { Exit::Usage } else { Exit::Complete }
}

/// A line on stderr. A run that is paid for doesn't end because nobody reads along.
fn say(line: &str) {
    let _nobody_reads_it = writeln!(io::stderr().lock(), "{line}");
}
