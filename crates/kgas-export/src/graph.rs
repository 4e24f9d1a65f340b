//! Reading a graph: typed rows, one at a time, of files that belong to one another.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use kgas_engine::{GraphError, GraphFiles, Origin};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::row::{Document, Entity, EntityHead, Rejected, Relation, RelationHead};

const ENTITIES: &str = "entities.jsonl";
const RELATIONS: &str = "relations.jsonl";
const DOCUMENTS: &str = "documents.jsonl";
const REJECTED: &str = "rejected.jsonl";
const SUMMARY: &str = "summary.json";

/// A graph in the folder that `kgas extract` has written.
///
/// Its files stay open, and each was seen to be the one that the summary names.
#[derive(Debug)]
pub struct Graph {
    folder: PathBuf,
    files: GraphFiles,
}

/// A graph that can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is none, or its files don't belong to one another.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A line isn't what such a line is.
    #[error("graph {}, line {line}: {source}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file can't be read.
    #[error("graph {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Graph {
    /// Opens the graph in a folder. Each file is read once to see that it is the one that belongs there.
    ///
    /// # Errors
    /// [`ReadError::Graph`] that says which file is wrong, and what to do.
    pub fn open(folder: &Path) -> Result<Self, ReadError> {
        let files = GraphFiles::open(folder, &[ENTITIES, RELATIONS, DOCUMENTS, REJECTED])?;
        Ok(Self { folder: folder.to_owned(), files })
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The unit of `start` and `end`: `code_points`, `bytes` or `utf16`.
    #[must_use]
    pub fn offsets(&self) -> &str {
        self.files.offsets()
    }

    /// Where it came from, so that its documents can be read again; none where that isn't known any more.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        Origin::read(&self.folder).ok()
    }

    /// What `summary.json` says.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn summary(&self) -> Result<Value, ReadError> {
        let path = self.folder.join(SUMMARY);
        let text =
            std::fs::read_to_string(&path).map_err(|source| ReadError::Unreadable { path: path.clone(), source })?;
        serde_json::from_str(&text).map_err(|source| ReadError::Line { path, line: 1, source })
    }

    /// The entities, by type and name.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn entities(&mut self) -> Result<Rows<'_, Entity>, ReadError> {
        self.rows(ENTITIES)
    }

    /// The relations, by type, subject and object or value.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn relations(&mut self) -> Result<Rows<'_, Relation>, ReadError> {
        self.rows(RELATIONS)
    }

    /// The documents, in the order of the input.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn documents(&mut self) -> Result<Rows<'_, Document>, ReadError> {
        self.rows(DOCUMENTS)
    }

    /// The items that were not kept, by document and place.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn rejected(&mut self) -> Result<Rows<'_, Rejected>, ReadError> {
        self.rows(REJECTED)
    }

    /// The entities, read only as far as an attribute's name and a class go.
    pub(crate) fn entity_heads(&mut self) -> Result<Rows<'_, EntityHead>, ReadError> {
        self.rows(ENTITIES)
    }

    /// The relations, without what they rest on.
    pub(crate) fn relation_heads(&mut self) -> Result<Rows<'_, RelationHead>, ReadError> {
        self.rows(RELATIONS)
    }

    fn rows<T>(&mut self, name: &str) -> Result<Rows<'_, T>, ReadError> {
        let path = self.folder.join(name);
        Ok(Rows { path, lines: self.files.reader(name)?.lines(), number: 0, row: PhantomData })
    }
}

/// The rows of a file, read as they are asked for.
#[derive(Debug)]
pub struct Rows<'g, T> {
    path: PathBuf,
    lines: Lines<BufReader<&'g mut File>>,
    number: u64,
    row: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Iterator for Rows<'_, T> {
    type Item = Result<T, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.number += 1;
        let line = match self.lines.next()? {
            Ok(line) => line,
            Err(source) => return Some(Err(ReadError::Unreadable { path: self.path.clone(), source })),
        };
        let row = serde_json::from_str(&line);
        Some(row.map_err(|source| ReadError::Line { path: self.path.clone(), line: self.number, source }))
    }
}
