//! The database file: opened with care, and read and written behind a border that lets no panic through.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use redb::{Builder, Database, DatabaseError, Durability, ReadTransaction, ReadableDatabase as _, ReadableTable as _};
use redb::{ReadableTableMetadata as _, WriteTransaction};

use super::tables::{self, FORM, INDEX, OPEN, Totals};
use super::{JournalError, JournalProblem};

/// How much of the file is kept in memory.
const CACHE: usize = 64 << 20;

/// Up to this size a file is checked page by page when it is opened, which takes some tenths of a second.
const CHECKED: u64 = 64 << 20;

/// Opens the database with what a builder was told; a test's door to another storage.
pub(super) type Opener = dyn Fn(&Builder) -> Result<Database, DatabaseError> + Send + Sync;

/// The database of a journal, until it is closed.
pub(super) struct Store {
    path: Arc<Path>,
    opener: Arc<Opener>,
    database: RwLock<Option<Database>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a journal that is there, and checks it.
    pub(super) fn open(path: &Arc<Path>, opener: &Arc<Opener>) -> Result<Self, JournalError> {
        let database = checked(path, opener.as_ref(), true)?;
        let store = Self { path: Arc::clone(path), opener: Arc::clone(opener), database: RwLock::new(Some(database)) };
        match store.read(tables::form)? {
            Some(FORM) => {}
            Some(form) => return Err(JournalError::new(path, JournalProblem::OtherForm(form))),
            None => return Err(JournalError::damaged(path, "its form is missing")),
        }
        Ok(store)
    }

    /// Makes the tables of a journal in a file that holds none.
    pub(super) fn create(path: &Arc<Path>, opener: &Opener) -> Result<(), JournalError> {
        let work = || {
            let database = opener(&builder(false))?;
            match tables::form(&database.begin_read()?) {
                Err(redb::Error::TableDoesNotExist(_)) => commit(&database, tables::create)?,
                // Whoever was here before came this far.
                Ok(_) => {}
                Err(error) => return Err(error),
            }
            Ok(database.close()?)
        };
        guarded(path, work)
    }

    pub(super) const fn path(&self) -> &Arc<Path> {
        &self.path
    }

    /// Reads what is durable.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, JournalError> {
        self.with(|database| work(&database.begin_read()?))
    }

    /// Does work as one transaction, which is durable when this returns.
    pub(super) fn write(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), JournalError> {
        self.with(|database| commit(database, work))
    }

    /// Makes the file as small as what it holds.
    pub(super) fn compact(&self) -> Result<(), JournalError> {
        let mut place = self.database.write().unwrap_or_else(PoisonError::into_inner);
        let Some(database) = place.as_mut() else { return Err(self.closed()) };
        guarded(&self.path, || {
            while database.compact()? {}
            Ok(())
        })
    }

    /// Opens the file anew: after a failed write a database takes nothing more.
    pub(super) fn reopen(&self) -> Result<(), JournalError> {
        let mut place = self.database.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = place.take() {
            // It can't be closed well any more, which opening it mends.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(database)));
        }
        *place = Some(checked(&self.path, self.opener.as_ref(), false)?);
        Ok(())
    }

    /// Closes the file. Closing it again is no error.
    pub(super) fn close(&self) -> Result<(), JournalError> {
        let mut place = self.database.write().unwrap_or_else(PoisonError::into_inner);
        match place.take() {
            Some(database) => guarded(&self.path, || Ok(database.close()?)),
            None => Ok(()),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, JournalError> {
        let place = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = place.as_ref().ok_or_else(|| self.closed())?;
        guarded(&self.path, || work(database))
    }

    fn closed(&self) -> JournalError {
        JournalError::new(&self.path, JournalProblem::Closed)
    }
}

fn builder(check: bool) -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE).set_check_integrity_on_open(check);
    builder
}

/// Opens the database; with a check of all its pages where it isn't too large for that, and `check` asks for it.
fn checked(path: &Arc<Path>, opener: &Opener, check: bool) -> Result<Database, JournalError> {
    let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    guarded(path, || Ok(opener(&builder(check && size <= CHECKED))?))
}

/// One durable transaction. Quick repair keeps the time of the next opening from growing with the file.
fn commit(
    database: &Database,
    work: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    transaction.set_quick_repair(true);
    work(&transaction)?;
    Ok(transaction.commit()?)
}

/// Turns what the database says, or does when it meets a page that it could not have written, into an error.
fn guarded<T>(path: &Arc<Path>, work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, JournalError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(JournalError::of_database(path, error)),
        Err(_panic) => Err(JournalError::damaged(path, "a page can't be read")),
    }
}

/// Looks for each entry of the index in the way in which calls are looked for, so that none is bought again because it
/// isn't found. Large files are not checked otherwise.
pub(super) fn check_index(transaction: &ReadTransaction) -> Result<(), redb::Error> {
    let totals = tables::totals(transaction)?;
    let index = transaction.open_table(INDEX)?;
    if index.len()? != totals.answered {
        return Err(tables::corrupted("its index doesn't hold all answers"));
    }
    let mut digest = 0_u128;
    for entry in index.iter()? {
        let (place, number) = entry?;
        let (key, count) = place.value();
        let found = index.get((key, count))?.map(|number| number.value());
        if found != Some(number.value()) {
            return Err(tables::corrupted("its index doesn't find all answers"));
        }
        digest = digest.wrapping_add(tables::digest(key, count, number.value()));
    }
    (digest == totals.digest).then_some(()).ok_or_else(|| tables::corrupted("its index isn't as it was written"))
}

/// What the totals say, and how many calls are in flight.
pub(super) fn totals(transaction: &ReadTransaction) -> Result<(Totals, u64), redb::Error> {
    Ok((tables::totals(transaction)?, transaction.open_table(OPEN)?.len()?))
}
