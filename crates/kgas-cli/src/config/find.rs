//! Which configuration file holds: the one that was named, or the nearest one upwards.

use std::ffi::OsStr;
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
    /// Where it is, from the root on.
    pub(crate) path: PathBuf,
    /// Its folder, as paths in it begin; empty where that is the working folder.
    pub(crate) folder: PathBuf,
    /// Whether a person named it.
    pub(crate) is_named: bool,
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
    let told = |problem: String| Failure::fatal(format!("config {name}: {problem}"));
    if file.as_os_str() == "-" {
        return Err(told("standard input is no configuration file".to_owned()));
    }
    let text = input::read(file).map_err(told)?;
    let path = file.canonicalize().map_err(|error| told(input::problem(&error)))?;
    let folder = file.parent().map(Path::to_owned).unwrap_or_default();
    Ok(Source { name: name.clone(), path, folder, is_named, text })
}
