//! Ctrl-C: once to finish what is paid, twice to stop at once, thrice to leave.

use kgas_engine::Interrupt;

use crate::Exit;
use crate::show::Show;

/// Listens until the process ends. Returns a task that the caller need not wait for.
pub(crate) fn listen(interrupt: Interrupt, show: Show) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        if !next().await {
            return;
        }
        interrupt.drain();
        show.note("stopping: what is in flight is finished and written; once more drops it");
        if !next().await {
            return;
        }
        interrupt.abort();
        show.note("stopping now: what is done is written");
        if next().await {
            // Even writing takes too long for this user; files are only renamed when whole.
            std::process::exit(Exit::Interrupted as i32);
        }
    })
}

/// Waits for a signal; `false` where the system can't give one.
#[cfg(unix)]
async fn next() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            heard = tokio::signal::ctrl_c() => heard.is_ok(),
            heard = terminate.recv() => heard.is_some(),
        },
        Err(_no_signals) => tokio::signal::ctrl_c().await.is_ok(),
    }
}

#[cfg(not(unix))]
async fn next() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
