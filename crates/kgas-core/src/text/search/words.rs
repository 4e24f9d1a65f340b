//! Where words begin in a folded text, sorted by what stands there: a claim is looked up as in a dictionary.

use std::ops::Range;

use super::folded::Folded;
use crate::text::occurrence::is_border;

/// Bytes by which places are sorted. Claims that share as many are told apart one place after the other.
const DEPTH: usize = 32;
/// Places looked at for a claim longer than that: a text that repeats itself must not cost its square.
const CAP: usize = 4096;

/// All places at which a word may begin.
#[derive(Debug, Default)]
pub(super) struct Words {
    sorted: Vec<u32>,
}

impl Words {
    /// Sorts the places of `folded`, which `original` became.
    pub(super) fn new(original: &str, folded: &Folded) -> Self {
        let bytes = folded.text().as_bytes();
        let mut keyed: Vec<(u64, u32)> = Vec::new();
        let mut last = ' ';
        for (at, character) in folded.text().char_indices() {
            let before = std::mem::replace(&mut last, character);
            // Most characters of most texts: within a word of plain letters.
            if before.is_ascii_alphanumeric() && character.is_ascii_lowercase() && is_plain(folded, at) {
                continue;
            }
            if !character.is_whitespace()
                && may_start(original, folded, at)
                && let Ok(narrow) = u32::try_from(at)
            {
                keyed.push((key(bytes, at), narrow));
            }
        }
        keyed.sort_unstable_by(|one, other| {
            let (left, right) = (one.1 as usize, other.1 as usize);
            one.0
                .cmp(&other.0)
                .then_with(|| head(bytes, left, DEPTH).cmp(head(bytes, right, DEPTH)))
                .then(left.cmp(&right))
        });
        Self { sorted: keyed.into_iter().map(|(_, at)| at).collect() }
    }

    /// Where a folded claim stands in the folded text, in order.
    pub(super) fn find(&self, folded: &Folded, claim: &str) -> Vec<usize> {
        let bytes = folded.text().as_bytes();
        let known = claim.as_bytes();
        let known = known.get(..DEPTH).unwrap_or(known);
        let first = self.sorted.partition_point(|at| head(bytes, *at as usize, known.len()) < known);
        let rest = self.sorted.get(first..).unwrap_or_default();
        let count = rest.partition_point(|at| head(bytes, *at as usize, known.len()) == known);
        let count = if claim.len() > DEPTH { count.min(CAP) } else { count };
        let mut found: Vec<usize> = rest.iter().take(count).map(|at| *at as usize).collect();
        found.retain(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(claim.as_bytes())));
        found.sort_unstable();
        found
    }
}

/// Whether nothing was dropped before this position.
fn is_plain(folded: &Folded, at: usize) -> bool {
    folded.end_of(at).is_some_and(|end| Some(end) == folded.start_of(at))
}

/// Whether a word may begin at a position of the folded text.
pub(super) fn may_start(original: &str, folded: &Folded, at: usize) -> bool {
    folded.start_of(at).is_some_and(|start| is_border(original, start))
}

/// The range of the original that a range of the folded text stands for; `None` where it cuts a word.
pub(super) fn unfolded(original: &str, folded: &Folded, range: Range<usize>) -> Option<Range<usize>> {
    let start = folded.start_of(range.start)?;
    // A dropped character behind the last letter may belong to the word.
    let ends = [folded.end_of(range.end)?, folded.start_of(range.end)?];
    let end = ends.into_iter().find(|end| *end > start && is_border(original, *end))?;
    is_border(original, start).then_some(start..end)
}

fn key(bytes: &[u8], at: usize) -> u64 {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(bytes.iter().skip(at)) {
        *to = *from;
    }
    u64::from_be_bytes(first)
}

fn head(bytes: &[u8], at: usize, length: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}
