//! `kgas init`: a folder to begin in, with a configuration, an ontology and a document to try.

use std::io::{self, Write as _};
use std::path::Path;

use kgas_engine::OutputError;

use crate::Exit;
use crate::config::{NAME, trust};
use crate::failure::Failure;
use crate::show::Show;

/// What is written, and where.
const FILES: [(&str, &str); 3] = [
    (NAME, include_str!("kgas.toml")),
    ("ontology.json", include_str!("ontology.json")),
    ("documents/harbour.md", include_str!("harbour.md")),
];

/// What to do next, in the folder.
const NEXT: [&str; 2] = ["kgas extract documents --out graph", "kgas report graph"];

pub(crate) fn main(folder: &Path, show: Show) -> Result<Exit, Failure> {
    let is_here = folder == Path::new(".");
    let folder = if is_here { Path::new("") } else { folder };
    // All are looked for before any is written: half of a beginning is none.
    for (name, _) in FILES {
        let path = folder.join(name);
        if std::fs::symlink_metadata(&path).is_ok() {
            let there = path.display();
            return Err(Failure::fatal(format!(
                "{there} is there already, and nothing is overwritten: name another folder"
            )));
        }
    }
    for (name, text) in FILES {
        let path = folder.join(name);
        write(&path, text).map_err(|error| Failure::fatal(OutputError::new(&path, error)))?;
        show.result(&format!("written: {}", path.display()))?;
    }
    // It says nothing that needs trust yet, so that a home that can't be written is no reason to stop.
    if let Err(failure) = trust(&folder.join(NAME)) {
        show.warning(&format!("{NAME} is not trusted: {failure}"));
    }
    let enter = (!is_here).then(|| format!("cd {}", quoted(folder)));
    show.result("next:")?;
    enter.iter().map(String::as_str).chain(NEXT).try_for_each(|line| show.result(&format!("  {line}")))?;
    Ok(Exit::Complete)
}

/// Writes a file that isn't there yet.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn quoted(folder: &Path) -> String {
    crate::again::quoted(&folder.to_string_lossy())
}
