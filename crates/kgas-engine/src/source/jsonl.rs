//! A file with a JSON object on each line.

use std::io::BufRead;

use serde_json::{Map, Value};

use super::file::{Bytes, unreadable};
use super::text::utf8;
use super::{SourceError, SourceOptions, Sourced};

pub(super) fn documents(
    mut bytes: Bytes,
    file: String,
    source: String,
    options: &SourceOptions,
) -> impl Iterator<Item = Sourced> + Send + use<> {
    let (id_field, text_field) = (options.id_field.clone(), options.text_field.clone());
    let mut line = 0;
    let mut ended = false;
    std::iter::from_fn(move || {
        loop {
            let mut content = Vec::new();
            if ended {
                return None;
            }
            line += 1;
            let bad = |error| {
                Some(Sourced { id: format!("{file}:{line}"), source: format!("{source}:{line}"), text: Err(error) })
            };
            match bytes.read_until(b'\n', &mut content) {
                Ok(0) => return None,
                Ok(_) if content.iter().all(u8::is_ascii_whitespace) => {}
                Ok(_) => {
                    let (id, text) = match utf8(content).and_then(|text| record(&text, line)) {
                        Ok(record) => (id_of(&record, &id_field), text_of(record, &text_field, line)),
                        Err(error) => return bad(error),
                    };
                    let id = id.unwrap_or_else(|| format!("{file}:{line}"));
                    return Some(Sourced { id, source: format!("{source}:{line}"), text });
                }
                Err(error) => {
                    // Nothing after it can be found.
                    ended = true;
                    return bad(unreadable(&error));
                }
            }
        }
    })
}

fn record(text: &str, line: u64) -> Result<Map<String, Value>, SourceError> {
    // A byte-order mark stands before the first record, not in it.
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        // The parser counts lines within the one that it was given.
        let problem = error.to_string().replace("line 1 column", "column");
        SourceError::BrokenLine { line, problem }
    })
}

fn id_of(record: &Map<String, Value>, field: &str) -> Option<String> {
    match record.get(field)? {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

fn text_of(mut record: Map<String, Value>, field: &str, line: u64) -> Result<String, SourceError> {
    match record.get_mut(field) {
        Some(Value::String(text)) => Ok(std::mem::take(text)),
        _ => {
            let present = record.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            Err(SourceError::NoTextField { line, field: field.to_owned(), present })
        }
    }
}
