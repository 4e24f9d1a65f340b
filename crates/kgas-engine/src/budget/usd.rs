//! Money: dollars in whole steps that are small enough for a single token.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The digits behind the point.
const DIGITS: u32 = 12;

/// The steps of a dollar.
const DOLLAR: u64 = 10_u64.pow(DIGITS);

/// An amount of US dollars, in steps of 10⁻¹², up to 18 million. Sums beyond that stay there.
///
/// ```
/// use kgas_engine::budget::Usd;
///
/// let price: Usd = "1.5e-7".parse()?;
/// assert_eq!(price.times(2_000_000).to_string(), "$0.30");
/// # Ok::<_, kgas_engine::budget::UsdError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(u64);

/// A text that is no amount of dollars.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no amount of dollars: give a number such as 5 or 0.50, at most 18000000")]
pub struct UsdError(String);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// More than anyone has.
    pub const MAX: Self = Self(u64::MAX);

    /// As many steps of 10⁻¹² dollars.
    #[must_use]
    pub const fn of_steps(steps: u64) -> Self {
        Self(steps)
    }

    /// How many steps of 10⁻¹² dollars.
    #[must_use]
    pub const fn steps(self) -> u64 {
        self.0
    }

    /// So many times this.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// This and that.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This without that, and never below nothing.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The price of one, by the price of a million. What is finer than a step counts as one.
    #[must_use]
    pub const fn of_a_million(self) -> Self {
        Self(self.0.div_ceil(1_000_000))
    }

    /// In dollars, for who reads it as a number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a figure to be shown: amounts that are counted stay whole")]
    pub const fn dollars(self) -> f64 {
        self.0 as f64 / DOLLAR as f64
    }
}

impl FromStr for Usd {
    type Err = UsdError;

    /// Reads a decimal number, with an exponent or a `$` if need be. What is finer than a step is rounded up.
    fn from_str(text: &str) -> Result<Self, UsdError> {
        read(text.trim()).ok_or_else(|| UsdError(text.chars().take(40).collect()))
    }
}

/// Digit by digit: a float would make 150001 steps of 1.5e-7.
fn read(text: &str) -> Option<Usd> {
    let text = text.strip_prefix('$').unwrap_or(text);
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && part.is_empty() || !(whole.bytes().chain(part.bytes())).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = [whole, part].concat();
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Some(Usd::ZERO);
    }
    let behind = i32::try_from(part.len()).ok()?;
    let shift = i32::try_from(DIGITS).ok()?.checked_add(exponent)?.checked_sub(behind)?;
    let steps = if shift >= 0 {
        let factor = 10_u64.checked_pow(shift.unsigned_abs())?;
        significant.parse::<u64>().ok()?.checked_mul(factor)?
    } else {
        let cut = significant.len().saturating_sub(usize::try_from(shift.unsigned_abs()).ok()?);
        let (kept, finer) = significant.split_at_checked(cut)?;
        let kept = if kept.is_empty() { 0 } else { kept.parse::<u64>().ok()? };
        kept.checked_add(u64::from(finer.bytes().any(|digit| digit != b'0')))?
    };
    Some(Usd(steps))
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Self::plus)
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.dollars())
    }
}

impl fmt::Display for Usd {
    /// In cents, and in up to four digits where these say more: `$3.20`, `$4.9981`, `$0.00034`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = 4;
        // What is below a cent has two digits that say something.
        let mut least = DOLLAR / 100;
        while self.0 > 0 && self.0 < least && digits < DIGITS {
            digits = if least == DOLLAR / 100 { 4 } else { digits + 1 };
            least /= 10;
        }
        let step = 10_u64.pow(DIGITS - digits);
        let rounded = self.0.saturating_add(step / 2) / step;
        let per_dollar = 10_u64.pow(digits);
        let (whole, part) = (rounded / per_dollar, rounded % per_dollar);
        let width = usize::try_from(digits).unwrap_or_default();
        let mut text = format!("{whole}.{part:0width$}");
        while text.ends_with('0') && text.len() > format!("{whole}.00").len() {
            text.pop();
        }
        write!(f, "${text}")
    }
}
