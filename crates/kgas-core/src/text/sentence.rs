//! Where a sentence ends.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Words that end in a full stop without ending a sentence.
const ABBREVIATIONS: &[&str] = &[
    "approx", "bros", "ca", "cf", "co", "corp", "dr", "e.g", "ed", "eds", "etc", "fig", "gen", "gov", "hon", "i.e",
    "inc", "jr", "lt", "ltd", "mr", "mrs", "ms", "mt", "no", "nos", "prof", "rev", "sen", "sgt", "sr", "st", "vol",
    "vs",
];

/// Splits a text into sentences, as byte ranges that follow each other and leave nothing out.
///
/// The borders are those of Unicode's UAX #29, less the ones after an initial ("J. Smith") or a common English
/// abbreviation ("Dr. Smith").
///
/// ```
/// let text = "Dr. Smith left. Mr. Jones stayed.";
/// let found: Vec<&str> = kgas_core::text::sentences(text).map(|range| &text[range]).collect();
/// assert_eq!(found, ["Dr. Smith left. ", "Mr. Jones stayed."]);
/// ```
pub fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut pieces = text.split_sentence_bound_indices().peekable();
    std::iter::from_fn(move || {
        let (start, mut piece) = pieces.next()?;
        let mut end = start + piece.len();
        while ends_in_abbreviation(piece) {
            let Some((_, next)) = pieces.next() else { break };
            piece = next;
            end += next.len();
        }
        Some(start..end)
    })
}

fn ends_in_abbreviation(piece: &str) -> bool {
    // A line break after the full stop is an end that the author meant.
    let Some(body) = piece.trim_end_matches([' ', '\u{a0}']).strip_suffix('.') else { return false };
    let word = body.rsplit([' ', '\u{a0}', '(', '\n', '"', '“']).next().unwrap_or(body);
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some(initial), None) => initial.is_uppercase(),
        _ if word == "al" => body.ends_with("et al"),
        _ => ABBREVIATIONS.iter().any(|known| known.eq_ignore_ascii_case(word)),
    }
}
