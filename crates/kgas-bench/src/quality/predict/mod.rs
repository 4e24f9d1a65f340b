//! What a system says of the test sentences, and where that is from.

mod folder;
mod graph;
mod run;
mod written;

use std::collections::BTreeMap;
use std::path::PathBuf;

use kgas_core::fact::ObjectType;

use super::data::Triple;
use super::lines::FileError;

pub use folder::answers;
pub(super) use run::{Order, extract};

/// A triple that a system says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claim {
    /// What it says. The relation's label has `_` for each space, as the benchmark expects of systems.
    pub triple: Triple,
    /// The class of the subject, where the system says it.
    pub subject_type: Option<String>,
    /// What the object is, where the system says it.
    pub object_type: ObjectType,
}

/// What is said of each sentence, by its id; a sentence that isn't there was not answered, which is not the same as
/// an empty answer.
pub type Answers = BTreeMap<String, Vec<Claim>>;

/// Why there are no predictions to be scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PredictError {
    /// A file is missing or broken.
    #[error(transparent)]
    File(#[from] FileError),
    /// The files of a graph don't belong together.
    #[error(transparent)]
    Graph(#[from] kgas_engine::GraphError),
    /// Nothing in a folder is for an ontology.
    #[error("{}: no predictions for {part}; expected a file {part}.jsonl or ont_{part}_….jsonl, or a folder {part} that kgas extract wrote", .folder.display())]
    None {
        /// The folder.
        folder: PathBuf,
        /// The ontology.
        part: String,
    },
    /// More than one thing in a folder is for an ontology.
    #[error("{}: for {part} there are {}; leave one of them", .folder.display(), .found.join(" and "))]
    Several {
        /// The folder.
        folder: PathBuf,
        /// The ontology.
        part: String,
        /// The names.
        found: Vec<String>,
    },
    /// A sentence that the benchmark doesn't have.
    #[error("{}: {id} is no sentence of the ontologies that are scored", .path.display())]
    UnknownSentence {
        /// The file.
        path: PathBuf,
        /// The id.
        id: String,
    },
    /// The folder for graphs can't be used.
    #[error("{} can't be used", .path.display())]
    Folder {
        /// The folder, or a file in it.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// `kgas extract` could not do its work, and has said why.
    #[error("{part}: kgas extract ended with {exit:?}, as it says above; there is nothing to score")]
    Extract {
        /// The ontology.
        part: String,
        /// How it ended.
        exit: kgas_cli::Exit,
    },
}
