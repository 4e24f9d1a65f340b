//! The journal: a record of paid calls that survives a crash, so that nothing is paid for twice.
//!
//! Before a call is made its intent is recorded, before its answer is used the answer is; both are durable when they
//! have been told. [`Journaled`] does so around any transport.

mod account;
mod ballast;
mod error;
mod key;
mod packer;
mod row;
mod store;
mod tables;
mod transport;
mod turns;
mod writer;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use redb::{Builder, Database, DatabaseError, ReadTransaction};
use tokio::sync::OnceCell;

pub use account::{Answered, Call, CallState, Calls, Order, Prune, Pruned, Stats};
pub use error::{JournalError, JournalProblem};
pub use key::Key;
pub use row::Answer;
pub use transport::Journaled;

use crate::files::{private, sync_folder};
use ballast::Ballast;
use store::{Opener, Store};
use turns::Turns;
use writer::Writer;

/// The file of a journal in its folder.
const FILE: &str = "journal.redb";

/// A record of paid calls in a folder. Clones are handles to the same.
///
/// Dropping the future of a method takes back nothing that was told.
///
/// ```
/// use std::time::Duration;
///
/// use kgas_engine::journal::{Answer, Journal, Key};
/// use kgas_http::ApiRequest;
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let journal = Journal::open(folder.path())?;
/// let request = ApiRequest::post("embeddings", &json!({"input": ["a"]}));
/// let key = Key::of("http://localhost:8080/v1", &request);
/// assert_eq!(journal.find(&key).await?, None);
/// let number = journal.intend(&key, request.body.unwrap_or_default()).await?;
/// // Now the call may be made.
/// let (body, took) = ("{\"data\": []}".into(), Duration::from_millis(300));
/// let answer = Answer { number, status: 200, body, attempts: 1, took, at: 1_767_225_600 };
/// journal.answered(number, answer.clone()).await?;
/// // Now its answer may be used, and will be found for ever.
/// assert_eq!(journal.find(&key).await?, Some(answer));
/// journal.close().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Journal {
    writer: Arc<Writer>,
    left_open: u64,
    unreadable: Arc<OnceLock<JournalError>>,
    /// Whether the index finds all that it holds.
    index: Arc<OnceCell<()>>,
    turns: Arc<Turns>,
}

