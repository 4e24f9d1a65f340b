//! Cutting a document into pieces that a model can be shown, without losing a character.

use std::num::NonZeroUsize;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::sentence::sentences;
use crate::{Document, Span};

/// A piece of a document. The chunks of a document, joined in order, are the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    index: usize,
    span: Span,
    bytes: Range<usize>,
}

impl Chunk {
    /// The whole document as one chunk.
    #[must_use]
    pub fn whole(document: &Document) -> Self {
        Self { index: 0, span: Span::to(document.characters()), bytes: 0..document.text().len() }
    }

    /// The chunk's place in its document, from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// Where it lies in its document.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Its text; empty where `document` isn't the one it was cut from.
    #[must_use]
    pub fn text<'d>(&self, document: &'d Document) -> &'d str {
        document.text().get(self.bytes.clone()).unwrap_or_default()
    }

    /// The span, in the document, of a byte range of the chunk's text; `None` where an end is outside it or inside a
    /// character.
    #[must_use]
    pub fn span_of(&self, document: &Document, bytes: Range<usize>) -> Option<Span> {
        let at = |byte| self.bytes.start.checked_add(byte).filter(|at| *at <= self.bytes.end);
        document.span_of(at(bytes.start)?..at(bytes.end)?)
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
    let max = max.get();
    let text = document.text();
    let mut pieces = sentences(text).flat_map(move |range| pieces_within(text, range, max)).peekable();
    let mut index = 0;
    let mut position = 0;
    std::iter::from_fn(move || {
        let (mut bytes, mut length) = pieces.next()?;
        while let Some((next, more)) = pieces.next_if(|(_, more)| length + more <= max) {
            bytes.end = next.end;
            length += more;
        }
        let span = Span::new(position, position + length)?;
        let chunk = Chunk { index, span, bytes };
        index += 1;
        position += length;
        Some(chunk)
    })
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
