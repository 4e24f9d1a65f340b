//! The two strengths of stopping: drain finishes what is paid, abort drops it.

use std::sync::Arc;

use kgas_core::Stop;
use tokio::sync::watch;

/// A switch with two strengths, shared by the run and whoever may stop it.
#[derive(Clone, Debug)]
pub struct Interrupt {
    stop: Stop,
    level: Arc<watch::Sender<Level>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Run,
    Drain,
    Abort,
}

impl Default for Interrupt {
    fn default() -> Self {
        Self { stop: Stop::default(), level: Arc::new(watch::Sender::new(Level::Run)) }
    }
}

impl Interrupt {
    /// What tools are given to look at.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Begins nothing new; what is paid for is finished.
    pub fn drain(&self) {
        self.raise(Level::Drain);
    }

    /// Drops what is in flight.
    pub fn abort(&self) {
        self.raise(Level::Abort);
    }

    /// Whether a stop of either strength was asked for.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.is_requested()
    }

    /// Waits for a stop of either strength.
    pub async fn stopped(&self) {
        self.reached(Level::Drain).await;
    }

    /// Waits for an abort.
    pub async fn aborted(&self) {
        self.reached(Level::Abort).await;
    }

    fn raise(&self, to: Level) {
        self.stop.request();
        self.level.send_modify(|level| *level = to.max(*level));
    }

    async fn reached(&self, wanted: Level) {
        let mut level = self.level.subscribe();
        // The sender lives as long as this switch, so waiting can't fail.
        let _ = level.wait_for(|level| *level >= wanted).await;
    }
}
