//! `kgas ontology diff`: in what two ontologies differ.

use std::path::Path;

use kgas_ontology::diff;

use super::load;
use crate::Exit;
use crate::args::ReadingArgs;
use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

pub(super) fn main(a: &Path, b: &Path, reading: &ReadingArgs, show: Show) -> Result<Exit, Failure> {
    // 1 says that they differ, so what can't be compared must end with another code.
    let read = |file| load(file, reading, show).map(|loaded| loaded.ontology).map_err(Failure::usage);
    let (in_a, in_b) = (read(a)?, read(b)?);
    let differences = diff(&in_a, &in_b);
    differences.iter().try_for_each(|difference| show.result(&difference.to_string()))?;
    let count = counted(differences.len().try_into().unwrap_or(u64::MAX), "difference", "differences");
    show.note(&format!("A is {}, B is {}: {count}", a.display(), b.display()));
    Ok(if differences.is_empty() { Exit::Complete } else { Exit::Fatal })
}
