//! Where a graph came from, so that its sources can be read again: `OUT/.kgas/run.json`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::key::{sha256, sha256_of};
use crate::sink::{ORIGIN, STDIN};
use crate::source::{Input, SourceOptions, documents};

/// What a run was told, as far as it is needed to read its sources again and to say what found a fact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The version of kgas.
    pub kgas: String,
    /// The folder in which it ran: paths in the ledger are relative to it.
    pub folder: PathBuf,
    /// Files and folders, absolute; `-` for standard input.
    pub inputs: Vec<PathBuf>,
    /// The field of a record that holds the id.
    pub id_field: String,
    /// The field that holds the text.
    pub text_field: String,
    /// What standard input held: `txt`, `jsonl` or `csv`.
    pub stdin_format: String,
    /// The ontology's file, absolute, and the SHA-256 of its bytes.
    pub ontology: Option<(PathBuf, String)>,
    /// The tools, in order.
    pub tools: Vec<OriginTool>,
    /// The unit of `start` and `end`.
    pub offsets: String,
    /// What makes mentions one entity.
    pub merge: String,
}

/// A tool of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OriginTool {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The model that it asks.
    pub model: Option<String>,
    /// Its configuration.
    pub config: Value,
}

/// A document that came by standard input, a line of `OUT/.kgas/stdin`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept<'k> {
    /// Its id.
    pub document: Cow<'k, str>,
    /// Its text.
    pub text: Cow<'k, str>,
}

/// A document whose text is to be read again, as the ledger has it.
#[derive(Clone, Copy, Debug)]
pub struct Ledgered<'l> {
    /// Its id.
    pub document: &'l str,
    /// Where it came from.
    pub source: &'l str,
    /// The SHA-256 of its text.
    pub sha256: &'l str,
}

/// What became of a document's text since the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reread {
    /// It is as it was.
    Same(String),
    /// It is another text now.
    Changed,
    /// It can't be read, and why.
    Gone(String),
}

impl Origin {
    /// Names a file by its absolute path, with the SHA-256 of its bytes.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn fingerprint(path: &Path) -> io::Result<(PathBuf, String)> {
        Ok((std::path::absolute(path)?, sha256_of(&std::fs::read(path)?)))
    }

    /// Reads it back.
    ///
    /// # Errors
    /// Where it can't be read, or isn't what a run has written.
    pub fn read(out: &Path) -> io::Result<Self> {
        let file = File::open(out.join(ORIGIN))?;
        serde_json::from_reader(BufReader::new(file)).map_err(io::Error::other)
    }

    /// The model that a tool asked.
    #[must_use]
    pub fn model_of(&self, tool: &str) -> Option<&str> {
        self.tools.iter().find(|known| known.id == tool)?.model.as_deref()
    }

    /// Reads the text of a document again; `source` and `sha` are those of the ledger, `out` is the graph's folder.
    #[must_use]
    pub fn reread(&self, out: &Path, document: &str, source: &str, sha256: &str) -> Reread {
        let read = self.reread_all(out, &[Ledgered { document, source, sha256 }]).pop();
        read.unwrap_or_else(Reread::no_longer_there)
    }

    /// Reads the texts of documents again, in their order. A file with many of them is read once, as far as is needed.
    #[must_use]
    pub fn reread_all(&self, out: &Path, asked: &[Ledgered<'_>]) -> Vec<Reread> {
        let mut answers: Vec<Reread> = asked.iter().map(|_| Reread::no_longer_there()).collect();
        let mut answer = |at: usize, text: Result<&str, &str>| {
            if let (Some(answer), Some(asked)) = (answers.get_mut(at), asked.get(at)) {
                *answer = Reread::of(text, asked.sha256);
            }
        };
        for (file, mut wanted) in self.by_file(asked) {
            for found in self.texts_in(file.as_deref(), out) {
                match found {
                    Ok((name, text)) => {
                        let text = text.as_deref().map_err(String::as_str);
                        wanted.remove(&name).into_iter().flatten().for_each(|at| answer(at, text));
                    }
                    Err(problem) => wanted.drain().flat_map(|(_, all)| all).for_each(|at| answer(at, Err(&problem))),
                }
                if wanted.is_empty() {
                    break;
                }
            }
        }
        answers
    }

    /// By file, standard input first: what documents are called in it, and the places of each in the list.
    fn by_file(&self, asked: &[Ledgered<'_>]) -> BTreeMap<Option<PathBuf>, HashMap<String, Vec<usize>>> {
        let mut files: BTreeMap<Option<PathBuf>, HashMap<String, Vec<usize>>> = BTreeMap::new();
        for (at, Ledgered { document, source, .. }) in asked.iter().enumerate() {
            let (file, name) = if *source == "-" || source.starts_with("-:") {
                (None, (*document).to_owned())
            } else {
                let place = self.folder.join(source);
                let named = place.to_string_lossy().into_owned();
                // `FILE:LINE`, unless there is a file of this very name.
                let file = match named.rsplit_once(':') {
                    Some((file, line)) if !place.exists() && line.parse::<u64>().is_ok() => PathBuf::from(file),
                    _ => place,
                };
                (Some(file), named)
            };
            files.entry(file).or_default().entry(name).or_default().push(at);
        }
        files
    }

    /// The documents of a file by their places, or those of standard input by their ids.
    fn texts_in(&self, file: Option<&Path>, out: &Path) -> Box<dyn Iterator<Item = Found>> {
        let Some(file) = file else { return Box::new(kept(&out.join(STDIN))) };
        let (id_field, text_field) = (self.id_field.clone(), self.text_field.clone());
        let options = SourceOptions { id_field, text_field, ..SourceOptions::default() };
        // Two records of a file may have one id, and the second is none then: it is the place that counts.
        let found = documents(vec![Input::Path(file.to_owned())], &options);
        Box::new(found.map(|found| Ok((found.source, found.text.map_err(|error| error.to_string())))))
    }
}

impl Reread {
    fn of(text: Result<&str, &str>, sha: &str) -> Self {
        match text {
            Ok(text) if sha256(text) == sha => Self::Same(text.to_owned()),
            Ok(_) => Self::Changed,
            Err(problem) => Self::Gone(problem.to_owned()),
        }
    }

    fn no_longer_there() -> Self {
        Self::Gone("it is no longer there".to_owned())
    }
}

/// A document's name in its file, and its text or why there is none; or why nothing more can be read.
type Found = Result<(String, Result<String, String>), String>;

/// The documents that were kept.
fn kept(path: &Path) -> impl Iterator<Item = Found> + use<> {
    let (file, refused) = match File::open(path) {
        Ok(file) => (Some(BufReader::new(file)), None),
        Err(error) => (None, Some(Err(error.to_string()))),
    };
    let text = |line: io::Result<String>| -> Found {
        let line = line.map_err(|error| error.to_string())?;
        let kept: Kept<'_> = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        Ok((kept.document.into_owned(), Ok(kept.text.into_owned())))
    };
    refused.into_iter().chain(file.into_iter().flat_map(BufRead::lines).map(text))
}
