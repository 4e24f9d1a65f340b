//! The property of the fuzz target, held on its seeds, on the dirty answers, and on those mixed and cut.
#![expect(clippy::indexing_slicing, reason = "a test may panic")]

mod dirty;
mod properties;

use std::path::Path;

use proptest::prelude::*;

#[test]
fn the_seeds_of_the_target_hold() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/answer");
    let files: Vec<_> = std::fs::read_dir(seeds).unwrap().collect();
    assert!(files.len() >= 4);
    for file in files {
        properties::answer(&std::fs::read(file.unwrap().path()).unwrap());
    }
}

#[test]
fn the_dirty_answers_hold() {
    for case in dirty::cases() {
        properties::answer(case.answer.as_bytes());
    }
}

/// Two answers of the corpus, each from somewhere to somewhere, one behind the other.
fn mixed() -> impl Strategy<Value = String> {
    let piece = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let cases = dirty::cases();
    prop::collection::vec(piece, 1..4).prop_map(move |pieces| {
        let part = |(which, start, end): (prop::sample::Index, prop::sample::Index, prop::sample::Index)| {
            let answer = which.get(&cases).answer.as_bytes();
            let (one, other) = (start.index(answer.len() + 1), end.index(answer.len() + 1));
            answer[one.min(other)..one.max(other)].to_vec()
        };
        String::from_utf8_lossy(&pieces.into_iter().flat_map(part).collect::<Vec<u8>>()).into_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dirty_answers_mixed_and_cut_hold(answer in mixed()) {
        properties::answer(answer.as_bytes());
    }
}
