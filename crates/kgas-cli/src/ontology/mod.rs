//! `kgas ontology`: looking at ontologies, and changing their clothes.

mod check;
mod convert;
mod diff;
mod draft;
mod view;

use std::path::Path;

use kgas_ontology::{Loaded, ReadWarning};

use crate::Exit;
use crate::args::{OntologyCommand, ReadingArgs};
use crate::failure::Failure;
use crate::show::Show;

pub(crate) fn main(command: &OntologyCommand, show: Show) -> Result<Exit, Failure> {
    match command {
        OntologyCommand::Check { file, json, reading } => check::main(file, *json, reading, show),
        OntologyCommand::Show { file, view, reading } => view::main(file, *view, reading, show),
        OntologyCommand::Convert { file, to, out, reading } => convert::main(file, *to, out.as_deref(), reading, show),
        OntologyCommand::Diff { a, b, reading } => diff::main(a, b, reading, show),
        OntologyCommand::Draft { examples } => draft::main(examples, show),
    }
}

fn load(file: &Path, reading: &ReadingArgs, show: Show) -> Result<Loaded, Failure> {
    let loaded = kgas_ontology::load(file, &reading.options()).map_err(Failure::fatal)?;
    warn(&loaded.warnings, file, show);
    Ok(loaded)
}

fn warn(warnings: &[ReadWarning], file: &Path, show: Show) {
    for warning in warnings {
        show.warning(&format!("ontology {}: {warning}", file.display()));
    }
}

/// A text that ends in a line end, as a result.
fn print(text: &str, show: Show) -> Result<(), Failure> {
    show.result(text.strip_suffix('\n').unwrap_or(text))
}
