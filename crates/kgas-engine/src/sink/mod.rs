//! The outputs: records are spooled while the run goes on, then sorted, merged and written.

mod folder;
mod merge;
mod records;
mod spool;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

pub use folder::{Folder, OutputError};
pub(crate) use records::{Record, records};

use records::Stream;
use spool::{Sorted, Spool};

/// All records of a run, by the output that they belong to.
pub struct Store {
    scratch: tempfile::TempDir,
    spools: BTreeMap<Stream, Spool>,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct GraphCounts {
    /// Lines of `entities.jsonl`.
    pub entities: u64,
    /// Mentions in them.
    pub mentions: u64,
    /// Lines of `relations.jsonl`.
    pub relations: u64,
    /// Evidence in them.
    pub evidence: u64,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("scratch", &self.scratch.path()).finish_non_exhaustive()
    }
}

impl Store {
    /// Makes a store whose files lie below `folder` until they are sorted.
    ///
    /// # Errors
    /// Where the folder can't be written.
    pub fn create(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let scratch = tempfile::Builder::new().prefix("run-").tempdir_in(folder)?;
        Ok(Self { scratch, spools: BTreeMap::new() })
    }

    pub(crate) fn push(&mut self, record: Record) -> io::Result<()> {
        self.spool(record.stream)?.push(&record.key, &record.payload)
    }

    /// Writes all outputs of a graph to the folder. Each file is complete before it gets its name.
    ///
    /// # Errors
    /// Where the disk can't be written or read.
    pub fn write_graph(mut self, out: &Folder) -> io::Result<GraphCounts> {
        let mentions = self.sorted(Stream::Mentions)?;
        let mut lines = Spool::create(self.scratch.path())?;
        let entities = merge::entities(mentions, &mut lines, self.scratch.path())?;
        let mut lines = lines.sort()?;
        out.write("entities.jsonl", |file| copy_lines(&mut lines, file))?;
        let evidence = self.sorted(Stream::Relations)?;
        let mut relations = merge::Counts::default();
        out.write("relations.jsonl", |file| {
            relations = merge::relations(evidence, file, self.scratch.path())?;
            Ok(())
        })?;
        for (stream, name) in [(Stream::Documents, "documents.jsonl"), (Stream::Rejected, "rejected.jsonl")] {
            let mut lines = self.sorted(stream)?;
            out.write(name, |file| copy_lines(&mut lines, file))?;
        }
        self.write_tools(out)?;
        Ok(GraphCounts {
            entities: entities.merged,
            mentions: entities.records,
            relations: relations.merged,
            evidence: relations.records,
        })
    }

    /// Writes the vectors alone to a file.
    ///
    /// # Errors
    /// Where the disk can't be written or read.
    pub fn write_embeddings(mut self, path: &Path) -> io::Result<()> {
        let mut lines = self.sorted(Stream::Embeddings)?;
        folder::write_file(path, |file| copy_lines(&mut lines, file))
    }

    /// Outputs that only some tools have; those of an earlier run would belong to another graph.
    fn write_tools(&mut self, out: &Folder) -> io::Result<()> {
        out.remove_tool_outputs()?;
        let streams: Vec<Stream> = self.spools.keys().cloned().collect();
        for stream in streams {
            let name = match &stream {
                Stream::Embeddings => "embeddings.jsonl".to_owned(),
                // A file of that folder, whatever the id.
                Stream::Tool(tool) => format!("tools/{}.jsonl", tool.replace(['/', '\\'], "_")),
                _ => continue,
            };
            let mut lines = self.sorted(stream)?;
            out.write(&name, |file| copy_lines(&mut lines, file))?;
        }
        Ok(())
    }

    fn spool(&mut self, stream: Stream) -> io::Result<&mut Spool> {
        // Not the entry API: making a spool can fail.
        if !self.spools.contains_key(&stream) {
            self.spools.insert(stream.clone(), Spool::create(self.scratch.path())?);
        }
        self.spools.get_mut(&stream).ok_or_else(|| io::Error::other("a spool is missing"))
    }

    /// Takes a spool out and sorts it; empty where nothing was pushed.
    fn sorted(&mut self, stream: Stream) -> io::Result<Sorted> {
        match self.spools.remove(&stream) {
            Some(spool) => spool.sort(),
            None => Spool::create(self.scratch.path())?.sort(),
        }
    }
}

fn copy_lines(lines: &mut Sorted, out: &mut BufWriter<File>) -> io::Result<()> {
    while lines.copy(out)?.is_some() {
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A path beside another that nothing else uses, for a file that isn't complete yet.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}
