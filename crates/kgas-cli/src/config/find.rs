//! Which configuration file holds: the one that was named, or the nearest one upwards.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::input;

/// A configuration file's name.
pub(crate) const NAME: &str = "kgas.toml";

/// The variable that names another.
pub(crate) const VARIABLE: &str = "KGAS_CONFIG";

/// A configuration file, read but not understood.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// As it is shown.
    pub(crate) name: String,
    /// Where it is, from the root on; where that is a link, the link's place, whose folder its paths begin in.
    pub(crate) path: PathBuf,
    /// Its folder, as paths in it begin; empty where that is the working folder.
    pub(crate) folder: PathBuf,
    /// Whether a person named it.
    pub(crate) is_named: bool,
    /// Whether it belongs to another user, who isn't the system's own.
    pub(crate) is_foreign: bool,
    pub(crate) text: String,
}

/// The file that holds, where there is one: `named` is what was typed, or what the variable says.
pub(crate) fn source(named: Option<&OsStr>) -> Result<Option<Source>, Failure> {
    match named {
        Some(none) if none.eq_ignore_ascii_case("none") => Ok(None),
        Some(file) => read(Path::new(file), true).map(Some),
        None => upwards().map(|path| read(&path, false)).transpose(),
    }
}

/// The nearest file, from the working folder on.
pub(crate) fn upwards() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let mut way = PathBuf::new();
    for folder in here.ancestors() {
        // A folder of that name is somebody else's business.
        if folder.join(NAME).is_file() {
            return Some(way.join(NAME));
        }
        way.push("..");
    }
    None
}

/// Reads a file.
pub(crate) fn read(file: &Path, is_named: bool) -> Result<Source, Failure> {
    let name = file.display().to_string();
    let shown = name.clone();
    let told = |problem: String| Failure::fatal(format!("config {shown}: {problem}"));
    if file.as_os_str() == "-" {
        return Err(told("standard input is no configuration file".to_owned()));
    }
    let text = input::read(file).map_err(told)?;
    let path = place(file).map_err(|error| told(input::problem(&error)))?;
    let folder = file.parent().map(Path::to_owned).unwrap_or_default();
    let is_foreign = is_foreign(&path).map_err(|error| told(error.to_string()))?;
    Ok(Source { name, path, folder, is_named, is_foreign, text })
}

/// Where a file is, from the root on. A link as the file itself is left: followed, it would lend what it leads to, and
/// the trust in that, to another folder.
pub(crate) fn place(file: &Path) -> io::Result<PathBuf> {
    let whole = std::path::absolute(file)?;
    match (whole.parent(), file.file_name()) {
        (Some(folder), Some(name)) => Ok(folder.canonicalize()?.join(name)),
        _ => whole.canonicalize(),
    }
}

/// Whether a file, or a link to it, is somebody else's: in a folder that all can write to, anybody may have put it above ours.
#[cfg(unix)]
fn is_foreign(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let owners = [std::fs::metadata(path)?.uid(), std::fs::symlink_metadata(path)?.uid()];
    // Who we are, the owner of a file of ours says.
    let own = tempfile::tempfile()?.metadata()?.uid();
    Ok(owners.into_iter().any(|owner| owner != 0 && owner != own))
}

#[cfg(not(unix))]
fn is_foreign(_: &Path) -> io::Result<bool> {
    Ok(false)
}
