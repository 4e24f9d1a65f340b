//! Where a text has words that differ from a claim by a few characters.
//!
//! A claim within `k` edits of a place, cut into `k + 1` pieces, has one piece that stands there unchanged. So the
//! places of the rarest four characters of each piece are looked at, as many as a bound allows, and from each the
//! edit distance is worked out to both sides within a band of `k`.

use super::folded::Folded;
use super::guard::{Care, may_be_meant};
use super::words::{may_start, unfolded};

/// Claims with fewer letters and digits are not looked for: in a short word each letter counts.
const LEAST_LETTERS: usize = 6;
/// Longer claims are not looked for: nobody quotes so much with so few errors.
const MOST_CHARACTERS: usize = 400;
/// Edits that a claim may be off, however long it is.
const MOST_EDITS: usize = 32;
/// Places of seeds that are looked at for one claim.
const MOST_SEEDS: usize = 1024;
/// Places that are compared with one claim.
const MOST_COMPARED: usize = 64;

/// Characters of a seed.
const SEED: usize = 4;

/// A place in the folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Near {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) edits: usize,
}

/// Where each four characters of a folded text stand, by their hash.
#[derive(Debug, Default)]
pub(super) struct Seeds {
    /// Where in `places` those of a hash end, and those of the next begin.
    ends: Vec<u32>,
    places: Vec<u32>,
}

impl Seeds {
    pub(super) fn new(folded: &Folded) -> Self {
        let size = (folded.text().len() / 4).clamp(256, 1 << 20).next_power_of_two();
        let mut ends = vec![0_u32; size];
        for (_, hash) in fours(folded.text()) {
            if let Some(count) = ends.get_mut(slot(hash, size)) {
                *count += 1;
            }
        }
        let mut sum = 0_u32;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        // Each number is where its places begin now, and moves on to where they end.
        let mut places = vec![0_u32; sum as usize];
        for (at, hash) in fours(folded.text()) {
            if let Some(end) = ends.get_mut(slot(hash, size)) {
                if let (Some(place), Ok(at)) = (places.get_mut(*end as usize), u32::try_from(at)) {
                    *place = at;
                }
                *end += 1;
            }
        }
        Self { ends, places }
    }

    fn of(&self, hash: u64) -> &[u32] {
        let slot = slot(hash, self.ends.len());
        let from = slot.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let upto = self.ends.get(slot).copied().unwrap_or(0);
        self.places.get(from as usize..upto as usize).unwrap_or_default()
    }
}

/// The best places for a folded claim: those with the fewest edits, in order; none where even these are too many for
/// the least score.
pub(super) fn near(original: &str, folded: &Folded, seeds: &Seeds, claim: &str, least: f64, care: Care) -> Vec<Near> {
    let characters: Vec<char> = claim.chars().collect();
    let letters = characters.iter().filter(|character| character.is_alphanumeric()).count();
    let allowed = allowed_edits(characters.len(), least);
    if letters < LEAST_LETTERS || characters.len() > MOST_CHARACTERS || allowed == 0 {
        return Vec::new();
    }
    let mut found: Vec<Near> = Vec::new();
    let (mut looked_at, mut compared) = (0, 0);
    for piece in rarest_first(&characters, allowed, seeds) {
        for place in piece.places {
            looked_at += 1;
            if looked_at > MOST_SEEDS || compared > MOST_COMPARED {
                return best(found);
            }
            let Some(at) = (*place as usize).checked_sub(piece.lead) else { continue };
            let stands = folded.text().get(at..).is_some_and(|rest| rest.starts_with(&piece.words));
            if !stands || found.iter().any(|near| near.start <= at && at < near.end) {
                continue;
            }
            compared += 1;
            let (left, right) = (characters.get(..piece.from), characters.get(piece.upto..));
            let sides = left
                .zip(right)
                .and_then(|(left, right)| around(original, folded, (left, right), at..at + piece.words.len(), allowed));
            let Some(near) = sides else { continue };
            let there = folded.text().get(near.start..near.end).unwrap_or_default();
            if may_be_meant(claim, there, care) {
                found.push(near);
            }
        }
    }
    best(found)
}

/// How much of a claim agrees, to three digits.
pub(super) fn score(claim: &str, edits: usize) -> f64 {
    let (edits, length) = (ratio(edits), ratio(claim.chars().count().max(1)));
    ((1.0 - edits / length) * 1000.0).round() / 1000.0
}

/// Counts here are below `MOST_CHARACTERS`.
fn ratio(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

fn allowed_edits(length: usize, least: f64) -> usize {
    (1..=MOST_EDITS).take_while(|edits| 1.0 - ratio(*edits) / ratio(length) >= least).count()
}

fn best(mut found: Vec<Near>) -> Vec<Near> {
    let fewest = found.iter().map(|near| near.edits).min();
    found.retain(|near| Some(near.edits) == fewest);
    found.sort_unstable_by_key(|near| (near.start, near.end));
    let mut end = 0;
    found.retain(|near| {
        let is_free = near.start >= end;
        if is_free {
            end = near.end;
        }
        is_free
    });
    found
}

/// A piece of a claim, with the places of its rarest four characters.
struct Piece<'s> {
    from: usize,
    upto: usize,
    words: String,
    /// Bytes of the piece before these four characters.
    lead: usize,
    places: &'s [u32],
}

