//! `kgas ontology convert`: an ontology in another format, and what that can't hold.

use std::path::Path;

use kgas_core::Ontology;
use kgas_engine::OutputError;
use kgas_ontology::{Format, convert};

use super::{load, print};
use crate::Exit;
use crate::args::{ReadingArgs, Target};
use crate::failure::Failure;
use crate::show::Show;

pub(super) fn main(
    file: &Path,
    to: Target,
    out: Option<&Path>,
    reading: &ReadingArgs,
    show: Show,
) -> Result<Exit, Failure> {
    let ontology = load(file, reading, show)?.ontology;
    let text = written(&ontology, to.format(), show)?;
    match out {
        None => print(&text, show)?,
        Some(out) => std::fs::write(out, text).map_err(|error| Failure::fatal(OutputError::new(out, error)))?,
    }
    Ok(Exit::Complete)
}

/// The ontology in this format; what is lost is told.
pub(super) fn written(ontology: &Ontology, format: Format, show: Show) -> Result<String, Failure> {
    let converted = convert(ontology, format)
        .map_err(|error| Failure::fatal(format!("{format} has no place for this ontology: {error}")))?;
    for loss in &converted.lost {
        show.warning(&format!("{format} has no place for {loss}"));
    }
    Ok(converted.text)
}
