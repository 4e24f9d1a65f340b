//! The wish to stop, as tools see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A switch that is turned once: what is paid for is finished, nothing new is begun.
///
/// ```
/// let stop = kgas_core::Stop::default();
/// let seen_by_a_tool = stop.clone();
/// stop.request();
/// assert!(seen_by_a_tool.is_requested());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks for the stop; it can't be taken back.
    pub fn request(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether a stop was asked for.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
