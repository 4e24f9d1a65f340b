//! Where a sentence ends.

#![expect(clippy::string_slice, reason = "a test may panic")]

mod support;

use kgas_core::text::sentences;
use proptest::prelude::*;
use support::texts;

fn split(text: &str) -> Vec<&str> {
    sentences(text).map(|range| &text[range]).collect()
}

#[test]
fn a_full_stop_ends_a_sentence_only_where_a_reader_would_stop() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("One. Two! Three? Four", &["One. ", "Two! ", "Three? ", "Four"]),
        ("Dr. Smith left. Mr. Jones stayed.", &["Dr. Smith left. ", "Mr. Jones stayed."]),
        ("J. R. R. Tolkien wrote. He did.", &["J. R. R. Tolkien wrote. ", "He did."]),
        ("See Smith et al. Nothing else.", &["See Smith et al. Nothing else."]),
        ("I met Al. He left.", &["I met Al. ", "He left."]),
        ("It is 3.14 or 2.71. Yes.", &["It is 3.14 or 2.71. ", "Yes."]),
        ("(cf. Fig. 3) Done.", &["(cf. Fig. 3) Done."]),
        ("First line.\nSecond line.", &["First line.\n", "Second line."]),
        // A line break after an abbreviation is an end that the author meant.
        ("Acme Inc.\nA company.", &["Acme Inc.\n", "A company."]),
        ("東京です。大阪です。", &["東京です。", "大阪です。"]),
        ("\"Go.\" She went.", &["\"Go.\" ", "She went."]),
        ("a\r\nb\u{2029}c", &["a\r\n", "b\u{2029}", "c"]),
    ];
    for (text, expected) in cases {
        assert_eq!(split(text), *expected, "{text:?}");
    }
}

proptest! {
    #[test]
    fn sentences_follow_each_other_and_leave_nothing_out(text in texts()) {
        prop_assert_eq!(split(&text).concat(), text.clone());
        prop_assert!(sentences(&text).all(|range| !range.is_empty()));
    }
}
