//! Cutting a document into pieces that a model can be shown, without losing a character.

use std::num::NonZeroUsize;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::sentence::sentences;
use crate::{Document, Span};

/// A piece of a document, and the context that is shown before it. The chunks of a document, joined in order, are
/// the document; contexts repeat what earlier chunks have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    index: usize,
    span: Span,
    bytes: Range<usize>,
    /// The context that it was asked to have, at most.
    overlap: usize,
    /// Where its context begins, in code points and in bytes; where there is none, that is its own begin.
    shown_from: (usize, usize),
    /// Where the chunks begin that the context reaches into, in code points, and their indices; in order.
    before: Vec<(usize, usize)>,
}

impl Chunk {
    /// The whole document as one chunk.
    #[must_use]
    pub fn whole(document: &Document) -> Self {
        Self::bare(0, Span::to(document.characters()), 0..document.text().len())
    }

    const fn bare(index: usize, span: Span, bytes: Range<usize>) -> Self {
        let shown_from = (span.start(), bytes.start);
        Self { index, span, bytes, overlap: 0, shown_from, before: Vec::new() }
    }

    /// The chunk's place in its document, from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// Where it lies in its document, without its context.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Its text, without its context; empty where `document` isn't the one it was cut from.
    #[must_use]
    pub fn text<'d>(&self, document: &'d Document) -> &'d str {
        document.text().get(self.bytes.clone()).unwrap_or_default()
    }

    /// Where the shown text lies in its document: the context and the chunk.
    #[must_use]
    pub fn shown_span(&self) -> Span {
        Span::new(self.shown_from.0, self.span.end()).unwrap_or(self.span)
    }

    /// What is shown of it: its context, then its text.
    #[must_use]
    pub fn shown<'d>(&self, document: &'d Document) -> &'d str {
        document.text().get(self.shown_from.1..self.bytes.end).unwrap_or_default()
    }

    /// The context that is shown before its text, often empty.
    #[must_use]
    pub fn context<'d>(&self, document: &'d Document) -> &'d str {
        document.text().get(self.shown_from.1..self.bytes.start).unwrap_or_default()
    }

    /// The index of the chunk to which a code point of the shown text belongs: its own, or that of an earlier one of
    /// which the context is.
    #[must_use]
    pub fn index_at(&self, character: usize) -> usize {
        if character >= self.span.start() {
            return self.index;
        }
        let behind = self.before.partition_point(|(start, _)| *start <= character);
        self.before.get(behind.saturating_sub(1)).map_or(self.index, |(_, index)| *index)
    }

    /// The span, in the document, of a byte range of the chunk's text; `None` where an end is outside it or inside a
    /// character.
    #[must_use]
    pub fn span_of(&self, document: &Document, bytes: Range<usize>) -> Option<Span> {
        let at = |byte| self.bytes.start.checked_add(byte).filter(|at| *at <= self.bytes.end);
        document.span_of(at(bytes.start)?..at(bytes.end)?)
    }

    /// The chunk as two, for an answer that was too long; `None` where it has no border to cut at.
    ///
    /// The cut is the border nearest to the middle: of a sentence, where one lies in the middle half of the text, else
    /// of a word, else of what a reader sees as a character. Both halves keep the index of the whole: they are
    /// parts of one chunk. The first has the context of the whole; that of the second is as long as it was asked to
    /// be, and so most often the end of the first.
    #[must_use]
    pub fn halves(&self, document: &Document) -> Option<(Self, Self)> {
        let cut = middle(self.text(document))?;
        let at = self.bytes.start + cut;
        let first_span = document.span_of(self.bytes.start..at)?;
        let second_span = Span::new(first_span.end(), self.span.end())?;
        let first = Self { span: first_span, bytes: self.bytes.start..at, ..self.clone() };
        let mut before = self.before.clone();
        before.push((self.span.start(), self.index));
        let second = Self { overlap: self.overlap, ..Self::bare(self.index, second_span, at..self.bytes.end) };
        Some((first, second.after(document, before, self.shown_from)))
    }

    /// With its context, which begins nowhere before `earliest`; `before` are the begins of earlier chunks.
    fn after(mut self, document: &Document, before: Vec<(usize, usize)>, earliest: (usize, usize)) -> Self {
        let start = context_start(document.text(), self.bytes.start, self.overlap);
        let characters = document.text().get(start..self.bytes.start).unwrap_or_default().chars().count();
        self.shown_from = (self.span.start() - characters, start).max(earliest);
        self.before = before;
        // Of those that begin before the context, only the last reaches into it.
        let into = self.before.partition_point(|(start, _)| *start <= self.shown_from.0).saturating_sub(1);
        self.before.drain(..into);
        self
    }
}

