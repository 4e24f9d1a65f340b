//! Which file or folder holds the predictions for an ontology.

use std::path::{Path, PathBuf};

use super::{Answers, PredictError, graph, written};
use crate::quality::data::Part;

/// The predictions for an ontology: from a file in the benchmark's form, from a folder that `kgas extract` wrote, or
/// from a folder that has one of these for each ontology. A file or graph may also be for several ontologies:
/// sentences of the other ones in `ontologies` pass.
///
/// # Errors
/// [`PredictError`]: nothing is there for the ontology, or it can't be read, or it names a sentence that nothing has.
pub fn answers(path: &Path, part: &Part, ontologies: &[String]) -> Result<Answers, PredictError> {
    if is_shared(path) {
        return of_part(path, part, ontologies);
    }
    let mut found: Vec<String> = names(path)?.into_iter().filter(|name| is_for(name, &part.name)).collect();
    found.sort();
    match found.as_slice() {
        [] => Err(PredictError::None { folder: path.to_owned(), part: part.name.clone() }),
        [name] => of_part(&path.join(name), part, &[]),
        _ => Err(PredictError::Several { folder: path.to_owned(), part: part.name.clone(), found }),
    }
}

/// Whether all predictions are in this one.
fn is_shared(path: &Path) -> bool {
    !path.is_dir() || graph::is_one(path)
}

fn of_part(path: &Path, part: &Part, ontologies: &[String]) -> Result<Answers, PredictError> {
    let mut answers = if path.is_dir() { graph::read(path, &part.labels)? } else { written::read(path)? };
    let is_of_another =
        |id: &str| ontologies.iter().any(|name| *name != part.name && id.starts_with(&format!("ont_{name}_")));
    let is_of_part = |id: &str| part.sentences.iter().any(|sentence| sentence.id == id);
    let unknown = answers.keys().find(|id| !is_of_part(id) && !is_of_another(id));
    if let Some(id) = unknown {
        return Err(PredictError::UnknownSentence { path: path.to_owned(), id: id.clone() });
    }
    answers.retain(|id, _| is_of_part(id));
    Ok(answers)
}

/// Whether an entry of a folder is for an ontology: `1_movie`, `1_movie.jsonl` or `ont_1_movie_….jsonl`.
fn is_for(entry: &str, part: &str) -> bool {
    let Some(file) = entry.strip_suffix(".jsonl") else { return entry == part };
    let named = file.strip_prefix("ont_").and_then(|rest| rest.strip_prefix(part));
    file == part || named.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

fn names(folder: &Path) -> Result<Vec<String>, PredictError> {
    let at = |path: PathBuf| move |source| PredictError::Folder { path, source };
    let entries = std::fs::read_dir(folder).map_err(at(folder.to_owned()))?;
    entries.map(|entry| Ok(entry.map_err(at(folder.to_owned()))?.file_name().to_string_lossy().into_owned())).collect()
}
