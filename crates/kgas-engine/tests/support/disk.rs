//! A disk in memory for a journal: it can be full, lose power, and be tampered with.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};

use fastrand::Rng;
use kgas_engine::journal::{Journal, JournalError};
use redb::StorageBackend;

const SECTOR: usize = 512;
const BLOCK: usize = 4096;

/// What opens, closes and opened again is the same disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    /// What a reader sees.
    bytes: Vec<u8>,
    /// What survives a loss of power.
    durable: Vec<u8>,
    /// The sectors that were written since the last sync.
    unsynced: BTreeSet<usize>,
    /// The blocks that hold something.
    used: BTreeSet<usize>,
    /// How many there may be, and how many more where this file isn't there.
    blocks: Option<(usize, usize, PathBuf)>,
    /// After so many syncs there is no power any more.
    syncs_left: Option<u32>,
    /// What the next sync tells and waits for, before it fails.
    held: Option<(Sender<()>, Receiver<()>)>,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

impl Disk {
    /// A disk that holds these bytes.
    pub(crate) fn holding(bytes: &[u8]) -> Self {
        let disk = Self::default();
        disk.content().bytes = bytes.to_vec();
        disk.content().durable = bytes.to_vec();
        disk
    }

    /// Opens the journal on it; `folder` is for the ballast.
    pub(crate) fn open(&self, folder: &Path) -> Result<Journal, JournalError> {
        let disk = self.clone();
        Journal::open_on(folder, move |builder| builder.create_with_backend(disk.clone()))
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.content().bytes.clone()
    }

    /// Leaves room for so many blocks more, and for so many when the ballast in the folder is gone.
    pub(crate) fn leave(&self, blocks: usize, without_ballast: usize, folder: &Path) {
        let mut content = self.content();
        content.blocks = Some((content.used.len() + blocks, without_ballast, folder.join("journal.ballast")));
    }

    /// Makes room.
    pub(crate) fn clear_up(&self) {
        self.content().blocks = None;
    }

    /// Takes its power away after so many syncs, in the middle of the next.
    pub(crate) fn dies_after(&self, syncs: u32) {
        self.content().syncs_left = Some(syncs);
    }

    /// Holds up the next sync: it says when it has begun, goes on when it is told to, and fails.
    pub(crate) fn holds(&self) -> (Receiver<()>, Sender<()>) {
        let ((begins, begun), (go_on, goes_on)) = (channel(), channel());
        self.content().held = Some((begins, goes_on));
        (begun, go_on)
    }

    /// What is on it when the power is back: all that was synced, and of the rest whatever chance wants.
    pub(crate) fn revived(&self, dice: &mut Rng) -> Self {
        let content = self.content();
        let mut bytes = content.durable.clone();
        if content.bytes.len() != bytes.len() && dice.bool() {
            bytes.resize(content.bytes.len(), 0);
        }
        let most = dice.u8(..);
        for sector in &content.unsynced {
            let range = sector * SECTOR..((sector + 1) * SECTOR).min(content.bytes.len());
            if dice.u8(..) <= most && range.end <= bytes.len() {
                bytes[range.clone()].copy_from_slice(&content.bytes[range]);
            }
        }
        Self::holding(&bytes)
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap()
    }
}

impl Content {
    fn has_room(&self) -> bool {
        self.blocks.as_ref().is_none_or(|(most, more, ballast)| {
            self.used.len() < *most || (self.used.len() < most + more && !ballast.exists())
        })
    }

    fn check_power(&self) -> io::Result<()> {
        match self.syncs_left {
            Some(0) => Err(io::Error::other("there is no power")),
            _ => Ok(()),
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.content().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let content = self.content();
        content.check_power()?;
        let offset = usize::try_from(offset).unwrap();
        let part = content.bytes.get(offset..offset + out.len());
        out.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut content = self.content();
        content.check_power()?;
        let len = usize::try_from(len).unwrap();
        content.bytes.resize(len, 0);
        content.used.split_off(&len.div_ceil(BLOCK));
        content.unsynced.split_off(&len.div_ceil(SECTOR));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let held = self.content().held.take();
        if let Some((begins, goes_on)) = held {
            begins.send(()).unwrap();
            goes_on.recv().unwrap();
            return Err(io::Error::other("a cable was loose"));
        }
        let mut content = self.content();
        content.check_power()?;
        if let Some(left) = content.syncs_left.as_mut() {
            *left -= 1;
            if *left == 0 {
                return Err(io::Error::other("there is no power"));
            }
        }
        content.durable = content.bytes.clone();
        content.unsynced.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut content = self.content();
        content.check_power()?;
        let start = usize::try_from(offset).unwrap();
        let end = start + data.len();
        for block in start / BLOCK..end.div_ceil(BLOCK) {
            if !content.used.contains(&block) && !content.has_room() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            content.used.insert(block);
        }
        content.unsynced.extend(start / SECTOR..end.div_ceil(SECTOR));
        content.bytes.get_mut(start..end).ok_or(io::ErrorKind::UnexpectedEof)?.copy_from_slice(data);
        Ok(())
    }
}
