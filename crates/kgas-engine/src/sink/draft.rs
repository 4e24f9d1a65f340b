//! A graph on its way into the output folder: written aside as a whole, then put in place file by file.
//!
//! All files are written below a folder of this run and synced. That folder becomes `.kgas/ready` in one step, and from
//! then on the graph is whole whatever happens: its files are moved to where they belong, the summary last, and the next
//! start goes on with that where this process can't.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::folder::{Folder, remove};
use super::graph;
use crate::files::{private, sync_folder};
use crate::key::hex;
use crate::origin::Origin;
use crate::summary::Summary;

/// Names of a graph's files below its folder.
pub(super) const SUMMARY: &str = "summary.json";
pub(crate) const ORIGIN: &str = ".kgas/run.json";
pub(crate) const STDIN: &str = ".kgas/stdin";
pub(super) const EMBEDDINGS: &str = "embeddings.jsonl";

/// Where a graph lies that is whole and not in place yet.
const READY: &str = ".kgas/ready";
/// Where a graph lies that replaces no better one.
const PARTIAL: &str = ".kgas/partial";
/// Bytes that are digested and written at a time.
const BLOCK: usize = 256 * 1024;

/// The files of a graph, complete and not in place yet. Dropping it removes them.
#[derive(Debug)]
pub struct Draft {
    folder: Folder,
    scratch: tempfile::TempDir,
    /// The SHA-256 of each file, by its name.
    files: BTreeMap<String, String>,
}

impl Draft {
    pub(super) fn begin(folder: &Folder) -> io::Result<Self> {
        let scratch = tempfile::Builder::new().prefix(super::SCRATCH).tempdir_in(folder.own())?;
        Ok(Self { folder: folder.clone(), scratch, files: BTreeMap::new() })
    }

    /// Writes a file of the graph.
    pub(super) fn write(
        &mut self,
        name: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let digest = self.write_new(name, content)?;
        self.files.insert(name.to_owned(), digest);
        Ok(())
    }

    /// Writes a file and gives its SHA-256.
    fn write_new(&self, name: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<String> {
        let path = self.place().join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = if name == STDIN { private().truncate(true).open(&path) } else { File::create(&path) }?;
        let mut out = BufWriter::with_capacity(BLOCK, Digesting { file, sha: Sha256::new() });
        content(&mut out)?;
        let Digesting { file, sha } = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(hex(&sha.finalize()))
    }

    /// Puts the graph in place with where it came from and what it is, and gives the folder that it is in.
    ///
    /// A run that was stopped replaces no graph for which all documents were tried: its own then goes to
    /// `.kgas/partial`.
    ///
    /// # Errors
    /// Where the disk can't be written. The graph that was there stays, or the next start puts the new one in place.
    pub fn publish(self, origin: &Origin, mut summary: Summary) -> io::Result<PathBuf> {
        summary.files.clone_from(&self.files);
        self.write_new(ORIGIN, |file| Ok(serde_json::to_writer_pretty(file, origin)?))?;
        self.write_new(SUMMARY, |file| Ok(serde_json::to_writer_pretty(file, &summary)?))?;
        for folder in ["tools", ".kgas", ""].map(|name| self.place().join(name)) {
            if folder.is_dir() {
                sync_folder(&folder)?;
            }
        }
        let out = self.folder.path();
        if !summary.state.has_tried_all() && graph::stands(out)? {
            let partial = out.join(PARTIAL);
            remove_folder(&partial)?;
            fs::rename(self.place(), &partial)?;
            sync_folder(&self.folder.own())?;
            return Ok(partial);
        }
        fs::rename(self.place(), out.join(READY))?;
        sync_folder(&self.folder.own())?;
        put_in_place(out)?;
        Ok(out.to_owned())
    }

    fn place(&self) -> PathBuf {
        self.scratch.path().join("graph")
    }
}

/// Moves the files of a graph that is ready to where they belong; nothing where there is none.
pub(super) fn put_in_place(out: &Path) -> io::Result<()> {
    let ready = out.join(READY);
    if ready.join(SUMMARY).is_file() {
        let named: Named = serde_json::from_reader(io::BufReader::new(File::open(ready.join(SUMMARY))?))?;
        // What came by standard input and where all came from go last: what they stand beside is no graph by then.
        let (own, graph): (Vec<&String>, Vec<&String>) = named.files.keys().partition(|name| name.starts_with(".kgas"));
        let origin = ORIGIN.to_owned();
        for name in graph.into_iter().chain(own).chain([&origin]) {
            move_file(&ready.join(name), &out.join(name))?;
        }
        remove_others(out, &named.files)?;
        for folder in ["tools", ".kgas", ""].map(|name| out.join(name)) {
            if folder.is_dir() {
                sync_folder(&folder)?;
            }
        }
        // By now the graph is whole whatever happens; behind its summary nobody would come back for this.
        remove_folder(&out.join(PARTIAL))?;
        move_file(&ready.join(SUMMARY), &out.join(SUMMARY))?;
        sync_folder(out)?;
    }
    remove_folder(&ready)
}

/// Removes files that only some graphs have, and this one hasn't.
fn remove_others(out: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    for name in [EMBEDDINGS, STDIN].into_iter().filter(|name| !files.contains_key(*name)) {
        remove(&out.join(name))?;
    }
    let Ok(entries) = fs::read_dir(out.join("tools")) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let (path, name) = (entry.path(), format!("tools/{}", entry.file_name().to_string_lossy()));
        if path.extension().is_some_and(|ending| ending == "jsonl") && !files.contains_key(&name) {
            remove(&path)?;
        }
    }
    // Only an empty folder goes.
    let _ = fs::remove_dir(out.join("tools"));
    Ok(())
}

/// What a summary says of its graph's files.
#[derive(Deserialize)]
struct Named {
    files: BTreeMap<String, String>,
}

/// Moves a file that an earlier start may have moved.
fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        moved => moved,
    }
}

fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Digests what is written to a file.
struct Digesting {
    file: File,
    sha: Sha256,
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sha.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
