//! A table with a header line and a document in each record.

use std::io::{self, Read};

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
    let mut table = ReaderBuilder::new().flexible(true).from_reader(Watched { bytes, is_ended: false });
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
        let columns: Columns = found?;
        let read = table.read_byte_record(&mut record);
        let line = first_line(&table, &record, columns.is_crlf);
        let (place, named) = (format!("{source}:{line}"), format!("{file}:{line}"));
        let text = match read {
            Ok(false) => return None,
            Ok(true) => match record.get(columns.text) {
                Some(text) => utf8(text.to_vec()),
                None => Err(SourceError::BrokenRecord { line, problem: "it is too short".to_owned() }),
            },
            Err(error) => {
                // Nothing after it can be found.
                found = None;
                Err(SourceError::BrokenRecord { line, problem: error.to_string() })
            }
        };
        let id_column = columns.id.filter(|_| found.is_some());
        let given = id_column.and_then(|column| record.get(column)).filter(|id| !id.is_empty());
        let id = given.map_or(named, |id| String::from_utf8_lossy(id).into_owned());
        Some(Sourced { id, source: place, text })
    })
}

/// Bytes, and whether the end of them was met.
struct Watched {
    bytes: Bytes,
    is_ended: bool,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.is_ended |= read == 0;
        Ok(read)
    }
}

/// What the header line says.
#[derive(Clone, Copy)]
struct Columns {
    id: Option<usize>,
    text: usize,
    /// Whether lines end in two characters.
    is_crlf: bool,
}

/// The line on which the record that was read last begins.
///
/// The reader's own count is that of the line feeds read before it, without those of empty lines between; and of a
/// line end of two characters it reads the second with the next record.
fn first_line(table: &Reader<Watched>, record: &ByteRecord, is_crlf: bool) -> u64 {
    let last = table.position().line().saturating_sub(line_feeds(record));
    if is_crlf || table.get_ref().is_ended { last } else { last.saturating_sub(1) }
}

fn line_feeds(record: &ByteRecord) -> u64 {
    record.iter().flatten().filter(|byte| **byte == b'\n').count() as u64
}

fn columns(table: &mut Reader<Watched>, options: &SourceOptions) -> Result<Columns, SourceError> {
    let header =
        table.byte_headers().map_err(|error| SourceError::BrokenRecord { line: 1, problem: error.to_string() })?;
    let header = header.clone();
    let is_crlf = table.position().line() == 1 + line_feeds(&header);
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
    Ok(Columns { id: column(&options.id_field), text, is_crlf })
}
