//! After an error that every other call would meet too, nothing more is bought.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use kgas_core::{ModelError, ModelErrorKind};

use crate::Interrupt;

/// Shared by all models of a run: remembers the first fatal error, and closes the door behind it.
#[derive(Debug, Default)]
pub struct Gate {
    fatal: OnceLock<ModelError>,
    /// Whether the server has answered anything yet.
    reached: AtomicBool,
    interrupt: Interrupt,
}

impl Gate {
    /// A gate that stops this run.
    #[must_use]
    pub fn new(interrupt: Interrupt) -> Self {
        Self { interrupt, ..Self::default() }
    }

    /// The error that stopped the run, where one did.
    #[must_use]
    pub fn fatal(&self) -> Option<&ModelError> {
        self.fatal.get()
    }

    /// The error to give instead of making a call, where the door is closed.
    pub(super) fn check(&self) -> Result<(), ModelError> {
        self.fatal.get().map_or(Ok(()), |error| Err(error.clone().with_attempts(0)))
    }

    pub(super) fn has_reached(&self) -> bool {
        self.reached.load(Ordering::Acquire)
    }

    pub(super) fn reach(&self) {
        self.reached.store(true, Ordering::Release);
    }

    /// Looks at an error that a call ended with. A call that was stopped says nothing about the server.
    pub(super) fn observe(&self, error: ModelError) -> ModelError {
        if error.kind() != ModelErrorKind::Stopped && error.is_fatal() && self.fatal.set(error.clone()).is_ok() {
            self.interrupt.drain();
        }
        error
    }
}
