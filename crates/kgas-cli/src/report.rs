//! `kgas report`: a graph as one page for a browser.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use kgas_export::{Graph, Missing, ReportError, ReportOptions, Reported};

use crate::Exit;
use crate::args::ReportArgs;
use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

const MEGABYTE: usize = 1_000_000;

/// Documents that a warning names.
const NAMED: usize = 3;

pub(crate) fn main(args: &ReportArgs, show: Show) -> Result<Exit, Failure> {
    let mut graph = Graph::open(&args.out).map_err(Failure::usage)?;
    check(&graph, &args.file)?;
    let options = ReportOptions {
        documents: args.documents,
        text_bytes: args.text_mb.get().saturating_mul(MEGABYTE),
        entities: args.entities.get(),
    };
    let reported = aside(&args.file, |out| kgas_export::report(&mut graph, out, &options))?;
    for line in warnings(&reported) {
        show.warning(&line);
    }
    if let Some(line) = left_out(&reported) {
        show.note(&line);
    }
    show.result(&format!("{}: {}", args.file.display(), in_words(&reported)))?;
    Ok(Exit::Complete)
}

/// A page must not take the place of what it is made of.
fn check(graph: &Graph, file: &Path) -> Result<(), Failure> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let unreachable = |error| Failure::usage(format!("the report can't be written to {}: {error}", file.display()));
    let (folder, own) = (folder.canonicalize().map_err(unreachable)?, graph.folder().canonicalize());
    let own = own.map_err(unreachable)?;
    let Ok(within) = folder.join(file.file_name().unwrap_or_default()).strip_prefix(&own).map(Path::to_owned) else {
        return Ok(());
    };
    let summary = graph.summary().map_err(Failure::usage)?;
    let files = summary.get("files").and_then(serde_json::Value::as_object);
    let is_own = files.is_some_and(|files| files.keys().any(|name| within == Path::new(name)))
        || within == Path::new("summary.json")
        || within.starts_with(".kgas");
    if is_own {
        return Err(Failure::usage(format!("{} belongs to the graph: name another --file", file.display())));
    }
    Ok(())
}

/// Writes a file beside its place, and moves it there when it is whole.
fn aside(
    file: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<Reported, ReportError>,
) -> Result<Reported, Failure> {
    let part = part_of(file);
    let written = whole(&part, write).and_then(|reported| {
        fs::rename(&part, file)?;
        Ok(reported)
    });
    if written.is_err() {
        let _it_may_not_be_there = fs::remove_file(&part);
    }
    written.map_err(|error| match error {
        ReportError::Read(error) => Failure::usage(error),
        error => Failure::fatal(format!("{}: {error}", file.display())),
    })
}

fn whole(
    part: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<Reported, ReportError>,
) -> Result<Reported, ReportError> {
    let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(part)?);
    let reported = write(&mut out)?;
    let file: File = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(reported)
}

/// No other process has a file of this name.
fn part_of(file: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    file.with_file_name(name)
}

fn in_words(reported: &Reported) -> String {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let entities = counted(number(reported.entities), "entity", "entities");
    let relations = counted(number(reported.relations), "relation", "relations");
    let texts = counted(number(reported.texts), "document with its text", "documents with their texts");
    format!("{entities}, {relations}, {texts}")
}

/// What there was no room for, and how to make it.
fn left_out(reported: &Reported) -> Option<String> {
    let parts = [
        (reported.entities_left_out, "entities", "--entities"),
        (reported.relations_left_out, "relations", "--entities"),
        (reported.texts_left_out, "texts", "--documents and --text-mb"),
    ];
    let some = parts.iter().filter(|(count, ..)| *count > 0);
    let told: Vec<String> = some.map(|(count, what, flag)| format!("{count} {what} ({flag})")).collect();
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
