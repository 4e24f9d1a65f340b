//! Whether a short name is an abbreviation of a long one.

use super::normal_form;

/// More letters are no abbreviation.
const MOST_LETTERS: usize = 12;
/// More words are no name that one would shorten.
const MOST_WORDS: usize = 24;
/// Letters of a word that stand for it even where words between are left out: `Cal…tech`.
const TELLING: usize = 3;

/// Words without a letter of their own in an abbreviation.
const SMALL: [&str; 28] = [
    "a", "and", "as", "at", "by", "d", "da", "das", "de", "del", "della", "der", "des", "di", "die", "do", "du", "et",
    "for", "für", "in", "la", "le", "of", "on", "the", "und", "y",
];

/// Words for the kind of a company, at its name's end.
const LEGAL: [&str; 18] = [
    "ag",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "group",
    "inc",
    "incorporated",
    "limited",
    "llc",
    "llp",
    "ltd",
    "plc",
    "sa",
    "se",
    "spa",
    "bv",
];

/// Whether the letters of `short` are the beginnings of the words of `long`, in their order.
///
/// At least two words have a letter in it, the first among them. Words like "of" and a company's "Inc." may be left
/// out, others only where three letters of each word that is left are there. Case, dots and hyphens don't matter.
///
/// ```
/// use kgas_core::text::is_abbreviation;
///
/// assert!(is_abbreviation("IBM", "International Business Machines Corp."));
/// assert!(is_abbreviation("Caltech", "California Institute of Technology"));
/// assert!(!is_abbreviation("France", "Paris"));
/// assert!(!is_abbreviation("Ann", "Annapolis"));
/// ```
#[must_use]
pub fn is_abbreviation(short: &str, long: &str) -> bool {
    if short.len() >= long.len() || long.len() > 400 {
        return false;
    }
    // Many of one kind: "automated teller machines (ATMs)".
    let one_of_many = short.strip_suffix('s').filter(|stem| stem.ends_with(char::is_uppercase)).unwrap_or(short);
    let letters: Vec<char> = normal_form(one_of_many).chars().filter(|letter| letter.is_alphanumeric()).collect();
    let long = normal_form(long);
    let mut words: Vec<&str> =
        long.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.len() > 2 && words.first() == Some(&"the") {
        words.remove(0);
    }
    if !(2..=MOST_LETTERS).contains(&letters.len()) || words.len() > MOST_WORDS {
        return false;
    }
    let small = |at: usize, word: &str| SMALL.contains(&word) || (at > 1 && LEGAL.contains(&word));
    covers(&words, &letters, 1, small) || covers(&words, &letters, TELLING, |_, _| true)
}

/// Whether the letters are beginnings of words, each of `least` letters or more, in order.
fn covers(words: &[&str], letters: &[char], least: usize, may_miss: impl Fn(usize, &str) -> bool) -> bool {
    // For each number of letters that are used up: by how many words at most.
    let mut used: Vec<Option<usize>> = vec![None; letters.len() + 1];
    if let Some(none) = used.first_mut() {
        *none = Some(0);
    }
    for (at, word) in words.iter().enumerate() {
        let mut next = if at > 0 && may_miss(at, word) { used.clone() } else { vec![None; used.len()] };
        for (from, by) in used.iter().enumerate() {
            let Some(by) = by else { continue };
            let shared = word.chars().zip(letters.iter().skip(from)).take_while(|(one, other)| one == *other).count();
            for slot in next.iter_mut().skip(from + least).take((shared + 1).saturating_sub(least)) {
                *slot = (*slot).max(Some(by + 1));
            }
        }
        used = next;
    }
    used.last().copied().flatten().is_some_and(|by| by >= 2)
}
