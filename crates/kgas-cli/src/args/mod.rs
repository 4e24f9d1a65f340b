//! What the user typed.

mod audit;
mod budget;
mod config;
mod doctor;
mod export;
mod journal;
mod model;
mod number;
mod ontology;
mod plan;
mod report;
mod shell;
mod telemetry;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(crate) use self::audit::{AuditArgs, AuditFormat};
pub(crate) use self::budget::BudgetArgs;
pub(crate) use self::config::ConfigCommand;
pub(crate) use self::doctor::DoctorArgs;
pub(crate) use self::export::ExportArgs;
pub(crate) use self::journal::{JournalArgs, JournalCommand, JournalCommandArgs, PruneArgs, ShowArgs};
pub(crate) use self::model::{ModelArgs, Proxy};
use self::number::{above_zero, number, whole};
pub(crate) use self::ontology::{OntologyArgs, OntologyCommand, ReadingArgs, Target, View};
pub(crate) use self::plan::PlanArgs;
pub(crate) use self::report::ReportArgs;
pub(crate) use self::shell::{CompletionsArgs, ManArgs};
pub(crate) use self::telemetry::{LogArgs, LogFormat, MetricsArgs};
use crate::declared::Declared;

/// Turns documents and an ontology into a source-grounded knowledge graph.
#[derive(Debug, Parser)]
#[command(name = "kgas", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say more on stderr; twice or thrice for more still
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say nothing but the result and what went wrong
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// The configuration file [default: the nearest kgas.toml upwards; none reads none]
    #[arg(long, global = true, value_name = "FILE|none")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the tools of this binary
    #[command(subcommand)]
    Tools(ToolsCommand),
    /// Run one tool on one text and print its result as JSON
    Run(Box<RunArgs>),
    /// Make a knowledge graph of documents
    Extract(Box<ExtractArgs>),
    /// Say what that would take: calls, tokens, cost and time; nothing is sent
    Plan(Box<PlanArgs>),
    /// Turn documents into vectors
    Embed(Box<EmbedArgs>),
    /// Check, show, convert, compare and draft ontologies
    #[command(subcommand)]
    Ontology(OntologyCommand),
    /// Show what an entity or relation of a graph rests on
    Explain(Box<ExplainArgs>),
    /// Make a page of a graph, to look at in a browser
    Report(ReportArgs),
    /// Compare two graphs by what they say
    Diff(Box<DiffArgs>),
    /// Find what holds synchronous Python and Rust code up, and what to write instead
    Audit(Box<AuditArgs>),
    /// Write a graph in the form that another tool reads
    Export(Box<ExportArgs>),
    /// Look into the record of paid calls
    Journal(JournalCommandArgs),
    /// Check the way to a model step by step, and say what to do where it ends
    Doctor(Box<DoctorArgs>),
    /// Print a script that completes this command in a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write a page for each subcommand
    Man(ManArgs),
    /// Begin in a folder: a configuration, an ontology and a document to try
    Init {
        /// The folder; made where it isn't there
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
    },
    /// Show and trust configuration files
    #[command(subcommand)]
    Config(ConfigCommand),
}

impl Command {
    /// Notes the command line, for commands that may have to be given again.
    pub(crate) fn note(&mut self, line: String) {
        match self {
            Self::Extract(args) => args.journal.again = line,
            Self::Embed(args) => args.journal.again = line,
            _ => {}
        }
    }

