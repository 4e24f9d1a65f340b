//! How many documents there will be, where that is known without reading much.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::file::{Format, Origin};
use super::{Input, SourceOptions, walk};

/// Bytes of files with many documents that are looked through, which takes a fraction of a second.
const MOST_BYTES: u64 = 256 << 20;

/// How many documents [`documents`](super::documents) will give. Nothing is known of standard input, of tables, of
/// what is compressed, and of large files with many documents; a file that can't be read counts as the one document
/// that it will be.
#[must_use]
pub fn count(inputs: Vec<Input>, options: &SourceOptions) -> Option<u64> {
    let sample = options.sample.map(|(size, _)| size);
    let most = options.limit.or(sample).map_or(u64::MAX, |most| most as u64);
    let (mut documents, mut bytes) = (0, 0);
    for file in inputs.into_iter().flat_map(walk::files) {
        // A sample is drawn from all of them: it is smaller only where there are fewer.
        if documents >= most {
            return Some(most);
        }
        documents += match file.origin() {
            _ if file.is_broken() => 1,
            Origin::Stdin(_) => return None,
            Origin::Path(path) => in_file(path, &mut bytes)?,
        };
    }
    Some(documents.min(most))
}

/// The documents of a file; what was looked through is added to the bytes.
fn in_file(path: &Path, bytes: &mut u64) -> Option<u64> {
    let is_gz = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    match Format::of(path) {
        Some(Format::Text) | None => Some(1),
        Some(Format::Jsonl) if !is_gz => {
            let Ok(file) = File::open(path) else { return Some(1) };
            *bytes += file.metadata().ok()?.len();
            if *bytes > MOST_BYTES { None } else { lines(BufReader::with_capacity(64 * 1024, file)) }
        }
        Some(_) => None,
    }
}

/// The lines that are not blank.
fn lines(mut file: impl BufRead) -> Option<u64> {
    let (mut lines, mut is_blank) = (0, true);
    loop {
        let read = file.fill_buf().ok()?;
        if read.is_empty() {
            return Some(lines + u64::from(!is_blank));
        }
        for byte in read {
            if *byte == b'\n' {
                lines += u64::from(!is_blank);
                is_blank = true;
            } else {
                is_blank &= byte.is_ascii_whitespace();
            }
        }
        let length = read.len();
        file.consume(length);
    }
}
