//! Dates as people write them: in English words, in ISO 8601, in numbers.

use std::fmt;

use crate::text::{MONTHS, is_calendar_word};

/// A date at the precision that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    year: u32,
    month: Option<u32>,
    day: Option<u32>,
}

/// They don't change which date it is.
const NEUTRAL: &[&str] = &["on", "in", "the", "of", "year", "dated", "ad", "ce", "a.d", "c.e"];

/// They make it another date, or a stretch of time: it is a date, though not one that can be written in numbers.
const FILLERS: &[&str] = &[
    "to",
    "from",
    "until",
    "till",
    "and",
    "or",
    "between",
    "since",
    "before",
    "after",
    "by",
    "about",
    "around",
    "circa",
    "c",
    "ca",
    "early",
    "mid",
    "middle",
    "late",
    "end",
    "beginning",
    "start",
    "spring",
    "summer",
    "autumn",
    "fall",
    "winter",
    "century",
    "centuries",
    "millennium",
    "decade",
    "quarter",
    "bc",
    "bce",
    "b.c",
    "morning",
    "evening",
    "night",
    "day",
    "days",
    "month",
    "week",
    "years",
    "first",
    "second",
    "last",
    "next",
    "this",
    "de",
    "del",
    "le",
    "q",
];

/// They tell a time by themselves.
const ANCHORS: &[&str] =
    &["century", "centuries", "millennium", "today", "yesterday", "tomorrow", "tonight", "bc", "bce"];

/// Months in French, German, Spanish, Italian, Portuguese and Dutch, where English has them otherwise.
const FOREIGN: &[&str] = &[
    "janvier",
    "f\u{e9}vrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "ao\u{fb}t",
    "septembre",
    "octobre",
    "novembre",
    "d\u{e9}cembre",
    "januar",
    "j\u{e4}nner",
    "februar",
    "m\u{e4}rz",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "gennaio",
    "febbraio",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "settembre",
    "ottobre",
    "dicembre",
    "janeiro",
    "fevereiro",
    "mar\u{e7}o",
    "maio",
    "junho",
    "julho",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
    "januari",
    "februari",
    "maart",
    "mei",
    "augustus",
];

/// The date in full numbers, at the precision said.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        self.month.map_or(Ok(()), |month| write!(f, "-{month:02}"))?;
        self.day.map_or(Ok(()), |day| write!(f, "-{day:02}"))
    }
}

