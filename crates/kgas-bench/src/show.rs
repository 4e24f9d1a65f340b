//! The only file that prints: results on stdout, the rest on stderr.

use std::io::{self, Write};

use crate::failure::Failure;

/// Where words go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Show;

impl Show {
    /// A line of the result. Where the reader has left, there is nobody to tell.
    ///
    /// # Errors
    /// Where it is lost for another reason, such as a full disk.
    pub(crate) fn result(self, line: &str) -> Result<(), Failure> {
        match writeln!(io::stdout().lock(), "{line}") {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(format!("the result can't be written to standard output: {error}").into())
            }
            _ => Ok(()),
        }
    }

    /// Something good to know while working.
    pub(crate) fn note(self, line: &str) {
        let _nobody_reads_it = writeln!(io::stderr().lock(), "{line}");
    }

    /// Why the command could not do its work.
    pub(crate) fn failure(self, failure: &Failure) {
        self.note(&format!("kgas-bench: {failure}"));
    }

    /// Lines in columns, the first being their heads; what `is_number` says stands at the right of its column.
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
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| match column {
                0 => format!("{cell:width$}"),
                _ => format!("{cell:>width$}"),
            });
            self.result(cells.collect::<Vec<_>>().join("  ").trim_end())
        })
    }
}
