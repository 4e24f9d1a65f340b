//! The output folder: checked before anything is spent, each file complete before it gets its name.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::beside;

/// A folder that can be written to.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

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
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "writing there is not permitted".to_owned()
            }
            io::ErrorKind::StorageFull => "the disk is full, make room and run again".to_owned(),
            io::ErrorKind::IsADirectory => "a folder is in the way, name a file".to_owned(),
            _ => format!("it can't be written: {source}"),
        };
        Self { path: path.to_owned(), problem, source }
    }
}

impl Folder {
    /// Makes the folder where it isn't there, and tries to write to it.
    ///
    /// # Errors
    /// [`OutputError`] that names the path.
    pub fn create(path: &Path) -> Result<Self, OutputError> {
        let tried = fs::create_dir_all(path.join(".kgas")).and_then(|()| {
            let probe = beside(&path.join("probe"));
            File::create(&probe).and_then(|_| fs::remove_file(&probe))
        });
        match tried {
            Ok(()) => Ok(Self(path.to_owned())),
            Err(error) => Err(OutputError::new(path, error)),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where kgas keeps what is not an output.
    #[must_use]
    pub fn own(&self) -> PathBuf {
        self.0.join(".kgas")
    }

    /// Writes a file of the folder; it gets its name when it is complete.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, name: &str, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
        write_file(&self.0.join(name), content)
    }

    /// Keeps what came by standard input, for this user alone; what an earlier run has kept is removed.
    pub(super) fn keep_stdin(
        &self,
        content: Option<impl FnOnce(&mut BufWriter<File>) -> io::Result<()>>,
    ) -> io::Result<()> {
        let path = self.own().join("stdin");
        match content {
            None => remove(&path),
            Some(content) => write_to(&path, create_private, content),
        }
    }

    /// Removes what tools of an earlier run have left.
    pub(super) fn remove_tool_outputs(&self) -> io::Result<()> {
        remove(&self.0.join("embeddings.jsonl"))?;
        let Ok(entries) = fs::read_dir(self.0.join("tools")) else { return Ok(()) };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "jsonl") {
                remove(&path)?;
            }
        }
        // Only an empty folder goes.
        let _ = fs::remove_dir(self.0.join("tools"));
        Ok(())
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file under another name and renames it.
pub(super) fn write_file(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    write_to(path, |path| File::create(path), content)
}

/// A file that no other user may read.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn write_to(
    path: &Path,
    create: impl FnOnce(&Path) -> io::Result<File>,
    content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let unfinished = beside(path);
    let written = create(&unfinished).and_then(|file| {
        let mut out = BufWriter::with_capacity(256 * 1024, file);
        content(&mut out)?;
        out.flush()?;
        fs::rename(&unfinished, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}