fn rarest_first<'s>(characters: &[char], allowed: usize, seeds: &'s Seeds) -> Vec<Piece<'s>> {
    let count = allowed + 1;
    let cut = |number: usize| number * characters.len() / count;
    let mut pieces: Vec<Piece<'s>> = (0..count)
        .filter_map(|number| {
            // A piece of fewer than four characters takes some of its neighbour's.
            let upto = cut(number + 1).max(SEED);
            let from = cut(number).min(upto - SEED);
            let words: String = characters.get(from..upto)?.iter().collect();
            let rarest = fours(&words).map(|(lead, hash)| (lead, seeds.of(hash))).min_by_key(|(_, at)| at.len())?;
            Some(Piece { from, upto, words, lead: rarest.0, places: rarest.1 })
        })
        .collect();
    pieces.sort_by_key(|piece| piece.places.len());
    pieces
}

/// The place around a piece that stands at `at`, where what the claim has on both sides is within the edits allowed.
fn around(
    original: &str,
    folded: &Folded,
    (left, right): (&[char], &[char]),
    at: std::ops::Range<usize>,
    allowed: usize,
) -> Option<Near> {
    let text = folded.text();
    let before = text.get(..at.start)?.chars().rev();
    let backwards: Vec<char> = left.iter().rev().copied().collect();
    let (first, taken) = reach(&backwards, before, allowed, |bytes| may_start(original, folded, at.start - bytes))?;
    let start = at.start - taken;
    let behind = text.get(at.end..)?.chars();
    let (second, taken) =
        reach(right, behind, allowed - first, |bytes| unfolded(original, folded, start..at.end + bytes).is_some())?;
    Some(Near { start, end: at.end + taken, edits: first + second })
}

/// How far along `text` the whole of `claim` reaches with the fewest edits, and how many bytes that is. Only ends that
/// `may_end` allows count; of two equally good ones the nearer.
fn reach(
    claim: &[char],
    text: impl Iterator<Item = char>,
    allowed: usize,
    may_end: impl Fn(usize) -> bool,
) -> Option<(usize, usize)> {
    const FAR: usize = usize::MAX / 2;
    let mut row: Vec<usize> = (0..=claim.len()).map(|edits| if edits <= allowed { edits } else { FAR }).collect();
    let mut best: Option<(usize, usize)> = None;
    let mut consider = |row: &[usize], bytes: usize| {
        if let Some(&edits) = row.last()
            && edits <= allowed
            && best.is_none_or(|(least, _)| edits < least)
            && may_end(bytes)
        {
            best = Some((edits, bytes));
        }
    };
    consider(&row, 0);
    let mut bytes = 0;
    for (number, there) in text.take(claim.len() + allowed).enumerate() {
        bytes += there.len_utf8();
        // Only the band of cells in which the edits may be few enough is worked out.
        let (low, high) = ((number + 1).saturating_sub(allowed), (number + 1 + allowed).min(claim.len()));
        let mut diagonal = low.checked_sub(1).and_then(|slot| row.get(slot).copied()).unwrap_or(FAR);
        let mut left = FAR;
        if low == 0 {
            diagonal = number;
            left = number + 1;
            if let Some(first) = row.first_mut() {
                *first = left;
            }
        } else if let Some(outside) = row.get_mut(low - 1) {
            *outside = FAR;
        }
        let mut least = left;
        for slot in low.max(1)..=high {
            let (Some(cell), Some(said)) = (row.get_mut(slot), claim.get(slot - 1)) else { break };
            let above = *cell;
            *cell = (diagonal + usize::from(*said != there)).min(above + 1).min(left + 1).min(FAR);
            diagonal = above;
            left = *cell;
            least = least.min(left);
        }
        if least > allowed {
            break;
        }
        consider(&row, bytes);
    }
    best
}

/// Each four characters in a row, by the byte at which they begin, as a hash.
fn fours(text: &str) -> impl Iterator<Item = (usize, u64)> + '_ {
    let mut last = [(0, '\0'); 3];
    text.char_indices().enumerate().filter_map(move |(number, (at, character))| {
        let [first, second, third] = last;
        last = [second, third, (at, character)];
        let hash = [first.1, second.1, third.1, character].into_iter().fold(0_u64, |hash, character| {
            (hash.rotate_left(16) ^ u64::from(u32::from(character))).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        (number >= 3).then_some((first.0, hash))
    })
}

/// Which of `size`, a power of two, a hash belongs to.
fn slot(hash: u64, size: usize) -> usize {
    usize::try_from(hash >> 40).unwrap_or(0) & (size - 1)
}
