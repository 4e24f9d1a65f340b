//! Why an ontology can't be read, and what was odd about one that could.

use std::fmt;
use std::io;
use std::path::PathBuf;

use kgas_core::ontology::{OntologyError, OntologyWarning};

use crate::Format;

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
    #[error("not UTF-8 at byte {0}: save it as UTF-8")]
    NotUtf8(usize),
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is not JSON; the message ends in line and column.
    #[error("not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// It is of none of the formats.
    #[error(
        "no ontology in it: expected kgas JSON (entities, relations), Text2KGBench JSON (concepts, relations), \
         JSON Schema ($defs), OWL or RDFS as Turtle or RDF/XML, or LinkML YAML (classes, slots), found {0}"
    )]
    UnknownFormat(&'static str),
    /// A field is not of its type.
    #[error("{place} should be {expected}")]
    Field {
        /// Where: `entities.Person.examples`.
        place: String,
        /// What it should be.
        expected: &'static str,
    },
    /// It breaks the rules of its format.
    #[error("{format}: line {line}: {problem}")]
    Syntax {
        /// The format that it was taken for.
        format: Format,
        /// Where, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// It is of a known format, and nothing in it is a class or a relation.
    #[error("no ontology in it: {format} without a class or a relation{}", after(.warning.as_deref()))]
    NothingFound {
        /// The format that it was taken for.
        format: Format,
        /// The first thing that was passed over.
        warning: Option<Box<ReadWarning>>,
    },
    /// It contradicts itself.
    #[error(transparent)]
    Ontology(#[from] OntologyError),
}

fn after(warning: Option<&ReadWarning>) -> String {
    warning.map(|warning| format!("; {warning}")).unwrap_or_default()
}

fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "reading it is not permitted".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, name a file".to_owned(),
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
    /// Something that breaks the rules of its format; what could be read of it is kept.
    Syntax {
        /// Where, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// Something well written that is passed over.
    PassedOver {
        /// Where, from 1; where the format has lines and the reader knows them.
        line: Option<usize>,
        /// What: `class "Film"`.
        what: String,
        /// Why: `it is deprecated`.
        why: &'static str,
    },
    /// A class of another ontology that is used here: it is taken as a class.
    Assumed {
        /// Its IRI.
        class: String,
    },
    /// Something was left out.
    Dropped(OntologyWarning),
}

impl ReadWarning {
    /// The line that it is about, from 1, where that is known.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        match self {
            Self::Syntax { line, .. } => Some(*line),
            Self::PassedOver { line, .. } => *line,
            Self::UnknownField { .. } | Self::Assumed { .. } | Self::Dropped(_) => None,
        }
    }
}

impl fmt::Display for ReadWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField { place, nearest: None } => write!(f, "{place} is not read"),
            Self::UnknownField { place, nearest: Some(name) } => {
                write!(f, "{place} is not read, did you mean {name}?")
            }
            Self::Syntax { line, problem } => write!(f, "line {line}: {problem}"),
            Self::PassedOver { line: Some(line), what, why } => write!(f, "line {line}: {what} is passed over: {why}"),
            Self::PassedOver { line: None, what, why } => write!(f, "{what} is passed over: {why}"),
            Self::Assumed { class } => write!(f, "<{class}> is used and not declared, it is taken as a class"),
            Self::Dropped(dropped) => dropped.fmt(f),
        }
    }
}
