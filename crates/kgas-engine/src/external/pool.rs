//! The processes of a tool: how many run at once, which are free, and when no more are started.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::ExternalSpec;
use super::error::Problem;
use super::message::Introduction;
use super::process::Process;

/// Failures in a row, without a document that was dealt with, after which no process is started any more.
const MOST_FAILURES: u32 = 5;

#[derive(Debug)]
pub(super) struct Pool {
    tool: String,
    spec: ExternalSpec,
    introduction: Introduction,
    turns: Semaphore,
    free: Mutex<Vec<Process>>,
    failures: Mutex<Failures>,
}

#[derive(Debug, Default)]
struct Failures {
    in_a_row: u32,
    last: String,
}

impl Pool {
    pub(super) fn new(tool: &str, spec: ExternalSpec, introduction: Introduction) -> Self {
        let turns = Semaphore::new(spec.processes.get());
        let (free, failures) = Default::default();
        Self { tool: tool.to_owned(), spec, introduction, turns, free, failures }
    }

    pub(super) const fn spec(&self) -> &ExternalSpec {
        &self.spec
    }

    /// Waits until a process may be used; whoever came first gets it first.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.turns.acquire().await.ok()
    }

    /// A process that is free, or a new one.
    pub(super) async fn process(&self) -> Result<Process, Problem> {
        if let Some(problem) = self.given_up() {
            return Err(problem);
        }
        loop {
            // Taken in a statement of its own, so that the lock is free again when it is looked at.
            let free = self.free().pop();
            let Some(mut process) = free else { return self.fresh().await };
            if process.is_fit() {
                return Ok(process);
            }
        }
    }

    /// A new process, which must be what the tool was when the run began.
    pub(super) async fn fresh(&self) -> Result<Process, Problem> {
        let mut process = Process::start(&self.tool, &self.spec)?;
        let now = process.introduce(&self.spec).await?;
        if now == self.introduction {
            return Ok(process);
        }
        Err(Problem::Changed { before: self.introduction.version.clone(), now: now.version })
    }

    /// Takes back a process that dealt with its document.
    pub(super) fn take_back(&self, mut process: Process) {
        *self.failures() = Failures::default();
        if process.is_fit() {
            self.free().push(process);
        }
    }

    /// Counts a process that failed.
    pub(super) fn failed(&self, problem: &Problem) {
        if matches!(problem, Problem::GivenUp { .. }) {
            return;
        }
        let mut failures = self.failures();
        failures.in_a_row = failures.in_a_row.saturating_add(1);
        failures.last = problem.to_string();
    }

    fn given_up(&self) -> Option<Problem> {
        let failures = self.failures();
        let deaths = failures.in_a_row;
        (deaths >= MOST_FAILURES).then(|| Problem::GivenUp { deaths, last: failures.last.clone() })
    }

    fn free(&self) -> MutexGuard<'_, Vec<Process>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
