//! Putting files in place: written aside as a whole, then renamed, so that nobody ever sees half a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Bytes that are written at a time.
const BLOCK: usize = 256 * 1024;

/// A file that is written beside the place where it belongs. Dropped, it is gone, and what was there stays.
#[derive(Debug)]
pub struct Aside {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Aside {
    /// Begins a file that is to be at this path.
    ///
    /// # Errors
    /// Where there is something that isn't a file, or the folder can't be written.
    pub fn begin(path: &Path) -> io::Result<Self> {
        match std::fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            // A device would be replaced by the rename.
            Ok(there) if !there.is_file() => return Err(io::Error::other("there is something that isn't a file")),
            _ => {}
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = scratch(folder)?;
        Ok(Self { path: path.to_owned(), file: BufWriter::with_capacity(BLOCK, file) })
    }

    /// Puts it in place of what was there.
    ///
    /// # Errors
    /// Where it can't be written to its end.
    pub fn finish(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map(drop).map_err(|failed| failed.error)
    }
}

impl Write for Aside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A scratch file with the permissions of any new file, and not with those of a secret.
fn scratch(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".kgas-export-");
    builder.make_in(folder, |path| File::create_new(path))
}
