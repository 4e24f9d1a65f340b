//! A stretch of a document, counted in code points.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// A half-open range of Unicode code points, relative to the start of its document.
///
/// Python's `text[start:end]` and `text.chars().skip(start).take(end - start)` select it.
///
/// ```
/// use kgas_core::Span;
///
/// let span = Span::new(3, 8).expect("3 is not after 8");
/// assert_eq!(span.len(), 5);
/// assert!(Span::new(8, 3).is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Makes the span from `start` up to, and without, `end`; `None` where `start` is after `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Option<Self> {
        if start <= end { Some(Self { start, end }) } else { None }
    }

    /// The span from the start of the document up to, and without, `end`.
    #[must_use]
    pub const fn to(end: usize) -> Self {
        Self { start: 0, end }
    }

    /// The first code point that belongs to the span.
    #[must_use]
    pub const fn start(self) -> usize {
        self.start
    }

    /// The first code point after the span.
    #[must_use]
    pub const fn end(self) -> usize {
        self.end
    }

    /// The number of code points in the span.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span holds nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies wholly inside this span.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a code point.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}
