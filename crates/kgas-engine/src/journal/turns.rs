//! One at a time for each key: of calls that are the same, one is bought and the others wait for its answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Turnstile, OwnedMutexGuard};

use super::Key;

/// The keys that somebody is asking about.
#[derive(Debug, Default)]
pub(super) struct Turns {
    keys: Mutex<HashMap<Key, Arc<Turnstile<()>>>>,
}

/// A turn, or a place in the queue for one. Dropping it lets the next go on.
#[derive(Debug)]
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    key: Key,
    turnstile: Option<Arc<Turnstile<()>>>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits until nobody else asks about this key.
    pub(super) async fn take(&self, key: Key) -> Turn<'_> {
        let turnstile = Arc::clone(self.keys().entry(key).or_default());
        // Before the wait, so that leaving the queue cleans up as well.
        let mut turn = Turn { turns: self, key, turnstile: Some(Arc::clone(&turnstile)), held: None };
        turn.held = Some(turnstile.lock_owned().await);
        turn
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<Key, Arc<Turnstile<()>>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut keys = self.turns.keys();
        self.held = None;
        self.turnstile = None;
        if keys.get(&self.key).is_some_and(|turnstile| Arc::strong_count(turnstile) == 1) {
            keys.remove(&self.key);
        }
    }
}
