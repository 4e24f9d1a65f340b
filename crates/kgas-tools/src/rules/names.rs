//! Which words of a sentence name something: runs of capitals, titles in quotes, a title before its verb.

use std::ops::Range;

use kgas_core::text::is_calendar_word;

use super::cues::is_participle;
use super::sentence::{Look, Role, Sentence};

/// Words after which a full stop belongs to the name.
const SHORTENED: &[&str] = &["bros", "inc", "jr", "sr", "ltd", "co", "corp", "dr", "mr", "mrs", "ms", "st", "mt"];

/// Small words that run on inside a name when a capital follows.
const INNER: &[&str] = &[
    "of", "de", "la", "le", "van", "von", "der", "den", "du", "di", "da", "del", "della", "des", "dos", "do", "al",
    "el", "bin", "ibn", "ben", "av", "af", "zu", "ter", "y", "n", "und", "et",
];

/// A longer title is more likely a sentence that the rules misread.
const LONGEST_TITLE: usize = 14;

/// The names of a sentence as ranges of words, in order, not overlapping.
pub(super) fn names(sentence: &Sentence<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    if let Some(title) = opening_title(sentence) {
        at = title.end;
        found.push(title);
    }
    while at < sentence.len() {
        if let Some(title) = quoted(sentence, at) {
            at = title.end + 1;
            found.push(title);
        } else if begins_name(sentence, at) {
            let end = name_end(sentence, at);
            found.push(at..end);
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

/// "Jack and the Witch" in "Jack and the Witch (1967) is a film": before a singular verb it is all one name.
fn opening_title(sentence: &Sentence<'_>) -> Option<Range<usize>> {
    if quoted(sentence, 0).is_some() || !matches!(sentence.look(0), Some(Look::Capital | Look::Number)) {
        return None;
    }
    // "In 1965, Ann was", "For the prize Ann was": an adverbial, not a title.
    let opens_small = matches!(sentence.role(0), Some(Role::Preposition | Role::Other | Role::Helper));
    if opens_small && sentence.look(1) != Some(Look::Capital) {
        return None;
    }
    // "Released in 1985, X was": a participle with what belongs to it.
    let opens_as_participle = is_participle(sentence.small(0)) && sentence.role(1) == Some(Role::Preposition);
    let mut capitals = 0;
    let mut has_comma = false;
    for at in 0..sentence.len().min(LONGEST_TITLE) {
        let ends = match sentence.look(at)? {
            Look::Capital => {
                capitals += 1;
                false
            }
            Look::Number => false,
            Look::Mark if sentence.is_mark(at, &["("]) => true,
            Look::Mark => {
                has_comma |= sentence.is_mark(at, &[","]);
                if !sentence.is_mark(
                    at,
                    &[":", ",", "!", "?", ".", "-", "\u{2013}", "'", "\u{2019}", "&", "\u{2026}", "/", "#"],
                ) {
                    return None;
                }
                false
            }
            Look::Small => match sentence.role(at)? {
                Role::Be => true,
                Role::Preposition | Role::Article | Role::And | Role::Possessive => false,
                _ if INNER.contains(&sentence.small(at)) => false,
                _ => return None,
            },
        };
        if ends {
            let after = sentence.after_bracket(at);
            let is_singular = matches!(sentence.small(after), "is" | "was");
            let fits = capitals > 0
                && is_singular
                && !(opens_as_participle && has_comma)
                && !(opens_small && (has_comma || at < 3));
            let is_listed = has_comma && sentence.role(0) == Some(Role::Article) && capitals < 3;
            let end = (0..at).rev().find(|&at| !sentence.is_mark(at, &[",", ":", "-", "\u{2013}"]))? + 1;
            return (fits && !is_listed).then_some(0..end);
        }
    }
    None
}

/// What stands in double quotes at `at`, if it looks like a title. The range is without the quotes.
fn quoted(sentence: &Sentence<'_>, at: usize) -> Option<Range<usize>> {
    if !sentence.is_mark(at, &["\"", "\u{201c}", "\u{ab}"]) {
        return None;
    }
    let first = at + 1;
    if !matches!(sentence.look(first)?, Look::Capital | Look::Number) {
        return None;
    }
    let close = (first..sentence.len().min(first + LONGEST_TITLE + 1))
        .find(|&at| sentence.is_mark(at, &["\"", "\u{201d}", "\u{bb}"]))?;
    // American style puts the comma inside.
    let end = if sentence.is_mark(close - 1, &[",", "."]) { close - 1 } else { close };
    (end > first).then_some(first..end)
}

fn begins_name(sentence: &Sentence<'_>, at: usize) -> bool {
    if sentence.look(at) != Some(Look::Capital) || is_calendar(sentence, at) {
        return false;
    }
    match sentence.role(at) {
        // "Filming began": what happens, not who.
        Some(Role::Content) if at == 0 && sentence.look(1) != Some(Look::Capital) => {
            !sentence.small(at).ends_with("ing")
        }
        Some(Role::Content) | None => true,
        Some(Role::Article) => sentence.look(at + 1) == Some(Look::Capital),
        // Elsewhere than at its start a sentence writes function words small.
        Some(_) => at > 0 && !sentence.is_mark(at - 1, &["\"", "\u{201c}", "."]),
    }
}

fn name_end(sentence: &Sentence<'_>, first: usize) -> usize {
    let is_capital = |at| sentence.look(at) == Some(Look::Capital) && !is_calendar(sentence, at);
    let mut end = first + 1;
    loop {
        let last = end - 1;
        let word = sentence.small(end);
        // A part number: "Moonbase 2". A year is more likely a date.
        let is_part = sentence.look(end) == Some(Look::Number) && word.len() == 1;
        let is_elided = ["d'", "l'", "d\u{2019}", "l\u{2019}"].iter().any(|article| word.starts_with(article));
        let joins = INNER.contains(&word) || word == "the" || sentence.is_mark(end, &["&"]);
        let is_junior = sentence.is_mark(end, &[","]) && matches!(sentence.small(end + 1), "jr" | "sr");
        let continues = if is_capital(end) || is_part || is_elided {
            1
        } else if sentence.is_mark(end, &["."]) && touches(sentence, end) {
            match (SHORTENED.contains(&sentence.small(last)), sentence.small(last).chars().count()) {
                (true, _) => 1,
                (false, 1) if is_capital(end + 1) => 2,
                _ => 0,
            }
        } else if word == "for" && is_prize(sentence.small(last)) && is_capital(end + 1)
            || is_junior
            || joins && is_capital(end + 1)
        {
            2
        } else if (word == "of" || word == "and" && end == first + 1)
            && sentence.small(end + 1) == "the"
            && is_capital(end + 2)
        {
            3
        } else {
            0
        };
        if continues == 0 {
            return end;
        }
        end += continues;
    }
}

/// "May 1967", and not "Sunday Songs".
fn is_calendar(sentence: &Sentence<'_>, at: usize) -> bool {
    let is_calendar = |at| is_calendar_word(sentence.small(at));
    is_calendar(at) && (sentence.look(at + 1) != Some(Look::Capital) || is_calendar(at + 1))
}

fn is_prize(small: &str) -> bool {
    matches!(small, "award" | "awards" | "prize" | "medal" | "bear" | "lion" | "globe" | "oscar" | "oscars")
}

fn touches(sentence: &Sentence<'_>, at: usize) -> bool {
    match (sentence.word(at - 1), sentence.word(at)) {
        (Some(before), Some(mark)) => before.end == mark.start,
        _ => false,
    }
}
