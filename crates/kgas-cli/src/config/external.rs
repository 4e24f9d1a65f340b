//! Tools outside this program, as `[external."…"]` declares them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kgas_core::Need;
use kgas_engine::ExternalSpec;
use toml::de::{DeTable, DeValue};

use super::file::{Entry, Reader};
use super::value;
use crate::failure::Failure;

/// What may be said of such a tool, and what that is called.
pub(crate) const KEYS: [(&str, &str); 5] = [
    ("command", "The program and its arguments; a program with a path is looked for from the file's folder"),
    ("description", "What it does, in a sentence"),
    ("needs", "What must be there before it can run"),
    ("timeout", "The most seconds that it may work on one document"),
    ("processes", "How many of it may run at once"),
];

/// What a tool may need.
pub(crate) const NEEDS: [(&str, Need); 2] = [("ontology", Need::Ontology), ("chat_model", Need::ChatModel)];

/// Seconds for one document.
pub(crate) const TIMEOUT: f64 = 60.0;

const LONGEST: f64 = 86_400.0;

/// Reads the tools that are declared, each with its line.
pub(crate) fn read(
    reader: &Reader<'_>,
    table: &DeTable<'_>,
) -> Result<BTreeMap<String, (ExternalSpec, usize)>, Failure> {
    let mut all = BTreeMap::new();
    for entry in table {
        let (id, line) = (entry.0.get_ref().to_string(), reader.line(&entry.0.span()));
        let spec = spec(reader, &id, entry)?;
        all.insert(id, (spec, line));
    }
    Ok(all)
}

fn spec(reader: &Reader<'_>, id: &str, entry: Entry<'_, '_>) -> Result<ExternalSpec, Failure> {
    let name = format!("external.{id}");
    let line = reader.line(&entry.0.span());
    if id.trim().is_empty() {
        return Err(reader.refuse(line, "a tool needs a name, as in [external.\"acme.words\"]"));
    }
    let mut spec = ExternalSpec {
        command: Vec::new(),
        folder: absolute(&reader.source.path),
        description: String::new(),
        needs: Vec::new(),
        timeout: Duration::from_secs_f64(TIMEOUT),
        processes: NonZeroUsize::MIN,
        withheld: Vec::new(),
    };
    for (key, value) in reader.table(&name, entry)? {
        let line = reader.line(&key.span());
        let (key, value) = (key.get_ref().as_ref(), value.get_ref());
        let should = |what: &str| {
            let is = value::in_words(value);
            reader.refuse(line, format!("{name}.{key} is {is}, and should be {what}"))
        };
        match key {
            "command" => spec.command = words(value).ok_or_else(|| should("a list of strings"))?,
            "description" => spec.description = value.as_str().ok_or_else(|| should("a string"))?.to_owned(),
            "needs" => {
                let words = words(value).ok_or_else(|| should("a list of strings"))?;
                spec.needs = needs(&words)
                    .ok_or_else(|| reader.refuse(line, format!("{name}.needs: there are ontology and chat_model")))?;
            }
            "timeout" => {
                let seconds = value::json(value).and_then(|number| number.as_f64());
                let seconds = seconds.ok_or_else(|| should("a number of seconds"))?;
                if !(0.001..=LONGEST).contains(&seconds) {
                    return Err(reader.refuse(line, format!("{name}.timeout: give seconds, from 0.001 to {LONGEST}")));
                }
                spec.timeout = Duration::from_secs_f64(seconds);
            }
            "processes" => {
                let count = value::json(value).and_then(|number| usize::try_from(number.as_u64()?).ok());
                let count = count.and_then(NonZeroUsize::new);
                spec.processes = count.ok_or_else(|| should("a whole number above 0"))?;
            }
            _ => {
                let known = KEYS.iter().map(|(key, _)| *key);
                return Err(reader.unknown(line, &format!("{name}.{key}"), known));
            }
        }
    }
    if spec.command.first().is_none_or(|program| program.trim().is_empty()) {
        return Err(reader.refuse(line, format!("{name}: say with command = [\"program\"] what is started")));
    }
    Ok(spec)
}

fn words(value: &DeValue<'_>) -> Option<Vec<String>> {
    let DeValue::Array(items) = value else { return None };
    items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
}

fn needs(words: &[String]) -> Option<Vec<Need>> {
    let need = |word: &String| NEEDS.iter().find(|(name, _)| name == word).map(|(_, need)| *need);
    words.iter().map(need).collect()
}

fn absolute(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}
