//! What values say: the plain form beside the words of the text, and what can be a value of a kind.
//!
//! Two things are asked of words. [`admits`] asks whether a careful person would take them for such a value: "the
//! 1990s" for a date, "about three" for a number. [`normal`] asks what value that is, and answers only where it is one
//! value and no other: a date in ISO 8601 at the precision said, a number as a plain decimal, with its unit as the
//! text writes it.

mod date;
mod decimal;
mod duration;
mod number;
mod number_words;
mod time;

use unicode_normalization::UnicodeNormalization;

use crate::ontology::Datatype;

/// More is no value: nothing here needs to look at it.
const MAX_BYTES: usize = 200;

/// The plain form of a value of this kind; `None` where the words are none, or may mean several.
///
/// ```
/// use kgas_core::ontology::Datatype;
/// use kgas_core::value::normal;
///
/// assert_eq!(normal("1 May 1984", Datatype::Date).as_deref(), Some("1984-05-01"));
/// assert_eq!(normal("01/02/2010", Datatype::Date), None);
/// assert_eq!(normal("$120 million", Datatype::Number).as_deref(), Some("120000000 USD"));
/// ```
#[must_use]
pub fn normal(words: &str, datatype: Datatype) -> Option<String> {
    let words = tidy(words)?;
    match datatype {
        Datatype::Text | Datatype::Uri => None,
        Datatype::Integer => number::read(&words).filter(number::Reading::is_whole)?.plain(),
        Datatype::Number => number::read(&words)?.plain(),
        Datatype::Date => date::read(&words).or_else(|| Some(time::split(&words)?.0)).map(|date| date.to_string()),
        Datatype::Year => date::year(&words),
        Datatype::Time => time::read(&words),
        Datatype::DateTime => {
            let both = time::split(&words).map(|(date, time)| format!("{date}T{time}"));
            both.or_else(|| date::read(&words).map(|date| date.to_string()))
        }
        Datatype::Duration => duration::read(&words),
        Datatype::Boolean => boolean(&words).map(|truth| truth.to_string()),
    }
}

/// The plain form of a value of which nobody said what it is: a date, a number or a quantity, where it can be but one.
///
/// ```
/// use kgas_core::value::guess;
///
/// assert_eq!(guess("May 1984").as_deref(), Some("1984-05"));
/// assert_eq!(guess("3.5 km").as_deref(), Some("3.5 km"));
/// assert_eq!(guess("May"), None);
/// ```
#[must_use]
pub fn guess(words: &str) -> Option<String> {
    let date = normal(words, Datatype::Date);
    date.or_else(|| {
        let words = tidy(words)?;
        number::read(&words).filter(|reading| !number::may_be_name(&words, reading))?.plain()
    })
}

/// Whether a careful person would take words of a text for a value of this kind.
#[must_use]
pub fn admits(words: &str, datatype: Datatype) -> bool {
    if datatype == Datatype::Text {
        return true;
    }
    let Some(words) = tidy(words) else { return false };
    let is_time = || time::read(&words).is_some() || time::is_clock(&words);
    let is_date = || date::is_date(&words) || time::split(&words).is_some();
    match datatype {
        Datatype::Text => true,
        Datatype::Integer => number::read(&words).is_some_and(|reading| reading.is_whole()) || number::is_many(&words),
        Datatype::Number => number::read(&words).is_some() || number::is_many(&words),
        Datatype::Date | Datatype::Year => is_date(),
        Datatype::Time => is_time(),
        Datatype::DateTime => is_date() || is_time(),
        Datatype::Duration => duration::is_duration(&words),
        Datatype::Boolean => boolean(&words).is_some(),
        Datatype::Uri => is_uri(&words),
    }
}

fn boolean(words: &str) -> Option<bool> {
    match words.to_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// With a scheme, or a host name that looks like one.
fn is_uri(words: &str) -> bool {
    if words.contains(char::is_whitespace) {
        return false;
    }
    let scheme = words.split_once(':').map(|(scheme, _)| scheme);
    if words.contains("://") || scheme.is_some_and(|scheme| matches!(scheme, "mailto" | "urn" | "doi" | "tel" | "data"))
    {
        return true;
    }
    let host = words.split(['/', '?', '#']).next().unwrap_or_default();
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    match host.rsplit_once('.') {
        Some((rest, last)) => {
            last.len() >= 2
                && last.chars().all(char::is_alphabetic)
                && rest.split('.').all(is_label)
                && !rest.is_empty()
        }
        None => false,
    }
}

/// One spelling of digits, spaces, dashes and signs; without what only surrounds a value.
fn tidy(words: &str) -> Option<String> {
    if words.len() > MAX_BYTES {
        return None;
    }
    let spelt = |character: char| match character {
        '\u{2212}' | '\u{2010}' | '\u{2011}' | '\u{fe63}' => '-',
        '\u{2018}' | '\u{2019}' => '\'',
        other => other,
    };
    let mut plain = String::with_capacity(words.len());
    for character in words.chars() {
        // "km²" is no "km2", "1½" no eleven halves, and "Ⅶ" no three letters.
        if matches!(character, '\u{b2}' | '\u{b3}' | '\u{bc}'..='\u{be}' | '\u{2150}'..='\u{217f}') {
            plain.push(character);
        } else {
            plain.extend(std::iter::once(character).nfkc().map(spelt));
        }
    }
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = plain.trim_matches(|c: char| matches!(c, '"' | '(' | ')' | ',' | ';' | ':' | '\u{201c}' | '\u{201d}'));
    let bare = bare.trim();
    (!bare.is_empty()).then(|| bare.to_owned())
}
