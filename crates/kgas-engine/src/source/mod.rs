//! Where documents come from: files, folders and standard input.

mod count;
mod csv;
mod file;
mod jsonl;
mod sample;
mod text;
mod walk;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

pub use count::count;
pub use file::Format;

fn fields(present: &str) -> String {
    if present.is_empty() { "it has no fields".to_owned() } else { format!("its fields are {present}") }
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file, or a folder with everything below it.
    Path(PathBuf),
    /// Standard input.
    Stdin(Format),
}

/// How to read it.
#[derive(Clone, Debug)]
pub struct SourceOptions {
    /// The field of a JSONL or CSV record that holds the document's id.
    pub id_field: String,
    /// The field that holds its text.
    pub text_field: String,
    /// At most so many documents.
    pub limit: Option<usize>,
    /// A sample of so many documents, drawn with a seed.
    pub sample: Option<(usize, u64)>,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self { id_field: "id".to_owned(), text_field: "text".to_owned(), limit: None, sample: None }
    }
}

/// A document as it was found, readable or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced {
    /// What it is called.
    pub id: String,
    /// The path, and where a file holds many documents the line: `reviews.jsonl:17`.
    pub source: String,
    /// Its text, unchanged.
    pub text: Result<String, SourceError>,
}

/// Why a document can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// There is nothing at this path.
    #[error("there is no such file or folder")]
    Missing,
    /// The operating system refuses, or the archive is broken.
    #[error("it can't be read: {0}")]
    Unreadable(String),
    /// Its name says nothing that is known.
    #[error("kgas reads .txt, .md, .jsonl and .csv, each also as .gz")]
    UnknownKind,
    /// It isn't text.
    #[error("not UTF-8 at byte {0}: save it as UTF-8")]
    NotUtf8(usize),
    /// A line isn't a JSON object.
    #[error("line {line} is not a JSON object: {problem}")]
    BrokenLine {
        /// From 1.
        line: u64,
        /// What the parser says.
        problem: String,
    },
    /// A record has no text.
    #[error("line {line} has no text in field {field:?}; {}", fields(.present))]
    NoTextField {
        /// From 1.
        line: u64,
        /// The field that was looked for.
        field: String,
        /// The fields that are there.
        present: String,
    },
    /// A record of a table is broken.
    #[error("line {line} is not a record of the table: {problem}")]
    BrokenRecord {
        /// From 1.
        line: u64,
        /// What the parser says.
        problem: String,
    },
    /// An earlier document has the same id.
    #[error("an earlier document has the same id: give each its own, or name another field with --id-field")]
    DuplicateId,
}

type Documents = Box<dyn Iterator<Item = Sourced> + Send>;

/// All documents of the inputs, in order; the second of two with the same id is one that can't be read.
pub fn documents(inputs: Vec<Input>, options: &SourceOptions) -> Documents {
    let fields = options.clone();
    let all = inputs.into_iter().flat_map(walk::files).flat_map(move |file| file.documents(&fields));
    let mut seen = HashSet::new();
    let mut unique = all.map(move |mut document| {
        if !seen.insert(fingerprint(&document.id)) {
            document.text = Err(SourceError::DuplicateId);
        }
        document
    });
    match (options.sample, options.limit) {
        (Some((size, seed)), _) => Box::new(sample::draw(&mut unique, size, seed).into_iter()),
        (None, Some(limit)) => Box::new(unique.take(limit)),
        (None, None) => Box::new(unique),
    }
}

/// Eight bytes for each id: among a million, two collide once in thirty million runs.
fn fingerprint(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}
