//! Numbers and quantities as people write them.

use super::decimal::Decimal;
use super::number_words::{is_number_word, read as read_words, zeros};

/// A number found in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    value: Decimal,
    unit: String,
    /// Whether it is that number and no other: not "about 5", "5 to 6", or "1,5".
    exact: bool,
}

/// They make a number a guess.
const QUALIFIERS: &[&str] = &[
    "about ",
    "around ",
    "approximately ",
    "approx. ",
    "approx ",
    "roughly ",
    "nearly ",
    "almost ",
    "some ",
    "over ",
    "under ",
    "more than ",
    "less than ",
    "fewer than ",
    "at least ",
    "at most ",
    "up to ",
    "circa ",
    "c. ",
    "ca. ",
    "several ",
    "~",
];

/// How currencies are written, and what they are; longer ones first. "¥" may be two, and stays.
const CURRENCIES: &[(&str, &str)] = &[
    ("us dollars", "USD"),
    ("dollars", "USD"),
    ("dollar", "USD"),
    ("euros", "EUR"),
    ("euro", "EUR"),
    ("yen", "JPY"),
    ("us$", "USD"),
    ("nz$", "NZD"),
    ("hk$", "HKD"),
    ("usd", "USD"),
    ("eur", "EUR"),
    ("gbp", "GBP"),
    ("jpy", "JPY"),
    ("cny", "CNY"),
    ("chf", "CHF"),
    ("inr", "INR"),
    ("aud", "AUD"),
    ("cad", "CAD"),
    ("nzd", "NZD"),
    ("hkd", "HKD"),
    ("sgd", "SGD"),
    ("krw", "KRW"),
    ("a$", "AUD"),
    ("c$", "CAD"),
    ("$", "USD"),
    ("\u{20ac}", "EUR"),
    ("\u{a3}", "GBP"),
    ("\u{20b9}", "INR"),
    ("\u{20a9}", "KRW"),
    ("\u{a5}", "\u{a5}"),
];

/// They begin what comes after a quantity.
const PREPOSITIONS: &[&str] =
    &["in", "at", "on", "from", "of", "by", "for", "to", "and", "or", "with", "as", "the", "a", "was", "is"];

impl Reading {
    pub(super) fn is_whole(&self) -> bool {
        self.value.is_whole()
    }

    /// The number and its unit, where it is exact.
    pub(super) fn plain(&self) -> Option<String> {
        let Self { value, unit, exact } = self;
        exact.then(|| if unit.is_empty() { value.to_string() } else { format!("{value} {unit}") })
    }
}

/// Whether a number of which nobody said that it is one may be a name: "50 Cent", "20th Century Fox", "Seven".
pub(super) fn may_be_name(words: &str, reading: &Reading) -> bool {
    const SYMBOL: usize = 3;
    let is_capital = |text: &str| text.starts_with(char::is_uppercase);
    let is_symbol = reading.unit.chars().count() <= SYMBOL;
    is_capital(words) && currency(words).1.is_none() || reading.unit.split(' ').any(is_capital) && !is_symbol
}

/// Reads `1,200,000`, `1.2 million`, `three`, `12 %`, `$120 million`, `3.5 km`, `about 5`, `5 to 6`.
pub(super) fn read(words: &str) -> Option<Reading> {
    let (rest, mut exact) = without_lead(words);
    let (rest, negative) = sign(rest);
    let (rest, currency) = currency(rest);
    let (mut value, mut rest, is_clear) = amount(rest)?;
    exact &= is_clear;
    (value, rest) = scaled(value, rest, currency.is_some())?;
    if let Some((other, after)) = range(rest) {
        (_, rest) = scaled(other, after, currency.is_some())?;
        exact = false;
    }
    let (unit, is_clear) = unit(rest, currency)?;
    if negative {
        value = value.negated();
    }
    Some(Reading { value, unit, exact: exact && is_clear })
}

/// Whether words say a number without saying which: "dozens of people", "half a million", "2/3".
pub(super) fn is_many(words: &str) -> bool {
    let lower = words.to_lowercase();
    let mut parts = lower.split([' ', '-']).filter(|part| !matches!(*part, "a" | "the"));
    let first = parts.next().unwrap_or_default();
    let is_vague =
        ["several", "few", "many", "couple", "half", "dozens", "hundreds", "thousands", "millions", "billions"]
            .contains(&first);
    let is_fraction =
        first.split_once('/').is_some_and(|(above, below)| is_short_number(above) && is_short_number(below));
    is_vague || is_fraction || words.contains(|c: char| matches!(c, '\u{bc}'..='\u{be}' | '\u{2150}'..='\u{217f}'))
}

