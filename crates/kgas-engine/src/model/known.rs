//! What was found of servers, kept beside an output so that the next run asks in the same form.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Support;
use crate::Folder;

/// Where the files stand below an output: what is known, and what a run began with that didn't find out.
const NAME: &str = ".kgas/formats.json";
const BEGUN: &str = ".kgas/formats-begun.json";

/// The forms that servers take, by address and model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownForms {
    forms: BTreeMap<String, BTreeMap<String, Support>>,
    is_begun: bool,
}

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
        Self::read_from(out, false)
    }

    /// Reads in which forms runs into this folder have begun to ask, although it wasn't clear how the server takes them:
    /// answers that were bought so count only for questions in the same form.
    ///
    /// # Errors
    /// Where there is a file, and it can't be read.
    pub fn begun(out: &Path) -> Result<Self, FormsError> {
        Self::read_from(out, true)
    }

    fn read_from(out: &Path, is_begun: bool) -> Result<Self, FormsError> {
        let empty = Self { is_begun, ..Self::default() };
        let path = out.join(empty.name());
        let read = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(empty),
            read => read.and_then(|bytes| Ok(serde_json::from_slice(&bytes)?)),
        };
        read.map(|forms| Self { forms, is_begun }).map_err(|source| FormsError { path, source })
    }

    const fn name(&self) -> &'static str {
        if self.is_begun { BEGUN } else { NAME }
    }

    /// The form that this model at this address takes. The address holds no key.
    #[must_use]
    pub fn of(&self, address: &str, model: &str) -> Option<Support> {
        self.forms.get(address)?.get(model).copied()
    }

    /// Keeps what was found, beside what is known of others.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn keep(&mut self, out: &Folder, address: &str, model: &str, form: Support) -> Result<(), FormsError> {
        self.forms.entry(address.to_owned()).or_default().insert(model.to_owned(), form);
        out.write(self.name(), |file| Ok(serde_json::to_writer_pretty(file, &self.forms)?))
            .map_err(|source| FormsError { path: out.path().join(self.name()), source })
    }
}
