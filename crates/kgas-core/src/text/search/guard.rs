//! What no typo may change: numbers, dates, negations, and words too short to have one.

use strsim::generic_levenshtein;

use crate::text::calendar::begins_calendar_word;
use crate::text::occurrence::is_unspaced;

/// Words that change what is said. English only: elsewhere digits are what is guarded.
const WORDS: &[&str] = &[
    "billion",
    "cannot",
    "eight",
    "eighteen",
    "eighth",
    "eighty",
    "eleven",
    "fifteen",
    "fifth",
    "fifty",
    "first",
    "five",
    "forty",
    "four",
    "fourteen",
    "fourth",
    "hundred",
    "million",
    "never",
    "nine",
    "nineteen",
    "ninety",
    "ninth",
    "no",
    "none",
    "nor",
    "not",
    "one",
    "second",
    "seven",
    "seventeen",
    "seventh",
    "seventy",
    "six",
    "sixteen",
    "sixth",
    "sixty",
    "t",
    "ten",
    "tenth",
    "third",
    "thirteen",
    "thirty",
    "thousand",
    "three",
    "trillion",
    "twelfth",
    "twelve",
    "twenty",
    "two",
    "without",
    "zero",
];

/// Words with fewer letters must agree: "Iran" is not a typo for "Iraq".
const SHORT: usize = 5;

/// How much a place may differ from a claim beyond its distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// A name: each word for itself must be near to its like.
    Name,
    /// A sentence: words may be missing or others.
    Sentence,
}

/// Whether a folded place may count as a misspelling of a folded claim.
pub(super) fn may_be_meant(claim: &str, place: &str, care: Care) -> bool {
    let (claimed, there) = (words(claim), words(place));
    let guarded = |words: &[String]| words.iter().filter(|word| is_guarded(word)).cloned().collect::<Vec<_>>();
    if guarded(&claimed) != guarded(&there) {
        return false;
    }
    match care {
        Care::Sentence => true,
        Care::Name if claimed.len() == there.len() => claimed.iter().zip(&there).all(|(a, b)| is_near(a, b)),
        // Only the spaces or the hyphens differ.
        Care::Name => claimed.concat() == there.concat(),
    }
}

/// One letter of five may differ.
fn is_near(one: &str, other: &str) -> bool {
    let count = one.chars().count().min(other.chars().count());
    one == other || (count >= SHORT && distance(one, other) <= count / 5)
}

fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    generic_levenshtein(&one, &other)
}

fn is_guarded(word: &str) -> bool {
    word.chars().any(is_digit)
        || word.chars().all(|letter| matches!(letter, 'i' | 'v' | 'x' | 'l' | 'c' | 'd' | 'm'))
        || begins_calendar_word(word)
        || WORDS.contains(&word)
}

const fn is_chinese_digit(character: char) -> bool {
    matches!(
        character,
        '〇' | '零'
            | '一'
            | '二'
            | '三'
            | '四'
            | '五'
            | '六'
            | '七'
            | '八'
            | '九'
            | '十'
            | '百'
            | '千'
            | '万'
            | '萬'
            | '亿'
            | '億'
            | '两'
            | '兩'
            | '不'
            | '没'
            | '無'
            | '无'
            | '非'
    )
}

fn is_digit(character: char) -> bool {
    character.is_numeric() || is_chinese_digit(character)
}

/// The words of a folded text; where a script has no spaces, its characters.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for character in text.chars() {
        let is_letter = character.is_alphanumeric() || unicode_normalization::char::is_combining_mark(character);
        let goes_on = is_letter && !is_unspaced(character);
        match words.last_mut() {
            Some(word) if goes_on && is_open => word.push(character),
            _ if is_letter => words.push(String::from(character)),
            _ => {}
        }
        is_open = goes_on;
    }
    words
}
