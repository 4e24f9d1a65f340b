//! What holds for any bytes; the fuzz target and an ordinary test share it.

use kgas_ontology::{Leniency, ReadOptions, read, read_spec};

/// Reading ends without a panic, warnings name lines that exist, and what strict reading takes, lenient reading takes.
pub(crate) fn ontology(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let strict = ReadOptions::default();
    let lenient = ReadOptions::from(Leniency::Lenient);
    let (first, second) = (read_spec(&text, &strict), read_spec(&text, &strict));
    match (first, second) {
        (Ok(first), Ok(second)) => {
            assert_eq!(first, second);
            let lines = text.lines().count() + 1;
            let told = first.2.iter().filter_map(kgas_ontology::ReadWarning::line);
            told.for_each(|line| assert!((1..=lines).contains(&line), "line {line} of {lines}"));
        }
        (first, second) => assert_eq!(first.is_err(), second.is_err()),
    }
    if read(&text, &strict).is_ok() {
        assert!(read(&text, &lenient).is_ok());
    }
}
