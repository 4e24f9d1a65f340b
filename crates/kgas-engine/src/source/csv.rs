//! A table with a header line and a document in each record.

use ::csv::{ByteRecord, Reader, ReaderBuilder};

use super::file::Bytes;
use super::text::utf8;
use super::{SourceError, SourceOptions, Sourced};

pub(super) fn documents(
    bytes: Bytes,
    file: String,
    source: String,
    options: &SourceOptions,
) -> impl Iterator<Item = Sourced> + Send + use<> {
    let mut table = ReaderBuilder::new().flexible(true).from_reader(bytes);
    let mut columns = Some(columns(&mut table, options));
    let mut found = None;
    let mut record = ByteRecord::new();
    std::iter::from_fn(move || {
        match columns.take() {
            Some(Ok(columns)) => found = Some(columns),
            Some(Err(error)) => {
                return Some(Sourced { id: file.clone(), source: source.clone(), text: Err(error) });
            }
            None => {}
        }
        let (id_column, text_column) = found?;
        let read = table.read_byte_record(&mut record);
        let line = record.position().map_or(0, ::csv::Position::line);
        let (place, named) = (format!("{source}:{line}"), format!("{file}:{line}"));
        let text = match read {
            Ok(false) => return None,
            Ok(true) => match record.get(text_column) {
                Some(text) => utf8(text.to_vec()),
                None => Err(SourceError::BrokenRecord { line, problem: "it is too short".to_owned() }),
            },
            Err(error) => {
                // Nothing after it can be found.
                found = None;
                Err(SourceError::BrokenRecord { line, problem: error.to_string() })
            }
        };
        let given = id_column.and_then(|column| record.get(column)).filter(|id| !id.is_empty());
        let id = given.map_or(named, |id| String::from_utf8_lossy(id).into_owned());
        Some(Sourced { id, source: place, text })
    })
}

/// Which columns hold the id, if one does, and the text.
fn columns(table: &mut Reader<Bytes>, options: &SourceOptions) -> Result<(Option<usize>, usize), SourceError> {
    let header =
        table.byte_headers().map_err(|error| SourceError::BrokenRecord { line: 1, problem: error.to_string() })?;
    let names: Vec<String> = header
        .iter()
        .map(|name| String::from_utf8_lossy(name).trim_start_matches('\u{feff}').trim().to_owned())
        .collect();
    let column = |wanted: &str| names.iter().position(|name| name == wanted);
    let text = column(&options.text_field).ok_or_else(|| SourceError::NoTextField {
        line: 1,
        field: options.text_field.clone(),
        present: names.join(", "),
    })?;
    Ok((column(&options.id_field), text))
}
