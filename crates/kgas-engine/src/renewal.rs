//! Since when answers count as new in a run that buys again: `OUT/.kgas/renewal.json`, so that the same command goes on
//! after a stop and pays for nothing twice.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Folder;

const NAME: &str = ".kgas/renewal.json";

/// What is bought again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Renewal {
    /// All answers.
    Refresh,
    /// Those about chunks that are not complete.
    RetryFailed,
}

/// A renewal that has begun and not ended.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Begun {
    what: Renewal,
    /// The journal that numbers the calls; below the output, where it is there, so that both may be moved.
    journal: PathBuf,
    /// The first number that is new.
    since: u64,
}

impl Renewal {
    /// Begins it, or goes on with the one that was begun, also after a loss of power; `next` is the number of the next call of this journal.
    /// Calls below the number that is returned count as old.
    ///
    /// # Errors
    /// Where the folder can't be read or written.
    pub fn begin(self, out: &Folder, journal: &Path, next: u64) -> io::Result<u64> {
        let journal = std::path::absolute(journal)?;
        let below = journal.strip_prefix(std::path::absolute(out.path())?).map(Path::to_owned);
        let journal = below.unwrap_or(journal);
        if let Some(begun) = read(out)?
            && (begun.what, &begun.journal) == (self, &journal)
            // Another journal lies in that place now: by the old number, whatever it buys would count as old.
            && begun.since <= next
        {
            return Ok(begun.since);
        }
        let begun = Begun { what: self, journal, since: next };
        out.write(NAME, |file| Ok(serde_json::to_writer(file, &begun)?))?;
        Ok(next)
    }

    /// Ends it: the next one buys anew.
    ///
    /// # Errors
    /// Where the folder can't be written.
    pub fn end(out: &Folder) -> io::Result<()> {
        match fs::remove_file(out.path().join(NAME)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// What was begun. A file that says nothing is as good as none: it would be bought once more, which was asked for.
fn read(out: &Folder) -> io::Result<Option<Begun>> {
    match fs::read(out.path().join(NAME)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
    }
}
