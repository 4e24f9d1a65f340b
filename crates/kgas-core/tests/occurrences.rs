//! Where a quote stands as whole words.

#![expect(clippy::string_slice, reason = "a test may panic")]

mod support;

use std::ops::Range;

use kgas_core::text::occurrences;
use proptest::prelude::*;
use support::texts;

fn found(text: &str, quote: &str) -> Vec<Range<usize>> {
    occurrences(text, quote).collect()
}

fn starts(text: &str, quote: &str) -> Vec<usize> {
    found(text, quote).into_iter().map(|range| range.start).collect()
}

#[test]
fn a_word_does_not_stand_inside_another() {
    let none: &[usize] = &[];
    // (text, quote, where it begins)
    let cases = [
        ("Annual: Ann met Ann.", "Ann", &[8, 16][..]),
        ("Joann met Ann's aunt", "Ann", &[10]),
        ("Ann", "Ann", &[0]),
        ("Ann_1 Ann-Marie (Ann)", "Ann", &[0, 6, 17]),
        ("B2B 2B B2", "2B", &[4]),
        ("a a a", "a a", &[0]),
        ("aaa aa", "aa", &[4]),
        ("New York, New York City", "New York", &[0, 10]),
        ("New  York", "New York", none),
        ("Ann", "ann", none),
        ("Ann", "", none),
        ("", "Ann", none),
        ("C++ and C", "C++", &[0]),
        ("C++ and C", "C", &[0, 8]),
        // Scripts that don't put spaces between words,
        ("東京都に行く", "東京", &[0]),
        ("สวัสดีชาวโลก", "ชาว", &[18]),
        ("서울에서", "서울", &[0]),
        ("カタカナ", "タカ", &[3]),
        // but not a name in Latin letters beside a letter of its own script.
        ("AnnとBobが", "Ann", &[0]),
    ];
    for (text, quote, expected) in cases {
        assert_eq!(starts(text, quote), expected, "{quote:?} in {text:?}");
    }
}

#[test]
fn a_mark_belongs_to_the_letter_before_it() {
    assert_eq!(starts("e\u{301} e", "e"), [4]);
    assert_eq!(starts("cafe\u{301}s cafe", "cafe"), [8]);
    assert!(starts("กิน", "ก").is_empty());
}

#[test]
fn what_joins_letters_is_no_border() {
    // Soft hyphen, the joiners of Persian and Hindi, and of emoji.
    for text in ["Ann\u{ad}ual", "می\u{200c}خواهم", "क्\u{200d}ष", "👩\u{200d}💻"] {
        let joiner = text.find(['\u{ad}', '\u{200c}', '\u{200d}']).unwrap_or_default();
        let (before, behind) = text.split_at(joiner);
        let behind = behind.trim_start_matches(['\u{ad}', '\u{200c}', '\u{200d}']);
        assert!(starts(text, before).is_empty(), "{before:?} in {text:?}");
        assert!(starts(text, behind).is_empty(), "{behind:?} in {text:?}");
        assert_eq!(starts(text, text), [0], "{text:?}");
    }
}

/// The definition, tried at every place.
fn naive(text: &str, quote: &str) -> Vec<Range<usize>> {
    let wordy = |character: char| character.is_alphanumeric();
    let is_border = |at: usize| match (text[..at].chars().next_back(), text[at..].chars().next()) {
        (Some(left), Some(right)) => !(wordy(left) && wordy(right)),
        _ => true,
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, _) in text.char_indices() {
        let end = start + quote.len();
        let is_free = found.last().is_none_or(|last| last.end <= start);
        if !quote.is_empty() && is_free && text[start..].starts_with(quote) && is_border(start) && is_border(end) {
            found.push(start..end);
        }
    }
    found
}

proptest! {
    #[test]
    fn places_are_those_that_the_definition_gives(text in "[abé. ]{0,24}", quote in "[abé. ]{0,4}") {
        prop_assert_eq!(found(&text, &quote), naive(&text, &quote));
    }

    #[test]
    fn each_place_has_the_quote_and_none_overlaps_the_next(text in texts(), quote in texts()) {
        let mut end = 0;
        for range in found(&text, &quote) {
            prop_assert_eq!(&text[range.clone()], &quote);
            prop_assert!(range.start >= end);
            end = range.end;
        }
    }
}
