//! What was typed about an export.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use kgas_export::{Format, Single, Tables};

#[derive(Debug, ClapArgs)]
pub(crate) struct ExportArgs {
    /// The folder of the graph
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// The format [default: what the file's name ends in]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) to: Option<To>,
    /// The file to write, or - for standard output; csv and parquet put .nodes and .edges before what its name ends in
    #[arg(long, value_name = "PATH")]
    pub(crate) file: PathBuf,
    /// For turtle and jsonld: what all IRIs begin with [default: urn:kgas:]
    #[arg(long, value_name = "IRI")]
    pub(crate) base: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// GraphML, for Gephi, yEd and networkx
    Graphml,
    /// Two tables, for pandas, DuckDB, Gephi and spreadsheets
    Csv,
    /// A script for Neo4j
    Cypher,
    /// RDF in Turtle, with PROV-O and Web Annotations
    Turtle,
    /// The same RDF in JSON-LD
    Jsonld,
    /// A drawing, for Graphviz
    Dot,
    /// Two tables with types and lists, for pandas, Polars and DuckDB
    Parquet,
}

impl To {
    pub(crate) const fn format(self) -> Format {
        match self {
            Self::Graphml => Format::Single(Single::Graphml),
            Self::Csv => Format::Tables(Tables::Csv),
            Self::Cypher => Format::Single(Single::Cypher),
            Self::Turtle => Format::Single(Single::Turtle),
            Self::Jsonld => Format::Single(Single::Jsonld),
            Self::Dot => Format::Single(Single::Dot),
            Self::Parquet => Format::Tables(Tables::Parquet),
        }
    }
}