impl Journal {
    /// Opens the journal of a folder for a run; makes both where they aren't there. What an earlier process left in
    /// flight is counted as perhaps paid. Blocks.
    ///
    /// # Errors
    /// Where it can't be read or written, is damaged, is open elsewhere, or the disk has no room for a journal.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let path: Arc<Path> = folder.join(FILE).into();
        let of_io = |error| JournalError::of_io(&path, error);
        fs::create_dir_all(folder).map_err(of_io)?;
        if !path.try_exists().map_err(of_io)? {
            create(&path)?;
        }
        Self::begin(&path, &at(&path))
    }

    /// Opens the journal of a folder to look at it, or to prune it. Blocks.
    ///
    /// # Errors
    /// As [`open`](Self::open), and where there is none.
    pub fn open_existing(folder: &Path) -> Result<Self, JournalError> {
        let path: Arc<Path> = folder.join(FILE).into();
        if !path.try_exists().map_err(|error| JournalError::of_io(&path, error))? {
            return Err(JournalError::new(&path, JournalProblem::Missing));
        }
        let store = Store::open(&path, &at(&path))?;
        let (totals, open) = store.read(store::totals)?;
        Ok(Self::of(store, Ballast::beside(&path), totals.next, open))
    }

    /// Opens a journal on a storage of a test's own; the folder is only for what lies beside it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    #[doc(hidden)]
    pub fn open_on(
        folder: &Path,
        opener: impl Fn(&Builder) -> Result<Database, DatabaseError> + Send + Sync + 'static,
    ) -> Result<Self, JournalError> {
        let path: Arc<Path> = folder.join(FILE).into();
        let opener: Arc<Opener> = Arc::new(opener);
        Store::create(&path, opener.as_ref())?;
        Self::begin(&path, &opener)
    }

    fn begin(path: &Arc<Path>, opener: &Arc<Opener>) -> Result<Self, JournalError> {
        let store = Store::open(path, opener)?;
        let ballast = Ballast::beside(path);
        ballast.keep().map_err(|error| JournalError::of_io(path, error))?;
        let (totals, open) = store.read(store::totals)?;
        if open > 0 {
            store.write(tables::give_up_open)?;
        }
        Ok(Self::of(store, ballast, totals.next, open))
    }

    fn of(store: Store, ballast: Ballast, next: u64, left_open: u64) -> Self {
        let writer = Arc::new(Writer::new(store, ballast, next));
        let (unreadable, index, turns) = Default::default();
        Self { writer, left_open, unreadable, index, turns }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.writer.store.path()
    }

    /// How many calls were in flight when an earlier process ended: perhaps paid, without an answer.
    #[must_use]
    pub const fn left_open(&self) -> u64 {
        self.left_open
    }

    /// The number that the next call gets. Numbers only grow, and none is given twice.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.writer.next()
    }

    /// The first error that keeps calls from being recorded or found, where there was one. A run must end with it.
    #[must_use]
    pub fn failure(&self) -> Option<JournalError> {
        self.writer.failure().or_else(|| self.unreadable.get().cloned())
    }

    /// The latest answer of a key.
    ///
    /// # Errors
    /// Where the file can't be read, or holds the answer no longer as it was written.
    pub async fn find(&self, key: &Key) -> Result<Option<Answer>, JournalError> {
        if let Some(pending) = self.writer.settled(key)? {
            pending.durable().await?;
        }
        let key = *key;
        let found = match self.read(move |transaction| tables::find(transaction, &key)).await {
            // Before the first call that it doesn't find may be bought, and not when it is opened: it takes a while.
            Ok(None) => self.index.get_or_try_init(|| self.read(store::check_index)).await.map(|()| None),
            found => found,
        };
        if let Err(error) = &found {
            let _ = self.unreadable.set(error.clone());
        }
        found
    }

    /// Records that a call is about to be made, durably; gives its number. Dropping the future withdraws it.
    ///
    /// # Errors
    /// Where it can't be recorded: the call must not be made then.
    pub async fn intend(&self, key: &Key, body: Bytes) -> Result<u64, JournalError> {
        let (number, pending) = self.writer.intend(key, body, now())?;
        let mut unborn = Unborn { writer: &self.writer, number, born: false };
        let told = pending.durable().await;
        unborn.born = true;
        told.map(|()| number)
    }

    /// Records the answer to a call, durably. It may be used when this has returned.
    ///
    /// # Errors
    /// Where it can't be recorded: the answer is lost then, and counted in the error.
    pub async fn answered(&self, number: u64, answer: Answer) -> Result<(), JournalError> {
        self.writer.answered(number, answer)?.durable().await
    }

    /// Records that a call has cost nothing: nothing of it was written, or the server turned it away.
    ///
    /// # Errors
    /// Where it can't be recorded: the call counts as perhaps paid then.
    pub async fn withdrawn(&self, number: u64) -> Result<(), JournalError> {
        self.writer.ended(number, 0)?.durable().await
    }

    /// Records that a call has no answer, and that so many of its attempts were perhaps paid; none is a withdrawal.
    ///
    /// # Errors
    /// Where it can't be recorded: the call counts as perhaps paid all the same.
    pub async fn unanswered(&self, number: u64, maybe_paid: u32) -> Result<(), JournalError> {
        self.writer.ended(number, maybe_paid)?.durable().await
    }

    /// Closes the file when all that was told is durable. Calls that are still in flight stay so. Closing it again is
    /// no error.
    ///
    /// # Errors
    /// Where something that was told could not be made durable.
    pub async fn close(&self) -> Result<(), JournalError> {
        let told = match self.writer.close() {
            Ok(pending) => pending.durable().await,
            Err(error) => Err(error),
        };
        let writer = Arc::clone(&self.writer);
        let closed = self.blocking(move || writer.store.close()).await;
        told.and(closed)
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error> + Send + 'static,
    ) -> Result<T, JournalError> {
        let writer = Arc::clone(&self.writer);
        self.blocking(move || writer.store.read(work)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let done = tokio::task::spawn_blocking(work).await;
        // It doesn't panic, so the runtime has ended.
        done.unwrap_or_else(|_ended| Err(JournalError::new(self.writer.store.path(), JournalProblem::Closed)))
    }
}

/// A call whose intent may be durable, and whose number nobody knows yet.
struct Unborn<'w> {
    writer: &'w Arc<Writer>,
    number: u64,
    born: bool,
}

impl Drop for Unborn<'_> {
    fn drop(&mut self) {
        if !self.born {
            let _ = self.writer.ended(self.number, 0);
        }
    }
}

/// Opens the database in a file that is there.
fn at(path: &Arc<Path>) -> Arc<Opener> {
    let path = Arc::clone(path);
    Arc::new(move |builder| builder.open(&path))
}

/// Makes an empty journal. It gets its name when it is complete, so that a file with this name and nothing in it is a
/// damaged one, and no reason to pay again.
fn create(path: &Arc<Path>) -> Result<(), JournalError> {
    let of_io = |error| JournalError::of_io(path, error);
    let fresh = path.with_extension("new");
    let make = || {
        private().read(true).open(&fresh).map_err(of_io)?;
        let file = fresh.clone();
        Store::create(path, &move |builder: &Builder| builder.create(&file))
    };
    if let Err(error) = make() {
        if *error.problem() == JournalProblem::Locked {
            return Err(error);
        }
        // Whoever was here before may have left it half made.
        if fs::remove_file(&fresh).is_err() {
            return Err(error);
        }
        make().inspect_err(|_| drop(fs::remove_file(&fresh)))?;
    }
    match path.try_exists() {
        // Another process was faster.
        Ok(true) => fs::remove_file(&fresh),
        Ok(false) => fs::rename(&fresh, path),
        Err(error) => Err(error),
    }
    .or_else(|error| if error.kind() == io::ErrorKind::NotFound && path.exists() { Ok(()) } else { Err(error) })
    .map_err(of_io)?;
    path.parent().map_or(Ok(()), sync_folder).map_err(of_io)
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
