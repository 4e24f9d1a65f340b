//! What was found: a line for each check, on a screen or for a machine.

use serde::Serialize;

use crate::Exit;
use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Ok,
    /// It works, and a person may lose by it.
    Warning,
    Failed,
    /// It could not be made, or was not asked for.
    Skipped,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// One check: what was found, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    pub(super) check: &'static str,
    pub(super) state: State,
    pub(super) finding: String,
}

impl Line {
    pub(super) fn new(check: &'static str, state: State, finding: impl Into<String>) -> Self {
        Self { check, state, finding: finding.into() }
    }

    pub(super) fn ok(check: &'static str, finding: impl Into<String>) -> Self {
        Self::new(check, State::Ok, finding)
    }

    pub(super) fn warning(check: &'static str, finding: impl Into<String>) -> Self {
        Self::new(check, State::Warning, finding)
    }

    pub(super) fn failed(check: &'static str, finding: impl Into<String>) -> Self {
        Self::new(check, State::Failed, finding)
    }

    pub(super) fn skipped(check: &'static str, finding: impl Into<String>) -> Self {
        Self::new(check, State::Skipped, finding)
    }
}

/// All checks in their order, each of which stands here once.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    state: State,
    checks: Vec<Line>,
}

impl Report {
    pub(super) fn of(checks: Vec<Line>) -> Self {
        let has = |state| checks.iter().any(|line| line.state == state);
        let state = [State::Failed, State::Warning].into_iter().find(|state| has(*state)).unwrap_or(State::Ok);
        Self { state, checks }
    }

    pub(super) fn show(&self, as_json: bool, show: Show) -> Result<Exit, Failure> {
        if as_json {
            show.json(self)?;
        } else {
            let row = |line: &Line| vec![line.state.as_str().to_owned(), line.check.to_owned(), line.finding.clone()];
            show.table(&self.checks.iter().map(row).collect::<Vec<_>>())?;
            show.result(&self.in_words())?;
        }
        Ok(if self.state == State::Failed { Exit::Fatal } else { Exit::Complete })
    }

    fn in_words(&self) -> String {
        let count = |state| self.checks.iter().filter(|line| line.state == state).count() as u64;
        let failed = match count(State::Failed) {
            0 => "nothing failed".to_owned(),
            some => counted(some, "check failed", "checks failed"),
        };
        match count(State::Warning) {
            0 => failed,
            some => format!("{failed}, {}", counted(some, "warning", "warnings")),
        }
    }
}
