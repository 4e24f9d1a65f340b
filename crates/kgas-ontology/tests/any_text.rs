//! Whatever the text: reading it ends, without a panic, and says the same twice.

mod properties;

use std::path::Path;

use proptest::prelude::*;

#[test]
fn the_seeds_of_the_fuzz_target_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/ontology");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
    assert!(files.len() >= 6);
    for file in files {
        properties::ontology(&std::fs::read(file.unwrap().path()).unwrap());
    }
}

const WHOLE: [&str; 5] = [
    include_str!("ontologies/studio.ttl"),
    include_str!("ontologies/studio.owl"),
    include_str!("ontologies/studio.yaml"),
    include_str!("ontologies/studio.schema.json"),
    include_str!("ontologies/studio.json"),
];

/// An ontology with pieces cut out, doubled, and strange signs put in.
fn damaged() -> impl Strategy<Value = String> {
    let signs = [
        "\"", "\"\"\"", ".", "<", ">", "[", "]", "(", ")", "&", ";", ":", "\n", "{", "}", "\\", "é", "\0", "*a", "&a ",
        "- ",
    ];
    let cut = (any::<prop::sample::Index>(), 0..60_usize, prop::sample::select(signs.to_vec()), any::<bool>());
    (prop::sample::select(WHOLE.to_vec()), prop::collection::vec(cut, 0..6)).prop_map(|(whole, cuts)| {
        let mut chars: Vec<char> = whole.chars().collect();
        for (at, length, sign, is_doubled) in cuts {
            let at = at.index(chars.len() + 1);
            let end = (at + length).min(chars.len());
            let piece: Vec<char> = chars.iter().take(end).skip(at).copied().collect();
            let again = if is_doubled { piece.repeat(2) } else { Vec::new() };
            chars.splice(at..end, sign.chars().chain(again));
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        properties::ontology(&bytes);
    }

    #[test]
    fn damaged_ontologies_are_read_or_refused(text in damaged()) {
        properties::ontology(text.as_bytes());
    }
}
