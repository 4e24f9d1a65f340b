//! Records written in any order and read in the order of their keys, in bounded memory and two open files.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

/// Bytes of records held in memory before they are sorted to disk as a run.
const RUN_BYTES: usize = 4 << 20;
/// Bytes of a run that are read at a time.
const READ_BYTES: usize = 32 * 1024;
/// A longer payload lies beside the runs, and is never held in memory.
const LONG_PAYLOAD: usize = 64 * 1024;

/// Takes records in any order.
pub(crate) struct Spool {
    /// The keys and payloads of the run that is not written yet.
    memory: Vec<u8>,
    records: Vec<Entry>,
    /// All runs, one after the other.
    runs: File,
    run_ends: Vec<u64>,
    long: Long,
}

/// Gives records in the order of their keys; those with the same key in the order in which they were written.
pub(crate) struct Sorted {
    file: Arc<File>,
    run_ends: Vec<u64>,
    runs: Vec<BufReader<Section>>,
    /// The next key of each run, the smallest first.
    heads: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    long: Long,
}

/// Where a record lies in memory: its key begins at `key`, its payload behind that.
struct Entry {
    key: usize,
    payload: usize,
    end: usize,
    is_long: bool,
}

/// The payloads that are too long for memory, one after the other; their records hold the place.
struct Long {
    file: File,
    end: u64,
}

/// A part of a file that others read too.
struct Section {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Spool {
    /// Makes a spool whose files lie in `folder`, without a name where the system allows that.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        let long = Long { file: tempfile::tempfile_in(folder)?, end: 0 };
        let runs = tempfile::tempfile_in(folder)?;
        Ok(Self { memory: Vec::new(), records: Vec::new(), runs, run_ends: Vec::new(), long })
    }

    /// Takes a record.
    pub(crate) fn push(&mut self, key: &[u8], payload: &[u8]) -> io::Result<()> {
        self.push_with(key, |out| out.write_all(payload))
    }

    /// Takes a record whose payload is written piece by piece.
    pub(crate) fn push_with(
        &mut self,
        key: &[u8],
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let start = self.memory.len();
        self.memory.extend_from_slice(key);
        let payload = self.memory.len();
        let mut out = Payload { memory: &mut self.memory, start: payload, long: &mut self.long, moved: None };
        write(&mut out)?;
        let is_long = out.close();
        self.records.push(Entry { key: start, payload, end: self.memory.len(), is_long });
        if self.memory.len() < RUN_BYTES { Ok(()) } else { self.write_run() }
    }

    /// Ends the writing.
    pub(crate) fn sort(mut self) -> io::Result<Sorted> {
        self.write_run()?;
        Sorted::open(Arc::new(self.runs), self.run_ends, self.long)
    }

    fn write_run(&mut self) -> io::Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        let memory = &self.memory;
        let bytes = |from: usize, to: usize| memory.get(from..to).unwrap_or_default();
        self.records.sort_by_key(|entry| bytes(entry.key, entry.payload));
        let mut out = BufWriter::with_capacity(256 * 1024, &self.runs);
        for entry in &self.records {
            let (key, payload) = (bytes(entry.key, entry.payload), bytes(entry.payload, entry.end));
            write_number(&mut out, key.len() as u64)?;
            out.write_all(key)?;
            out.write_all(&[u8::from(entry.is_long)])?;
            write_number(&mut out, payload.len() as u64)?;
            out.write_all(payload)?;
        }
        out.flush()?;
        drop(out);
        self.run_ends.push(self.runs.stream_position()?);
        self.records.clear();
        self.memory.clear();
        Ok(())
    }
}

impl Sorted {
    fn open(file: Arc<File>, run_ends: Vec<u64>, long: Long) -> io::Result<Self> {
        let mut sorted = Self { file, run_ends, runs: Vec::new(), heads: BinaryHeap::new(), long };
        let mut at = 0;
        for run in 0..sorted.run_ends.len() {
            let end = sorted.run_ends.get(run).copied().unwrap_or(at);
            let section = Section { file: Arc::clone(&sorted.file), at, end };
            sorted.runs.push(BufReader::with_capacity(READ_BYTES, section));
            sorted.advance(run)?;
            at = end;
        }
        Ok(sorted)
    }

    /// From the first record again.
    pub(crate) fn rewound(self) -> io::Result<Self> {
        Self::open(self.file, self.run_ends, self.long)
    }

    /// The next key; its payload goes to `payload`, which is cleared first.
    pub(crate) fn read(&mut self, payload: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
        payload.clear();
        self.copy(payload)
    }

    /// The next key; its payload is copied to `out` in pieces.
    pub(crate) fn copy(&mut self, out: &mut dyn Write) -> io::Result<Option<Vec<u8>>> {
        let Some(Reverse((key, run))) = self.heads.pop() else { return Ok(None) };
        if let Some(reader) = self.runs.get_mut(run) {
            let mut is_long = [0];
            reader.read_exact(&mut is_long)?;
            let length = read_number(reader)?;
            if is_long == [0] {
                copy_all(reader, length, out)?;
            } else {
                let (offset, length) = (read_number(reader)?, read_number(reader)?);
                self.long.file.seek(SeekFrom::Start(offset))?;
                copy_all(&mut self.long.file, length, out)?;
            }
        }
        self.advance(run)?;
        Ok(Some(key))
    }

    /// Reads the next key of a run, where it has one.
    fn advance(&mut self, run: usize) -> io::Result<()> {
        let Some(reader) = self.runs.get_mut(run) else { return Ok(()) };
        if reader.fill_buf()?.is_empty() {
            return Ok(());
        }
        let length = read_number(reader)?;
        let mut key = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
        copy_all(reader, length, &mut key)?;
        self.heads.push(Reverse((key, run)));
        Ok(())
    }
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(self.at))?;
        let read = Read::take(&mut self.file, self.end - self.at).read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Takes a payload into memory, and moves it out when it becomes too long.
struct Payload<'s> {
    memory: &'s mut Vec<u8>,
    start: usize,
    long: &'s mut Long,
    /// Where it begins among the long ones.
    moved: Option<u64>,
}

impl Payload<'_> {
    /// Whether the payload was moved out; its place stands for it then.
    fn close(self) -> bool {
        if let Some(offset) = self.moved {
            self.memory.extend(offset.to_le_bytes());
            self.memory.extend((self.long.end - offset).to_le_bytes());
        }
        self.moved.is_some()
    }
}

impl Write for Payload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.moved.is_none() && self.memory.len() - self.start + bytes.len() > LONG_PAYLOAD {
            self.moved = Some(self.long.end);
            let begun = self.memory.split_off(self.start);
            self.long.write_all(&begun)?;
        }
        if self.moved.is_some() {
            self.long.write_all(bytes)?;
        } else {
            self.memory.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Long {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.end += bytes.len() as u64;
        Ok(())
    }
}

fn copy_all(from: &mut dyn Read, length: u64, out: &mut dyn Write) -> io::Result<()> {
    let copied = io::copy(&mut from.take(length), out)?;
    if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn write_number(out: &mut impl Write, number: u64) -> io::Result<()> {
    out.write_all(&number.to_le_bytes())
}

fn read_number(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}
