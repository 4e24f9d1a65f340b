//! What is worse in one report than in another, and by how much.

use super::figure::{Allowance, Figure, Unit, Worse};
use super::read::{Group, Measured};

/// How much may change before it counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerance {
    /// Percent, of what depends on kgas alone.
    pub(crate) percent: f64,
    /// Percent, of what the machine has a part in.
    pub(crate) machine_percent: f64,
    /// Seconds below which two times are alike, whatever the percentage.
    pub(crate) seconds: f64,
    /// Whether a change for the better counts as well: then it is asked whether two reports agree.
    pub(crate) either_way: bool,
    /// Whether figures of the machine may be missing from one report, for the other was measured in another kind of time.
    pub(crate) lacks_machine: bool,
}

/// What can be said of two figures, or of something that only one report has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Same,
    /// It changed, and isn't judged.
    Moved,
    Better,
    Worse,
    /// It changed, where agreement was asked for.
    Differs,
    /// Only the later report has it.
    New,
    /// Only the earlier report has it.
    Gone,
}

impl Verdict {
    /// Whether it makes the comparison fail.
    pub(crate) fn is_bad(self) -> bool {
        matches!(self, Self::Worse | Self::Differs | Self::Gone)
    }
}

/// One line of a comparison.
#[derive(Debug)]
pub(crate) struct Finding<'r> {
    pub(crate) scenario: &'r str,
    /// The run, or what was compared; none of a whole scenario.
    pub(crate) group: Option<&'r str>,
    pub(crate) figures: Option<Pair>,
    pub(crate) verdict: Verdict,
}

/// A figure before and after; one of the two may be missing, as where a limit is gone that it is a part of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) figure: &'static Figure,
    pub(crate) before: Option<f64>,
    pub(crate) after: Option<f64>,
}

/// Compares scenario by scenario, run by run, figure by figure, in the order of the earlier report.
pub(crate) fn judge<'r>(before: &'r [Measured], after: &'r [Measured], tolerance: &Tolerance) -> Vec<Finding<'r>> {
    let whole =
        |scenario: &'r Measured, verdict| Finding { scenario: &scenario.name, group: None, figures: None, verdict };
    let mut findings = Vec::new();
    for scenario in before {
        match after.iter().find(|other| other.name == scenario.name) {
            Some(other) => groups(scenario, other, tolerance, &mut findings),
            None => findings.push(whole(scenario, Verdict::Gone)),
        }
    }
    let new = after.iter().filter(|scenario| before.iter().all(|other| other.name != scenario.name));
    findings.extend(new.map(|scenario| whole(scenario, Verdict::New)));
    findings
}

fn groups<'r>(before: &'r Measured, after: &'r Measured, tolerance: &Tolerance, findings: &mut Vec<Finding<'r>>) {
    let scenario = before.name.as_str();
    let whole = |group: &'r Group, verdict| Finding { scenario, group: Some(&group.name), figures: None, verdict };
    for group in &before.groups {
        match after.groups.iter().find(|other| other.name == group.name) {
            Some(other) => findings.extend(pairs(group, other, tolerance).into_iter().map(|pair| {
                let verdict = tolerance.judge(pair, group);
                Finding { scenario, group: Some(&group.name), figures: Some(pair), verdict }
            })),
            None => findings.push(whole(group, Verdict::Gone)),
        }
    }
    let new = after.groups.iter().filter(|group| before.groups.iter().all(|other| other.name != group.name));
    findings.extend(new.map(|group| whole(group, Verdict::New)));
}

/// The figures that either has, in the order of the earlier.
fn pairs(before: &Group, after: &Group, tolerance: &Tolerance) -> Vec<Pair> {
    let only_after = after.figures.iter().filter(|(figure, _)| before.value(figure).is_none());
    let figures = before.figures.iter().chain(only_after);
    let pairs = figures.map(|(figure, _)| Pair { figure, before: before.value(figure), after: after.value(figure) });
    // Simulated time has no figures of the machine, and real time has.
    let is_due = |pair: &Pair| {
        let is_whole = pair.before.is_some() && pair.after.is_some();
        is_whole || !tolerance.lacks_machine || pair.figure.allowance != Allowance::Machine
    };
    pairs.filter(is_due).collect()
}

impl Tolerance {
    fn judge(&self, pair: Pair, group: &Group) -> Verdict {
        let (figure, before, after) = match pair {
            Pair { figure, before: Some(before), after: Some(after) } => (figure, before, after),
            // What isn't judged may go.
            Pair { figure, after: None, .. } if figure.worse.is_none() => return Verdict::Moved,
            Pair { after: None, .. } => return Verdict::Gone,
            Pair { before: None, .. } if self.either_way => return Verdict::Differs,
            Pair { before: None, .. } => return Verdict::New,
        };
        let difference = after - before;
        let allowed = match figure.allowance {
            Allowance::Nothing => 0.0,
            Allowance::Tolerance => before.abs() * self.percent / 100.0,
            Allowance::Points => self.percent,
            Allowance::Machine => before.abs() * self.machine_percent / 100.0,
        };
        if difference.abs() <= allowed.max(self.floor(figure, group)) + ROUNDING {
            return Verdict::Same;
        }
        match figure.worse {
            None => Verdict::Moved,
            Some(_) if self.either_way => Verdict::Differs,
            Some(worse) if (worse == Worse::More) == (difference > 0.0) => Verdict::Worse,
            Some(_) => Verdict::Better,
        }
    }

    /// The difference below which a figure is too small to be judged by its percentage.
    fn floor(&self, figure: &Figure, group: &Group) -> f64 {
        let of = |unit: Unit| group.figures.iter().find(|(other, _)| other.unit == unit).map(|(_, value)| *value);
        match figure.unit {
            Unit::Seconds => self.seconds,
            // The same time, over the least time possible.
            Unit::Regret => match (of(Unit::Regret), of(Unit::Seconds)) {
                (Some(regret), Some(seconds)) if seconds > 0.0 => self.seconds * regret / seconds,
                _ => 0.0,
            },
            Unit::Processor => PROCESSOR_FLOOR,
            Unit::Bytes => MEMORY_FLOOR,
            Unit::Ratio | Unit::Count | Unit::Percent => 0.0,
        }
    }
}

/// Reports have six places.
const ROUNDING: f64 = 1e-6;

/// A clock of a processor's time can tell no less of a call.
const PROCESSOR_FLOOR: f64 = 20e-6;

/// An allocator takes memory from the system in pieces.
const MEMORY_FLOOR: f64 = 4e6;
