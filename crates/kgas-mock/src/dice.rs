//! Chance that is the same each time: a number for each seed and index.

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A number from 0 to below 1, even over the indices, that depends on nothing but its arguments.
pub(crate) fn roll(seed: u64, index: u64) -> f64 {
    let bits = stir(stir(seed).wrapping_add(index.wrapping_mul(STEP)));
    // 53 bits are what a float can tell apart.
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// One round of the splitmix64 generator.
fn stir(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(STEP);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolls_are_even_whatever_the_seed() {
        for seed in [0, 1, 2, STEP, u64::MAX] {
            let low = (0..10_000).filter(|index| roll(seed, *index) < 0.1).count();
            assert!((900..1_100).contains(&low), "seed {seed}: {low} of 10000 below 0.1");
        }
    }
}
