//! What was named as input: one text, an ontology, a corpus.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kgas_core::{Examples, Ontology, ToolInput};
use kgas_engine::source::{Format, Input, SourceOptions};
use kgas_ontology::Loaded;
use serde_json::Value;

use crate::args::{OntologyArgs, SourceArgs, StdinFormat};
use crate::failure::Failure;
use crate::show::Show;

/// The ontology of a file, with its warnings shown.
pub(crate) fn ontology(args: &OntologyArgs, show: Show) -> Result<Option<Arc<Ontology>>, Failure> {
    let Some(path) = &args.ontology else { return Ok(None) };
    let loaded = kgas_ontology::load(path, &args.reading.options()).map_err(Failure::fatal)?;
    Ok(Some(warned(loaded, &path.display().to_string(), show)))
}

/// The examples of a file, each item of which the ontology allows.
pub(crate) fn examples(args: &OntologyArgs, ontology: &Ontology) -> Result<Arc<Examples>, Failure> {
    let Some(path) = &args.examples else { return Ok(Arc::default()) };
    let name = path.display();
    let text = read(path).map_err(|problem| Failure::fatal(format!("examples {name}: {problem}")))?;
    let examples = Examples::parse(&text).map_err(|error| Failure::fatal(format!("examples {name}: {error}")))?;
    if examples.is_empty() {
        return Err(Failure::fatal(format!(
            "examples {name}: there are none in it: write one on each line, as {{\"text\", \"entities\", \"relations\"}}"
        )));
    }
    examples.check(ontology).map_err(|problems| {
        let told: Vec<String> = problems.iter().map(|problem| format!("examples {name}: {problem}")).collect();
        Failure::fatal(told.join("\n"))
    })?;
    Ok(Arc::new(examples))
}

/// The input of `kgas run`: JSON where the name says so, else text.
pub(crate) fn tool_input(path: &Path, args: &OntologyArgs, show: Show) -> Result<ToolInput, Failure> {
    let given = ontology(args, show)?;
    let name = path.display().to_string();
    let text = read(path).map_err(|problem| Failure::fatal(format!("input {name}: {problem}")))?;
    if path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("json")) {
        let id = path.file_name().map_or_else(|| name.clone(), |file| file.to_string_lossy().into_owned());
        let mut input = ToolInput::text(id, text);
        input.ontology = given.unwrap_or_default();
        input.examples = examples(args, &input.ontology)?;
        return Ok(input);
    }
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| Failure::fatal(format!("input {name}: not JSON: {error}")))?;
    let ontology = match (given, value.get("ontology")) {
        (Some(given), _) => given,
        (None, None | Some(Value::Null)) => Arc::default(),
        (None, Some(inline)) => {
            let place = format!("the ontology in {name}");
            let loaded = kgas_ontology::from_value(inline, &args.reading.options())
                .map_err(|error| Failure::fatal(format!("{place}: {error}")))?;
            warned(loaded, &place, show)
        }
    };
    let examples = examples(args, &ontology)?;
    let input = ToolInput::from_json(&value, &name, ontology);
    Ok(input.map_err(|error| Failure::fatal(format!("input {name}: {error}")))?.with_examples(examples))
}

/// The inputs of a corpus, and how to read them. Nothing is read yet.
pub(crate) fn corpus(args: &SourceArgs) -> Result<(Vec<Input>, SourceOptions), Failure> {
    // One that is missing among others is a failed document; none at all is a mistake that should cost nothing.
    let is_missing = |path: &&PathBuf| !is_stdin(path) && std::fs::symlink_metadata(path).is_err();
    if args.inputs.iter().filter(is_missing).count() == args.inputs.len() {
        let named: Vec<String> = args.inputs.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::fatal(format!("input {}: there is no such file or folder", named.join(", "))));
    }
    let stdin = match args.stdin_format {
        StdinFormat::Txt => Format::Text,
        StdinFormat::Jsonl => Format::Jsonl,
        StdinFormat::Csv => Format::Csv,
    };
    let input = |path: &PathBuf| if is_stdin(path) { Input::Stdin(stdin) } else { Input::Path(path.clone()) };
    let options = SourceOptions {
        id_field: args.id_field.clone(),
        text_field: args.text_field.clone(),
        limit: args.limit.map(std::num::NonZeroUsize::get),
        sample: args.sample.map(|size| (size.get(), args.seed)),
    };
    Ok((args.inputs.iter().map(input).collect(), options))
}

/// A whole file, or standard input where that is named.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = if is_stdin(path) {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| problem(&error))?;
    String::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 at byte {}: save it as UTF-8", error.utf8_error().valid_up_to()))
}

/// What keeps a file from being read, in words.
pub(crate) fn problem(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "reading it is not permitted".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, name a file".to_owned(),
        _ => error.to_string(),
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn warned(loaded: Loaded, place: &str, show: Show) -> Arc<Ontology> {
    for warning in &loaded.warnings {
        show.warning(&format!("ontology {place}: {warning}"));
    }
    Arc::new(loaded.ontology)
}
