//! What would make a run faster, as far as its figures say so.

use crate::figures::Figures;
use crate::trace::Performance;

/// One sentence, with its numbers, for each change that the figures say would help; none where there is no such.
#[must_use]
pub fn advice(_performance: &Performance, _figures: &Figures) -> Vec<String> {
    Vec::new()
}
