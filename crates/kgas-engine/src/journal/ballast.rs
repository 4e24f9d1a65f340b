//! Room on the disk that is kept for the answers in flight when the disk is full.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::files::{private, sync_folder};

/// How much: the answers of some hundred calls, and what a database needs to be opened again.
const SIZE: u64 = 8 << 20;

/// A file beside the journal that is there to be deleted.
#[derive(Debug)]
pub(super) struct Ballast {
    path: PathBuf,
}

impl Ballast {
    /// The ballast of a journal; nothing is written yet.
    pub(super) fn beside(journal: &Path) -> Self {
        Self { path: journal.with_extension("ballast") }
    }

    /// Writes the file, unless it is there.
    pub(super) fn keep(&self) -> io::Result<()> {
        if fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() >= SIZE) {
            return Ok(());
        }
        let written = self.write();
        if written.is_err() {
            // Half a ballast would only take what little room there is.
            let _ = fs::remove_file(&self.path);
        }
        written
    }

    fn write(&self) -> io::Result<()> {
        let mut file = private().open(&self.path)?;
        file.set_len(0)?;
        // Bytes that no disk can make smaller.
        let mut dice = fastrand::Rng::with_seed(7);
        let mut block = vec![0; 1 << 20];
        for _ in 0..SIZE >> 20 {
            dice.fill(&mut block);
            file.write_all(&block)?;
        }
        file.sync_all()
    }

    /// Gives the room back to the disk; says whether there was any.
    pub(super) fn release(&self) -> bool {
        let released = fs::remove_file(&self.path).is_ok();
        if let Some(folder) = self.path.parent() {
            // Some file systems free the room with the next sync only.
            let _ = sync_folder(folder);
        }
        released
    }
}
