//! A graph as one HTML file to look at, which needs nothing but a browser.

mod data;
mod documents;
mod page;
mod pick;
mod place;
mod reasons;

use std::io::{self, Write};

use crate::graph::{Graph, ReadError};

pub use self::data::Missing;

/// How much goes into the page.
#[derive(Clone, Copy, Debug)]
pub struct ReportOptions {
    /// At most so many documents with their texts, those that most was found in first.
    pub documents: usize,
    /// At most so many bytes of text in all.
    pub text_bytes: usize,
    /// At most so many entities, those that are named most first.
    pub entities: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self { documents: 500, text_bytes: 5_000_000, entities: 5_000 }
    }
}

/// What a page holds, and what it doesn't.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reported {
    /// The entities in it.
    pub entities: usize,
    /// The relations in it.
    pub relations: usize,
    /// The documents in it with their texts.
    pub texts: usize,
    /// The entities that it has no room for.
    pub entities_left_out: usize,
    /// The relations that it has no room for.
    pub relations_left_out: usize,
    /// The documents whose texts it has no room for.
    pub texts_left_out: usize,
    /// The documents whose texts can't be shown any more, by id.
    pub missing: Vec<(String, Missing)>,
}

/// A page that can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The graph can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The page can't be written.
    #[error("the report can't be written: {0}")]
    Write(#[from] io::Error),
}

/// Writes a graph as one HTML file. The same graph, sources and options give the same bytes.
///
/// The texts come from the documents' sources, where these are as they were; of the others there are only quotes. What
/// documents and models wrote is text in the page and never a part of it.
///
/// # Errors
/// Where the graph can't be read, or `out` takes no more.
pub fn report(graph: &mut Graph, out: &mut dyn Write, options: &ReportOptions) -> Result<Reported, ReportError> {
    let (data, reported) = data::gather(graph, options)?;
    page::write(&data, out)?;
    Ok(reported)
}
