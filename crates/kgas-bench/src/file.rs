//! Writes a file whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Writes the text beside the file and renames it, so that no half-written file ever stands there. What is there and
/// no file (a pipe, `/dev/stdout`) is written to as it is.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    whole(file, text).map_err(|error| format!("{} can't be written: {error}", file.display()).into())
}

fn whole(file: &Path, text: &str) -> io::Result<()> {
    // A link stays one, and its file is replaced.
    let file = match fs::canonicalize(file) {
        Ok(file) => file,
        Err(_) => file.to_owned(),
    };
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
