//! A chunk whose answer is too long for one: it is asked about in halves.

use kgas_core::text::Chunk;
use kgas_core::{ChunkState, Shown, Usage};

use super::ask::{Asker, Notes, Told};
use super::follow_up::Read;
use super::{Extraction, is_blank};

/// Halves of halves, and so on, so many times.
const MOST_CUTS: u32 = 4;

/// A part with fewer characters isn't cut: what is said of two sentences fits in any answer.
const SMALLEST: usize = 400;

/// A chunk that was asked about.
pub(super) struct Asked {
    pub(super) chunk: Chunk,
    /// Its parts in order; one, where it was not cut.
    pub(super) pieces: Vec<Piece>,
    /// How much of the ontology was shown, where that was not all.
    pub(super) shown: Option<Shown>,
    /// What was spent on all its calls.
    pub(super) spent: Usage,
}

/// A part of a chunk that was asked about.
pub(super) struct Piece {
    pub(super) chunk: Chunk,
    pub(super) notes: Notes,
    /// The items of an answer that was cut off and of which the part was to be a better one.
    pub(super) cut: Vec<Read>,
}

/// A part that is still to be asked about.
struct Waiting {
    chunk: Chunk,
    cuts: u32,
    cut: Vec<Read>,
}

/// Asks about a chunk; where an answer reaches its longest, about the halves, one after the other.
pub(super) async fn ask_in_parts<E: Extraction>(asker: &Asker<'_, E>, chunk: Chunk) -> Asked {
    let mut asked = Asked { chunk: chunk.clone(), pieces: Vec::new(), shown: None, spent: Usage::default() };
    let mut waiting = vec![Waiting { chunk, cuts: 0, cut: Vec::new() }];
    while let Some(Waiting { chunk, cuts, cut }) = waiting.pop() {
        if is_blank(&chunk, asker.document) {
            asked.pieces.push(Piece { chunk, notes: Notes::default(), cut: Vec::new() });
            continue;
        }
        let may_be_cut = cuts < MOST_CUTS && chunk.span().len() >= SMALLEST;
        let halves = if may_be_cut { chunk.halves(asker.document) } else { None };
        match (asker.about(&chunk, halves.is_some()).await, halves) {
            (Told::Cut(notes), Some((first, second))) => {
                asked.spent += notes.account.spent;
                asked.shown = asked.shown.or(notes.account.shown);
                let cut = if notes.read.is_empty() { cut } else { notes.read };
                waiting.push(Waiting { chunk: second, cuts: cuts + 1, cut: cut.clone() });
                waiting.push(Waiting { chunk: first, cuts: cuts + 1, cut });
            }
            (Told::Cut(notes) | Told::All(notes), _) => {
                asked.spent += notes.account.spent;
                asked.shown = asked.shown.or(notes.account.shown);
                asked.pieces.push(Piece { chunk, notes, cut });
            }
        }
    }
    asked
}

impl Piece {
    /// The items to go by where asking again gave none: those of the answer that was cut off.
    pub(super) fn fallback(&self) -> Option<&[Read]> {
        let is_needed =
            self.notes.missing.is_some_and(|state| state > ChunkState::Rejected) && self.notes.read.is_empty();
        (is_needed && !self.cut.is_empty()).then_some(&self.cut)
    }
}
