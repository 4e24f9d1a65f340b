//! A text as a unit vector: the same text, the same vector, on every machine.

/// A vector of length 1, drawn from a generator that the text seeds.
pub(crate) fn unit_vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut state = fnv1a(text.as_bytes());
    let raw: Vec<f32> = (0..dimensions).map(|_| coordinate(splitmix(&mut state))).collect();
    let length = raw.iter().map(|x| x * x).sum::<f32>().sqrt();
    raw.into_iter().map(|x| x / length).collect()
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number in (-1, 1) and never 0, so that no vector is without length.
fn coordinate(random: u64) -> f32 {
    let [high, low, ..] = random.to_be_bytes();
    (f32::from(u16::from_be_bytes([high, low])) + 0.5) / 32_768.0 - 1.0
}
