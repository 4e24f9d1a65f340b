//! An amount that changes over time, as steps that are no finer than a screen.

use std::time::Duration;

use super::axis::part;
use super::plot::{WIDTH, short};

/// How many columns a chart has.
pub(super) const COLUMNS: u16 = 250;

/// The largest that an amount is within each column of a span.
#[derive(Debug)]
pub(super) struct Columns(Vec<f64>);

impl Columns {
    /// From changes of an amount that is nothing at first, in any order.
    pub(super) fn largest(mut changes: Vec<(Duration, f64)>, span: Duration) -> Self {
        // At one moment what goes leaves before what comes.
        changes.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        let mut columns = nothing();
        let mut changes = changes.into_iter().peekable();
        let mut amount = 0.0;
        for (place, column) in columns.iter_mut().enumerate() {
            *column = amount;
            while let Some((_, change)) = changes.next_if(|(at, _)| column_of(*at, span) <= place) {
                amount += change;
                *column = column.max(amount);
            }
        }
        Self(columns)
    }

    /// From what fills each column.
    pub(super) fn of(amounts: Vec<f64>) -> Self {
        Self(amounts)
    }

    pub(super) fn most(&self) -> f64 {
        self.0.iter().copied().fold(0.0, f64::max)
    }

    /// The amounts on top of others.
    pub(super) fn on(&self, below: &Self) -> Self {
        Self(self.0.iter().zip(&below.0).map(|(one, other)| one + other).collect())
    }

    /// A line of steps along the top.
    pub(super) fn line(&self, top: f64, height: f64) -> String {
        self.steps(top, height, 'M')
    }

    /// What lies below that line.
    pub(super) fn area(&self, top: f64, height: f64) -> String {
        format!("M0 {height}{}V{height}z", self.steps(top, height, 'L'), height = short(height))
    }

    fn steps(&self, top: f64, height: f64, first: char) -> String {
        let width = WIDTH / self.0.len().max(1) as f64;
        let mut path = String::new();
        let mut last = String::new();
        for (place, amount) in self.0.iter().enumerate() {
            let y = short(height * (1.0 - (amount / top.max(1e-9)).min(1.0)));
            let x = short(place as f64 * width);
            if place == 0 {
                path.push_str(&format!("{first}0 {y}"));
            } else if y != last {
                path.push_str(&format!("H{x}V{y}"));
            }
            last = y;
        }
        format!("{path}H{WIDTH}")
    }
}

/// Columns in which there is nothing yet.
pub(super) fn nothing() -> Vec<f64> {
    vec![0.0; COLUMNS.into()]
}

/// The column in which a moment lies.
pub(super) fn column_of(moment: Duration, span: Duration) -> usize {
    let whole = span.as_nanos().max(1);
    let place = moment.as_nanos().saturating_mul(COLUMNS.into()) / whole;
    usize::try_from(place).unwrap_or(usize::MAX).min(usize::from(COLUMNS) - 1)
}

/// The middle of a column, in units of [`WIDTH`].
pub(super) fn middle(column: usize) -> f64 {
    (column as f64 + 0.5) * WIDTH / f64::from(COLUMNS)
}

/// How much of each column a stretch of time fills is added to the columns.
pub(super) fn fill(columns: &mut [f64], from: Duration, to: Duration, span: Duration) {
    let count = columns.len() as f64;
    let (first, from, to) = (column_of(from, span), part(from, span) * count, part(to, span) * count);
    for (place, column) in columns.iter_mut().enumerate().skip(first) {
        let place = place as f64;
        if place >= to {
            break;
        }
        *column += (to.min(place + 1.0) - from.max(place)).max(0.0);
    }
}
