//! A text with an id, and the way between its bytes and its code points.

use std::ops::Range;

use crate::Span;

/// Code points between two marks of the index: a lookup walks at most this many.
const STRIDE: usize = 128;

/// A text with an id. The text is kept as it came: line ends and byte-order marks count.
///
/// ```
/// use kgas_core::{Document, Span};
///
/// let document = Document::new("greeting", "Grüße, Zoë");
/// let span = document.span_of(9..13).expect("both ends are between characters");
/// assert_eq!((span.start(), span.end()), (7, 10));
/// assert_eq!(document.slice(span), Some("Zoë"));
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    id: String,
    source: Option<String>,
    text: String,
    characters: usize,
    /// Byte offset of each `STRIDE`-th code point; empty where the text is ASCII.
    marks: Vec<usize>,
}

impl Document {
    /// Makes a document; `id` should be unique in its corpus.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let (characters, marks) = index(&text);
        Self { id: id.into(), source: None, text, characters, marks }
    }

    /// Says where the document was read: a path, and a line where a file holds many.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What the document is called in every output.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it was read, if that is known.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The length of the text in code points.
    #[must_use]
    pub const fn characters(&self) -> usize {
        self.characters
    }

    /// The text of a span; `None` where the span reaches beyond the document.
    #[must_use]
    pub fn slice(&self, span: Span) -> Option<&str> {
        self.text.get(self.bytes_of(span)?)
    }

    /// The byte range of a span; `None` where the span reaches beyond the document.
    #[must_use]
    pub fn bytes_of(&self, span: Span) -> Option<Range<usize>> {
        Some(self.byte_at(span.start())?..self.byte_at(span.end())?)
    }

    /// The span of a byte range; `None` where an end is outside the text or inside a character.
    #[must_use]
    pub fn span_of(&self, bytes: Range<usize>) -> Option<Span> {
        Span::new(self.character_at(bytes.start)?, self.character_at(bytes.end)?)
    }

    fn byte_at(&self, character: usize) -> Option<usize> {
        if character > self.characters {
            return None;
        }
        if self.marks.is_empty() {
            return Some(character);
        }
        let mark = *self.marks.get(character / STRIDE)?;
        let rest = self.text.get(mark..)?;
        let within = rest.char_indices().nth(character % STRIDE).map_or(rest.len(), |(at, _)| at);
        Some(mark + within)
    }

    fn character_at(&self, byte: usize) -> Option<usize> {
        if self.marks.is_empty() {
            return (byte <= self.text.len()).then_some(byte);
        }
        let slot = self.marks.partition_point(|&mark| mark <= byte).checked_sub(1)?;
        let mark = *self.marks.get(slot)?;
        Some(slot * STRIDE + self.text.get(mark..byte)?.chars().count())
    }
}

fn index(text: &str) -> (usize, Vec<usize>) {
    if text.is_ascii() {
        return (text.len(), Vec::new());
    }
    let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
    let mut characters = 0;
    for (byte, _) in text.char_indices() {
        if characters % STRIDE == 0 {
            marks.push(byte);
        }
        characters += 1;
    }
    if characters % STRIDE == 0 {
        marks.push(text.len());
    }
    (characters, marks)
}
