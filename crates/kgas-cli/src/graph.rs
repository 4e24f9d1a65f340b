//! Reading a graph line by line: what `kgas explain` and `kgas diff` need of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;
use crate::input::problem;

/// A line of `entities.jsonl` without its mentions.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EntityHead {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) entity_type: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    #[serde(default)]
    pub(crate) merged_from: Vec<Member>,
}

/// An entity that was merged into another.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The ends of an edge.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EdgeHead {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) relation_type: String,
    pub(crate) subject: String,
    #[serde(default)]
    pub(crate) object: Option<String>,
    #[serde(default)]
    pub(crate) value: Option<String>,
}

/// The lines of a file of a graph.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    lines: io::Lines<BufReader<File>>,
    number: u64,
}

impl Lines {
    /// Opens a file of a graph's folder.
    pub(crate) fn open(out: &Path, name: &str) -> Result<Self, Failure> {
        let path = out.join(name);
        match File::open(&path) {
            Ok(file) => Ok(Self { path, lines: BufReader::with_capacity(256 * 1024, file).lines(), number: 0 }),
            Err(error) => {
                let what = problem(&error);
                let to_do = "name a folder that kgas extract has written";
                Err(Failure::usage(format!("graph {}: {what}; {to_do}", path.display())))
            }
        }
    }

    /// The next line; `None` after the last.
    pub(crate) fn line(&mut self) -> Result<Option<String>, Failure> {
        self.number += 1;
        self.lines.next().transpose().map_err(|error| self.broken(&error))
    }

    /// What a line holds, or as much of it as is asked for.
    pub(crate) fn parse<T: DeserializeOwned>(&self, line: &str) -> Result<T, Failure> {
        serde_json::from_str(line).map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::usage(format!("graph {}, line {}: {error}", self.path.display(), self.number))
    }
}

/// A file with one JSON value.
pub(crate) fn json(out: &Path, name: &str) -> Result<Value, Failure> {
    let mut lines = Lines::open(out, name)?;
    let mut text = String::new();
    while let Some(line) = lines.line()? {
        text.push_str(&line);
        text.push('\n');
    }
    lines.parse(&text)
}
