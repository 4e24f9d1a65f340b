//! `kgas extract` on an ontology's test sentences, in this process, with the user's own arguments.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use kgas_cli::Exit;
use serde_json::json;

use super::{Answers, PredictError, graph};
use crate::quality::data::Part;

/// What is to be extracted, and with what.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    /// The ontology with its sentences.
    pub(crate) part: &'a Part,
    /// The folder for the sentences; the graph comes into a folder in it that is named after the ontology.
    pub(crate) folder: &'a Path,
    /// The file of examples.
    pub(crate) examples: Option<&'a Path>,
    /// What else is to be told `kgas extract`.
    pub(crate) arguments: &'a [OsString],
}

/// Takes the sentences through `kgas extract`.
///
/// # Errors
/// [`PredictError`]: the folder can't be used, or nothing was extracted.
pub(crate) fn extract(order: &Order<'_>) -> Result<Answers, PredictError> {
    let Order { part, folder, examples, arguments } = order;
    let out = folder.join(&part.name);
    let sentences = sentences(part, folder)?;
    // Merging brings the names of one thing together across sentences, and the benchmark wants a sentence's own.
    let mut command: Vec<OsString> = ["kgas", "extract"].map(OsString::from).to_vec();
    command.extend([sentences.into(), "--text-field".into(), "sent".into(), "--merge".into(), "exact".into()]);
    command.extend(["--ontology".into(), part.ontology().into(), "--out".into(), out.clone().into()]);
    if let Some(examples) = examples {
        command.extend(["--examples".into(), (*examples).into()]);
    }
    // What lies in the working folder is no part of a measurement, unless it is named.
    if !arguments.iter().any(|argument| argument.to_string_lossy().starts_with("--config")) {
        command.extend(["--config", "none"].map(OsString::from));
    }
    command.extend(arguments.iter().cloned());
    match kgas_cli::aside(command) {
        // What failed has no answer; kgas has said how much that is.
        Exit::Complete | Exit::WithFailures if graph::is_one(&out) => graph::read(&out, &part.labels),
        exit => Err(PredictError::Extract { part: part.name.clone(), exit }),
    }
}

fn sentences(part: &Part, folder: &Path) -> Result<PathBuf, PredictError> {
    let path = folder.join(format!("{}_sentences.jsonl", part.name));
    let line =
        |sentence: &crate::quality::data::Sentence| format!("{}\n", json!({"id": sentence.id, "sent": sentence.text}));
    let text: String = part.sentences.iter().map(line).collect();
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|source| PredictError::Folder { path: path.clone(), source })?;
    Ok(path)
}
