//! Reading a graph line by line: what `kgas explain` and `kgas diff` need of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use kgas_engine::GraphFiles;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

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

pub(crate) const ENTITIES: &str = "entities.jsonl";
pub(crate) const RELATIONS: &str = "relations.jsonl";
pub(crate) const DOCUMENTS: &str = "documents.jsonl";

/// A graph, of which only files are read that belong to one another.
#[derive(Debug)]
pub(crate) struct Graph {
    out: PathBuf,
    files: GraphFiles,
}

impl Graph {
    /// Opens these files of a graph's folder. Each is read once to see that it belongs there.
    pub(crate) fn open(out: &Path, names: &[&str]) -> Result<Self, Failure> {
        let files = GraphFiles::open(out, names).map_err(Failure::usage)?;
        Ok(Self { out: out.to_owned(), files })
    }

    /// The lines of one of them.
    pub(crate) fn lines(&mut self, name: &str) -> Result<Lines<'_>, Failure> {
        let lines = self.files.reader(name).map_err(Failure::usage)?.lines();
        Ok(Lines { path: self.out.join(name), lines, number: 0 })
    }

    /// The unit in which it counts.
    pub(crate) fn offsets(&self) -> &str {
        self.files.offsets()
    }
}

/// The lines of a file of a graph.
#[derive(Debug)]
pub(crate) struct Lines<'g> {
    path: PathBuf,
    lines: io::Lines<BufReader<&'g mut File>>,
    number: u64,
}

impl Lines<'_> {
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
