//! What was found of servers, kept beside an output so that the next run asks in the same form.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Support;
use crate::Folder;

/// Where the file stands below an output.
const NAME: &str = ".kgas/formats.json";

/// The forms that servers take, by address and model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownForms(BTreeMap<String, BTreeMap<String, Support>>);

/// A file of forms that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be used", path.display())]
pub struct FormsError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl KnownForms {
    /// Reads what was kept in the folder of an output, which may not be there yet. No file is nothing known.
    ///
    /// # Errors
    /// Where there is a file, and it can't be read: the server is to be asked anew.
    pub fn read(out: &Path) -> Result<Self, FormsError> {
        let path = out.join(NAME);
        let read = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read.and_then(|bytes| Ok(serde_json::from_slice(&bytes)?)),
        };
        read.map(Self).map_err(|source| FormsError { path, source })
    }

    /// The form that this model at this address takes. The address holds no key.
    #[must_use]
    pub fn of(&self, address: &str, model: &str) -> Option<Support> {
        self.0.get(address)?.get(model).copied()
    }

    /// Keeps what was found, beside what is known of others.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn keep(&mut self, out: &Folder, address: &str, model: &str, form: Support) -> Result<(), FormsError> {
        self.0.entry(address.to_owned()).or_default().insert(model.to_owned(), form);
        out.write(NAME, |file| Ok(serde_json::to_writer_pretty(file, &self.0)?))
            .map_err(|source| FormsError { path: out.path().join(NAME), source })
    }
}
