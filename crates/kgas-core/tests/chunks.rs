//! Chunks cover a document exactly, and none is longer than asked for.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::num::NonZeroUsize;

use kgas_core::Document;
use kgas_core::text::{Chunk, chunks, chunks_with_context};
use proptest::prelude::*;
use support::{sliced, texts};
use unicode_segmentation::UnicodeSegmentation;

fn cut(document: &Document, max: usize) -> Vec<Chunk> {
    chunks(document, NonZeroUsize::new(max).unwrap()).collect()
}

fn cut_texts(text: &str, max: usize) -> Vec<String> {
    let document = Document::new("d", text);
    cut(&document, max).iter().map(|chunk| chunk.text(&document).to_owned()).collect()
}

fn cut_with_context(document: &Document, max: usize, overlap: usize) -> Vec<Chunk> {
    chunks_with_context(document, NonZeroUsize::new(max).unwrap(), overlap).collect()
}

/// Where a chunk's shown text lies, and to which chunks its code points belong, hold what they say.
fn check(document: &Document, all: &[Chunk], chunk: &Chunk, overlap: usize) {
    let (shown, own) = (chunk.shown_span(), chunk.span());
    assert_eq!(document.slice(shown), Some(chunk.shown(document)));
    assert_eq!(chunk.shown(document), [chunk.context(document), chunk.text(document)].concat());
    assert!(own.start() - shown.start() <= overlap, "{shown:?} {own:?}");
    for at in shown.start()..shown.end() {
        let of = all.iter().find(|other| (other.span().start()..other.span().end()).contains(&at)).unwrap();
        assert_eq!(chunk.index_at(at), of.index(), "{at} of {chunk:?}");
    }
}

proptest! {
    #[test]
    fn a_context_is_what_stands_before_and_knows_whose_it_is(text in texts(), max in 1_usize..30, overlap in 0_usize..40) {
        let document = Document::new("d", text);
        let bare = cut(&document, max);
        let all = cut_with_context(&document, max, overlap);
        prop_assert_eq!(bare.len(), all.len());
        for (chunk, bare) in all.iter().zip(&bare) {
            prop_assert_eq!((chunk.index(), chunk.span()), (bare.index(), bare.span()));
            prop_assert_eq!(bare.shown_span(), bare.span());
            check(&document, &all, chunk, overlap.min(max));
        }
    }

    #[test]
    fn halves_are_the_whole_down_to_single_characters(text in texts(), max in 1_usize..30, overlap in 0_usize..30) {
        let document = Document::new("d", text);
        let all = cut_with_context(&document, max, overlap);
        let mut left = all.clone();
        while let Some(chunk) = left.pop() {
            check(&document, &all, &chunk, overlap.min(max));
            match chunk.halves(&document) {
                None => prop_assert_eq!(chunk.text(&document).graphemes(true).count(), 1),
                Some((first, second)) => {
                    prop_assert_eq!([first.index(), second.index()], [chunk.index(); 2]);
                    prop_assert_eq!(first.shown_span().start(), chunk.shown_span().start());
                    prop_assert!(second.shown_span().start() >= chunk.shown_span().start());
                    let both = [first.text(&document), second.text(&document)];
                    prop_assert_eq!(both.concat(), chunk.text(&document));
                    prop_assert!(both.iter().all(|half| !half.is_empty()));
                    left.extend([first, second]);
                }
            }
        }
    }

    #[test]
    fn chunks_cover_any_text_exactly_and_none_is_empty_or_too_long(text in texts(), max in 1_usize..40) {
        let document = Document::new("d", text.clone());
        let mut joined = String::new();
        let mut position = 0;
        for (index, chunk) in cut(&document, max).iter().enumerate() {
            prop_assert_eq!(chunk.index(), index);
            prop_assert_eq!(chunk.span().start(), position);
            prop_assert!((1..=max).contains(&chunk.span().len()));
            prop_assert_eq!(chunk.text(&document), sliced(&text, chunk.span()));
            prop_assert_eq!(document.slice(chunk.span()), Some(chunk.text(&document)));
            joined += chunk.text(&document);
            position = chunk.span().end();
        }
        prop_assert_eq!(joined, text);
        prop_assert_eq!(position, document.characters());
    }

    #[test]
    fn what_a_reader_sees_as_one_character_stays_whole_where_it_fits(
        clusters in proptest::collection::vec(
            proptest::sample::select(&["e\u{301}", "👩\u{200d}💻", "🇩🇪", "\r\n", "❤\u{fe0f}", "한", "x", " ", ". "]), 0..40,
        ),
        max in 3_usize..9,
    ) {
        let text = clusters.concat();
        let document = Document::new("d", text.clone());
        let borders: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
        for chunk in cut(&document, max) {
            let start = document.bytes_of(chunk.span()).unwrap().start;
            prop_assert!(borders.contains(&start), "{start} of {text:?}");
        }
    }

    #[test]
    fn two_neighbours_would_not_fit_into_one_chunk_of_sentences(lengths in proptest::collection::vec(1_usize..30, 1..20)) {
        let text: String = lengths.iter().map(|length| format!("A{} b. ", "a".repeat(*length))).collect();
        let document = Document::new("d", text);
        for pair in cut(&document, 40).windows(2) {
            let next = document.slice(pair[1].span()).unwrap();
            let first_sentence = next.split_inclusive(". ").next().unwrap();
            prop_assert!(pair[0].span().len() + first_sentence.chars().count() > 40);
        }
    }
}

