//! Lengths of time in all their spellings: `1s`, `6m0s`, `12ms`, `1.2 seconds`, a bare number.

use std::iter::repeat;
use std::time::Duration;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);

/// How many digits after the point are looked at: enough for a nanosecond of a day.
const FRACTION_DIGITS: usize = 18;
const FRACTION_SCALE: u128 = 10_u128.pow(18);
const NANOS: u128 = 1_000_000_000;

/// The units, by the words for them.
const UNITS: &[(&[&str], Duration)] = &[
    (&["s", "sec", "secs", "second", "seconds"], SECOND),
    (&["ms", "msec", "msecs", "millisecond", "milliseconds"], MILLISECOND),
    (&["m", "min", "mins", "minute", "minutes"], Duration::from_secs(60)),
    (&["h", "hr", "hrs", "hour", "hours"], Duration::from_secs(3600)),
    (&["d", "day", "days"], Duration::from_secs(86_400)),
    // The micro sign and the Greek letter look the same.
    (&["us", "\u{b5}s", "\u{3bc}s", "microsecond", "microseconds"], Duration::from_micros(1)),
    (&["ns", "nanosecond", "nanoseconds"], Duration::from_nanos(1)),
];

/// A text that is nothing but a length. A bare number counts seconds; what is longer than can be
/// said is as long as can be said. Signs, exponents, `inf` and `nan` are no numbers here.
pub(crate) fn length(text: &str) -> Option<Duration> {
    let text = text.trim();
    plain(text, SECOND).or_else(|| match leading(text)? {
        (length, "") => Some(length),
        _ => None,
    })
}

/// A text that is nothing but a number of units.
pub(crate) fn plain(text: &str, unit: Duration) -> Option<Duration> {
    let (number, rest) = Number::leading(text.trim())?;
    rest.is_empty().then(|| number.times(unit))
}

/// The length that a text begins with, each number of it with a unit, and what comes after it.
pub(crate) fn leading(text: &str) -> Option<(Duration, &str)> {
    let (mut sum, mut rest) = part(text)?;
    while let Some((more, after)) = part(past_joint(rest)) {
        sum = sum.saturating_add(more);
        rest = after;
    }
    Some((sum, rest))
}

/// One number with its unit.
fn part(text: &str) -> Option<(Duration, &str)> {
    let (number, rest) = Number::leading(text)?;
    let rest = rest.trim_start_matches(' ');
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (word, rest) = rest.split_at_checked(end)?;
    let known = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let (_, unit) = UNITS.iter().find(|(words, _)| known(words))?;
    Some((number.times(*unit), rest))
}

/// What may stand between the parts: `1 minute and 30 seconds`.
fn past_joint(text: &str) -> &str {
    let text = text.trim_start_matches([' ', ',']);
    text.strip_prefix("and ").unwrap_or(text)
}

/// A decimal number, exactly.
struct Number {
    whole: u128,
    /// In parts of [`FRACTION_SCALE`].
    fraction: u128,
}

impl Number {
    /// The number that a text begins with, and what comes after it.
    fn leading(text: &str) -> Option<(Self, &str)> {
        let (whole, rest) = digits(text)?;
        let (fraction, rest) = match rest.strip_prefix('.').and_then(digits) {
            // The point was the end of a sentence.
            None | Some(("", _)) => ("", rest),
            Some(parts) => parts,
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let padded = fraction.bytes().chain(repeat(b'0')).take(FRACTION_DIGITS);
        Some((Self { whole: value(whole.bytes()), fraction: value(padded) }, rest))
    }

    fn times(&self, unit: Duration) -> Duration {
        let unit = unit.as_nanos();
        let fraction = self.fraction.saturating_mul(unit) / FRACTION_SCALE;
        let nanos = self.whole.saturating_mul(unit).saturating_add(fraction);
        match (u64::try_from(nanos / NANOS), u32::try_from(nanos % NANOS)) {
            (Ok(seconds), Ok(nanos)) => Duration::new(seconds, nanos),
            _ => Duration::MAX,
        }
    }
}

/// The digits that a text begins with, maybe none, and what comes after them.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(end)
}

fn value(digits: impl Iterator<Item = u8>) -> u128 {
    digits.fold(0, |sum: u128, digit| sum.saturating_mul(10).saturating_add(u128::from(digit.wrapping_sub(b'0'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_length_are_understood() {
        for (text, nanos) in [
            ("1s", 1_000_000_000),
            ("6m0s", 360_000_000_000),
            ("12ms", 12_000_000),
            ("1.5s", 1_500_000_000),
            ("1h2m3.5s", 3_723_500_000_000),
            ("2m59.56s", 179_560_000_000),
            ("500us", 500_000),
            ("500\u{b5}s", 500_000),
            ("500\u{3bc}s", 500_000),
            ("7ns", 7),
            ("1d", 86_400_000_000_000),
            ("1.2 seconds", 1_200_000_000),
            ("1 Minute and 30 SECONDS", 90_000_000_000),
            ("1 min, 2 sec", 62_000_000_000),
            ("0", 0),
            (" 7 ", 7_000_000_000),
            ("33011.382867097855", 33_011_382_867_097),
            (".5", 500_000_000),
        ] {
            assert_eq!(length(text), Some(Duration::from_nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_is_none() {
        for text in [
            "", " ", "s", "-1", "-1s", "+1", "1e3", "1e3s", "inf", "nan", ".", "5.", "1..5s", "1.5.5", "1x", "1s!",
            "0x10", "1 s 2", "soon", "\u{663}s", "1\u{b5}", "1m-5s",
        ] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn a_length_beyond_all_bounds_is_the_longest() {
        let long = "9".repeat(100_000);
        for text in [long.as_str(), &format!("{long}d"), &format!("{long}s{long}s"), "18446744073709551616"] {
            assert_eq!(length(text), Some(Duration::MAX));
        }
    }

    #[test]
    fn a_length_at_the_start_leaves_the_rest() {
        assert_eq!(leading("1.2s. Visit us"), Some((Duration::from_millis(1200), ". Visit us")));
        assert_eq!(leading("26 seconds."), Some((Duration::from_secs(26), ".")));
        assert_eq!(leading("6m0s, 3 calls"), Some((Duration::from_secs(360), ", 3 calls")));
        assert_eq!(leading("26 calls"), None);
        assert_eq!(leading("26"), None);
    }
}
