//! The only file that prints: results on stdout, the rest on stderr, and a closed pipe is a quiet end.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::Exit;
use crate::failure::Failure;

/// Where words go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Show {
    quiet: bool,
}

impl Show {
    pub(crate) const fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// A line of the result.
    pub(crate) fn result(self, line: &str) {
        end_quietly(writeln!(io::stdout().lock(), "{line}"));
    }

    /// A result as indented JSON.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Failure::fatal(format!("the result can't be written as JSON: {error}")))?;
        self.result(&text);
        Ok(())
    }

    /// Something good to know while working.
    pub(crate) fn note(self, line: &str) {
        if !self.quiet {
            end_quietly(writeln!(io::stderr().lock(), "{line}"));
        }
    }

    /// Something that a person may lose by.
    pub(crate) fn warning(self, line: &str) {
        end_quietly(writeln!(io::stderr().lock(), "warning: {line}"));
    }

    /// Why the command could not do its work.
    pub(crate) fn failure(self, failure: &Failure) {
        end_quietly(writeln!(io::stderr().lock(), "kgas: {failure}"));
    }

    /// Whether a progress bar would be seen.
    pub(crate) fn has_bar(self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Lines in columns, the first being their heads.
    pub(crate) fn table(self, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in rows {
            let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
            self.result(cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
}

/// Prints what clap has to say: help and version are results, errors are not.
pub(crate) fn clap(said: &clap::Error) -> ExitCode {
    end_quietly(said.print());
    if said.use_stderr() { Exit::Usage.into() } else { Exit::Complete.into() }
}

/// Whoever read us has left: there is nobody to tell.
fn end_quietly(written: io::Result<()>) {
    if written.is_err() {
        std::process::exit(Exit::Complete as i32);
    }
}
