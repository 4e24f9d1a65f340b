//! `kgas ontology draft`: a first ontology from examples.

use std::path::Path;

use kgas_core::{Examples, Ontology};
use kgas_ontology::{Format, Leniency, check, draft, write};

use super::print;
use crate::Exit;
use crate::failure::Failure;
use crate::input;
use crate::show::Show;

pub(super) fn main(file: &Path, show: Show) -> Result<Exit, Failure> {
    let name = file.display();
    let text = input::read(file).map_err(|problem| Failure::fatal(format!("examples {name}: {problem}")))?;
    let examples = Examples::parse(&text).map_err(|error| Failure::fatal(format!("examples {name}: {error}")))?;
    let spec = draft(&examples);
    let findings = check(&spec);
    let (ontology, _nothing_is_unknown) = Ontology::compile(spec, Leniency::Strict)
        .map_err(|error| Failure::fatal(format!("examples {name}: they give no ontology: {error}")))?;
    print(&write(&ontology, Format::Kgas), show)?;
    for finding in findings {
        show.note(&finding.to_string());
    }
    Ok(Exit::Complete)
}
