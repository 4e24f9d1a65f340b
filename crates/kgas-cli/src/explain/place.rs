//! A place of a fact, with its sentence, the chunk it is in and what found it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use kgas_core::text::sentences;
use kgas_engine::{Offsets, Origin, Reread};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::graph::{DOCUMENTS, Graph};

/// Characters shown on each side of a quote at most: not every text has sentences.
const AROUND: usize = 300;

/// The documents in which a fact has its places.
pub(super) struct Sources {
    out: PathBuf,
    origin: Option<Origin>,
    offsets: Offsets,
    rows: BTreeMap<String, Value>,
    /// The text that was read last, and of which document: places come document by document.
    text: (String, Result<String, &'static str>),
    problems: Vec<String>,
}

impl Sources {
    /// Looks up the documents of these places in the ledger.
    pub(super) fn of(
        (out, graph): (&Path, &mut Graph),
        origin: Option<Origin>,
        offsets: Offsets,
        places: &[&Value],
    ) -> Result<Self, Failure> {
        let wanted: BTreeSet<&str> = places.iter().map(|place| text(place, "document")).collect();
        let mut rows = BTreeMap::new();
        let mut lines = graph.lines(DOCUMENTS)?;
        while let Some(line) = lines.line()?.filter(|_| rows.len() < wanted.len()) {
            let row: Value = lines.parse(&line)?;
            if wanted.contains(text(&row, "document")) {
                // The second of two documents with one id was not read.
                rows.entry(text(&row, "document").to_owned()).or_insert(row);
            }
        }
        let text = (String::new(), Err("not read"));
        Ok(Self { out: out.to_owned(), origin, offsets, rows, text, problems: Vec::new() })
    }

    /// What a person should know about the sources: those that changed or are gone.
    pub(super) fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The place, with what is known of it.
    pub(super) fn explain(&mut self, place: &Value) -> Value {
        let (document, tool) = (text(place, "document").to_owned(), text(place, "tool").to_owned());
        let mut told = place.clone();
        let row = self.rows.get(&document).cloned().unwrap_or_default();
        let ended = chunk_of(&row, place, &tool);
        let source = self.source(&document, &row);
        let Some(fields) = told.as_object_mut() else { return told };
        let model = self.origin.as_ref().and_then(|origin| origin.model_of(&tool));
        fields.insert("model".to_owned(), json!(model));
        let chunks = row.get("chunks").and_then(Value::as_array).map_or(0, Vec::len);
        fields.insert("chunks".to_owned(), json!(chunks));
        fields.insert("attempts".to_owned(), ended.get("attempts").cloned().unwrap_or_default());
        fields.insert("state".to_owned(), ended.get("state").cloned().unwrap_or_default());
        fields.insert("source".to_owned(), json!(source.as_ref().map_or_else(|problem| *problem, |()| "as it was")));
        let sentence = source.ok().and_then(|()| self.sentence(place));
        fields.insert("sentence".to_owned(), json!(sentence));
        told
    }

    /// Reads a document again, once for all of its places.
    fn source(&mut self, document: &str, row: &Value) -> Result<(), &'static str> {
        if self.text.0 != document {
            let read = match &self.origin {
                None => Err("not known"),
                Some(origin) => {
                    let (source, sha) = (text(row, "source"), text(row, "sha256"));
                    match origin.reread(&self.out, document, source, sha) {
                        Reread::Same(text) => Ok(text),
                        Reread::Changed => {
                            let what = "it has changed since the run, so its sentences can't be shown";
                            self.problems.push(format!("{document} ({source}): {what}"));
                            Err("changed")
                        }
                        Reread::Gone(problem) => {
                            self.problems.push(format!("{document} ({source}): {problem}"));
                            Err("gone")
                        }
                    }
                }
            };
            self.text = (document.to_owned(), read);
        }
        self.text.1.as_ref().map(|_| ()).map_err(|problem| *problem)
    }

    /// The sentence of a place, or those that it reaches over: what is before the quote, the quote, what is after.
    fn sentence(&self, place: &Value) -> Option<[String; 3]> {
        let whole = self.text.1.as_ref().ok()?;
        let number = |field| usize::try_from(place.get(field)?.as_u64()?).ok();
        let quote = self.offsets.bytes(whole, number("start")?, number("end")?)?;
        let around = around(whole, &quote)?;
        let piece = |range: Range<usize>| Some(whole.get(range)?.to_owned());
        Some([
            piece(around.start..quote.start)?.trim_start().to_owned(),
            piece(quote.clone())?,
            piece(quote.end..around.end)?.trim_end().to_owned(),
        ])
    }
}

/// The bytes of the sentences that a quote touches, no further than is read at a glance.
fn around(whole: &str, quote: &Range<usize>) -> Option<Range<usize>> {
    // Sentences are looked for in a stretch around the quote, so that a long document isn't cut up for each.
    let back = whole.get(..quote.start)?;
    let from = back.char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at);
    let ahead = whole.get(quote.end..)?;
    let to = ahead.char_indices().nth(AROUND).map_or(whole.len(), |(at, _)| quote.end + at);
    let mut range: Option<Range<usize>> = None;
    for sentence in sentences(whole.get(from..to)?) {
        let (start, end) = (from + sentence.start, from + sentence.end);
        if end > quote.start && start < quote.end.max(quote.start + 1) {
            range = Some(range.map_or(start, |range| range.start)..end);
        }
    }
    Some(range.map_or_else(|| quote.clone(), |range| range.start.min(quote.start)..range.end.max(quote.end)))
}

/// How a tool ended with the chunk of a place.
fn chunk_of(row: &Value, place: &Value, tool: &str) -> Value {
    let chunks = row.get("chunks").and_then(Value::as_array).into_iter().flatten();
    let same = chunks.filter(|chunk| chunk.get("index") == place.get("chunk"));
    let ended = same.filter_map(|chunk| chunk.get("tools")?.get(tool)).next();
    ended.cloned().unwrap_or_default()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}
