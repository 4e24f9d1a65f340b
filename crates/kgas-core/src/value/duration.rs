//! Lengths of time.

use super::decimal::Decimal;
use super::number;
use super::number_words::{is_number_word, read as read_words};

/// Letters of ISO 8601 in their order, with the words for each; from `HOURS` on they come after a `T`.
const UNITS: [(char, &[&str]); 7] = [
    ('Y', &["year", "years", "yr", "yrs", "y"]),
    ('M', &["month", "months", "mo"]),
    ('W', &["week", "weeks", "wk", "wks"]),
    ('D', &["day", "days", "d"]),
    ('H', &["hour", "hours", "hr", "hrs", "h"]),
    ('M', &["minute", "minutes", "min", "mins", "m"]),
    ('S', &["second", "seconds", "sec", "secs", "s"]),
];
const HOURS: usize = 4;

/// Reads `2 hours 30 minutes`, `three years`, `90 min`, `1:30:00`, `PT2H30M` into ISO 8601.
pub(super) fn read(words: &str) -> Option<String> {
    iso(words).or_else(|| clock(words)).or_else(|| spoken(words))
}

/// Whether words tell a length of time, though perhaps not exactly: "about three years", "several weeks".
pub(super) fn is_duration(words: &str) -> bool {
    let lower = words.to_lowercase();
    let mut parts = lower.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty());
    let has_unit = |part: &str| {
        part.len() > 2 && UNITS.iter().any(|(_, names)| names.contains(&part))
            || matches!(part, "decade" | "decades" | "century" | "centuries" | "night" | "nights" | "weekend")
    };
    let has_number = lower.contains(|c: char| c.is_ascii_digit())
        || number::is_many(words)
        || lower.split([' ', '-']).any(|part| is_number_word(part) || matches!(part, "a" | "an" | "several" | "half"));
    read(words).is_some()
        || number::read(words).is_some_and(|_| !lower.contains(char::is_alphabetic))
        || has_number && parts.any(has_unit)
}

/// Parts as `(place in UNITS, number)`, in order, each once.
fn written(parts: &[(usize, Decimal)]) -> Option<String> {
    if parts.is_empty() || !parts.windows(2).all(|pair| matches!(pair, [(one, _), (two, _)] if one < two)) {
        return None;
    }
    let mut out = String::from("P");
    for (at, number) in parts {
        if *at >= HOURS && !out.contains('T') {
            out.push('T');
        }
        out.push_str(&number.to_string());
        out.push(UNITS.get(*at)?.0);
    }
    Some(out)
}

fn iso(words: &str) -> Option<String> {
    let rest = words.strip_prefix('P')?;
    let (days, hours) = rest.split_once('T').unwrap_or((rest, ""));
    let mut parts = Vec::new();
    for (text, units) in [(days, UNITS.get(..HOURS)?), (hours, UNITS.get(HOURS..)?)] {
        let first = if units.len() == HOURS { 0 } else { HOURS };
        for piece in text.split_inclusive(|c: char| c.is_ascii_uppercase()) {
            let letter = piece.chars().next_back()?;
            let at = units.iter().position(|(known, _)| *known == letter)?;
            parts.push((first + at, decimal(piece.strip_suffix(letter)?)?));
        }
    }
    written(&parts)
}

fn clock(words: &str) -> Option<String> {
    let parts: Vec<&str> = words.split(':').collect();
    let [hours, minutes, seconds] = parts.as_slice() else { return None };
    let is_pair = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) && text < "60";
    if hours.len() > 3 || !is_pair(minutes) || !is_pair(seconds) {
        return None;
    }
    let parts = [(HOURS, decimal(hours)?), (HOURS + 1, decimal(minutes)?), (HOURS + 2, decimal(seconds)?)];
    let said: Vec<_> = parts.into_iter().filter(|(_, number)| number.to_string() != "0").collect();
    if said.is_empty() { Some("PT0S".to_owned()) } else { written(&said) }
}

fn spoken(words: &str) -> Option<String> {
    let lower = words.to_lowercase().replace([',', '-'], " ");
    // "2h30" and "90min": a letter beside a digit begins a word.
    let mut spaced = String::with_capacity(lower.len() * 2);
    let mut before = ' ';
    for character in lower.chars() {
        if before.is_ascii_digit() && character.is_alphabetic() || before.is_alphabetic() && character.is_ascii_digit()
        {
            spaced.push(' ');
        }
        spaced.push(character);
        before = character;
    }
    let all: Vec<&str> = spaced.split_whitespace().filter(|word| *word != "and").collect();
    let mut parts = Vec::new();
    let mut rest = all.as_slice();
    while let Some(first) = rest.first() {
        let (number, taken) = match decimal(first) {
            Some(number) => (number, 1),
            None if matches!(*first, "a" | "an") => (Decimal::new("1", "")?, 1),
            None => {
                let (value, taken) = read_words(rest)?;
                (Decimal::new(&value.to_string(), "")?, taken)
            }
        };
        let unit = rest.get(taken)?.trim_end_matches('.');
        parts.push((UNITS.iter().position(|(_, names)| names.contains(&unit))?, number));
        rest = rest.get(taken + 1..)?;
    }
    written(&parts)
}

fn decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    Decimal::new(whole, fraction).filter(|_| !whole.is_empty())
}
