//! JSON files of others, read line by line; an error names the file and the line, and shows nothing of what is there.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// A line of a file.
pub(super) struct Line<T> {
    /// Which, from 1.
    pub(super) number: usize,
    pub(super) value: T,
}

/// A file that can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It isn't there.
    #[error("{}: there is no such file", .0.display())]
    Missing(PathBuf),
    /// It can't be read at all.
    #[error("{} can't be read", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It holds something else than is expected.
    #[error("{}:{line}: {problem}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

impl FileError {
    pub(super) fn line(path: &Path, line: usize, problem: impl Into<String>) -> Self {
        Self::Line { path: path.to_owned(), line, problem: problem.into() }
    }
}

/// Reads JSONL; blank lines pass. `expected` says what a line has.
pub(super) fn read<T: DeserializeOwned>(path: &Path, expected: &str) -> Result<Vec<Line<T>>, FileError> {
    let text = text_of(path)?;
    let worded = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    worded
        .map(|(at, line)| match serde_json::from_str(line) {
            Ok(value) => Ok(Line { number: at + 1, value }),
            Err(error) => Err(FileError::line(path, at + 1, problem(&error, expected))),
        })
        .collect()
}

/// Reads a file that is JSON as a whole.
pub(super) fn whole<T: DeserializeOwned>(path: &Path, expected: &str) -> Result<T, FileError> {
    let text = text_of(path)?;
    serde_json::from_str(&text).map_err(|error| FileError::line(path, error.line(), problem(&error, expected)))
}

fn text_of(path: &Path) -> Result<String, FileError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => FileError::Missing(path.to_owned()),
        _ => FileError::Unreadable { path: path.to_owned(), source },
    })?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Not in serde's words: they repeat what stands in the file.
fn problem(error: &serde_json::Error, expected: &str) -> String {
    match error.classify() {
        serde_json::error::Category::Data => format!("something is missing or not of its type: {expected}"),
        _ => format!("not JSON at column {}: {expected}", error.column()),
    }
}
