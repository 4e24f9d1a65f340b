//! The documents of the page: which of them show their texts, and what became of the others.

use std::collections::{BTreeMap, HashMap};

use kgas_engine::{Ledgered, Offsets, Reread};
use serde::Serialize;
use serde_json::Value;

use super::data::Missing;
use super::pick::order;
use super::place::Units;
use super::{ReportOptions, Reported};
use crate::graph::{Graph, ReadError};
use crate::row::Document;

/// Troubles of a document that are listed.
const TROUBLES: usize = 20;

/// Documents that are listed besides those that something was found in.
const LISTED: usize = 2_000;

/// A document of the page.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) id: String,
    source: String,
    state: String,
    error: Option<String>,
    characters: Option<usize>,
    /// Its chunks by state, over all tools.
    chunks: BTreeMap<String, usize>,
    /// The chunks that are not dealt with: index, tool, state and error.
    troubles: Vec<(Value, String, String, Value)>,
    /// Mentions and evidence in it.
    places: usize,
    text: Option<String>,
    missing: Option<Missing>,
    #[serde(skip)]
    sha256: Option<String>,
    #[serde(skip)]
    units: Option<Units>,
}

/// All documents of a graph, and where to find each.
#[derive(Debug, Default)]
pub(super) struct Documents {
    all: Vec<Shown>,
    by_id: HashMap<String, usize>,
    /// The place in the page's list, for those that are in it.
    listed: Vec<Option<usize>>,
}

impl Documents {
    pub(super) fn read(graph: &mut Graph) -> Result<Self, ReadError> {
        let mut documents = Self::default();
        for row in graph.documents()? {
            let shown = Shown::new(row?);
            documents.by_id.entry(shown.id.clone()).or_insert(documents.all.len());
            documents.all.push(shown);
        }
        Ok(documents)
    }

    /// Counts a mention, or a piece of evidence.
    pub(super) fn count(&mut self, document: &str) {
        if let Some(shown) = self.by_id.get(document).and_then(|at| self.all.get_mut(*at)) {
            shown.places += 1;
        }
    }

    /// Reads the texts that there is room for, and decides which documents are listed.
    pub(super) fn fill(&mut self, graph: &Graph, options: &ReportOptions, reported: &mut Reported) {
        let offsets = Offsets::parse(graph.offsets()).unwrap_or_default();
        let wanted = self.choose(options, reported);
        let mut bytes = options.text_bytes;
        for (at, read) in wanted.iter().zip(self.reread(graph, &wanted)) {
            let Some(shown) = self.all.get_mut(*at) else { continue };
            shown.missing = match read {
                Some(Reread::Same(text)) if text.len() <= bytes => {
                    bytes -= text.len();
                    shown.units = Some(Units::of(&text, offsets));
                    shown.text = Some(text);
                    reported.texts += 1;
                    continue;
                }
                Some(Reread::Same(_)) => {
                    reported.texts_left_out += 1;
                    shown.missing = Some(Missing::LeftOut);
                    continue;
                }
                Some(Reread::Changed) => Some(Missing::Changed),
                Some(Reread::Gone(_)) => Some(Missing::Gone),
                None => Some(Missing::Unknown),
            };
            reported.missing.extend(shown.missing.map(|missing| (shown.id.clone(), missing)));
        }
        self.list();
    }

    /// The documents whose texts are looked for. A character is at least a byte, and a text that turns out to be gone takes
    /// its room too, so that no more are read than were asked for.
    fn choose(&mut self, options: &ReportOptions, reported: &mut Reported) -> Vec<usize> {
        let counts: Vec<usize> = self.all.iter().map(|shown| shown.places).collect();
        let mut bytes = options.text_bytes;
        let mut wanted = Vec::new();
        for at in order(&counts) {
            let Some(shown) = self.all.get_mut(at) else { continue };
            let (Some(_), Some(characters)) = (&shown.sha256, shown.characters) else { continue };
            if wanted.len() == options.documents || characters > bytes {
                shown.missing = Some(Missing::LeftOut);
                reported.texts_left_out += 1;
            } else {
                bytes -= characters;
                wanted.push(at);
            }
        }
        wanted
    }

    /// What became of these texts; nothing is known where the graph doesn't say where it came from.
    fn reread(&self, graph: &Graph, wanted: &[usize]) -> Vec<Option<Reread>> {
        let Some(origin) = graph.origin() else { return vec![None; wanted.len()] };
        let asked = wanted.iter().filter_map(|at| self.all.get(*at)).map(|shown| Ledgered {
            document: &shown.id,
            source: &shown.source,
            sha256: shown.sha256.as_deref().unwrap_or_default(),
        });
        let asked: Vec<Ledgered<'_>> = asked.collect();
        origin.reread_all(graph.folder(), &asked).into_iter().map(Some).collect()
    }

    /// Those that something is shown of or went wrong with are listed, and of the others as many as there is room for.
    fn list(&mut self) {
        let (mut room, mut next) = (LISTED, 0);
        for shown in &self.all {
            let is_needed = shown.places > 0 || shown.text.is_some();
            let is_listed = is_needed || room > 0;
            room -= usize::from(is_listed && !is_needed);
            self.listed.push(is_listed.then_some(next));
            next += usize::from(is_listed);
        }
    }

    /// A document's place in the page's list, and the units of its text where the page has it.
    pub(super) fn find(&self, document: &str) -> Option<(usize, Option<&Units>)> {
        let at = *self.by_id.get(document)?;
        let listed = self.listed.get(at).copied().flatten()?;
        Some((listed, self.all.get(at).and_then(|shown| shown.units.as_ref())))
    }

    /// How many there are.
    pub(super) const fn count_all(&self) -> usize {
        self.all.len()
    }

    /// The page's list.
    pub(super) fn into_listed(self) -> Vec<Shown> {
        let listed = self.all.into_iter().zip(self.listed);
        listed.filter_map(|(shown, place)| place.map(|_| shown)).collect()
    }
}

impl Shown {
    fn new(row: Document) -> Self {
        let (mut chunks, mut troubles) = (BTreeMap::new(), Vec::new());
        for chunk in &row.chunks {
            for (tool, ended) in chunk.get("tools").and_then(Value::as_object).into_iter().flatten() {
                let state = ended.get("state").and_then(Value::as_str).unwrap_or_default();
                *chunks.entry(state.to_owned()).or_default() += 1;
                if !matches!(state, "ok" | "empty" | "rejected") && troubles.len() < TROUBLES {
                    let of = |value: &Value, field| value.get(field).cloned().unwrap_or_default();
                    troubles.push((of(chunk, "index"), tool.clone(), state.to_owned(), of(ended, "error")));
                }
            }
        }
        Self {
            id: row.id,
            source: row.source,
            state: row.state,
            error: row.error,
            characters: row.characters,
            chunks,
            troubles,
            places: 0,
            text: None,
            missing: None,
            sha256: row.sha256,
            units: None,
        }
    }
}