impl Date {
    fn new(year: u32, month: Option<u32>, day: Option<u32>) -> Option<Self> {
        let is_month = month.is_none_or(|month| (1..=12).contains(&month));
        let is_day = day.is_none_or(|day| month.is_some_and(|month| (1..=days(year, month)).contains(&day)));
        (year > 0 && is_month && is_day).then_some(Self { year, month, day })
    }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Reads `1984`, `May 1984`, `1 May 1984`, `May 1st, 1984`, `1984-05-01`, `13/05/1984`, `1984年5月1日`.
pub(super) fn read(words: &str) -> Option<Date> {
    let words = words.trim_end_matches('.');
    // A day that nobody knows: "00 April 1955".
    let words = words.strip_prefix("00 ").unwrap_or(words);
    if let Some(numbers) = cjk(words) {
        return ymd(&numbers);
    }
    if words.chars().any(char::is_alphabetic) { spoken(words) } else { numeric(words) }
}

/// The year of a date, or a year that stands alone.
pub(super) fn year(words: &str) -> Option<String> {
    let alone = || number(words).filter(|_| words.len() == 3).and_then(|year| Date::new(year, None, None));
    let date = read(words).or_else(|| Some(super::time::split(words)?.0)).or_else(alone)?;
    Some(format!("{:04}", date.year))
}

fn number(text: &str) -> Option<u32> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

fn cjk(words: &str) -> Option<Vec<&str>> {
    let has_year = words.contains(['\u{5e74}', '\u{b144}']);
    let marks = ['\u{5e74}', '\u{6708}', '\u{65e5}', '\u{b144}', '\u{c6d4}', '\u{c77c}'];
    has_year.then(|| words.split(marks).map(str::trim).filter(|part| !part.is_empty()).collect())
}

/// Year, month, day.
fn ymd(parts: &[&str]) -> Option<Date> {
    let numbers: Vec<u32> = parts.iter().map(|part| number(part)).collect::<Option<_>>()?;
    match (parts, numbers.as_slice()) {
        ([first, ..], _) if first.len() != 4 => None,
        (_, &[year]) => Date::new(year, None, None),
        (_, &[year, month]) => Date::new(year, Some(month), None),
        (_, &[year, month, day]) => Date::new(year, Some(month), Some(day)),
        _ => None,
    }
}

fn numeric(words: &str) -> Option<Date> {
    let separators: Vec<char> = words.chars().filter(|c| !c.is_ascii_digit()).collect();
    let separator = separators.first().copied();
    if separators.iter().any(|other| Some(*other) != separator || !matches!(other, '-' | '/' | '.')) {
        return None;
    }
    let parts: Vec<&str> = words.split(['-', '/', '.']).collect();
    match parts.as_slice() {
        [year] => ymd(&[*year]),
        // "2004/05" is a season.
        [year, month] if separator == Some('-') && month.len() == 2 => ymd(&[*year, *month]),
        [year, _, _] if year.len() == 4 => ymd(&parts),
        [one, two, year] if year.len() == 4 => {
            let (one, two, year) = (number(one)?, number(two)?, number(year)?);
            // Day and month: only where one of them can't be the month.
            let day_first = Date::new(year, Some(two), Some(one));
            let month_first = Date::new(year, Some(one), Some(two));
            match (day_first, month_first) {
                (Some(date), None) | (None, Some(date)) => Some(date),
                (Some(one), Some(two)) => (one == two).then_some(one),
                (None, None) => None,
            }
        }
        _ => None,
    }
}

fn tokens(lower: &str) -> impl Iterator<Item = &str> {
    let parts = lower.split([' ', ',', '-', '/', '\u{2013}', '\u{2014}', '(', ')']);
    parts.map(|part| part.trim_end_matches(['.', '\''])).filter(|part| !part.is_empty())
}

fn month(word: &str) -> Option<u32> {
    let is_short = |full: &str| word.len() == 3 && full.starts_with(word) || word == "sept" && full == "september";
    let at = MONTHS.iter().position(|full| *full == word || is_short(full))?;
    u32::try_from(at + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    let is_short = matches!(word, "mon" | "tue" | "tues" | "wed" | "thu" | "thur" | "thurs" | "fri" | "sat" | "sun");
    is_short || is_calendar_word(word) && month(word).is_none()
}

/// A day of a month, "1" or "1st".
fn day(word: &str) -> Option<u32> {
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    number(bare).filter(|day| bare.len() <= 2 && (1..=31).contains(day))
}

fn spoken(words: &str) -> Option<Date> {
    let lower = words.to_lowercase();
    let is_era = |word: &str| matches!(word, "ad" | "ce" | "a.d" | "c.e");
    let has_era = tokens(&lower).any(is_era);
    let has_month = tokens(&lower).any(|word| month(word).is_some());
    let (mut year, mut of_year, mut of_month) = (None, None, None);
    for word in tokens(&lower).filter(|word| !NEUTRAL.contains(word) && !is_weekday(word)) {
        let (slot, said) = if let Some(month) = month(word) {
            (&mut of_year, month)
        } else if let Some(day) = day(word).filter(|_| has_month && of_month.is_none()) {
            (&mut of_month, day)
        } else {
            (&mut year, number(word).filter(|_| word.len() == 4 || has_era)?)
        };
        if slot.replace(said).is_some() {
            return None;
        }
    }
    Date::new(year?, of_year, of_month)
}

/// Whether words are a date, though perhaps none that can be written in numbers: "the 1990s", "May", "01/02/2010".
pub(super) fn is_date(words: &str) -> bool {
    if read(words).is_some() || year(words).is_some() {
        return true;
    }
    let lower = words.to_lowercase();
    // Other scripts have their own words for it.
    if lower.chars().any(|c| c.is_alphabetic() && c > '\u{24f}') {
        return lower.contains(char::is_numeric);
    }
    if lower.chars().any(char::is_alphabetic) { is_spoken_date(&lower) } else { is_numeric_date(&lower) }
}

fn is_numeric_date(words: &str) -> bool {
    let parts: Vec<&str> =
        words.split(['-', '/', '.', ' ', '\u{2013}', '\u{2014}']).filter(|part| !part.is_empty()).collect();
    let is_year = |part: &str| part.len() == 4 && number(part).is_some();
    let at_most =
        |part: &str, most: u32| part.len() <= 2 && number(part).is_some_and(|value| (1..=most).contains(&value));
    match parts.as_slice() {
        [only] => {
            let compact = only.len() == 8
                && ymd(&[only.get(..4), only.get(4..6), only.get(6..)].map(Option::unwrap_or_default)).is_some();
            compact || only.strip_prefix('\'').is_some_and(|short| short.len() == 2 && number(short).is_some())
        }
        [one, two] => {
            is_year(one) && (is_year(two) || two.len() == 2 && number(two).is_some())
                || words.contains('/') && (at_most(one, 31) && at_most(two, 12) || at_most(one, 12) && at_most(two, 31))
        }
        [one, two, three] => {
            let is_last = is_year(three) || three.len() == 2 && number(three).is_some();
            is_year(one) && at_most(two, 12) && at_most(three, 31)
                || is_last && (at_most(one, 31) && at_most(two, 12) || at_most(one, 12) && at_most(two, 31))
        }
        _ => false,
    }
}

fn is_spoken_date(lower: &str) -> bool {
    let (mut is_anchored, mut has_year, mut has_day, mut strange) = (false, false, false, 0);
    for word in tokens(lower) {
        let decade = word.strip_suffix('s').map(|bare| bare.trim_matches('\'')).filter(|bare| number(bare).is_some());
        if word.len() == 4 && number(word).is_some() {
            (has_year, is_anchored) = (true, true);
        } else if day(word).is_some() || number(word.trim_start_matches('\'')).is_some() {
            has_day = true;
        } else if decade.is_some_and(|bare| bare.len() == 2 || bare.len() == 4)
            || month(word).is_some()
            || is_weekday(word)
            || ANCHORS.contains(&word)
            || FOREIGN.contains(&word)
        {
            is_anchored = true;
        } else if word.ends_with("day") && word.len() > 4 || matches!(word, "christmas" | "easter" | "eve") {
            // A feast has a date; without a year it is anchored by nothing.
        } else if !NEUTRAL.contains(&word) && !FILLERS.contains(&word) {
            strange += 1;
        }
    }
    // A month in a language that is not known here.
    is_anchored && (strange == 0 || strange == 1 && has_year && has_day)
}
