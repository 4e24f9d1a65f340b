//! Numbers as their digits: nothing is rounded.

use std::fmt;

/// More digits are no number that anybody counted.
const MAX_DIGITS: usize = 40;

/// A decimal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: String,
    /// So many of the digits come after the point.
    fraction: usize,
}

impl Decimal {
    /// From the digits before and after the point; `None` where there are none, or too many.
    pub(super) fn new(whole: &str, fraction: &str) -> Option<Self> {
        let digits = format!("{whole}{fraction}");
        let is_number = (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(Self { negative: false, digits, fraction: fraction.len() })
    }

    pub(super) fn negated(mut self) -> Self {
        self.negative = !self.negative;
        self
    }

    /// Times a power of ten.
    pub(super) fn shifted(mut self, zeros: usize) -> Option<Self> {
        let eaten = zeros.min(self.fraction);
        self.fraction -= eaten;
        self.digits.extend(std::iter::repeat_n('0', (zeros - eaten).min(MAX_DIGITS + 1)));
        (self.digits.len() <= MAX_DIGITS).then_some(self)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.digits.bytes().rev().take(self.fraction).all(|digit| digit == b'0')
    }
}

/// Without zeros that say nothing.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = self.digits.split_at_checked(self.digits.len() - self.fraction).unwrap_or_default();
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        if self.negative && !(whole.is_empty() && fraction.is_empty()) {
            f.write_str("-")?;
        }
        f.write_str(if whole.is_empty() { "0" } else { whole })?;
        if fraction.is_empty() { Ok(()) } else { write!(f, ".{fraction}") }
    }
}
