//! A file, its kind, and the documents in it.

use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::{Documents, SourceError, SourceOptions, Sourced, csv, jsonl, text};

/// What a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One document: `.txt`, `.md`.
    #[default]
    Text,
    /// One document for each line: `.jsonl`.
    Jsonl,
    /// One document for each record: `.csv`.
    Csv,
}

impl Format {
    /// Tells by the name; an ending `.gz` doesn't count.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match Path::new(name).extension()?.to_str()? {
            "txt" | "md" => Some(Self::Text),
            "jsonl" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// Where the bytes are.
#[derive(Debug)]
pub(super) enum Origin {
    Path(PathBuf),
    Stdin(Format),
}

/// A file that may hold documents.
#[derive(Debug)]
pub(super) struct File {
    origin: Origin,
    /// The id of its document, or the name before the line where it holds many.
    id: String,
    broken: Option<SourceError>,
}

impl File {
    pub(super) const fn new(origin: Origin, id: String) -> Self {
        Self { origin, id, broken: None }
    }

    pub(super) const fn broken(path: PathBuf, id: String, error: SourceError) -> Self {
        Self { origin: Origin::Path(path), id, broken: Some(error) }
    }

    pub(super) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether it can't be read at all.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    pub(super) fn documents(self, options: &SourceOptions) -> Documents {
        let source = match &self.origin {
            Origin::Path(path) => path.to_string_lossy().into_owned(),
            Origin::Stdin(_) => "-".to_owned(),
        };
        let id = self.id;
        let bad = |error| -> Documents {
            let (id, source) = (id.clone(), source.clone());
            Box::new(std::iter::once(Sourced { id, source, text: Err(error) }))
        };
        if let Some(error) = self.broken {
            return bad(error);
        }
        let (format, bytes) = match open(&self.origin) {
            Ok(opened) => opened,
            Err(error) => return bad(error),
        };
        match format {
            Format::Text => Box::new(text::documents(bytes, id, source)),
            Format::Jsonl => Box::new(jsonl::documents(bytes, id, source, options)),
            Format::Csv => Box::new(csv::documents(bytes, id, source, options)),
        }
    }
}

pub(super) type Bytes = BufReader<Box<dyn Read + Send>>;

fn open(origin: &Origin) -> Result<(Format, Bytes), SourceError> {
    let path = match origin {
        Origin::Stdin(format) => return Ok((*format, BufReader::new(Box::new(io::stdin())))),
        Origin::Path(path) => path,
    };
    let file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let format = Format::of(path).ok_or(SourceError::UnknownKind)?;
    let is_gz = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    let bytes: Box<dyn Read + Send> = if is_gz { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    Ok((format, BufReader::with_capacity(64 * 1024, bytes)))
}

pub(super) fn unreadable(error: &io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound => SourceError::Missing,
        _ => SourceError::Unreadable(error.to_string()),
    }
}
