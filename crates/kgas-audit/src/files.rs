//! Files: which are audited, and how their bytes become text.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::audit::{Audit, Problem, audit_source};

/// A language that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python 3.
    Python,
    /// Rust.
    Rust,
}

impl Language {
    /// The language that a file's name tells.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "py" | "pyi" => Some(Self::Python),
            "rs" => Some(Self::Rust),
            _ => None,
        }
    }

    pub(crate) fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            Self::Rust => tree_sitter_rust::LANGUAGE.into(),
        }
    }
}

/// A file and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAudit {
    /// Its path, as it was reached.
    pub path: PathBuf,
    /// What came of it.
    pub audit: Audit,
}

/// Why there is nothing to audit.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A path can't be read.
    #[error("{} can't be read ({source}): check the path", .path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A file that was named is of another language.
    #[error("{} is neither Python nor Rust: give .py, .pyi or .rs files, or a folder with some", .0.display())]
    Language(PathBuf),
    /// There are folders, and no source in them.
    #[error("there is no Python or Rust source in {0}: give a folder with .py, .pyi or .rs files")]
    Nothing(String),
}

/// Folders that hold what others wrote, or what was built.
const PASSED_OVER: &[&str] = &["__pycache__", "target", "node_modules", "venv", "site-packages"];

/// Audits files, and all sources in folders, in the order of their paths. Hidden folders are passed over, and those with
/// what was built or installed; symbolic links are not followed.
///
/// # Errors
/// Where a path can't be read, a named file is of no language that is known, or there is nothing at all.
pub fn audit_paths(paths: &[PathBuf]) -> Result<Vec<FileAudit>, FilesError> {
    let mut files = Vec::new();
    for path in paths {
        let meta = path.metadata().map_err(|source| FilesError::Unreadable { path: path.clone(), source })?;
        if meta.is_dir() {
            sources(path, &mut files)?;
        } else {
            let language = Language::of(path).ok_or_else(|| FilesError::Language(path.clone()))?;
            files.push((path.clone(), language));
        }
    }
    files.sort_by(|one, other| one.0.cmp(&other.0));
    files.dedup_by(|one, other| one.0 == other.0);
    if files.is_empty() {
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(FilesError::Nothing(names.join(", ")));
    }
    files.into_iter().map(|(path, language)| audit_file(path, language)).collect()
}

fn sources(folder: &Path, files: &mut Vec<(PathBuf, Language)>) -> Result<(), FilesError> {
    let entries = WalkDir::new(folder).into_iter().filter_entry(|entry| entry.depth() == 0 || is_wanted(entry));
    for entry in entries {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            FilesError::Unreadable { path, source: error.into() }
        })?;
        if let (true, Some(language)) = (entry.file_type().is_file(), Language::of(entry.path())) {
            files.push((entry.into_path(), language));
        }
    }
    Ok(())
}

fn is_wanted(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    !entry.file_type().is_dir() || !(name.starts_with('.') || PASSED_OVER.contains(&name.as_ref()))
}

fn audit_file(path: PathBuf, language: Language) -> Result<FileAudit, FilesError> {
    let bytes = std::fs::read(&path).map_err(|source| FilesError::Unreadable { path: path.clone(), source })?;
    let (text, is_utf8) = match String::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), false),
    };
    let mut audit = audit_source(language, text.strip_prefix('\u{feff}').unwrap_or(&text));
    if !is_utf8 {
        let message = "it is not UTF-8; what can't be read was passed over".to_owned();
        audit.problems.insert(0, Problem { line: None, message });
    }
    Ok(FileAudit { path, audit })
}
