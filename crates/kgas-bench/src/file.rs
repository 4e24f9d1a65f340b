//! Writes a file whole or not at all, and finds out beforehand whether it can.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Writes the text beside the file and renames it, so that no half-written file ever stands there. What is there and
/// no file (a pipe, `/dev/stdout`) is written to as it is.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    whole(file, text).map_err(|error| format!("{} can't be written: {error}", file.display()).into())
}

/// Whether these files, each with the option that names it, can all be written: a wrong path should cost no run. Nothing
/// is changed by it. `read` are files that the same command line names to be read.
///
/// # Errors
/// Usage, where one can't, or where two options name the same file: the one would be lost to the other.
pub(crate) fn check(written: &[(&str, Option<&Path>)], read: &[(&str, Option<&Path>)]) -> Result<(), Failure> {
    let named = |files: &[(&str, Option<&Path>)]| -> Vec<(String, PathBuf)> {
        files.iter().filter_map(|(option, file)| Some(((*option).to_owned(), (*file)?.to_owned()))).collect()
    };
    let (written, read) = (named(written), named(read));
    for (at, (option, file)) in written.iter().enumerate() {
        let others = written.iter().skip(at + 1).chain(&read);
        if let Some((other, _)) = others.into_iter().find(|(_, other)| are_one(file, other)) {
            return Err(Failure::usage(format!("{option} and {other} both name {}", file.display())));
        }
        let failed = |error| Failure::usage(format!("{option}: {} can't be written: {error}", file.display()));
        try_out(file).map_err(failed)?;
    }
    Ok(())
}

fn try_out(file: &Path) -> io::Result<()> {
    let file = place(file);
    match fs::metadata(&file) {
        Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        // To open a pipe would be to wait for its reader.
        Ok(there) if !there.is_file() => return Ok(()),
        _ => {}
    }
    let unfinished = beside(&file);
    File::create(&unfinished)?;
    fs::remove_file(&unfinished)
}

/// Whether both are the same file; a terminal or a pipe may well be written to twice.
fn are_one(one: &Path, other: &Path) -> bool {
    let (one, other) = (place(one), place(other));
    one == other && fs::metadata(&one).map_or(true, |there| there.is_file())
}

/// The file itself, where a link leads to it.
fn place(file: &Path) -> PathBuf {
    // Of one that isn't there yet, the folder may be named in several ways.
    let in_folder = || {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(file.file_name()?))
    };
    fs::canonicalize(file).ok().or_else(in_folder).unwrap_or_else(|| file.to_owned())
}

fn whole(file: &Path, text: &str) -> io::Result<()> {
    // A link stays one, and its file is replaced.
    let file = place(file);
    if fs::metadata(&file).is_ok_and(|there| !there.is_file()) {
        return fs::write(file, text);
    }
    let unfinished = beside(&file);
    let written = File::create(&unfinished).and_then(|mut out| {
        out.write_all(text.as_bytes())?;
        fs::rename(&unfinished, &file)
    });
    if written.is_err() {
        let _never_there = fs::remove_file(&unfinished);
    }
    written
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.unfinished", std::process::id()));
    file.with_file_name(name)
}
