//! A file that `run --json` wrote, read as what can be compared in it.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::figure::{Figure, OF_A_MACHINE, OF_A_RUN, OF_CALLS, OF_SECONDS};
use crate::failure::Failure;
use crate::report::{Failed, Mode, Unit};

/// A report, as far as it is compared.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) circumstances: Circumstances,
    pub(crate) scenarios: Vec<Measured>,
}

/// Under what a report was measured.
#[derive(Debug, Deserialize)]
pub(crate) struct Circumstances {
    pub(crate) mode: Mode,
    pub(crate) seed: u64,
    pub(crate) pace_percent: u32,
    pub(crate) documents: Option<NonZeroUsize>,
    /// What could not be measured.
    #[serde(default)]
    pub(crate) failed: Vec<Failed>,
}

/// A scenario with what was measured of it.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) groups: Vec<Group>,
}

/// Figures that belong together: those of a run, or of two ways that were compared.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) figures: Vec<(&'static Figure, f64)>,
}

impl Group {
    /// What it has of a figure, if anything.
    pub(super) fn value(&self, of: &Figure) -> Option<f64> {
        self.figures.iter().find(|(figure, _)| figure.pointer == of.pointer).map(|(_, value)| *value)
    }
}

/// A scenario as it is written.
#[derive(Deserialize)]
struct Scenario {
    name: String,
    is_bounded: bool,
    result: Option<Value>,
    parts: Vec<Value>,
    runs: Vec<Value>,
}

/// Reads a report.
///
/// # Errors
/// Usage, where the file can't be read, or lacks what this version writes: a figure that went by another name would
/// else be passed over in silence.
pub(crate) fn read(file: &Path) -> Result<Reading, Failure> {
    let file_name = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|error| Failure::usage(format!("{file_name} can't be read: {error}")))?;
    let report: Value =
        serde_json::from_str(&text).map_err(|error| Failure::usage(format!("{file_name} is no JSON: {error}")))?;
    reading(&report).map_err(|problem| {
        Failure::usage(format!("{file_name} is no report that this kgas-bench run --json writes: {problem}"))
    })
}

fn reading(report: &Value) -> Result<Reading, String> {
    let circumstances = Circumstances::deserialize(report).map_err(|error| error.to_string())?;
    let scenarios = report.get("scenarios").and_then(Value::as_array).ok_or("it has no list of scenarios")?;
    if scenarios.is_empty() {
        return Err("its list of scenarios is empty".to_owned());
    }
    let scenarios = scenarios.iter().enumerate().map(|(at, scenario)| {
        let scenario = Scenario::deserialize(scenario).map_err(|error| format!("scenario {}: {error}", at + 1))?;
        measured(&scenario).map_err(|problem| format!("scenario {}, {problem}", scenario.name))
    });
    let scenarios = scenarios.collect::<Result<Vec<_>, _>>()?;
    if let Some(name) = twice(scenarios.iter().map(|scenario| &scenario.name)) {
        return Err(format!("two scenarios are called {name}"));
    }
    Ok(Reading { circumstances, scenarios })
}

/// They are matched by name: of two alike the second would be held against the first.
fn twice<'n>(mut names: impl Iterator<Item = &'n String>) -> Option<&'n String> {
    let mut known = BTreeSet::new();
    names.find(|name| !known.insert(*name))
}

fn measured(scenario: &Scenario) -> Result<Measured, String> {
    let result = scenario.result.iter().map(|result| compared("result", result));
    let parts = scenario.parts.iter().map(|part| compared(named(part, "of", "a part")?, part));
    let runs = scenario.runs.iter().map(|run| {
        let name = named(run, "name", "a run")?;
        let fitting = OF_A_RUN.iter().filter(|figure| scenario.is_bounded || !figure.needs_bound);
        let machine = OF_A_MACHINE.iter().filter(|figure| run.pointer(figure.pointer).is_some());
        group(name, fitting.chain(machine), run)
    });
    let groups = result.chain(parts).chain(runs).collect::<Result<Vec<_>, _>>()?;
    if let Some(name) = twice(groups.iter().map(|group| &group.name)) {
        return Err(format!("{name}: two things have this name"));
    }
    Ok(Measured { name: scenario.name.clone(), groups })
}

/// Two ways that were compared.
fn compared(name: &str, comparison: &Value) -> Result<Group, String> {
    let unit = comparison.get("unit").map(Unit::deserialize);
    let figures = match unit.and_then(Result::ok).ok_or_else(|| format!("{name}: it has no unit that is known"))? {
        Unit::Seconds => OF_SECONDS,
        Unit::AtOnce => OF_CALLS,
    };
    group(name, figures.iter(), comparison)
}

fn group(name: &str, figures: impl Iterator<Item = &'static Figure>, of: &Value) -> Result<Group, String> {
    let read = |figure: &'static Figure| match of.pointer(figure.pointer) {
        // It has none of it, such as the used share of a limit that isn't there.
        Some(Value::Null) => None,
        value => Some(value.and_then(Value::as_f64).map(|value| (figure, value)).ok_or_else(|| {
            let path = figure.pointer.trim_start_matches('/').replace('/', ".");
            format!("{name}: {path} is no number")
        })),
    };
    Ok(Group { name: name.to_owned(), figures: figures.filter_map(read).collect::<Result<_, _>>()? })
}

fn named<'v>(value: &'v Value, field: &str, what: &str) -> Result<&'v str, String> {
    value.get(field).and_then(Value::as_str).ok_or_else(|| format!("{what} has no {field}"))
}
