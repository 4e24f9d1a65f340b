//! The formats a graph can be exported to, and which files each takes.

use std::io::{self, Write};

use crate::graph::{Graph, ReadError};
use crate::rdf::Base;
use crate::{csv, cypher, dot, graphml, parquet, rdf};

/// Something that is written to.
pub type Out<'o> = &'o mut (dyn Write + Send);

/// A format to export to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One that is one file.
    Single(Single),
    /// One with a file for the nodes and one for the edges.
    Tables(Tables),
}

/// A format that is one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Single {
    /// GraphML, for Gephi, yEd and networkx.
    Graphml,
    /// A script for Neo4j.
    Cypher,
    /// RDF in Turtle.
    Turtle,
    /// RDF in JSON-LD.
    Jsonld,
    /// A drawing by Graphviz.
    Dot,
}

/// A format with a table of nodes and a table of edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entities.
    pub nodes: u64,
    /// Relations between entities; those to a value are attributes of nodes.
    pub edges: u64,
}

/// An export that came to no end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The graph can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The output can't be written.
    #[error("the export can't be written: {0}")]
    Write(#[from] io::Error),
}

impl Format {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::Single(Single::Graphml),
        Self::Tables(Tables::Csv),
        Self::Single(Single::Cypher),
        Self::Single(Single::Turtle),
        Self::Single(Single::Jsonld),
        Self::Single(Single::Dot),
        Self::Tables(Tables::Parquet),
    ];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Single(Single::Graphml) => "graphml",
            Self::Single(Single::Cypher) => "cypher",
            Self::Single(Single::Turtle) => "turtle",
            Self::Single(Single::Jsonld) => "jsonld",
            Self::Single(Single::Dot) => "dot",
            Self::Tables(Tables::Csv) => "csv",
            Self::Tables(Tables::Parquet) => "parquet",
        }
    }

    /// The format whose files end in this, whatever the case; none where that tells nothing.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        let extension = extension.to_ascii_lowercase();
        let short = match extension.as_str() {
            "cql" => "cypher",
            "ttl" => "turtle",
            "gv" => "dot",
            other => other,
        };
        Self::ALL.into_iter().find(|format| format.name() == short)
    }
}

impl Single {
    /// Writes the graph. Literal relations are held in memory; entities and other relations are read as they are written.
    ///
    /// # Errors
    /// Where the graph can't be read or the output can't be written.
    pub fn write(self, graph: &mut Graph, base: &Base, out: Out<'_>) -> Result<Counts, ExportError> {
        match self {
            Self::Graphml => graphml::write(graph, out),
            Self::Cypher => cypher::write(graph, out),
            Self::Turtle => rdf::turtle::write(graph, base, out),
            Self::Jsonld => rdf::jsonld::write(graph, base, out),
            Self::Dot => dot::write(graph, out),
        }
    }
}

impl Tables {
    /// Writes the graph, its nodes and its edges apart. Literal relations are held in memory, and of Parquet a part of the
    /// rows.
    ///
    /// # Errors
    /// Where the graph can't be read or the output can't be written.
    pub fn write(self, graph: &mut Graph, nodes: Out<'_>, edges: Out<'_>) -> Result<Counts, ExportError> {
        match self {
            Self::Csv => csv::write(graph, nodes, edges),
            Self::Parquet => parquet::write(graph, nodes, edges),
        }
    }
}