/// Cuts a document into chunks of at most `max` code points, lazily.
///
/// Borders fall between sentences; inside a sentence longer than `max` between words; inside such a word between
/// what a reader sees as characters, and only as the last resort inside one of those. An empty document has no
/// chunks.
///
/// ```
/// use std::num::NonZeroUsize;
/// use kgas_core::{Document, text::chunks};
///
/// let document = Document::new("d", "One sentence. Another sentence. A third.");
/// let max = NonZeroUsize::new(32).unwrap();
/// let texts: Vec<&str> = chunks(&document, max).map(|chunk| chunk.text(&document)).collect();
/// assert_eq!(texts, ["One sentence. Another sentence. ", "A third."]);
/// ```
pub fn chunks(document: &Document, max: NonZeroUsize) -> impl Iterator<Item = Chunk> + '_ {
    chunks_with_context(document, max, 0)
}

/// Cuts a document as [`chunks`] does, and gives each chunk a context: what stands before it, to be shown with it.
///
/// A context has at most `overlap` code points, and no more than a chunk may have. It begins with a sentence, or with
/// a word where no sentence is that short.
///
/// ```
/// use std::num::NonZeroUsize;
/// use kgas_core::{Document, text::chunks_with_context};
///
/// let document = Document::new("d", "Ann left. She met Bob. He smiled.");
/// let max = NonZeroUsize::new(13).unwrap();
/// let shown: Vec<&str> = chunks_with_context(&document, max, 13).map(|chunk| chunk.shown(&document)).collect();
/// assert_eq!(shown, ["Ann left. ", "Ann left. She met Bob. ", "She met Bob. He smiled."]);
/// ```
pub fn chunks_with_context(document: &Document, max: NonZeroUsize, overlap: usize) -> impl Iterator<Item = Chunk> + '_ {
    let max = max.get();
    let overlap = overlap.min(max);
    let text = document.text();
    let mut pieces = sentences(text).flat_map(move |range| pieces_within(text, range, max)).peekable();
    let mut index = 0;
    let mut position = 0;
    let mut before = Vec::new();
    std::iter::from_fn(move || {
        let (mut bytes, mut length) = pieces.next()?;
        while let Some((next, more)) = pieces.next_if(|(_, more)| length + more <= max) {
            bytes.end = next.end;
            length += more;
        }
        let span = Span::new(position, position + length)?;
        let mut chunk = Chunk { overlap, ..Chunk::bare(index, span, bytes) };
        if overlap > 0 {
            chunk = chunk.after(document, std::mem::take(&mut before), (0, 0));
            before.clone_from(&chunk.before);
            before.push((position, index));
        }
        index += 1;
        position += length;
        Some(chunk)
    })
}

/// The byte at which the context of a chunk that begins at `start` begins.
fn context_start(text: &str, start: usize, overlap: usize) -> usize {
    let Some(before) = text.get(..start).filter(|_| overlap > 0) else { return start };
    let Some((from, _)) = before.char_indices().rev().nth(overlap - 1) else { return 0 };
    if from == 0 {
        return 0;
    }
    // A sentence or word that begins right there would not be seen to, without the character before it.
    let from = before.get(..from).and_then(|earlier| earlier.chars().next_back()).map_or(from, |c| from - c.len_utf8());
    let Some(window) = before.get(from..) else { return start };
    let sentence = sentences(window).map(|range| range.start).find(|at| *at > 0);
    let word = || window.split_word_bound_indices().find(|(at, word)| *at > 0 && !is_blank(word)).map(|(at, _)| at);
    sentence.or_else(word).map_or(start, |at| from + at)
}

/// The byte at which to cut a text in two.
fn middle(text: &str) -> Option<usize> {
    let half = text.len() / 2;
    let nearest =
        |borders: &mut dyn Iterator<Item = usize>| borders.filter(|at| *at > 0).min_by_key(|at| at.abs_diff(half));
    let quarter = text.len() / 4;
    let sentence = nearest(&mut sentences(text).map(|range| range.start));
    sentence
        .filter(|at| (quarter..=text.len() - quarter).contains(at))
        .or_else(|| nearest(&mut text.split_word_bound_indices().filter(|(_, word)| !is_blank(word)).map(|(at, _)| at)))
        .or_else(|| nearest(&mut text.grapheme_indices(true).map(|(at, _)| at)))
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// A sentence as pieces of at most `max` code points each, with their lengths.
fn pieces_within(text: &str, range: Range<usize>, max: usize) -> Vec<(Range<usize>, usize)> {
    let mut pieces = Vec::new();
    let sentence = text.get(range.clone()).unwrap_or_default();
    let length = sentence.chars().count();
    if length <= max {
        pieces.push((range, length));
        return pieces;
    }
    let mut at = range.start;
    let mut push = |part: &str, length| {
        pieces.push((at..at + part.len(), length));
        at += part.len();
    };
    for word in sentence.split_word_bounds() {
        let length = word.chars().count();
        if length <= max {
            push(word, length);
            continue;
        }
        for cluster in word.graphemes(true) {
            let length = cluster.chars().count();
            if length <= max {
                push(cluster, length);
                continue;
            }
            for (start, character) in cluster.char_indices() {
                push(cluster.get(start..start + character.len_utf8()).unwrap_or_default(), 1);
            }
        }
    }
    pieces
}
