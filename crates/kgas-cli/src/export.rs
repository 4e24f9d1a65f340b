//! `kgas export`: a graph in the form that another tool reads.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kgas_engine::OutputError;
use kgas_export::{Aside, Base, Counts, ExportError, Format, Graph, Single, Tables};

use crate::Exit;
use crate::args::ExportArgs;
use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

/// The folder in a graph's folder that is kgas's own.
const OWN: &str = ".kgas";

pub(crate) fn main(args: &ExportArgs, show: Show) -> Result<Exit, Failure> {
    let format = format(args)?;
    let base = base(args, format)?;
    let paths = match format {
        Format::Single(_) => vec![args.file.clone()],
        Format::Tables(_) => tables(&args.file)?.into(),
    };
    let mut graph = Graph::open(&args.out).map_err(Failure::fatal)?;
    for path in &paths {
        keep_off(path, &args.out)?;
    }
    let counts = match (format, paths.as_slice()) {
        (Format::Single(single), _) if is_stdout(&args.file) => to_stdout(&mut graph, single, &base, show)?,
        (Format::Single(single), [path]) => to_file(&mut graph, single, &base, path)?,
        (Format::Tables(tables), [nodes, edges]) => to_tables(&mut graph, tables, nodes, edges)?,
        _ => return Ok(Exit::Complete),
    };
    let Counts { nodes, edges } = counts;
    let (nodes, edges) = (counted(nodes, "node", "nodes"), counted(edges, "edge", "edges"));
    let written: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let place = if is_stdout(&args.file) { "standard output".to_owned() } else { written.join(" and ") };
    show.note(&format!("{place}: {nodes} and {edges}"));
    Ok(Exit::Complete)
}

fn is_stdout(file: &Path) -> bool {
    file == Path::new("-")
}

/// The format that was said, else the one that the file's name ends in.
fn format(args: &ExportArgs) -> Result<Format, Failure> {
    if let Some(to) = args.to {
        return Ok(to.format());
    }
    let ending = args.file.extension().and_then(|ending| ending.to_str());
    ending.and_then(Format::of_extension).ok_or_else(|| {
        let names = Format::ALL.map(Format::name).join(", ");
        Failure::usage(format!("{} doesn't tell the format: say it with --to ({names})", args.file.display()))
    })
}

fn base(args: &ExportArgs, format: Format) -> Result<Base, Failure> {
    let Some(iri) = &args.base else { return Ok(Base::default()) };
    if !matches!(format, Format::Single(Single::Turtle | Single::Jsonld)) {
        return Err(Failure::usage(format!("--base is for turtle and jsonld: {} has no IRIs", format.name())));
    }
    Base::new(iri).map_err(|error| Failure::usage(format!("--base {iri}: {error}")))
}

/// The files of nodes and of edges: `graph.csv` gives `graph.nodes.csv` and `graph.edges.csv`.
fn tables(file: &Path) -> Result<[PathBuf; 2], Failure> {
    if is_stdout(file) {
        return Err(Failure::usage("two tables don't fit on standard output: name a file with --file"));
    }
    let Some(stem) = file.file_stem() else {
        return Err(Failure::usage(format!("--file {} is no name of a file", file.display())));
    };
    Ok(["nodes", "edges"].map(|part| {
        let mut name = OsString::from(stem);
        name.push(format!(".{part}"));
        if let Some(ending) = file.extension() {
            name.push(".");
            name.push(ending);
        }
        file.with_file_name(name)
    }))
}

/// Refuses a file that is the graph's own.
fn keep_off(path: &Path, out: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(folder), Ok(out), Some(name)) = (folder.canonicalize(), out.canonicalize(), path.file_name()) else {
        return Ok(());
    };
    let Ok(below) = folder.strip_prefix(&out) else { return Ok(()) };
    let is_file_of_it = below.as_os_str().is_empty() && Path::new(name).extension().is_some_and(|is| is == "jsonl");
    let is_summary = below.as_os_str().is_empty() && name == "summary.json";
    if is_file_of_it || is_summary || below.starts_with(OWN) || below.starts_with("tools") {
        return Err(Failure::usage(format!("{} belongs to the graph itself: name another --file", path.display())));
    }
    Ok(())
}

fn to_file(graph: &mut Graph, format: Single, base: &Base, path: &Path) -> Result<Counts, Failure> {
    let mut file = begin(path)?;
    let counts = format.write(graph, base, &mut file).map_err(|error| failed(path, error))?;
    file.finish().map_err(|error| not_written(path, error))?;
    Ok(counts)
}

/// Both tables are whole before either is put in place.
fn to_tables(graph: &mut Graph, format: Tables, nodes: &Path, edges: &Path) -> Result<Counts, Failure> {
    let (mut one, mut other) = (begin(nodes)?, begin(edges)?);
    let counts = format.write(graph, &mut one, &mut other).map_err(|error| failed(nodes, error))?;
    one.finish().map_err(|error| not_written(nodes, error))?;
    other.finish().map_err(|error| not_written(edges, error))?;
    Ok(counts)
}

/// Where the reader has left, there is nobody to write for.
fn to_stdout(graph: &mut Graph, format: Single, base: &Base, show: Show) -> Result<Counts, Failure> {
    let mut out = io::BufWriter::new(show.writer());
    let written = format.write(graph, base, &mut out);
    match written.and_then(|counts| out.flush().map(|()| counts).map_err(ExportError::Write)) {
        Err(ExportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Counts::default()),
        Err(ExportError::Write(error)) => {
            Err(Failure::fatal(format!("the export can't be written to standard output: {error}")))
        }
        written => written.map_err(Failure::fatal),
    }
}

fn begin(path: &Path) -> Result<Aside, Failure> {
    Aside::begin(path).map_err(|error| not_written(path, error))
}

fn failed(path: &Path, error: ExportError) -> Failure {
    match error {
        ExportError::Write(error) => not_written(path, error),
        other => Failure::fatal(other),
    }
}

fn not_written(path: &Path, error: io::Error) -> Failure {
    Failure::fatal(OutputError::new(path, error))
}
