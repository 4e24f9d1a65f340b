//! Random numbers for jitter: a seed gives the same row each time.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// SplitMix64: good enough to spread retries, and nothing more.
#[derive(Debug)]
pub(crate) struct Dice(AtomicU64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A row that differs from process to process.
    pub(crate) fn shuffled() -> Self {
        Self::seeded(RandomState::new().hash_one(0_u8))
    }

    /// A number from 0 up to, but not, 1.
    pub(crate) fn roll(&self) -> f64 {
        let high = u32::try_from(self.bits() >> 32).unwrap_or(u32::MAX);
        f64::from(high) / (f64::from(u32::MAX) + 1.0)
    }

    /// 64 random bits.
    pub(crate) fn bits(&self) -> u64 {
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_row() {
        let (a, b, c) = (Dice::seeded(7), Dice::seeded(7), Dice::seeded(8));
        let row = |dice: &Dice| (0..100).map(|_| dice.roll()).collect::<Vec<_>>();
        let first = row(&a);
        assert_eq!(first, row(&b));
        assert_ne!(first, row(&c));
        assert!(first.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = first.iter().sum::<f64>() / 100.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
    }
}
