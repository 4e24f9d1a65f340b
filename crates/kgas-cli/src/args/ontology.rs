//! What was typed about an ontology.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use kgas_ontology::{Format, Leniency, ReadOptions};

/// The ontology of a command that extracts.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Ontology")]
pub(crate) struct OntologyArgs {
    /// The ontology: classes and relations that may be said
    #[arg(long, value_name = "FILE")]
    pub(crate) ontology: Option<PathBuf>,
    /// Examples of what is wanted: a JSONL file of {"text", "entities", "relations"}
    #[arg(long, value_name = "FILE")]
    pub(crate) examples: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// How an ontology is read.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Ontology")]
pub(crate) struct ReadingArgs {
    /// Drop relations that name unknown classes, and say so
    #[arg(long)]
    pub(crate) lenient: bool,
    /// The language of labels, where there are several
    #[arg(long, value_name = "LANG", default_value = "en")]
    pub(crate) lang: String,
}

impl ReadingArgs {
    pub(crate) fn options(&self) -> ReadOptions {
        let leniency = if self.lenient { Leniency::Lenient } else { Leniency::Strict };
        ReadOptions { leniency, lang: self.lang.clone() }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum OntologyCommand {
    /// Look for mistakes; exit code 1 where there are errors
    Check {
        /// The ontology's file, of any format
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        reading: ReadingArgs,
    },
    /// Show what is in it, for people, for models or for programs
    Show {
        /// The ontology's file, of any format
        file: PathBuf,
        /// What to show of it
        #[arg(long = "as", value_enum, default_value_t = View::Text, value_name = "VIEW")]
        view: View,
        #[command(flatten)]
        reading: ReadingArgs,
    },
    /// Write it in another format, and say what that can't hold
    Convert {
        /// The ontology's file, of any format
        file: PathBuf,
        /// The format to write
        #[arg(long, value_enum, value_name = "FORMAT")]
        to: Target,
        /// The file to write [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        reading: ReadingArgs,
    },
    /// List in what two ontologies differ; exit code 1 where they do
    Diff {
        /// One ontology's file
        a: PathBuf,
        /// The other's
        b: PathBuf,
        #[command(flatten)]
        reading: ReadingArgs,
    },
    /// Make a first ontology from examples
    Draft {
        /// A JSONL file of {"text", "entities", "relations"}
        #[arg(long, value_name = "FILE")]
        examples: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum View {
    /// A tree of classes and a table of relations
    Text,
    /// The lines that a model is shown
    Prompt,
    /// The schemas that answers are asked in
    Schema,
    /// kgas's own JSON
    Json,
    /// OWL in Turtle
    Turtle,
    /// OWL in RDF/XML
    RdfXml,
    /// LinkML in YAML
    Linkml,
    /// JSON Schema
    JsonSchema,
    /// Text2KGBench's JSON
    Text2kgbench,
}

/// A format to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// kgas's own JSON
    Json,
    /// OWL in Turtle
    Turtle,
    /// OWL in RDF/XML
    RdfXml,
    /// LinkML in YAML
    Linkml,
    /// JSON Schema
    JsonSchema,
    /// Text2KGBench's JSON
    Text2kgbench,
}

impl Target {
    pub(crate) const fn format(self) -> Format {
        match self {
            Self::Json => Format::Kgas,
            Self::Turtle => Format::Turtle,
            Self::RdfXml => Format::RdfXml,
            Self::Linkml => Format::LinkMl,
            Self::JsonSchema => Format::JsonSchema,
            Self::Text2kgbench => Format::Text2KgBench,
        }
    }
}