fn is_short_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Without what may stand before a number; it is exact only where nothing did.
fn without_lead(words: &str) -> (&str, bool) {
    let lower = words.to_ascii_lowercase();
    if let Some(after) = QUALIFIERS.iter().find_map(|qualifier| {
        let rest = lower.strip_prefix(qualifier)?;
        words.get(words.len() - rest.len()..)
    }) {
        return (without_lead_words(after).unwrap_or(after), false);
    }
    match without_lead_words(words) {
        Some(rest) => (rest, false),
        None => (words, true),
    }
}

/// A few words without capitals may lead to a number: "a population of 1,200". "Apollo 11" is none.
fn without_lead_words(words: &str) -> Option<&str> {
    const MOST: usize = 5;
    let mut at = 0;
    for (count, word) in words.split(' ').enumerate() {
        let bare = word.trim_end_matches(['.', ':']);
        let is_start =
            currency(word).1.is_some() || bare == "minus" || bare.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        if is_start {
            return words.get(at..).filter(|_| count > 0);
        }
        if count == MOST || bare.is_empty() || !bare.chars().all(char::is_lowercase) || is_number_word(bare) {
            return None;
        }
        at += word.len() + 1;
    }
    None
}

fn sign(rest: &str) -> (&str, bool) {
    match rest.strip_prefix('-').or_else(|| rest.strip_prefix("minus ")) {
        Some(after) => (after.trim_start(), true),
        None => (rest.strip_prefix('+').unwrap_or(rest), false),
    }
}

fn currency(rest: &str) -> (&str, Option<&'static str>) {
    let lower = rest.to_ascii_lowercase();
    for (written, code) in CURRENCIES.iter().copied() {
        let Some(after) = lower.strip_prefix(written).and_then(|after| rest.get(rest.len() - after.len()..)) else {
            continue;
        };
        let after = after.trim_start();
        if after.starts_with(|c: char| c.is_ascii_digit()) {
            return (after, Some(code));
        }
    }
    (rest, None)
}

/// A number in digits or words, what comes after, and whether it can be but one.
fn amount(rest: &str) -> Option<(Decimal, &str, bool)> {
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return digits(rest);
    }
    let lower = rest.to_lowercase();
    let words: Vec<&str> = lower.split([' ', '-']).collect();
    let (value, taken) = read_words(&words)?;
    let length = words.iter().take(taken).map(|word| word.len() + 1).sum::<usize>();
    let rest = if lower.len() == rest.len() { rest.get(length - 1..)? } else { return None };
    Some((Decimal::new(&value.to_string(), "")?, rest, true))
}

fn digits(text: &str) -> Option<(Decimal, &str, bool)> {
    let end = end_of_digits(text);
    let (number, rest) = text.split_at_checked(end)?;
    // A time, a fraction, a date.
    if rest.starts_with([':', '/']) {
        return None;
    }
    let separators: Vec<char> = number.chars().filter(|c| !c.is_ascii_digit()).collect();
    let last = separators.last().copied();
    let parts: Vec<&str> = number.split(|c: char| !c.is_ascii_digit()).collect();
    let (tail, heads) = parts.split_last()?;
    let all_same = separators.iter().all(|separator| Some(*separator) == last);
    let (value, is_clear) = match (last, all_same) {
        (None, _) => (Decimal::new(number, "")?, true),
        (Some('.'), true) if separators.len() == 1 => (Decimal::new(&heads.concat(), tail)?, true),
        (Some(_), true) if is_grouped(&parts) => (Decimal::new(&parts.concat(), "")?, true),
        // "1,5" is written where a comma is the point, and may be a slip elsewhere.
        (Some(','), true) if separators.len() == 1 => (Decimal::new(&heads.concat(), tail)?, false),
        (Some('.' | ','), false) => {
            let (_, before) = separators.split_last()?;
            let is_one_kind = before.iter().all(|other| Some(other) == before.first() && Some(*other) != last);
            if !is_one_kind || !is_grouped(heads) {
                return None;
            }
            (Decimal::new(&heads.concat(), tail)?, true)
        }
        _ => return None,
    };
    exponent(value, rest, is_clear)
}

/// Where digits, and what may separate them, end.
fn end_of_digits(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    loop {
        while is_digit(at) {
            at += 1;
        }
        let separates = match bytes.get(at) {
            Some(b'.' | b',') => is_digit(at + 1),
            // Between groups of three only: "5 10" are two numbers.
            Some(b' ' | b'\'') => (1..=3).all(|next| is_digit(at + next)) && !is_digit(at + 4),
            _ => false,
        };
        if !separates {
            return at;
        }
        at += 1;
    }
}