#[test]
fn borders_fall_where_a_reader_would_put_them() {
    let cases: &[(&str, usize, &[&str])] = &[
        ("", 5, &[]),
        (" \n ", 5, &[" \n "]),
        ("One. Two. Three.", 9, &["One. ", "Two. ", "Three."]),
        ("One. Two. Three.", 10, &["One. Two. ", "Three."]),
        ("Dr. Who ran. He fell.", 16, &["Dr. Who ran. ", "He fell."]),
        // A sentence longer than a chunk is cut between words,
        ("one two three four", 9, &["one two ", "three ", "four"]),
        // a word longer than a chunk between characters,
        ("abcdefgh", 3, &["abc", "def", "gh"]),
        ("e\u{301}e\u{301}e\u{301}", 3, &["e\u{301}", "e\u{301}", "e\u{301}"]),
        // and a character longer than a chunk wherever it must be.
        ("👩\u{200d}💻", 2, &["👩\u{200d}", "💻"]),
        ("a\r\nb", 2, &["a", "\r\n", "b"]),
    ];
    for (text, max, expected) in cases {
        assert_eq!(cut_texts(text, *max), *expected, "{text:?} at {max}");
    }
}

#[test]
fn no_full_stop_is_lost_between_sentences() {
    // The seed's splitter dropped ". " at each border, and let the last sentence exceed the maximum.
    let text = format!("{}. {}. {}", "a".repeat(20), "b".repeat(20), "c".repeat(200));
    assert_eq!(cut_texts(&text, 30).concat(), text);
    assert!(cut_texts(&text, 30).iter().all(|chunk| chunk.chars().count() <= 30));
}

#[test]
fn a_chunk_turns_bytes_of_its_own_into_spans_of_the_document() {
    let document = Document::new("d", "Zoë left. Ann met Bob.");
    let second = &cut(&document, 12)[1];
    let span = second.span_of(&document, 8..11).unwrap();
    assert_eq!((span.start(), document.slice(span)), (18, Some("Bob")));
    assert_eq!(second.span_of(&document, 0..100), None);
    assert_eq!(second.span_of(&document, 1..usize::MAX), None);
}

#[test]
fn the_whole_document_is_one_chunk() {
    let document = Document::new("d", "Zoë left. Ann met Bob.");
    let whole = Chunk::whole(&document);
    assert_eq!((whole.index(), whole.text(&document)), (0, document.text()));
    assert_eq!(whole.span().len(), document.characters());
}

#[test]
fn a_context_begins_with_a_sentence_else_with_a_word() {
    let text = "Ann left. She met Bob. Nobody else was there that day. He smiled.";
    let contexts = |overlap| {
        let document = Document::new("d", text);
        cut_with_context(&document, 32, overlap)
            .iter()
            .map(|chunk| chunk.context(&document).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(contexts(0), ["", "", ""]);
    assert_eq!(contexts(5), ["", "Bob. ", "day. "]);
    assert_eq!(contexts(15), ["", "She met Bob. ", "that day. "]);
    assert_eq!(contexts(100), ["", "Ann left. She met Bob. ", "Nobody else was there that day. "]);
}

#[test]
fn a_chunk_is_halved_at_the_sentence_nearest_the_middle_else_at_a_word() {
    let cases: &[(&str, Option<(&str, &str)>)] = &[
        ("One. Two. Three. Four.", Some(("One. Two. ", "Three. Four."))),
        // A sentence too far from the middle leaves too much on one side.
        ("Oh. It was a long day in a far land.", Some(("Oh. It was a long ", "day in a far land."))),
        ("abcdef", Some(("abc", "def"))),
        ("e\u{301}e\u{301}", Some(("e\u{301}", "e\u{301}"))),
        ("👩\u{200d}💻", None),
        ("a", None),
        ("", None),
    ];
    for (text, expected) in cases {
        let document = Document::new("d", *text);
        let halves = Chunk::whole(&document).halves(&document);
        let texts = halves.as_ref().map(|(first, second)| (first.text(&document), second.text(&document)));
        assert_eq!(texts, *expected, "{text:?}");
    }
}

#[test]
fn the_context_of_a_second_half_is_the_end_of_the_first() {
    let document = Document::new("d", "Zoë left. Ann came. She met Bob. He smiled. They ate.");
    let second = &cut_with_context(&document, 44, 13)[0];
    let (first, second) = second.halves(&document).unwrap();
    assert_eq!((first.shown(&document), second.context(&document)), ("Zoë left. Ann came. ", "Ann came. "));
    let (_, last) = second.halves(&document).unwrap();
    assert_eq!((last.context(&document), last.text(&document)), ("She met Bob. ", "He smiled. "));
}
