//! A report as one page for a browser: no network, no other file, and nothing lost without its script.

mod axis;
mod columns;
mod crowd;
mod markup;
mod page;
mod plot;
mod shares;
mod tables;
mod throughput;
mod timeline;

use crate::report::Report;

/// How many rows a timeline may have: where the page would become too large, the next fewer.
const ROWS: [usize; 4] = [150, 75, 35, 15];

/// What a phone opens without a wait, in bytes.
const LARGE: usize = 1_900_000;

/// The report as a whole page of HTML, which is well-formed XML too; the same report gives the same bytes.
///
/// Nothing in it asks for anything: style and script stand in it, and its policy forbids the browser to fetch.
#[must_use]
pub fn page(report: &Report) -> String {
    let mut text = String::new();
    for rows in ROWS {
        text = format!("<!DOCTYPE html>\n{}\n", page::document(report, rows));
        if text.len() <= LARGE {
            break;
        }
    }
    text
}
