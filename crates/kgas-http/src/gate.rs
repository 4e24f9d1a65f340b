//! The door of one handle: closed for new requests, open until those inside have left.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    left: Notify,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    closed: bool,
    inside: usize,
}

impl Gate {
    /// A door of its own, as open as this one, with nobody inside.
    pub(crate) fn another(&self) -> Self {
        let closed = self.lock().closed;
        Self { state: Mutex::new(State { closed, inside: 0 }), left: Notify::new() }
    }

    /// A pass to hold while inside, or `None` if the door is closed.
    pub(crate) fn enter(&self) -> Option<Pass<'_>> {
        let mut state = self.lock();
        if state.closed {
            return None;
        }
        state.inside = state.inside.saturating_add(1);
        Some(Pass(self))
    }

    /// Lets nobody in any more, and waits until all have left. Dropping it only ends the wait.
    pub(crate) async fn close(&self) {
        self.lock().closed = true;
        loop {
            let mut left = std::pin::pin!(self.left.notified());
            left.as_mut().enable();
            if self.lock().inside == 0 {
                return;
            }
            left.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Someone is inside as long as this lives.
#[derive(Debug)]
pub(crate) struct Pass<'a>(&'a Gate);

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.inside = state.inside.saturating_sub(1);
        drop(state);
        self.0.left.notify_waiters();
    }
}
