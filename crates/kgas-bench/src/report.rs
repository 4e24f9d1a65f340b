//! What `kgas-bench run` finds out, as it is written to JSON and shown in tables.

use std::fmt;
use std::num::NonZeroUsize;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::advice::advice;
use crate::figures::Figures;
use crate::trace::Performance;

/// Where client and server meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// In memory, on a simulated clock: the same figures each time
    #[default]
    Simulated,
    /// Over sockets of this machine, in real time
    Loopback,
    /// The same, encrypted
    Tls,
}

/// All that one `run` measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version of kgas.
    pub version: &'static str,
    /// Where client and server met.
    pub mode: Mode,
    /// The seed of all that chance decided.
    pub seed: u64,
    /// The percentage of each scenario's limits per minute that the client was told.
    pub pace_percent: u32,
    /// How many documents the scenarios had that leave it open, where it was said.
    pub documents: Option<NonZeroUsize>,
    /// The scenarios, in the order in which they are listed.
    pub scenarios: Vec<Scenario>,
    /// Those of which there is nothing to report.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Failed>,
}

/// A scenario that could not be measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// What it is called.
    pub name: String,
    /// Why not.
    pub problem: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scenario {} failed: {}", self.name, self.problem)
    }
}

/// One scenario's figures.
#[derive(Debug, Serialize)]
pub struct Scenario {
    /// What it is called.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// What was promised, where something was.
    pub promise: Option<Promise>,
    /// What came of it.
    pub result: Option<Comparison>,
    /// Whether the time of a whole run is what counts, so that its bound can stand beside it.
    pub is_bounded: bool,
    /// What else was compared, each by itself.
    pub parts: Vec<Comparison>,
    /// What should be known when reading the figures.
    pub notes: Vec<String>,
    /// The runs behind it.
    pub runs: Vec<Run>,
}

/// A row of the promise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Promise {
    /// What it was before.
    pub baseline: f64,
    /// What it should become.
    pub target: f64,
}

/// Two ways to do the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What is compared.
    pub of: String,
    /// In what both are counted.
    pub unit: Unit,
    /// The one way, and what it took.
    pub before: Side,
    /// The other.
    pub after: Side,
    /// How much better the other is, in percent: of time, less; of calls at once, more.
    pub improvement_percent: f64,
}

/// One way to do it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// What it is called.
    pub name: String,
    /// What it took.
    pub value: f64,
}

/// In what something is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds: less is better.
    Seconds,
    /// Calls at once: more is better.
    AtOnce,
}

impl Comparison {
    /// Compares two ways.
    #[must_use]
    pub fn new(of: impl Into<String>, unit: Unit, before: (&str, f64), after: (&str, f64)) -> Self {
        let change = if before.1 == 0.0 { 0.0 } else { (after.1 - before.1) / before.1 * 100.0 };
        let side = |(name, value): (&str, f64)| Side { name: name.to_owned(), value: rounded(value) };
        let improvement = match unit {
            Unit::Seconds => -change,
            Unit::AtOnce => change,
        };
        // Minus nothing is nothing.
        let improvement_percent = rounded(improvement) + 0.0;
        Self { of: of.into(), unit, before: side(before), after: side(after), improvement_percent }
    }
}

/// One run of a scenario.
#[derive(Debug, Serialize)]
pub struct Run {
    /// What it is called: `sequential`, `concurrent`, or by what makes it differ.
    pub name: String,
    /// What it came to.
    #[serde(flatten)]
    pub figures: Figures,
    /// What would make it faster, a sentence each.
    pub advice: Vec<String>,
    /// What happened in it.
    #[serde(skip)]
    pub performance: Performance,
}

impl Run {
    /// A run and its figures.
    #[must_use]
    pub fn of(name: impl Into<String>, performance: Performance) -> Self {
        let figures = Figures::of(&performance);
        let advice = advice(&performance, &figures);
        Self { name: name.into(), figures, advice, performance }
    }
}

/// Six places are more than any clock here tells.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
