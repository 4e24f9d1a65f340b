//! From an input to its files: folders in order of names, hidden ones and what kgas has written left out.

use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::file::{File, Origin};
use super::{Format, Input, SourceError};

/// The files of an input, lazily.
pub(super) fn files(input: Input) -> Box<dyn Iterator<Item = File> + Send> {
    let path = match input {
        Input::Stdin(format) => return one(File::new(Origin::Stdin(format), "-".to_owned())),
        Input::Path(path) => path,
    };
    if !path.is_dir() {
        let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
        let id = name.into_owned();
        return one(File::new(Origin::Path(path), id));
    }
    let walk = WalkDir::new(&path).sort_by_file_name().follow_links(true).into_iter();
    let visible = walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry) && !is_output(entry));
    Box::new(visible.filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_file() => {
            let id = id_below(&path, entry.path());
            // What kgas can't read is passed over in a folder; named by itself it is an error.
            Format::of(entry.path()).map(|_| File::new(Origin::Path(entry.into_path()), id))
        }
        Ok(_) => None,
        Err(error) => {
            let at = error.path().unwrap_or(&path).to_owned();
            let id = id_below(&path, &at);
            Some(File::broken(at, id, SourceError::Unreadable(error.to_string())))
        }
    }))
}

fn one(file: File) -> Box<dyn Iterator<Item = File> + Send> {
    Box::new(std::iter::once(file))
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

/// Whether kgas has written it, a graph or vectors: what it keeps for itself lies within or beside. Read as documents, an
/// output within its own input would grow from run to run.
fn is_output(entry: &DirEntry) -> bool {
    let path = entry.path();
    let mut beside = path.as_os_str().to_owned();
    beside.push(".kgas");
    path.join(".kgas").is_dir() || Path::new(&beside).is_dir() || path.extension().is_some_and(|end| end == "kgas")
}

/// The path below the folder, with `/` on every system.
fn id_below(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
