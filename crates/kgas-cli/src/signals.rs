//! Ctrl-C: once to finish what is paid, twice to stop at once, thrice to leave.

use kgas_engine::Interrupt;
use tokio::task::JoinHandle;

use crate::Exit;
use crate::show::Show;

/// Listens from now on until the process ends. Returns a task that the caller need not wait for.
pub(crate) fn listen(interrupt: Interrupt, show: Show) -> JoinHandle<()> {
    let mut signals = Signals::listen();
    tokio::spawn(async move {
        signals.next().await;
        interrupt.drain();
        show.note("stopping: what is in flight is finished and written; once more drops it");
        signals.next().await;
        interrupt.abort();
        show.note("stopping now: what is done is written");
        signals.next().await;
        // Even writing takes too long for this user; files are only renamed when whole.
        std::process::exit(Exit::Interrupted as i32);
    })
}

/// Ctrl-C and the polite kill. They are listened to without a gap: a second that comes right after the first counts.
#[cfg(unix)]
struct Signals([Option<tokio::signal::unix::Signal>; 2]);

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self([SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()))
    }

    /// Waits for one of them; for ever where the system gives none.
    async fn next(&mut self) {
        let Self([interrupt, terminate]) = self;
        tokio::select! {
            () = heard(interrupt) => {}
            () = heard(terminate) => {}
        }
    }
}

#[cfg(unix)]
async fn heard(signal: &mut Option<tokio::signal::unix::Signal>) {
    if let Some(signal) = signal
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending().await
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    /// Waits for Ctrl-C; for ever where the system gives none.
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
