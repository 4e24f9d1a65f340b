//! How good what is extracted is: Text2KGBench's official score, and a strict one beside it.

mod args;
mod data;
mod lines;
mod official;
mod porter;
mod predict;
mod report;
mod strict;
mod train;
mod treebank;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kgas_ontology::{LoadError, ReadOptions};

pub(crate) use args::QualityArgs;
pub use data::{DataError, Kind, Labels, Lesson, Part, Sentence, Triple};
pub use lines::FileError;
pub use official::Official;
pub use porter::stem;
pub use predict::{Answers, Claim, PredictError, answers};
pub use report::{PartReport, Report};
pub use strict::{Counts, Score, Strict};
pub use train::Training;
pub use treebank::words;

use args::Train;
use predict::{Order, extract};

use crate::failure::Failure;
use crate::file;
use crate::show::Show;

/// Why there is no score.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QualityError {
    /// The benchmark's folder can't be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There are no predictions.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// kgas can't read an ontology of the benchmark.
    #[error(transparent)]
    Ontology(#[from] LoadError),
    /// A file can't be written.
    #[error("{} can't be written", .path.display())]
    Unwritten {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// No training sentence can be an example.
    #[error("{part}: none of the {sentences} training sentences is fit to be an example; leave --train out")]
    NoExamples {
        /// The ontology.
        part: String,
        /// How many there are.
        sentences: usize,
    },
}

/// Scores what was asked for and shows the figures.
pub(crate) fn main(args: &QualityArgs, show: Show) -> Result<ExitCode, Failure> {
    file::check(&[("--json", args.json.as_deref())], &[("--predictions", args.predictions.as_deref())])?;
    let scratch = tempfile::tempdir().map_err(unwritten(&std::env::temp_dir()))?;
    let work = args.out.as_deref().unwrap_or(scratch.path());
    let report = match scored(args, work, show) {
        // What is extracted may have been paid for.
        Err(error) if args.out.is_none() && has_graph(work) => {
            show.note(&format!("what was extracted is kept in {}", scratch.keep().display()));
            return Err(error.into());
        }
        scored => scored?,
    };
    show.table(&report.rows())?;
    if let Some(path) = &args.json {
        file::write(path, &format!("{:#}\n", report.json()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether anything was extracted into a folder of this folder.
fn has_graph(work: &Path) -> bool {
    let entries = std::fs::read_dir(work).into_iter().flatten().filter_map(Result::ok);
    entries.into_iter().any(|entry| entry.path().join("summary.json").is_file())
}

fn scored(args: &QualityArgs, work: &Path, show: Show) -> Result<Report, QualityError> {
    let (names, all) = (Part::names(&args.data, &args.only)?, Part::names(&args.data, &[])?);
    // All are read before any is asked about: what is missing should cost nothing.
    let parts = names.iter().map(|name| Part::read(&args.data, name)).collect::<Result<Vec<_>, _>>()?;
    let trained = parts.iter().map(|part| training(part, args, show)).collect::<Result<Vec<_>, _>>()?;
    let mut report = Report::default();
    for (mut part, training) in parts.into_iter().zip(trained) {
        let answers = match &args.predictions {
            Some(path) => answers(path, &part, &all)?,
            None => asked(&mut part, training.as_ref(), (args, work), show)?,
        };
        part.cut(args.limit);
        if let Some(note) = misspelt(&part, &answers) {
            show.note(&note);
        }
        report.parts.push(PartReport::of(&part, &answers, training.as_ref()));
    }
    Ok(report)
}

/// What to say where relations are named as the ontology does, and not as the benchmark expects of systems.
fn misspelt(part: &Part, answers: &Answers) -> Option<String> {
    let is_spaced = |claim: &&Claim| {
        part.labels.relations.iter().any(|kind| kind.label == claim.triple.relation && kind.label.contains(' '))
    };
    let count = answers.values().flatten().filter(is_spaced).count();
    (count > 0).then(|| {
        let name = &part.name;
        format!(
            "{name}: triples that name a relation with spaces, and not with _: {count}; the official score drops them"
        )
    })
}

/// The examples of an ontology, if any were asked for.
fn training(part: &Part, args: &QualityArgs, show: Show) -> Result<Option<Training>, QualityError> {
    let Some(Train(most)) = args.train else { return Ok(None) };
    let ontology = kgas_ontology::load(&part.ontology(), &ReadOptions::default())?.ontology;
    let training = Training::of(part, &part.lessons()?, &ontology, most, args.seed);
    if training.examples.is_empty() {
        return Err(QualityError::NoExamples { part: part.name.clone(), sentences: training.sentences });
    }
    let count = training.examples.len();
    show.note(&format!(
        "{}: {count} {} of {} training sentences; {} don't say what is known of them, {} are test sentences",
        part.name,
        if count == 1 { "example" } else { "examples" },
        training.sentences,
        training.unfit,
        training.tested,
    ));
    Ok(Some(training))
}

/// What `kgas extract` says of the sentences.
fn asked(
    part: &mut Part,
    training: Option<&Training>,
    (args, work): (&QualityArgs, &Path),
    show: Show,
) -> Result<Answers, QualityError> {
    part.cut(args.limit);
    show.note(&format!("{}: {} sentences", part.name, part.sentences.len()));
    let folder = args.examples_out.as_deref().unwrap_or(work);
    let examples = training.map(|training| written(training, folder, &part.name)).transpose()?;
    let order = Order { part, folder: work, examples: examples.as_deref(), arguments: &args.extract };
    Ok(extract(&order)?)
}

fn written(training: &Training, folder: &Path, name: &str) -> Result<PathBuf, QualityError> {
    let path = folder.join(format!("{name}_examples.jsonl"));
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, training.jsonl())).map_err(unwritten(&path))?;
    Ok(path)
}

impl Part {
    /// Leaves the first sentences only.
    fn cut(&mut self, limit: Option<NonZeroUsize>) {
        self.sentences.truncate(limit.map_or(usize::MAX, NonZeroUsize::get));
    }
}

fn unwritten(path: &Path) -> impl Fn(std::io::Error) -> QualityError {
    move |source| QualityError::Unwritten { path: path.to_owned(), source }
}
