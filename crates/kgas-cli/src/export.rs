//! `kgas export`: a graph in the form that another tool reads.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use kgas_export::{Base, Counts, ExportError, Format, Graph, Single, Tables};

use crate::Exit;
use crate::args::ExportArgs;
use crate::failure::Failure;
use crate::show::Show;
use crate::target::{Kept, begin, is_stdout, keep_off, not_written, to_stdout};
use crate::words::counted;

pub(crate) fn main(args: &ExportArgs, show: Show) -> Result<Exit, Failure> {
    let format = format(args)?;
    let base = base(args, format)?;
    let paths = match format {
        Format::Single(_) => vec![args.file.clone()],
        Format::Tables(_) => tables(&args.file)?.into(),
    };
    if let Some(other) = contradicted(args, format) {
        let (file, format, other) = (args.file.display(), format.name(), other.name());
        show.warning(&format!("{file} has a name of {other}, and gets {format} as --to says"));
    }
    let mut graph = Graph::open(&args.out).map_err(Failure::usage)?;
    for path in &paths {
        keep_off(path, &args.out)?;
    }
    let counts = match (format, paths.as_slice()) {
        (Format::Single(single), _) if is_stdout(&args.file) => {
            to_stdout(show, "the export", |out| single.write(&mut graph, &base, out))?
        }
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

/// Another format than the one that was said, by the file's name.
fn contradicted(args: &ExportArgs, format: Format) -> Option<Format> {
    let ending = args.file.extension()?.to_str()?;
    Format::of_extension(ending).filter(|named| args.to.is_some() && *named != format)
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

fn failed(path: &Path, error: ExportError) -> Failure {
    error.output().map_or_else(|other| other, |error| not_written(path, error))
}

impl Kept for ExportError {
    fn output(self) -> Result<io::Error, Failure> {
        match self {
            Self::Write(error) => Ok(error),
            other => Err(Failure::usage(other)),
        }
    }
}
