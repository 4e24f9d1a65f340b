//! Records written in any order and read in the order of their keys, in bounded memory.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use extsort::{ExternalSorter, PushExternalSorter, Sortable, SortedIterator};

/// Keys held in memory before they are sorted to disk. Payloads never are.
const KEYS_IN_MEMORY: usize = 32 * 1024;

type Order = fn(&Entry, &Entry) -> Ordering;

/// Takes records in any order.
pub(crate) struct Spool {
    folder: std::path::PathBuf,
    payloads: BufWriter<File>,
    written: u64,
    keys: PushExternalSorter<Entry, Order>,
}

/// Gives records in the order of their keys; those with the same key in the order in which they were written.
pub(crate) struct Sorted {
    payloads: File,
    at: u64,
    keys: SortedIterator<Entry, Order>,
}

/// Where the payload of a key lies.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: Vec<u8>,
    offset: u64,
    length: u64,
}

impl Spool {
    /// Makes a spool whose files lie in `folder`, which is its alone.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let payloads = BufWriter::with_capacity(256 * 1024, tempfile::tempfile_in(folder)?);
        let sorter = ExternalSorter::new().with_segment_size(KEYS_IN_MEMORY).with_sort_dir(folder.to_owned());
        let keys = sorter.pushed_by::<Entry, Order>(Entry::cmp);
        Ok(Self { folder: folder.to_owned(), payloads, written: 0, keys })
    }

    /// Takes a record.
    pub(crate) fn push(&mut self, key: Vec<u8>, payload: &[u8]) -> io::Result<()> {
        self.push_with(key, |out| out.write_all(payload))
    }

    /// Takes a record whose payload is written piece by piece.
    pub(crate) fn push_with(
        &mut self,
        key: Vec<u8>,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let offset = self.written;
        let mut out = Counting { inner: &mut self.payloads, count: &mut self.written };
        write(&mut out)?;
        self.keys.push(Entry { key, offset, length: self.written - offset })
    }

    /// Ends the writing.
    pub(crate) fn sort(self) -> io::Result<Sorted> {
        let payloads = self.payloads.into_inner().map_err(io::IntoInnerError::into_error)?;
        let sorted = Sorted { payloads, at: self.written, keys: self.keys.done()? };
        // The sorter holds its files open; their names aren't needed any more where the system allows that.
        let _ = std::fs::remove_dir_all(&self.folder);
        Ok(sorted)
    }
}

impl Sorted {
    /// The next key; its payload goes to `payload`, which is cleared first.
    pub(crate) fn read(&mut self, payload: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
        payload.clear();
        self.copy(payload)
    }

    /// The next key; its payload is copied to `out` in pieces.
    pub(crate) fn copy(&mut self, out: &mut dyn Write) -> io::Result<Option<Vec<u8>>> {
        let Some(entry) = self.keys.next().transpose()? else { return Ok(None) };
        if entry.offset != self.at {
            self.payloads.seek(SeekFrom::Start(entry.offset))?;
        }
        let copied = io::copy(&mut (&self.payloads).take(entry.length), out)?;
        self.at = entry.offset + copied;
        Ok(Some(entry.key))
    }
}

struct Counting<'w> {
    inner: &'w mut BufWriter<File>,
    count: &'w mut u64,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        *self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Sortable for Entry {
    fn encode<W: Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(&(self.key.len() as u64).to_le_bytes())?;
        out.write_all(&self.key)?;
        out.write_all(&self.offset.to_le_bytes())?;
        out.write_all(&self.length.to_le_bytes())
    }

    fn decode<R: Read>(from: &mut R) -> io::Result<Self> {
        let size = usize::try_from(number(from)?).map_err(io::Error::other)?;
        let mut key = vec![0; size];
        from.read_exact(&mut key)?;
        Ok(Self { key, offset: number(from)?, length: number(from)? })
    }
}

fn number(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}
