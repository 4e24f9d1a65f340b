//! Values that can be told by their shape: dates, money, numbers, addresses on the web.

use std::ops::Range;
use std::sync::LazyLock;

use kgas_core::ontology::Datatype;
use regex::Regex;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ValueKind {
    /// A day, a month of a year, a year.
    Date,
    /// An amount with its currency.
    Money,
    /// Digits.
    Number,
    /// An address on the web.
    Url,
}

/// A value and where it stands, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) kind: ValueKind,
    pub(super) bytes: Range<usize>,
}

const MONTH: &str = "(?:January|February|March|April|May|June|July|August|September|October|November|December|\
                     Jan\\.?|Feb\\.?|Mar\\.?|Apr\\.?|Jun\\.?|Jul\\.?|Aug\\.?|Sept?\\.?|Oct\\.?|Nov\\.?|Dec\\.?)";
const YEAR: &str = "(?:1[0-9]|20)[0-9]{2}";

/// Groups: 1 url, 2 money, 3 date, 4 number. The first alternative that fits wins.
static VALUES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let amount = "[0-9]+(?:,[0-9]{3})*(?:\\.[0-9]+)?(?: ?(?:thousand|million|billion|trillion|bn|m|k)\\b)?";
    let money = format!(
        "(?:US|A|C|NZ|HK)?[$\u{20ac}\u{a3}\u{a5}\u{20b9}] ?{amount}|(?:USD|EUR|GBP|JPY|CHF|INR) {amount}|\
         {amount} (?:dollars|euros|pounds|yen|rupees|USD|EUR|GBP|JPY|CHF|INR)\\b"
    );
    let date = format!(
        "[0-9]{{1,2}}(?:st|nd|rd|th)? {MONTH},? {YEAR}\\b|{MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? {YEAR}\\b|\
         {MONTH},? {YEAR}\\b|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}\\b|{YEAR}\\b"
    );
    let url = "(?:https?://|www\\.)[^\\s<>\"]*[^\\s<>\".,;:!?)\\]']";
    let number = "[0-9]+(?:,[0-9]{3})*(?:\\.[0-9]+)?%?";
    Regex::new(&format!("({url})|({money})|({date})|({number})")).ok()
});

/// All values of a text, in order, not overlapping; `from` is added to their places.
pub(super) fn values(text: &str, from: usize) -> Vec<Value> {
    let mut found = Vec::new();
    // Every value but an address has a digit; most sentences have neither.
    if !text.bytes().any(|byte| byte.is_ascii_digit()) && !text.contains("://") && !text.contains("www.") {
        return found;
    }
    let Some(pattern) = VALUES.as_ref() else { return found };
    for groups in pattern.captures_iter(text) {
        let kinds = [ValueKind::Url, ValueKind::Money, ValueKind::Date, ValueKind::Number];
        for (at, kind) in kinds.into_iter().enumerate() {
            if let Some(hit) = groups.get(at + 1)
                && stands_alone(text, hit.range())
            {
                found.push(Value { kind, bytes: from + hit.start()..from + hit.end() });
            }
        }
    }
    found
}

fn stands_alone(text: &str, range: Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|before| before.chars().next_back());
    let mut after = text.get(range.end..).unwrap_or_default().chars();
    let is_glued = |character: char| character.is_alphanumeric();
    let runs_on = match after.next() {
        Some('-' | '.' | ',' | '/') => after.next().is_some_and(|next| next.is_ascii_digit()),
        Some(next) => is_glued(next),
        None => false,
    };
    !runs_on && !before.is_some_and(|before| is_glued(before) || matches!(before, '-' | '.' | '/'))
}

impl ValueKind {
    /// What a name of a class or relation says about values: "publication date" are dates.
    pub(super) fn told_by(label: &str) -> Option<Self> {
        label.split(|c: char| !c.is_alphabetic()).rev().find_map(|word| {
            Some(match word.to_lowercase().as_str() {
                "date" | "dates" | "year" | "time" | "day" | "inception" => Self::Date,
                "money" | "cost" | "costs" | "price" | "budget" | "revenue" | "salary" | "amount" | "gross"
                | "worth" => Self::Money,
                "number" | "count" | "population" | "quantity" | "age" | "percentage" | "size" => Self::Number,
                "url" | "uri" | "website" | "link" | "homepage" => Self::Url,
                _ => return None,
            })
        })
    }

    /// Whether a value of this kind can be of the datatype.
    pub(super) const fn is_a(self, datatype: Datatype) -> bool {
        match datatype {
            Datatype::Text => true,
            Datatype::Integer | Datatype::Number => matches!(self, Self::Number | Self::Money),
            Datatype::Date | Datatype::DateTime | Datatype::Year => matches!(self, Self::Date),
            Datatype::Uri => matches!(self, Self::Url),
            Datatype::Time | Datatype::Duration | Datatype::Boolean => false,
        }
    }
}
