//! Why an ontology can't be read, and what was odd about one that could.

use std::fmt;
use std::io;
use std::path::PathBuf;

use kgas_core::ontology::{OntologyError, OntologyWarning};

/// An ontology file that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("ontology {}: {problem}", path.display())]
pub struct LoadError {
    pub(crate) path: PathBuf,
    #[source]
    pub(crate) problem: ReadError,
}

impl LoadError {
    /// What is wrong with it.
    #[must_use]
    pub const fn problem(&self) -> &ReadError {
        &self.problem
    }
}

/// Why an ontology can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file can't be read.
    #[error("{}", plain(.0))]
    Io(#[source] io::Error),
    /// The file isn't text.
    #[error("not UTF-8 at byte {0}")]
    NotUtf8(usize),
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is not JSON; the message ends in line and column.
    #[error("not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// It is JSON, but no ontology.
    #[error(
        "no ontology in it: expected {{\"entities\": {{…}}, \"relations\": {{…}}}} or \
         {{\"concepts\": […], \"relations\": […]}}"
    )]
    UnknownFormat,
    /// A field is not of its type.
    #[error("{place} should be {expected}")]
    Field {
        /// Where: `entities.Person.examples`.
        place: String,
        /// What it should be.
        expected: &'static str,
    },
    /// It contradicts itself.
    #[error(transparent)]
    Ontology(#[from] OntologyError),
}

fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "reading it is not permitted".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
        _ => error.to_string(),
    }
}

/// What was odd about an ontology that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadWarning {
    /// A field that nothing reads.
    UnknownField {
        /// Where: `entities.Person.exmaples`.
        place: String,
        /// The known field that looks most like it.
        nearest: Option<&'static str>,
    },
    /// Something was left out.
    Dropped(OntologyWarning),
}

impl fmt::Display for ReadWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField { place, nearest: None } => write!(f, "{place} is not read"),
            Self::UnknownField { place, nearest: Some(name) } => {
                write!(f, "{place} is not read, did you mean {name}?")
            }
            Self::Dropped(dropped) => dropped.fmt(f),
        }
    }
}
