//! The output folder: checked before anything is spent, each file complete before it gets its name.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::warn;

use super::draft::put_in_place;
use crate::files::sync_folder;

/// The end of the name of a file that isn't complete.
const UNFINISHED: &str = ".tmp";

/// A folder that can be written to, and that no other process writes to while this is there.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    /// Held, never read. The system lets go of it when the process ends, however that comes.
    _lock: Arc<File>,
}

/// An output that can't be written.
#[derive(Debug, thiserror::Error)]
#[error("output {}: {problem}", path.display())]
pub struct OutputError {
    path: PathBuf,
    problem: String,
    #[source]
    source: io::Error,
}

impl OutputError {
    /// Says where, and what the system said.
    #[must_use]
    pub fn new(path: &Path, source: io::Error) -> Self {
        let problem = match source.kind() {
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "a file is in the way, name a folder".to_owned()
            }
            io::ErrorKind::NotFound => "its folder isn't there, make it first".to_owned(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "writing there is not permitted".to_owned()
            }
            io::ErrorKind::StorageFull => "the disk is full, make room and run again".to_owned(),
            io::ErrorKind::WouldBlock => {
                "another kgas is writing there: wait until it has ended, or name another folder".to_owned()
            }
            io::ErrorKind::IsADirectory => "a folder is in the way, name a file".to_owned(),
            _ => format!("it can't be written: {source}"),
        };
        Self { path: path.to_owned(), problem, source }
    }
}

impl Folder {
    /// Makes the folder where it isn't there, tries to write to it, and keeps other processes away from it. What an
    /// earlier process left is tidied up: a graph that it had ready is put in place.
    ///
    /// # Errors
    /// [`OutputError`] that names the path.
    pub fn create(path: &Path) -> Result<Self, OutputError> {
        Self::claim(path).map_err(|error| OutputError::new(path, error))
    }

    fn claim(path: &Path) -> io::Result<Self> {
        let own = path.join(".kgas");
        fs::create_dir_all(&own)?;
        tempfile::tempfile_in(path)?;
        let lock = File::options().write(true).create(true).truncate(false).open(own.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => {
                let path = path.display();
                warn!(%path, %error, "no locks here: nothing keeps a second kgas from writing to the same folder");
            }
        }
        clean(&own)?;
        put_in_place(path)?;
        Ok(Self { path: path.to_owned(), _lock: Arc::new(lock) })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where kgas keeps what is not an output.
    #[must_use]
    pub fn own(&self) -> PathBuf {
        self.path.join(".kgas")
    }

    /// Writes a file of the folder; it gets its name when it is complete, and both outlive a loss of power.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, name: &str, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
        write_file(&self.path.join(name), content)
    }
}

/// Removes what an earlier process left when it was killed.
fn clean(own: &Path) -> io::Result<()> {
    for entry in fs::read_dir(own)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(super::SCRATCH) && path.is_dir() {
            fs::remove_dir_all(&path)?;
        } else if name.starts_with('.') && name.ends_with(UNFINISHED) && path.is_file() {
            remove(&path)?;
        }
    }
    Ok(())
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file under another name and renames it.
pub(super) fn write_file(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let unfinished = beside(path);
    let written = File::create(&unfinished).and_then(|file| {
        let mut out = BufWriter::with_capacity(256 * 1024, file);
        content(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&unfinished, path)?;
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(Ok(()), sync_folder)
    });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// A path beside another that nothing else uses, for a file that isn't complete yet.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}{UNFINISHED}", std::process::id()))
}
