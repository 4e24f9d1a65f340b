//! The unit in which outputs count: code points, bytes of UTF-8, or units of UTF-16.

use kgas_core::{Document, Span};

/// Code points between two marks of the index: a look-up walks at most this many.
const STRIDE: usize = 128;

/// What `start` and `end` count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offsets {
    /// Code points, as Python's strings do.
    #[default]
    Chars,
    /// Bytes of the text in UTF-8, as Rust, Go and C do.
    Bytes,
    /// Units of UTF-16, as JavaScript, Java and C# do.
    Utf16,
}

impl Offsets {
    /// The word that `summary.json` uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chars => "code_points",
            Self::Bytes => "bytes",
            Self::Utf16 => "utf16",
        }
    }

    /// The bytes of a text between two places that are counted in this unit; `None` where there are none such.
    #[must_use]
    pub fn bytes(self, text: &str, start: usize, end: usize) -> Option<std::ops::Range<usize>> {
        let length = |character: char| match self {
            Self::Chars => 1,
            Self::Bytes => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
        };
        let (mut units, mut from) = (0, None);
        let ends = text.char_indices().map(|(at, character)| (at, length(character))).chain([(text.len(), 0)]);
        for (at, length) in ends {
            if units == start && from.is_none() {
                from = Some(at);
            }
            if units == end {
                return from.map(|from| from..at);
            }
            units += length;
        }
        None
    }

    /// The unit that `summary.json` names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Chars, Self::Bytes, Self::Utf16].into_iter().find(|offsets| offsets.as_str() == word)
    }
}

/// Turns code points of a document into another unit, each in constant time.
#[derive(Debug)]
pub(crate) struct Ruler<'d> {
    document: Option<&'d Document>,
    offsets: Offsets,
    /// For UTF-16: the units before each `STRIDE`-th code point.
    marks: Vec<usize>,
}

impl<'d> Ruler<'d> {
    pub(crate) fn new(document: &'d Document, offsets: Offsets) -> Self {
        let mut marks = Vec::new();
        // In a text of ASCII all units are the same.
        let is_ascii = document.characters() == document.text().len();
        if offsets == Offsets::Utf16 && !is_ascii {
            let mut units = 0;
            for (at, character) in document.text().chars().enumerate() {
                if at % STRIDE == 0 {
                    marks.push(units);
                }
                units += character.len_utf16();
            }
            marks.push(units);
        }
        Self { document: (!is_ascii).then_some(document), offsets, marks }
    }

    /// For what has no text: nothing is changed.
    pub(crate) const fn none() -> Self {
        Self { document: None, offsets: Offsets::Chars, marks: Vec::new() }
    }

    /// Where a span starts and ends.
    pub(crate) fn measure(&self, span: Span) -> (usize, usize) {
        (self.at(span.start()), self.at(span.end()))
    }

    /// A place that was counted in code points.
    pub(crate) fn at(&self, character: usize) -> usize {
        let Some(document) = self.document else { return character };
        let measured = match self.offsets {
            Offsets::Chars => None,
            Offsets::Bytes => document.bytes_of(Span::to(character)).map(|bytes| bytes.end),
            Offsets::Utf16 => {
                let slot = character / STRIDE;
                let rest = Span::new(slot * STRIDE, character).and_then(|span| document.slice(span));
                let within = rest.map(|text| text.chars().map(char::len_utf16).sum::<usize>());
                self.marks.get(slot).zip(within).map(|(mark, within)| mark + within)
            }
        };
        measured.unwrap_or(character)
    }
}
