//! The turnstile: who is at its head works out when to go, sleeps, and looks again.

use std::sync::Arc;

use tokio::sync::{AcquireError, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::books::Look;
use super::cause::{Cause, Queued};
use super::permit::Scopes;
use super::{Cost, Permit, Shared};
use crate::{ErrorKind, HttpError};

/// Waits until all limits let a request through, its own and the wider ones, and takes from all
/// of them at once. While it waits for one it holds nothing of another but its place in a queue.
pub(super) async fn acquire(own: &Arc<Shared>, cost: Cost) -> Result<Permit, HttpError> {
    let mut narrower = Vec::new();
    let mut widest = own;
    while let Some(wider) = &widest.wider {
        narrower.push(widest);
        widest = wider;
    }
    for scope in narrower.iter().chain([&widest]) {
        if let Some(limit) = scope.with_books(|books| books.too_small_for(cost)) {
            return Err(never_fits(cost, limit));
        }
    }
    let came = Instant::now();
    let waiter = Waiter::come(own, came);
    let mut turns: Vec<SemaphorePermit<'_>> = Vec::with_capacity(narrower.len());
    for scope in &narrower {
        turns.push(scope.turn.acquire().await.map_err(closed)?);
    }
    let (scopes, gone) = loop {
        for (depth, scope) in narrower.iter().enumerate() {
            let inner = narrower.get(..depth).unwrap_or_default();
            Head { inner, scope, came }.until(cost, |_, _| ()).await?;
        }
        let before = waits_so_far(&narrower, widest);
        let _turn = widest.turn.acquire().await.map_err(closed)?;
        let head = Head { inner: &narrower, scope: widest, came };
        let gone = head.until(cost, |since, now| (head.admit(cost, since, now), now)).await?;
        if let Some(before) = before {
            let waited = widest.with_books(|books| books.waits.since(before, Instant::now()));
            own.with_books(|books| books.waits.add(waited));
        }
        if let Some(gone) = gone {
            break gone;
        }
    };
    Ok(Permit::new(scopes, cost, waiter.waited(gone)))
}

/// The waits in a wider queue so far, which only those of a narrower one have to tell apart.
fn waits_so_far(narrower: &[&Arc<Shared>], widest: &Shared) -> Option<Queued> {
    (!narrower.is_empty()).then(|| widest.with_books(|books| books.waits.so_far(Instant::now())))
}

/// Whoever holds the turn of `scope`, and those of all scopes inside it.
struct Head<'a> {
    inner: &'a [&'a Arc<Shared>],
    scope: &'a Arc<Shared>,
    /// When it joined the queue: the grid goes on from there, however late it became the head.
    came: Instant,
}

impl Head<'_> {
    /// Lets the request through by all scopes.
    fn admit(&self, cost: Cost, since: Instant, now: Instant) -> Scopes {
        let admit = |scope: &Arc<Shared>| (Arc::clone(scope), scope.with_books(|b| b.admit(cost, since, now)));
        Scopes(self.all().map(admit).collect())
    }

    /// Waits until it may go as far as these scopes are concerned, and then does this. `None` if
    /// it has to wait for an inner scope again: others must not wait for that with it.
    async fn until<T>(&self, cost: Cost, go: impl Fn(Instant, Instant) -> T) -> Result<Option<T>, HttpError> {
        let mut arrived = self.came;
        loop {
            let now = Instant::now();
            let (look, whose) = self.look(cost, arrived, now);
            match look {
                Look::Until(..) | Look::OnChange(_) if !std::ptr::eq(whose, &**self.scope) => {
                    self.note(None, now);
                    return Ok(None);
                }
                // Nobody else takes from these books: each turn is held.
                Look::Since(since) => {
                    let gone = go(since, now);
                    self.note(None, now);
                    return Ok(Some(gone));
                }
                Look::Until(time, cause) => {
                    self.note(Some(cause), now);
                    // Either way the answer is to ask again.
                    let _changed_or_due = timeout_at(time, whose.changed.notified()).await;
                }
                Look::OnChange(cause) => {
                    self.note(Some(cause), now);
                    whose.changed.notified().await;
                    arrived = Instant::now();
                }
                Look::Never(limit) => {
                    self.note(None, now);
                    return Err(never_fits(cost, limit));
                }
                Look::Closed => {
                    self.note(None, now);
                    return Err(HttpError::new(ErrorKind::Closed));
                }
            }
        }
    }

    /// The last word of all scopes, and whose it is.
    fn look(&self, cost: Cost, arrived: Instant, now: Instant) -> (Look, &Shared) {
        let mut last = (Look::Since(arrived), &**self.scope);
        for scope in self.all() {
            let look = scope.with_books(|books| books.look(cost, arrived, now));
            if rank(&look) >= rank(&last.0) {
                last = (look, scope);
            }
        }
        last
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Shared>> {
        self.inner.iter().copied().chain([self.scope])
    }

    fn note(&self, cause: Option<Cause>, now: Instant) {
        self.scope.with_books(|books| books.waits.turn_to(cause, now));
    }
}

/// The order in which words outweigh each other: a later time an earlier one, a change not yet
/// in sight any time, and a no everything.
fn rank(look: &Look) -> (u8, Option<Instant>) {
    match look {
        Look::Since(time) => (0, Some(*time)),
        Look::Until(time, _) => (1, Some(*time)),
        Look::OnChange(_) => (2, None),
        Look::Never(_) => (3, None),
        Look::Closed => (4, None),
    }
}

/// Someone in the queue, who is counted as long as this lives.
struct Waiter<'a> {
    scope: &'a Shared,
    came: Queued,
}

impl<'a> Waiter<'a> {
    fn come(scope: &'a Shared, now: Instant) -> Self {
        let came = scope.with_books(|books| {
            books.queued += 1;
            books.waits.so_far(now)
        });
        Self { scope, came }
    }

    fn waited(&self, now: Instant) -> Queued {
        self.scope.with_books(|books| books.waits.since(self.came, now))
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.scope.with_books(|books| books.queued = books.queued.saturating_sub(1));
    }
}

fn never_fits(cost: Cost, limit: u32) -> HttpError {
    let tokens = cost.tokens;
    HttpError::new(ErrorKind::NeverFits).with_message(format!("about {tokens} tokens, {limit} allowed a minute"))
}

fn closed(error: AcquireError) -> HttpError {
    HttpError::new(ErrorKind::Closed).with_source(error)
}
