//! When the user wants the server to stop: at Ctrl-C or, where there is one, at the signal to terminate.

use std::future::pending;

/// Ears for the signals, open from the moment they are made.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Stop([Option<tokio::signal::unix::Signal>; 2]);

#[cfg(unix)]
impl Stop {
    pub(super) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};

        Self([SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()))
    }

    /// Returns when one has been heard.
    pub(super) async fn heard(mut self) {
        let [interrupt, terminate] = &mut self.0;
        tokio::select! {
            () = comes(interrupt) => {}
            () = comes(terminate) => {}
        }
    }
}

/// What can't be heard never comes: then only the end of the process ends the server.
#[cfg(unix)]
async fn comes(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => pending().await,
    }
}

/// An ear for Ctrl-C.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Stop;

#[cfg(not(unix))]
impl Stop {
    pub(super) fn listen() -> Self {
        Self
    }

    /// Returns when it has been heard.
    pub(super) async fn heard(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    }
}
