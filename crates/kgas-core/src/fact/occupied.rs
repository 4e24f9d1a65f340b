//! Which stretches of a text are taken.

use std::collections::BTreeMap;

use crate::Span;

/// Stretches that don't overlap, by where they start.
#[derive(Clone, Debug, Default)]
pub(super) struct Occupied {
    ends: BTreeMap<usize, usize>,
}

impl Occupied {
    /// All that these spans cover.
    pub(super) fn of(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut spans: Vec<Span> = spans.into_iter().filter(|span| !span.is_empty()).collect();
        spans.sort_unstable();
        let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
        for span in spans {
            match ends.last_entry() {
                Some(mut last) if span.start() < *last.get() => {
                    let end = span.end().max(*last.get());
                    last.insert(end);
                }
                _ => {
                    ends.insert(span.start(), span.end());
                }
            }
        }
        Self { ends }
    }

    /// Takes a stretch, if no part of it is taken.
    pub(super) fn take(&mut self, span: Span) -> bool {
        let before = self.ends.range(..span.end()).next_back();
        let is_free = before.is_none_or(|(_, end)| *end <= span.start());
        if is_free && !span.is_empty() {
            self.ends.insert(span.start(), span.end());
        }
        is_free
    }
}