    /// Notes what a configuration file says of tools, and what it may not do once something is sent; gives that back where
    /// this command has no place to note it.
    pub(crate) fn configure(&mut self, declared: Declared, withheld: Option<String>) -> Option<String> {
        let (tools, model) = match self {
            Self::Run(args) => (&mut args.tools, &mut args.model),
            Self::Extract(args) => (&mut args.tools, &mut args.model),
            Self::Plan(args) => (&mut args.extract.tools, &mut args.extract.model),
            Self::Embed(args) => (&mut args.tools, &mut args.model),
            Self::Doctor(args) => {
                args.model.withheld = withheld;
                return None;
            }
            Self::Tools(
                ToolsCommand::List { declared: of_tools, .. } | ToolsCommand::Show { declared: of_tools, .. },
            ) => {
                *of_tools = declared;
                return None;
            }
            _ => return withheld,
        };
        tools.declared = declared;
        model.api_key_env.iter().for_each(|variable| tools.declared.withhold(variable));
        model.withheld = withheld;
        None
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToolsCommand {
    /// List all tools
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// What a configuration file says of tools
        #[arg(skip)]
        declared: Declared,
    },
    /// Show one tool: metadata, settings, schemas
    Show {
        /// The tool's id
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// What a configuration file says of tools
        #[arg(skip)]
        declared: Declared,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RunArgs {
    /// The tool's id, see `kgas tools list`
    pub(crate) tool: String,
    /// A text file, a .json file with {"text", "ontology"}, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// Check input and settings, ask no model
    #[arg(long)]
    pub(crate) validate: bool,
    #[command(flatten)]
    pub(crate) ontology: OntologyArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
    #[command(flatten)]
    pub(crate) metrics: MetricsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// The folder for the graph; made where it isn't there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The tools, in the order in which they see each document
    /// [default: rules without a provider, T23c_async,T27_async with one]
    #[arg(long = "tools", value_name = "IDS", value_delimiter = ',')]
    pub(crate) ids: Vec<String>,
    /// Print the first request, send nothing
    #[arg(long)]
    pub(crate) show_prompt: bool,
    /// Ask again about the chunks that are not complete, even where there was an answer
    #[arg(long, conflicts_with_all = ["refresh", "no_journal", "offline"])]
    pub(crate) retry_failed: bool,
    /// What makes mentions one entity besides their type and normal form
    #[arg(long, value_enum, default_value_t = Merge::Aliases)]
    pub(crate) merge: Merge,
    /// For `--merge similar`: how near names must be, as the cosine of their vectors [default: 0.92]
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) merge_similar: Option<f64>,
    /// What start and end count
    #[arg(long, value_enum, default_value_t = Unit::Chars)]
    pub(crate) offsets: Unit,
    #[command(flatten)]
    pub(crate) ontology: OntologyArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
    #[command(flatten)]
    pub(crate) metrics: MetricsArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Merge {
    /// Nothing
    Exact,
    /// Names that the text calls names of one thing, and one name in classes on one line
    Aliases,
    /// Those, and names of one class that mean nearly the same to an embedding model
    Similar,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Unit {
    /// Code points, as in Python
    Chars,
    /// Bytes of UTF-8
    Bytes,
    /// Units of UTF-16, as in JavaScript
    Utf16,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// The folder of the graph
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// The id of an entity or relation, or its beginning, or an entity's name
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// The most places to show
    #[arg(long, value_name = "N", default_value = "20", value_parser = above_zero::<NonZeroUsize>)]
    pub(crate) places: NonZeroUsize,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DiffArgs {
    /// The folder of a graph
    #[arg(value_name = "OUT1")]
    pub(crate) before: PathBuf,
    /// The folder of the graph to compare it with
    #[arg(value_name = "OUT2")]
    pub(crate) after: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct EmbedArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// The JSONL file for the vectors
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
    #[command(flatten)]
    pub(crate) metrics: MetricsArgs,
}

/// Where documents come from.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Documents")]
pub(crate) struct SourceArgs {
    /// Files, folders, or - for standard input: .txt, .md, .jsonl, .csv, each also as .gz
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// The JSONL or CSV field with the document's id
    #[arg(long, default_value = "id", value_name = "NAME")]
    pub(crate) id_field: String,
    /// The JSONL or CSV field with the document's text
    #[arg(long, default_value = "text", value_name = "NAME")]
    pub(crate) text_field: String,
    /// Only the first N documents
    #[arg(long, value_name = "N", conflicts_with = "sample", value_parser = above_zero::<NonZeroUsize>)]
    pub(crate) limit: Option<NonZeroUsize>,
    /// N documents drawn at random
    #[arg(long, value_name = "N", value_parser = above_zero::<NonZeroUsize>)]
    pub(crate) sample: Option<NonZeroUsize>,
    /// What the draw depends on
    #[arg(long, default_value_t = 0, value_name = "S", value_parser = whole::<u64>)]
    pub(crate) seed: u64,
    /// What standard input holds
    #[arg(long, value_enum, default_value_t = StdinFormat::Txt)]
    pub(crate) stdin_format: StdinFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum StdinFormat {
    /// One document
    Txt,
    /// A document on each line
    Jsonl,
    /// A document in each record
    Csv,
}

/// How the tools are to work; each goes to those tools that have such a setting.
#[derive(Clone, Debug, Default, ClapArgs)]
#[command(next_help_heading = "Tools")]
pub(crate) struct ToolArgs {
    /// What a configuration file says of them
    #[arg(skip)]
    pub(crate) declared: Declared,
    /// Set a tool's setting; where several tools run, TOOL.KEY=VALUE is for one of them
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) set: Vec<(String, String)>,
    /// The longest chunk, in characters
    #[arg(long, value_name = "N", value_parser = above_zero::<NonZeroUsize>)]
    pub(crate) chunk_size: Option<NonZeroUsize>,
    /// The confidence that an item must exceed
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) min_confidence: Option<f64>,
    /// List every place where a found name stands
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub(crate) all_mentions: Option<bool>,
    /// Keep what the text doesn't have, marked
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub(crate) keep_ungrounded: Option<bool>,
    /// Characters before a chunk that are shown with it
    #[arg(long, value_name = "N", value_parser = whole::<usize>)]
    pub(crate) chunk_overlap: Option<usize>,
    /// Ask again what was missed
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub(crate) second_pass: Option<bool>,
    /// How freely the model may answer [default: 0.3; none leaves it to the model]
    #[arg(long, value_name = "T|none")]
    pub(crate) temperature: Option<Temperature>,
    /// A text file to add to the prompt
    #[arg(long, value_name = "FILE")]
    pub(crate) instructions: Option<PathBuf>,
    /// The form to ask of answers: auto, text, json_object, json_schema, json_object_schema
    #[arg(long, value_name = "FORM")]
    pub(crate) response_format: Option<String>,
}

/// A temperature, or expressly none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Temperature(pub(crate) Option<f64>);

impl FromStr for Temperature {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("none") {
            return Ok(Self(None));
        }
        match text.parse() {
            Ok(number) if (0.0..=2.0).contains(&number) => Ok(Self(Some(number))),
            _ => Err("give a number from 0 to 2, or none"),
        }
    }
}

fn name_value(text: &str) -> Result<(String, String), &'static str> {
    key_value(text).map_err(|_neither| "give NAME=VALUE")
}

fn key_value(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("give KEY=VALUE"),
    }
}
