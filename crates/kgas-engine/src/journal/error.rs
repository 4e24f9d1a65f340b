//! What can be wrong with a journal: the file's name, what happened, and what to do.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Why a journal can't be used, or no longer. Its text names the file and says what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[error("journal {}: {problem}", path.display())]
pub struct JournalError {
    path: Arc<Path>,
    problem: JournalProblem,
    /// Whether it only tells that an earlier write has failed, so that opening the file again may help.
    stale: bool,
    #[source]
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

/// What is wrong with a journal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalProblem {
    /// There is no journal, and none was to be made.
    #[error("it isn't there: name the folder of a run that asked a model")]
    Missing,
    /// Another process has it open, or another part of this one.
    #[error("another kgas has it open: wait for it, or use another folder")]
    Locked,
    /// It isn't what was written.
    #[error(
        "it is damaged ({0}), so what it held can't be trusted to be whole: restore it from a copy, or move it away to \
         pay for its calls again"
    )]
    Damaged(String),
    /// It has a form that this version can't read.
    #[error("it has form {0}, which this kgas can't read: use the version that wrote it, or another folder")]
    OtherForm(u32),
    /// The folder or the file may not be written.
    #[error("reading and writing it is not permitted: change its permissions, or use another folder")]
    Denied,
    /// The disk is full; so many answers that were paid for could not be kept.
    #[error("the disk is full{}: make room and run the same command again", losses(*lost))]
    Full {
        /// How many.
        lost: u64,
    },
    /// Anything else of the operating system; so many answers that were paid for could not be kept.
    #[error("it can't be read or written{}: {what}", losses(*lost))]
    Io {
        /// How many.
        lost: u64,
        /// What it said.
        what: String,
    },
    /// It was closed.
    #[error("it is closed")]
    Closed,
    /// A call that wasn't begun here, or has ended.
    #[error("call {0} isn't in flight")]
    NoSuchCall(u64),
}

fn losses(answers: u64) -> String {
    match answers {
        0 => String::new(),
        1 => ", and 1 answer that was paid for could not be kept".to_owned(),
        more => format!(", and {more} answers that were paid for could not be kept"),
    }
}

impl JournalError {
    pub(super) fn new(path: &Arc<Path>, problem: JournalProblem) -> Self {
        Self { path: Arc::clone(path), problem, stale: false, cause: None }
    }

    pub(super) fn damaged(path: &Arc<Path>, what: impl Into<String>) -> Self {
        Self::new(path, JournalProblem::Damaged(what.into()))
    }

    /// Of what the operating system said.
    pub(super) fn of_io(path: &Arc<Path>, error: io::Error) -> Self {
        let problem = match error.kind() {
            io::ErrorKind::NotFound => JournalProblem::Missing,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => JournalProblem::Denied,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => JournalProblem::Full { lost: 0 },
            io::ErrorKind::UnexpectedEof => JournalProblem::Damaged("it is too short".to_owned()),
            io::ErrorKind::InvalidData => JournalProblem::Damaged("it doesn't begin as a journal does".to_owned()),
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                JournalProblem::Io { lost: 0, what: "a file is in the way, name a folder".to_owned() }
            }
            io::ErrorKind::IsADirectory => JournalProblem::Io { lost: 0, what: "a folder is in the way".to_owned() },
            _ => JournalProblem::Io { lost: 0, what: error.to_string() },
        };
        Self { cause: Some(Arc::new(error)), ..Self::new(path, problem) }
    }

    /// Of what the database said.
    pub(super) fn of_database(path: &Arc<Path>, error: redb::Error) -> Self {
        let stale = matches!(error, redb::Error::PreviousIo);
        let problem = match error {
            redb::Error::Io(error) => return Self::of_io(path, error),
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => JournalProblem::Locked,
            redb::Error::UpgradeRequired(form) => JournalProblem::OtherForm(form.into()),
            redb::Error::DatabaseClosed => JournalProblem::Closed,
            redb::Error::Corrupted(what) => JournalProblem::Damaged(what),
            redb::Error::RepairAborted
            | redb::Error::TableTypeMismatch { .. }
            | redb::Error::TypeDefinitionChanged { .. }
            | redb::Error::TableIsMultimap(_)
            | redb::Error::TableDoesNotExist(_) => {
                JournalProblem::Damaged("its tables aren't those of a journal".to_owned())
            }
            other => JournalProblem::Io { lost: 0, what: other.to_string() },
        };
        Self { stale, ..Self::new(path, problem) }
    }

    /// The same, where so many answers that were paid for could not be kept.
    pub(super) fn losing(mut self, answers: u64) -> Self {
        if let JournalProblem::Full { lost } | JournalProblem::Io { lost, .. } = &mut self.problem {
            *lost = answers;
        }
        self
    }

    /// What is wrong.
    #[must_use]
    pub const fn problem(&self) -> &JournalProblem {
        &self.problem
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn is_stale(&self) -> bool {
        self.stale
    }

    pub(super) const fn is_full(&self) -> bool {
        matches!(self.problem, JournalProblem::Full { .. })
    }
}
