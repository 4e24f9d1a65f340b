//! Where a graph came from, so that its sources can be read again: `OUT/.kgas/run.json`.

use std::borrow::Cow;
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
    pub fn reread(&self, out: &Path, document: &str, source: &str, sha: &str) -> Reread {
        let text = if source == "-" || source.starts_with("-:") {
            kept(&out.join(STDIN), document).map_err(|error| error.to_string())
        } else {
            self.of_file(source)
        };
        match text {
            Ok(Some(text)) if sha256(&text) == sha => Reread::Same(text),
            Ok(Some(_)) => Reread::Changed,
            Ok(None) => Reread::Gone("it is no longer there".to_owned()),
            Err(problem) => Reread::Gone(problem),
        }
    }

    fn of_file(&self, source: &str) -> Result<Option<String>, String> {
        let place = self.folder.join(source);
        let named = place.to_string_lossy().into_owned();
        // `FILE:LINE`, unless there is a file of this very name.
        let path = match named.rsplit_once(':') {
            Some((file, line)) if !place.exists() && line.parse::<u64>().is_ok() => PathBuf::from(file),
            _ => place,
        };
        let (id_field, text_field) = (self.id_field.clone(), self.text_field.clone());
        let options = SourceOptions { id_field, text_field, ..SourceOptions::default() };
        // Two records of a file may have one id, and the second is none then: it is the place that counts.
        let found = documents(vec![Input::Path(path)], &options).find(|found| found.source == named);
        found.map(|found| found.text.map_err(|error| error.to_string())).transpose()
    }
}

/// The text of a document among those that were kept.
fn kept(path: &Path, document: &str) -> io::Result<Option<String>> {
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        let kept: Kept<'_> = serde_json::from_str(&line)?;
        if kept.document == document {
            return Ok(Some(kept.text.into_owned()));
        }
    }
    Ok(None)
}
