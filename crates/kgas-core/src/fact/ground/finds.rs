//! What was found for each claim, and which of these places are still free.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::evidence::smallest_cover;
use super::grounded::Place;
use crate::fact::Match;
use crate::text::search::{Claim, Searched};
use crate::text::{Chunk, sentences};
use crate::{Document, Span};

/// The places of claims, each looked for once.
#[derive(Debug)]
pub(super) struct Finds<'d> {
    document: &'d Document,
    chunk: Chunk,
    searched: Searched<'d>,
    names: HashMap<String, Find>,
    quotes: HashMap<(String, Claim), Arc<Places>>,
    covers: HashMap<(String, String), Option<Span>>,
    /// Where the sentences of the shown text begin.
    sentences: OnceCell<Vec<usize>>,
}

/// Places of a claim in the shown text, each kind in order.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) exact: Vec<Place>,
    /// Those in another spelling, or with a few errors.
    pub(super) loose: Vec<Place>,
}

/// The places of a claim, and how far they are taken.
#[derive(Debug)]
struct Find {
    places: Arc<Places>,
    /// In the chunk's own text and in its context; of each the exact and the loose ones.
    own: [Line; 2],
    context: [Line; 2],
}

/// A stretch of a list of places, taken from its begin on.
#[derive(Debug)]
struct Line {
    range: Range<usize>,
    /// Before it, all are taken.
    free: usize,
    /// By type: before it, all are taken as this type.
    new: HashMap<String, usize>,
}

/// The places that kept mentions have, and as what.
#[derive(Debug, Default)]
pub(super) struct Taken {
    spans: HashSet<Span>,
    types: HashMap<String, HashSet<Span>>,
}

impl Taken {
    pub(super) fn take(&mut self, span: Span, kind: String) {
        self.spans.insert(span);
        self.types.entry(kind).or_default().insert(span);
    }

    pub(super) fn is_taken_as(&self, span: Span, kind: &str) -> bool {
        self.types.get(kind).is_some_and(|spans| spans.contains(&span))
    }
}

impl<'d> Finds<'d> {
    pub(super) fn new(document: &'d Document, chunk: &Chunk) -> Self {
        let searched = Searched::new(chunk.shown(document));
        Self {
            document,
            chunk: chunk.clone(),
            searched,
            names: HashMap::new(),
            quotes: HashMap::new(),
            covers: HashMap::new(),
            sentences: OnceCell::new(),
        }
    }

    /// The smallest span that holds both names, within a sentence where one has both.
    pub(super) fn cover(&mut self, subject: &str, object: &str) -> Option<Span> {
        let key = (subject.trim().to_owned(), object.trim().to_owned());
        if let Some(known) = self.covers.get(&key) {
            return *known;
        }
        let (subjects, objects) = (self.name(subject), self.name(object));
        let cover = smallest_cover(subjects.closest(), objects.closest(), self.chunk.span().start(), self.sentences());
        self.covers.insert(key, cover);
        cover
    }

    fn sentences(&self) -> &[usize] {
        self.sentences.get_or_init(|| {
            let from = self.document.bytes_of(self.chunk.shown_span()).map_or(0, |bytes| bytes.start);
            let begin = |at: usize| self.document.span_of(from + at..from + at).map(|span| span.start());
            sentences(self.chunk.shown(self.document)).filter_map(|range| begin(range.start)).collect()
        })
    }

    /// The places of a name.
    pub(super) fn name(&mut self, words: &str) -> Arc<Places> {
        Arc::clone(&self.find(words).places)
    }

    /// The places of a quote.
    pub(super) fn quote(&mut self, words: &str, of: Claim) -> Arc<Places> {
        let key = (words.trim().to_owned(), of);
        if let Some(known) = self.quotes.get(&key) {
            return Arc::clone(known);
        }
        let places = Arc::new(self.look_for(words, of));
        self.quotes.insert(key, Arc::clone(&places));
        places
    }

