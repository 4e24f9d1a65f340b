//! Where outcomes are counted, and their records written while the run goes on.

use std::io;

use tokio::task::{JoinHandle, spawn_blocking};

use super::document::Outcome;
use super::{Finished, Progress};
use crate::ledger::DocumentState;
use crate::sink::{Record, Store};
use crate::tally::Tally;

/// Bytes of records that are written at a time.
const WRITE_BYTES: usize = 1 << 20;

/// Gathers records, and has one write under way at most.
pub(super) struct Desk {
    store: Place,
    records: Vec<Record>,
    bytes: usize,
    tally: Tally,
}

/// Where the store is.
enum Place {
    Here(Store),
    Writing(JoinHandle<io::Result<Store>>),
    /// A write has failed.
    Gone,
}

impl Desk {
    pub(super) fn new(store: Store) -> Self {
        Self { store: Place::Here(store), records: Vec::new(), bytes: 0, tally: Tally::default() }
    }

    /// Counts outcomes, and writes when there is enough to write.
    pub(super) async fn take(&mut self, outcomes: Vec<Outcome>, progress: &mut dyn Progress) -> io::Result<()> {
        for outcome in outcomes {
            self.tally += outcome.tally;
            self.bytes += outcome.records.iter().map(|record| record.payload.len()).sum::<usize>();
            self.records.extend(outcome.records);
            if outcome.row.state != DocumentState::Complete {
                progress.incomplete(&outcome.row);
            }
            progress.advanced(&self.tally);
        }
        if self.bytes < WRITE_BYTES { Ok(()) } else { self.write().await }
    }

    pub(super) async fn close(mut self) -> io::Result<Finished> {
        self.write().await?;
        let store = self.store().await?;
        Ok(Finished { tally: self.tally, store })
    }

    /// Waits for the write that is under way, and begins the next.
    async fn write(&mut self) -> io::Result<()> {
        let mut store = self.store().await?;
        let records = std::mem::take(&mut self.records);
        self.bytes = 0;
        self.store = Place::Writing(spawn_blocking(move || {
            records.into_iter().try_for_each(|record| store.push(record))?;
            Ok(store)
        }));
        Ok(())
    }

    async fn store(&mut self) -> io::Result<Store> {
        match std::mem::replace(&mut self.store, Place::Gone) {
            Place::Here(store) => Ok(store),
            Place::Writing(handle) => handle.await.map_err(io::Error::other)?,
            Place::Gone => Err(io::Error::other("an earlier write has failed")),
        }
    }
}
