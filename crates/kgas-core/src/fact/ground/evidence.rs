//! The place that states a relation.

use std::sync::Arc;

use super::finds::{Finds, Places};
use super::grounded::Place;
use crate::Span;
use crate::fact::Match;
use crate::text::search::Claim;

/// Code points that a quote with parts left out may cover.
const MOST_COVERED: usize = 2000;
/// Places of a quote's first part from which the others are looked for.
const MOST_BEGINS: usize = 64;

/// The place of a quote; one that starts at or behind `own` is preferred.
///
/// "Ann … met Bob" stands where its parts stand one after the other. Marks without a word say nothing, though most
/// texts have them.
pub(super) fn quoted(finds: &mut Finds<'_>, quote: &str, own: usize) -> Option<Place> {
    if !quote.contains(char::is_alphanumeric) {
        return None;
    }
    let parts = parts(quote);
    if parts.is_empty() {
        return finds.quote(quote, Claim::Sentence).first_from(own);
    }
    // The dots may be the text's own.
    let whole = finds.quote(quote, Claim::Spelt);
    whole
        .first_from(own)
        .or_else(|| {
            let found: Vec<Arc<Places>> = parts.iter().map(|part| finds.quote(part, Claim::Spelt)).collect();
            covering(&found, own)
        })
        .or_else(|| finds.quote(quote, Claim::Sentence).first_from(own))
}

/// The parts between the dots; empty where there are none.
fn parts(quote: &str) -> Vec<String> {
    let dotted = quote.replace("[...]", "…").replace("(...)", "…").replace("[…]", "…").replace("...", "…");
    if !dotted.contains('…') {
        return Vec::new();
    }
    dotted.split('…').map(str::trim).filter(|part| part.chars().any(char::is_alphanumeric)).map(str::to_owned).collect()
}

/// The smallest place that has all parts in their order.
fn covering(parts: &[Arc<Places>], own: usize) -> Option<Place> {
    let (first, rest) = parts.split_first()?;
    let begins = first.closest();
    let split = begins.partition_point(|place| place.span.start() < own);
    let (context, text) = (begins.get(..split)?, begins.get(split..)?);
    let smallest = |begins: &[Place]| {
        let reach = |begin: &Place| {
            let mut span = begin.span;
            for part in rest {
                let list = part.closest();
                let next = list.get(list.partition_point(|place| place.span.start() < span.end()))?;
                span = span.cover(next.span);
            }
            (span.len() <= MOST_COVERED).then_some(Place { span, matched: Match::Normalised, score: None, ..*begin })
        };
        begins.iter().take(MOST_BEGINS).filter_map(reach).min_by_key(|place| place.span.len())
    };
    smallest(text).or_else(|| smallest(context))
}

/// The smallest span that holds a place of each list; one that starts at or behind `own` is preferred, then one within
/// a sentence: `begins` says where each begins.
///
/// Both lists are in order and without overlaps, so the best partner of a place is one of its two neighbours in the
/// other list, and a walk over the shorter list finds the best pair.
pub(super) fn smallest_cover(left: &[Place], right: &[Place], own: usize, begins: &[usize]) -> Option<Span> {
    let sentence_at = |place: usize| begins.partition_point(|begin| *begin <= place);
    let is_torn = |span: &Span| sentence_at(span.start()) != sentence_at(span.end().saturating_sub(1));
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    let pairs = short.iter().flat_map(|place| {
        let behind = long.partition_point(|other| other.span.start() < place.span.start());
        let neighbours = [behind.checked_sub(1), Some(behind)].into_iter().flatten();
        neighbours.filter_map(|slot| long.get(slot)).map(|other| place.span.cover(other.span))
    });
    pairs.min_by_key(|span| (span.start() < own, is_torn(span), span.len(), span.start()))
}

/// The place inside a span, where one is, else the first that starts at or behind `own`.
pub(super) fn within(places: &Places, span: Option<Span>, own: usize) -> Option<Place> {
    let inside = span.and_then(|span| {
        [&places.exact, &places.loose].into_iter().find_map(|list| {
            let place = list.get(list.partition_point(|place| place.span.start() < span.start()))?;
            span.contains(place.span).then_some(*place)
        })
    });
    inside.or_else(|| places.first_from(own))
}