/// Thousands, or as in India lakhs and crores: "12,00,000".
fn is_grouped(parts: &[&str]) -> bool {
    let Some((first, rest)) = parts.split_first() else { return false };
    let Some((last, between)) = rest.split_last() else { return true };
    let ends = (1..=3).contains(&first.len()) && last.len() == 3;
    ends && (between.iter().all(|part| part.len() == 3)
        || first.len() < 3 && between.iter().all(|part| part.len() == 2))
}

fn exponent(value: Decimal, rest: &str, is_clear: bool) -> Option<(Decimal, &str, bool)> {
    let Some(power) = rest.strip_prefix(['e', 'E']) else { return Some((value, rest, is_clear)) };
    let (power, is_small) = power
        .strip_prefix('-')
        .map_or_else(|| (power.strip_prefix('+').unwrap_or(power), false), |power| (power, true));
    let end = power.find(|c: char| !c.is_ascii_digit()).unwrap_or(power.len());
    let (zeros, after) = power.split_at_checked(end)?;
    match zeros.parse() {
        Err(_) => Some((value, rest, is_clear)),
        Ok(_) if is_small => Some((value, after, false)),
        Ok(zeros) => Some((value.shifted(zeros)?, after, is_clear)),
    }
}

/// With the scales that follow: "million", "hundred thousand", and "k", or "m" of money.
fn scaled(mut value: Decimal, mut rest: &str, is_money: bool) -> Option<(Decimal, &str)> {
    loop {
        let after_space = rest.trim_start_matches([' ', '-']);
        let is_glued = after_space.len() == rest.len();
        let end = after_space.find(|c: char| !c.is_alphabetic()).unwrap_or(after_space.len());
        let (word, after) = after_space.split_at_checked(end)?;
        let zeros = match word {
            "k" if is_glued => Some(3),
            "m" | "M" if is_money => Some(6),
            "b" | "B" if is_money => Some(9),
            word => zeros(&word.to_lowercase()),
        };
        match zeros {
            Some(zeros) => (value, rest) = (value.shifted(zeros)?, after),
            None => return Some((value, rest)),
        }
    }
}

/// The other end of "5 to 6", "5-6", "5 and 6".
fn range(rest: &str) -> Option<(Decimal, &str)> {
    let rest = rest.trim_start();
    let after = ["-", "\u{2013}", "\u{2014}", "to ", "or ", "and "].iter().find_map(|word| rest.strip_prefix(word))?;
    let (after, _) = currency(after.trim_start());
    let (value, rest, _) = amount(after)?;
    // Two dashes make a date, or a number of a telephone.
    (!rest.starts_with('-')).then_some((value, rest))
}

/// The unit, and whether all that follows the number is one; `None` where something else follows.
fn unit(rest: &str, currency: Option<&'static str>) -> Option<(String, bool)> {
    // "20th" is 20, and so is what it stands before.
    let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|ending| rest.strip_prefix(ending));
    let rest = ordinal.filter(|after| !after.starts_with(char::is_alphanumeric)).unwrap_or(rest);
    let rest = rest.trim().trim_end_matches('.');
    let lower = rest.to_lowercase();
    if rest.is_empty() {
        return Some((currency.unwrap_or_default().to_owned(), true));
    }
    if matches!(lower.as_str(), "%" | "percent" | "per cent" | "pct") {
        return Some(("%".to_owned(), currency.is_none()));
    }
    if let Some((_, code)) = CURRENCIES.iter().find(|(written, _)| *written == lower) {
        return Some(((*code).to_owned(), currency.is_none_or(|said| said == *code)));
    }
    const MOST: usize = 3;
    let words: Vec<&str> = rest.split(' ').collect();
    let begins = rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '%' | '\u{b0}' | '\'' | '"' | '/' | '-'));
    let is_unit = |word: &&str| word.chars().all(|c| c.is_alphabetic() || "%\u{b0}\u{b2}\u{b3}'\"/\u{b7}-".contains(c));
    // "2010-01-01", "5-a".
    let is_dashed = rest.strip_prefix('-').is_some_and(|after| !after.starts_with(char::is_alphabetic));
    if !begins || is_dashed || words.len() > MOST + 1 || !words.iter().all(is_unit) {
        return None;
    }
    let leads_on = words.first().is_some_and(|word| PREPOSITIONS.contains(word));
    let is_clear = currency.is_none() && words.len() <= MOST && !leads_on;
    Some((rest.trim_start_matches('-').to_owned(), is_clear))
}
