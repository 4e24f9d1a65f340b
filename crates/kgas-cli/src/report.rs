//! `kgas report`: a graph as one page for a browser.

use std::io;
use std::path::Path;

use kgas_export::{Graph, Missing, ReportError, ReportOptions, Reported};

use crate::Exit;
use crate::args::ReportArgs;
use crate::failure::Failure;
use crate::show::Show;
use crate::target::{Kept, begin, is_stdout, keep_off, not_written, to_stdout};
use crate::words::counted;

const MEGABYTE: usize = 1_000_000;

/// Documents that a warning names.
const NAMED: usize = 3;

pub(crate) fn main(args: &ReportArgs, show: Show) -> Result<Exit, Failure> {
    let mut graph = Graph::open(&args.out).map_err(Failure::usage)?;
    keep_off(&args.file, &args.out)?;
    let options = ReportOptions {
        documents: args.documents,
        text_bytes: args.text_mb.get().saturating_mul(MEGABYTE),
        entities: args.entities.get(),
    };
    let reported = if is_stdout(&args.file) {
        to_stdout(show, "the report", |out| kgas_export::report(&mut graph, out, &options))?
    } else {
        to_file(&mut graph, &args.file, &options)?
    };
    for line in warnings(&reported) {
        show.warning(&line);
    }
    if let Some(line) = left_out(&reported) {
        show.note(&line);
    }
    if is_stdout(&args.file) {
        show.note(&format!("standard output: {}", in_words(&reported)));
    } else {
        show.result(&format!("{}: {}", args.file.display(), in_words(&reported)))?;
    }
    Ok(Exit::Complete)
}

fn to_file(graph: &mut Graph, path: &Path, options: &ReportOptions) -> Result<Reported, Failure> {
    let mut file = begin(path)?;
    let written = kgas_export::report(graph, &mut file, options);
    let reported =
        written.map_err(|error| error.output().map_or_else(|other| other, |error| not_written(path, error)))?;
    file.finish().map_err(|error| not_written(path, error))?;
    Ok(reported)
}

impl Kept for ReportError {
    fn output(self) -> Result<io::Error, Failure> {
        match self {
            Self::Write(error) => Ok(error),
            other => Err(Failure::usage(other)),
        }
    }
}

fn in_words(reported: &Reported) -> String {
    let entities = counted(number(reported.entities), "entity", "entities");
    let relations = counted(number(reported.relations), "relation", "relations");
    let texts = counted(number(reported.texts), "document with its text", "documents with their texts");
    format!("{entities}, {relations}, {texts}")
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// What there was no room for, and how to make it.
fn left_out(reported: &Reported) -> Option<String> {
    let parts = [
        (reported.entities_left_out, "entity", "entities", "--entities"),
        (reported.relations_left_out, "relation", "relations", "--entities"),
        (reported.texts_left_out, "text", "texts", "--documents and --text-mb"),
    ];
    let some = parts.into_iter().filter(|(count, ..)| *count > 0);
    let told: Vec<String> =
        some.map(|(count, one, many, flag)| format!("{} ({flag})", counted(number(count), one, many))).collect();
    (!told.is_empty()).then(|| format!("left out, for want of room: {}", told.join(", ")))
}

/// Documents of which the page has quotes alone.
fn warnings(reported: &Reported) -> Vec<String> {
    let kinds = [
        (Missing::Changed, "changed since the graph was made"),
        (Missing::Gone, "can't be read any more"),
        (Missing::Unknown, "came from where nobody knows any more"),
    ];
    let told = kinds.iter().filter_map(|(kind, what)| {
        let of_kind = reported.missing.iter().filter(|(_, missing)| missing == kind);
        let ids: Vec<&str> = of_kind.map(|(id, _)| id.as_str()).collect();
        let more = ids.len().saturating_sub(NAMED);
        let named = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let named = if more > 0 { format!("{named} and {more} more") } else { named };
        (!ids.is_empty()).then(|| format!("the page has quotes alone of what {what}: {named}"))
    });
    told.collect()
}
