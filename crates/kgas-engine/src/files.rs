//! Files that nobody else may read, and names that outlive a loss of power.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// How to open a file for writing, which is made where it isn't there: for its owner alone.
pub(crate) fn private() -> OpenOptions {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the names in a folder outlive a loss of power, where the system knows how to.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(path).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}