    /// The place for a claim of a type: the one that begins at `said` where it is free, else the first free one of the
    /// chunk's own text, else the first there that is taken as another type only, else as much in the context.
    ///
    /// The outer `None` means that the text doesn't have the words, the inner one that all places are taken.
    pub(super) fn choose(
        &mut self,
        words: &str,
        said: Option<usize>,
        kind: &str,
        taken: &Taken,
    ) -> Option<Option<Place>> {
        let find = self.find(words);
        let places = Arc::clone(&find.places);
        if places.is_empty() {
            return None;
        }
        let named = said.and_then(|start| places.starting_at(start));
        let is_free = |place: &Place| !taken.spans.contains(&place.span);
        let is_new = |place: &Place| !taken.is_taken_as(place.span, kind);
        let chosen = named
            .filter(is_free)
            .or_else(|| first(&places, &mut find.own, |line| &mut line.free, is_free))
            .or_else(|| named.filter(is_new))
            .or_else(|| first(&places, &mut find.own, |line| line.of_type(kind), is_new))
            .or_else(|| first(&places, &mut find.context, |line| &mut line.free, is_free))
            .or_else(|| first(&places, &mut find.context, |line| line.of_type(kind), is_new));
        Some(chosen)
    }

    fn find(&mut self, words: &str) -> &mut Find {
        let words = words.trim();
        if !self.names.contains_key(words) {
            let places = self.look_for(words, Claim::Name);
            let own = |list: &[Place]| list.partition_point(|place| place.span.start() < self.chunk.span().start());
            let (exact, loose) = (own(&places.exact), own(&places.loose));
            let lines = |one, other| [Line::new(one), Line::new(other)];
            let find = Find {
                own: lines(exact..places.exact.len(), loose..places.loose.len()),
                context: lines(0..exact, 0..loose),
                places: Arc::new(places),
            };
            self.names.insert(words.to_owned(), find);
        }
        self.names.entry(words.to_owned()).or_insert_with(Find::nothing)
    }

    fn look_for(&self, words: &str, of: Claim) -> Places {
        let hits = self.searched.find(words, of);
        let from = self.document.bytes_of(self.chunk.shown_span()).map_or(0, |bytes| bytes.start);
        let place = |range: Range<usize>, matched, score| {
            let span = self.document.span_of(from + range.start..from + range.end)?;
            Some(Place { span, chunk: self.chunk.index_at(span.start()), matched, score })
        };
        let loose = hits.normalised.into_iter().map(|range| (range, Match::Normalised, None));
        let fuzzy = hits.fuzzy.into_iter().map(|(range, score)| (range, Match::Fuzzy, Some(score)));
        Places {
            exact: hits.exact.into_iter().filter_map(|range| place(range, Match::Exact, None)).collect(),
            loose: loose.chain(fuzzy).filter_map(|(range, matched, score)| place(range, matched, score)).collect(),
        }
    }
}

impl Places {
    pub(super) const fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.loose.is_empty()
    }

    /// The exact ones, or where there are none the others.
    pub(super) fn closest(&self) -> &[Place] {
        if self.exact.is_empty() { &self.loose } else { &self.exact }
    }

    /// The first of the closest that starts at or behind `own`, else the first.
    pub(super) fn first_from(&self, own: usize) -> Option<Place> {
        let lists = [&self.exact, &self.loose];
        let behind = lists.iter().find_map(|list| list.get(list.partition_point(|place| place.span.start() < own)));
        behind.or_else(|| self.closest().first()).copied()
    }

    fn starting_at(&self, start: usize) -> Option<Place> {
        [&self.exact, &self.loose].into_iter().find_map(|list| {
            let place = list.get(list.partition_point(|place| place.span.start() < start))?;
            (place.span.start() == start).then_some(*place)
        })
    }
}

impl Find {
    fn nothing() -> Self {
        let lines = || [Line::new(0..0), Line::new(0..0)];
        Self { places: Arc::default(), own: lines(), context: lines() }
    }
}

impl Line {
    fn new(range: Range<usize>) -> Self {
        Self { free: range.start, range, new: HashMap::new() }
    }

    fn of_type(&mut self, kind: &str) -> &mut usize {
        if !self.new.contains_key(kind) {
            self.new.insert(kind.to_owned(), self.range.start);
        }
        self.new.entry(kind.to_owned()).or_insert(self.range.start)
    }
}

/// The first place that may be taken. What was taken stays so, and so each place is passed over once.
fn first(
    places: &Places,
    lines: &mut [Line; 2],
    mut cursor: impl FnMut(&mut Line) -> &mut usize,
    may: impl Fn(&Place) -> bool,
) -> Option<Place> {
    for (list, line) in [&places.exact, &places.loose].into_iter().zip(lines) {
        let end = line.range.end;
        let at = cursor(line);
        while *at < end {
            match list.get(*at) {
                Some(place) if may(place) => return Some(*place),
                _ => *at += 1,
            }
        }
    }
    None
}
