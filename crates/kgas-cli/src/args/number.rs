//! Numbers, and what to give where a word is none: the standard library's reasons speak of types.

use std::str::FromStr;

/// A whole number.
pub(super) fn whole<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_not_one| "give a whole number")
}

/// A whole number above 0, for a type that has no zero.
pub(super) fn above_zero<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_not_one| "give a whole number above 0")
}

/// Any number.
pub(super) fn number(text: &str) -> Result<f64, &'static str> {
    text.parse().map_err(|_not_one| "give a number")
}
