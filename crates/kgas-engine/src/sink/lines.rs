//! One output line that may be too long for memory: its head, then a list that grows on disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

/// Bytes of the mentions of an entity, or of the evidence of an edge, held in memory before they go to disk.
const LINES_IN_MEMORY: usize = 256 * 1024;

/// JSON values with commas between them, on disk where they are many.
pub(super) struct Lines<'s> {
    scratch: &'s Path,
    /// The latest; those before them are on disk.
    memory: Vec<u8>,
    disk: Option<File>,
    is_empty: bool,
}

impl<'s> Lines<'s> {
    pub(super) const fn new(scratch: &'s Path) -> Self {
        Self { scratch, memory: Vec::new(), disk: None, is_empty: true }
    }

    pub(super) fn add(&mut self, line: &[u8]) -> io::Result<()> {
        if !self.is_empty {
            self.memory.push(b',');
        }
        self.is_empty = false;
        self.memory.extend_from_slice(line);
        if self.memory.len() > LINES_IN_MEMORY {
            let mut file = match self.disk.take() {
                Some(file) => file,
                None => tempfile::tempfile_in(self.scratch)?,
            };
            file.write_all(&self.memory)?;
            self.disk = Some(file);
            self.memory.clear();
        }
        Ok(())
    }

    fn copy(self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(mut file) = self.disk {
            file.rewind()?;
            io::copy(&mut file, out)?;
        }
        out.write_all(&self.memory)
    }
}

/// Writes a line without its end.
pub(super) fn write_line(out: &mut dyn Write, head: &[(&str, Value)], list: &str, lines: Lines<'_>) -> io::Result<()> {
    out.write_all(b"{")?;
    for (name, value) in head {
        write!(out, "{}:{value},", json!(name))?;
    }
    write!(out, "{}:[", json!(list))?;
    lines.copy(out)?;
    out.write_all(b"]}")
}

/// What a line says of how its words were found.
#[derive(Deserialize)]
pub(super) struct Found {
    #[serde(rename = "match")]
    pub(super) matched: String,
    pub(super) flags: Vec<String>,
}

/// Counts of how quotes were found, and of what a reader should know.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) matches: BTreeMap<String, u64>,
    pub(super) flags: BTreeMap<String, u64>,
}

impl Marks {
    pub(super) fn add(&mut self, more: Self) {
        let sum = |sum: &mut BTreeMap<String, u64>, more: BTreeMap<String, u64>| {
            more.into_iter().for_each(|(word, count)| *sum.entry(word).or_default() += count);
        };
        sum(&mut self.matches, more.matches);
        sum(&mut self.flags, more.flags);
    }

    pub(super) fn count(&mut self, found: Found) {
        *self.matches.entry(found.matched).or_default() += 1;
        for flag in found.flags {
            *self.flags.entry(flag).or_default() += 1;
        }
    }
}

/// The bytes before the first line break, and those after it.
pub(super) fn split(payload: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = payload.splitn(2, |byte| *byte == b'\n');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

pub(super) fn parse<'p, T: Deserialize<'p>>(json: &'p [u8]) -> io::Result<T> {
    serde_json::from_slice(json).map_err(io::Error::other)
}
