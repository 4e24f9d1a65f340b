//! Reading a graph: only files that belong to one another are given out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::draft::SUMMARY;
use crate::key::hex;
use crate::summary::{RunState, SCHEMA_VERSION};

/// Bytes that are read and digested at a time.
const BLOCK: usize = 256 * 1024;

/// Files of a graph, each of them the one that the graph's summary names.
///
/// They stay open, so that a run that ends meanwhile changes nothing of what is read.
#[derive(Debug)]
pub struct GraphFiles {
    folder: PathBuf,
    head: Head,
    files: BTreeMap<String, File>,
}

/// A folder whose graph can't be read.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// There is none, or none is whole.
    #[error("there is no complete graph in {}: name a folder that kgas extract has written", folder.display())]
    None {
        /// The folder.
        folder: PathBuf,
    },
    /// The files aren't those of one graph.
    #[error(
        "graph {}: {name} isn't the file that its summary names: a run was interrupted while it wrote, or the file was \
         changed by hand; run the same kgas extract again",
        folder.display()
    )]
    Mixed {
        /// The folder.
        folder: PathBuf,
        /// The file.
        name: String,
    },
    /// It is in a form that this version doesn't know.
    #[error(
        "graph {}: it has form {version} of the outputs, and this kgas reads form {SCHEMA_VERSION}: extract it anew, \
         or use the version that wrote it",
        folder.display()
    )]
    Version {
        /// The folder.
        folder: PathBuf,
        /// The version of its form.
        version: u32,
    },
    /// A file can't be read.
    #[error("graph {}: it can't be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What a reader needs of `summary.json`.
#[derive(Debug, Deserialize)]
struct Head {
    schema_version: u32,
    state: RunState,
    offsets: String,
    /// Absent in form 1.
    #[serde(default)]
    files: BTreeMap<String, String>,
}

impl GraphFiles {
    /// Opens these files of the graph in a folder, and reads each once to see that it is the one that belongs there.
    ///
    /// # Errors
    /// [`GraphError`] that says which file is wrong, and what to do.
    pub fn open(folder: &Path, names: &[&str]) -> Result<Self, GraphError> {
        let head = Head::read(folder)?;
        if head.schema_version != SCHEMA_VERSION {
            return Err(GraphError::Version { folder: folder.to_owned(), version: head.schema_version });
        }
        let mut files = BTreeMap::new();
        for name in names {
            let mixed = || GraphError::Mixed { folder: folder.to_owned(), name: (*name).to_owned() };
            let path = folder.join(name);
            let mut file = match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(mixed()),
                opened => opened.map_err(|source| GraphError::Unreadable { path: path.clone(), source })?,
            };
            let digest = digest(&mut file).map_err(|source| GraphError::Unreadable { path, source })?;
            if head.files.get(*name) != Some(&digest) {
                return Err(mixed());
            }
            files.insert((*name).to_owned(), file);
        }
        Ok(Self { folder: folder.to_owned(), head, files })
    }

    /// The unit in which the graph counts, as the summary calls it.
    #[must_use]
    pub fn offsets(&self) -> &str {
        &self.head.offsets
    }

    /// One of the files that were opened, from its beginning.
    ///
    /// # Errors
    /// Where it can't be read, or was not opened.
    pub fn reader(&mut self, name: &str) -> Result<BufReader<&mut File>, GraphError> {
        let path = self.folder.join(name);
        let found = self.files.get_mut(name).ok_or(io::ErrorKind::NotFound.into());
        let rewound = found.and_then(|file: &mut File| file.rewind().map(|()| file));
        rewound
            .map(|file| BufReader::with_capacity(BLOCK, file))
            .map_err(|source| GraphError::Unreadable { path, source })
    }
}

impl Head {
    fn read(folder: &Path) -> Result<Self, GraphError> {
        let path = folder.join(SUMMARY);
        let file = match File::open(&path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Err(GraphError::None { folder: folder.to_owned() });
            }
            opened => opened.map_err(|source| GraphError::Unreadable { path: path.clone(), source })?,
        };
        let head = serde_json::from_reader(BufReader::new(file)).map_err(io::Error::from);
        head.map_err(|source| GraphError::Unreadable { path, source })
    }
}

/// Whether a folder has a graph for which all documents were tried, and which a stopped run may therefore not replace.
pub(super) fn stands(out: &Path) -> io::Result<bool> {
    let Ok(head) = Head::read(out) else { return Ok(false) };
    if !head.state.has_tried_all() {
        return Ok(false);
    }
    // What can't be held against the summary is believed.
    if head.schema_version != SCHEMA_VERSION {
        return Ok(true);
    }
    // A user may have removed what came by standard input.
    for (name, expected) in head.files.iter().filter(|(name, _)| !name.starts_with(".kgas")) {
        match File::open(out.join(name)).and_then(|mut file| digest(&mut file)) {
            Ok(found) if found == *expected => {}
            Ok(_) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

fn digest(file: &mut File) -> io::Result<String> {
    let mut sha = Sha256::new();
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(hex(&sha.finalize())),
            Ok(read) => sha.update(block.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
