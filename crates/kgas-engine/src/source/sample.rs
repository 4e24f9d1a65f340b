//! A fair sample of unknown many, in one pass (Vitter's algorithm R).

use super::Sourced;

/// Draws `size` documents, each with the same chance, and gives them in their order.
pub(super) fn draw(documents: &mut dyn Iterator<Item = Sourced>, size: usize, seed: u64) -> Vec<Sourced> {
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut drawn: Vec<(usize, Sourced)> = Vec::with_capacity(size.min(4096));
    for (at, document) in documents.enumerate() {
        if drawn.len() < size {
            drawn.push((at, document));
        } else if let Some(place) = drawn.get_mut(dice.usize(..=at)) {
            *place = (at, document);
        }
    }
    drawn.sort_by_key(|(at, _)| *at);
    drawn.into_iter().map(|(_, document)| document).collect()
}
