//! How sure a claim is, in all ways of saying it.

use serde_json::Value;

/// What words are worth.
const WORDS: [(&str, f64); 6] =
    [("very high", 0.95), ("high", 0.9), ("medium", 0.6), ("moderate", 0.6), ("low", 0.3), ("very low", 0.1)];

/// From here on a number can only be of a hundred: up to here it may be of five or of ten.
const PERCENT_FROM: f64 = 10.0;

/// A confidence from 0 to 1, and whether it was not written as such; `None` where there is nothing to read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Confidence {
    Missing,
    Said(f64),
    Read(f64),
}

impl Confidence {
    /// Reads a confidence; `None` where it can't be one.
    pub(super) fn of(said: &Value) -> Option<Self> {
        match said {
            Value::Null => Some(Self::Missing),
            Value::Number(number) => Self::of_number(number.as_f64()?, Self::Said),
            Value::String(text) => Self::of_text(text.trim()),
            _ => None,
        }
    }

    fn of_number(number: f64, as_it_is: fn(f64) -> Self) -> Option<Self> {
        if (0.0..=1.0).contains(&number) {
            return Some(as_it_is(number));
        }
        (number > PERCENT_FROM && number <= 100.0).then_some(Self::Read(number / 100.0))
    }

    fn of_text(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        if matches!(text.as_str(), "" | "nan" | "null" | "none" | "n/a" | "unknown") {
            return Some(Self::Missing);
        }
        if let Some((_, worth)) = WORDS.iter().find(|(word, _)| *word == text) {
            return Some(Self::Read(*worth));
        }
        if let Some(percent) = text.strip_suffix('%') {
            return number(percent).filter(|percent| (0.0..=100.0).contains(percent)).map(|p| Self::Read(p / 100.0));
        }
        if let Some((part, whole)) = text.split_once('/') {
            let (part, whole) = (number(part)?, number(whole)?);
            return (part >= 0.0 && part <= whole && whole > 0.0).then(|| Self::Read(part / whole));
        }
        Self::of_number(number(&text)?, Self::Read)
    }
}

/// A number in digits. Rust would read "inf" and "nan" too.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| is_plain)
}
