//! Packing: bodies are compressed, and what a request shares with an earlier one is not written again.
//!
//! The questions of a run begin with the same instructions and ontology, and end with the same schema. A *base* is a
//! body that lies by itself; of others only the middle is kept, between what they share with a base.

use std::fmt;
use std::io::Read as _;

use bytes::Bytes;
use flate2::read::DeflateDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};

/// How many bases are remembered: the kinds of questions that are asked at the same time.
const BASES: usize = 8;
/// What a body has to share with a base at least.
const LEAST: usize = 512;
/// Bodies above this size are no bases.
const LARGEST: usize = 256 << 10;

/// Packs one body after the other.
pub(super) struct Packer {
    compress: Compress,
    /// The last used is the last.
    bases: Vec<(u64, Bytes)>,
}

/// A body, or what of it is not in its base.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shared {
    /// The number of the base; 0 is none.
    pub(super) base: u64,
    /// How much of the beginning is the base's.
    pub(super) prefix: usize,
    /// How much of the end is.
    pub(super) suffix: usize,
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packer").field("bases", &self.bases.len()).finish_non_exhaustive()
    }
}

impl Default for Packer {
    fn default() -> Self {
        Self { compress: Compress::new(Compression::default(), false), bases: Vec::new() }
    }
}

impl Packer {
    /// What a body shares with a base; where that is too little, the body becomes one, under this number.
    pub(super) fn share(&mut self, number: u64, body: &Bytes) -> Shared {
        let shares = self.bases.iter().enumerate().map(|(place, (_, base))| (place, shared(base, body)));
        let best = shares.max_by_key(|(_, (prefix, suffix))| prefix + suffix);
        if let Some((place, (prefix, suffix))) = best
            && prefix + suffix >= LEAST.max(body.len() / 4)
        {
            let used = self.bases.remove(place);
            let base = used.0;
            self.bases.push(used);
            return Shared { base, prefix, suffix };
        }
        if !(LEAST..=LARGEST).contains(&body.len()) {
            return Shared { base: 0, prefix: 0, suffix: 0 };
        }
        if self.bases.len() == BASES {
            self.bases.remove(0);
        }
        self.bases.push((number, body.clone()));
        Shared { base: number, prefix: body.len(), suffix: 0 }
    }

    /// Forgets the bases: they may not be there any more.
    pub(super) fn forget(&mut self) {
        self.bases.clear();
    }

    /// Appends bytes, compressed.
    pub(super) fn pack(&mut self, bytes: &[u8], row: &mut Vec<u8>) {
        self.compress.reset();
        let mut rest = bytes;
        loop {
            row.reserve(rest.len() / 2 + 64);
            let before = self.compress.total_in();
            let status = self.compress.compress_vec(rest, row, FlushCompress::Finish);
            let taken = usize::try_from(self.compress.total_in() - before).unwrap_or_default();
            rest = rest.get(taken..).unwrap_or_default();
            if !matches!(status, Ok(Status::Ok | Status::BufError)) {
                return;
            }
        }
    }
}

/// Bytes that were packed; none where they aren't so many.
pub(super) fn unpack(packed: &[u8], length: usize) -> Option<Vec<u8>> {
    // A damaged length must not claim memory.
    let mut bytes = Vec::with_capacity(length.min(packed.len().saturating_mul(16)));
    let most = u64::try_from(length).ok()?.checked_add(1)?;
    DeflateDecoder::new(packed).take(most).read_to_end(&mut bytes).ok()?;
    (bytes.len() == length).then_some(bytes)
}

/// How many bytes of a body are its base's, at the beginning and at the end.
fn shared(base: &[u8], body: &[u8]) -> (usize, usize) {
    let prefix = base.iter().zip(body).take_while(|(one, other)| one == other).count();
    let (base, rest) = (base.get(prefix..).unwrap_or_default(), body.get(prefix..).unwrap_or_default());
    let suffix = base.iter().rev().zip(rest.iter().rev()).take_while(|(one, other)| one == other).count();
    (prefix, suffix)
}
