//! Spans count code points, as `text[start:end]` does in Python.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use kgas_core::{Document, Span};
use proptest::prelude::*;
use support::{sliced, texts};

fn span(start: usize, end: usize) -> Span {
    Span::new(start, end).unwrap()
}

/// Long enough to have marks in the index, with characters of one to four bytes.
fn long_texts() -> impl Strategy<Value = String> {
    (texts(), texts(), 1_usize..40).prop_map(|(one, other, times)| format!("{}{other}", one.repeat(times)))
}

proptest! {
    #[test]
    fn a_slice_is_what_counting_characters_gives(text in long_texts(), a in 0_usize..2000, b in 0_usize..2000) {
        let document = Document::new("d", text.clone());
        let count = text.chars().count();
        prop_assert_eq!(document.characters(), count);
        let inside = span(a.min(b) % (count + 1), (a.min(b) % (count + 1)).max(a.max(b) % (count + 1)));
        prop_assert_eq!(document.slice(inside).unwrap(), sliced(&text, inside));
        let bytes = document.bytes_of(inside).unwrap();
        prop_assert_eq!(document.span_of(bytes), Some(inside));
        prop_assert_eq!(document.slice(span(0, count)), Some(text.as_str()));
        prop_assert_eq!(document.slice(span(count, count)), Some(""));
        prop_assert_eq!(document.slice(span(0, count + 1)), None);
        prop_assert_eq!(document.slice(span(0, usize::MAX)), None);
    }

    #[test]
    fn bytes_have_a_span_where_they_begin_and_end_between_characters(
        text in long_texts(), a in 0_usize..4000, b in 0_usize..4000,
    ) {
        let document = Document::new("d", text.clone());
        let (start, end) = (a.min(b), a.max(b));
        let expected = text.get(..start).zip(text.get(start..end)).map(|(before, inside)| {
            let first = before.chars().count();
            span(first, first + inside.chars().count())
        });
        prop_assert_eq!(document.span_of(start..end), expected);
    }
}

#[test]
fn a_lookup_is_right_on_both_sides_of_each_mark_of_the_index() {
    for length in [1, 127, 128, 129, 255, 256, 257] {
        let text = "é".repeat(length);
        let document = Document::new("d", text);
        assert_eq!(document.characters(), length);
        for at in 0..=length {
            assert_eq!(document.bytes_of(span(at, length)), Some(at * 2..length * 2), "{at} of {length}");
            assert_eq!(document.span_of(at * 2..length * 2), Some(span(at, length)), "{at} of {length}");
        }
    }
}

#[test]
fn the_text_is_kept_as_it_came() {
    let document = Document::new("d", "\u{feff}a\r\nb").with_source("folder/d.txt");
    assert_eq!(document.text(), "\u{feff}a\r\nb");
    assert_eq!(document.slice(span(1, 4)), Some("a\r\n"));
    assert_eq!((document.id(), document.source()), ("d", Some("folder/d.txt")));
}

#[test]
fn spans_relate_as_half_open_ranges_do() {
    // (one, other, cover, contains, overlaps)
    let cases = [
        ((2, 5), (3, 4), (2, 5), true, true),
        ((2, 5), (2, 5), (2, 5), true, true),
        ((2, 5), (5, 7), (2, 7), false, false),
        ((2, 5), (4, 7), (2, 7), false, true),
        ((2, 5), (0, 1), (0, 5), false, false),
    ];
    for (one, other, cover, contains, overlaps) in cases {
        let (one, other) = (span(one.0, one.1), span(other.0, other.1));
        assert_eq!(one.cover(other), span(cover.0, cover.1), "{one:?} {other:?}");
        assert_eq!(other.cover(one), one.cover(other), "{one:?} {other:?}");
        assert_eq!(one.contains(other), contains, "{one:?} {other:?}");
        assert_eq!(one.overlaps(other), overlaps, "{one:?} {other:?}");
        assert_eq!(other.overlaps(one), overlaps, "{one:?} {other:?}");
    }
    assert!(span(3, 3).is_empty());
    assert_eq!(format!("{:?}", Span::to(4)), "0..4");
}
