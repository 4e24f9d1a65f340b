//! Where a command puts what it makes of a graph: a file beside, never one of the graph's own, or standard output.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use kgas_engine::OutputError;
use kgas_export::Aside;

use crate::failure::Failure;
use crate::show::Show;

/// The folders in a graph's folder that are kgas's own.
const OWN: [&str; 2] = [".kgas", "tools"];

pub(crate) fn is_stdout(file: &Path) -> bool {
    file == Path::new("-")
}

/// Refuses a file that is the graph's own.
pub(crate) fn keep_off(path: &Path, out: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(folder), Ok(out), Some(name)) = (folder.canonicalize(), out.canonicalize(), path.file_name()) else {
        return Ok(());
    };
    let Ok(below) = folder.strip_prefix(&out) else { return Ok(()) };
    let is_line_file = Path::new(name).extension().is_some_and(|is| is == "jsonl");
    let is_file_of_it = below.as_os_str().is_empty() && (is_line_file || name == "summary.json");
    if is_file_of_it || OWN.iter().any(|own| below.starts_with(own)) {
        return Err(Failure::usage(format!("{} belongs to the graph itself: name another --file", path.display())));
    }
    Ok(())
}

/// Begins a file that is put in place when it is whole.
pub(crate) fn begin(path: &Path) -> Result<Aside, Failure> {
    Aside::begin(path).map_err(|error| not_written(path, error))
}

pub(crate) fn not_written(path: &Path, error: io::Error) -> Failure {
    Failure::fatal(OutputError::new(path, error))
}

/// What kept something from being written.
pub(crate) trait Kept {
    /// The output's error, or what else it was.
    fn output(self) -> Result<io::Error, Failure>;
}

/// Writes to standard output. Where the reader has left, there is nobody to write for, and what was written is nothing.
pub(crate) fn to_stdout<T: Default, E: Kept>(
    show: Show,
    what: &str,
    write: impl FnOnce(&mut BufWriter<Box<dyn Write + Send>>) -> Result<T, E>,
) -> Result<T, Failure> {
    let mut out = BufWriter::new(show.writer());
    let written = match write(&mut out) {
        Ok(written) => out.flush().map(|()| written),
        Err(error) => Err(error.output()?),
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(T::default()),
        written => {
            written.map_err(|error| Failure::fatal(format!("{what} can't be written to standard output: {error}")))
        }
    }
}
