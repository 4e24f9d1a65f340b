//! The English names of months and of days of the week.

/// The months, in order.
pub(crate) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn names() -> impl Iterator<Item = &'static str> {
    MONTHS.into_iter().chain(WEEKDAYS)
}
/// Whether a word is the English name of a month or of a day of the week; case doesn't matter.
///
/// ```
/// assert!(kgas_core::text::is_calendar_word("May"));
/// assert!(!kgas_core::text::is_calendar_word("maybe"));
/// ```
#[must_use]
pub fn is_calendar_word(word: &str) -> bool {
    names().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a word in small letters begins such a name, and is long enough to stand for it: "jan", "sept".
pub(super) fn begins_calendar_word(word: &str) -> bool {
    word.len() >= 3 && names().any(|known| known.starts_with(word))
}
