//! How fast requests may go: so many a minute, so many tokens a minute, so many at once.

mod books;
mod bucket;
mod cause;
mod crew;
pub(crate) mod headers;
mod learn;
mod limits;
mod permit;
mod queue;
mod refusal;
mod rehearse;
mod slow;
mod snapshot;
mod spread;
mod window;

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{Either, select, select_all};
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

use self::books::Books;
pub use self::cause::{Cause, Queued};
pub use self::learn::Learned;
pub use self::limits::{Cost, Limits};
pub(crate) use self::permit::Mark;
pub use self::permit::Permit;
pub use self::refusal::Refusal;
pub use self::rehearse::Rehearsal;
pub use self::snapshot::Snapshot;
use crate::{ErrorKind, HttpError};

/// Lets requests through, first come first served, as fast as its [`Limits`] allow.
///
/// Clones share one queue. In no 60 seconds are more requests written than allowed.
///
/// ```
/// use kgas_http::{Cost, Limiter, Limits};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), kgas_http::HttpError> {
/// let limiter = Limiter::new(Limits::default());
/// let mut permit = limiter.acquire(Cost::tokens(120)).await?;
/// permit.written(); // the request is on its way
/// permit.settle(97); // what it cost in the end
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Limiter {
    shared: Arc<Shared>,
}

/// A turnstile: who holds `turn` is at the head of the queue, and only there are times worked
/// out. So a pause, a settled permit or a waiter that left needs no re-planning of the others.
struct Shared {
    limits: Limits,
    turn: Semaphore,
    books: Mutex<Books>,
    /// Something became allowed earlier, or later, than the head had worked out.
    changed: Notify,
    /// It was closed.
    gone: Notify,
    /// The limits that these are part of.
    wider: Option<Arc<Self>>,
}

impl Limiter {
    /// A limiter whose allowance is untouched.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self::of(limits, None)
    }

    /// A limiter with limits of its own, all of whose requests also count against this one: for
    /// a model whose limits are part of its key's. Each has a queue; a request is let through
    /// by both at once or by neither.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    /// use kgas_http::{Limiter, Limits};
    ///
    /// let key = Limiter::new(Limits { requests_per_minute: NonZeroU32::new(500), ..Limits::default() });
    /// let large = key.within(Limits { requests_per_minute: NonZeroU32::new(60), ..Limits::default() });
    /// let small = key.within(Limits { requests_per_minute: NonZeroU32::new(480), ..Limits::default() });
    /// # let _ = (large, small);
    /// ```
    #[must_use]
    pub fn within(&self, limits: Limits) -> Self {
        Self::of(limits, Some(Arc::clone(&self.shared)))
    }

    fn of(limits: Limits, wider: Option<Arc<Shared>>) -> Self {
        Self {
            shared: Arc::new(Shared {
                limits,
                turn: Semaphore::new(1),
                books: Mutex::new(Books::new(limits, Instant::now())),
                changed: Notify::new(),
                gone: Notify::new(),
                wider,
            }),
        }
    }

    /// The limits as configured; [`snapshot`](Self::snapshot) has those in force.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Waits for the turn of a request of this cost. Dropping the future leaves the queue and
    /// takes nothing with it. A future that is kept and not polled keeps its place, and holds up
    /// all behind it once it is at the head.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NeverFits`](crate::ErrorKind::NeverFits) at once, if the cost alone is above
    /// the limit for a minute; the request must become smaller.
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed) once the limiter is closed.
    pub async fn acquire(&self, cost: Cost) -> Result<Permit, HttpError> {
        let acquiring = queue::acquire(&self.shared, cost);
        if self.shared.wider.is_none() {
            return acquiring.await;
        }
        // Whoever is at the head of a wider queue doesn't look at the narrower one.
        match select(pin!(acquiring), pin!(self.closed())).await {
            Either::Left((permit, _)) => permit,
            Either::Right(_) => Err(HttpError::new(ErrorKind::Closed)),
        }
    }

    /// Lets nobody through any more: who waits, and who comes later, gets
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed). Whoever was let through is not
    /// disturbed. So a run that is to end pays for nothing that only stood in the queue.
    pub fn close(&self) {
        self.shared.change(|books| books.is_closed = true);
        self.shared.turn.close();
        self.shared.gone.notify_waiters();
    }

    /// Closes it and all that it is within.
    pub(crate) fn close_all(&self) {
        self.close();
        for scope in std::iter::successors(self.shared.wider.as_ref(), |scope| scope.wider.as_ref()) {
            Self { shared: Arc::clone(scope) }.close();
        }
    }

    /// Waits until it, or one that it is within, is closed.
    pub(crate) async fn closed(&self) {
        let scopes = std::iter::successors(Some(&self.shared), |scope| scope.wider.as_ref());
        select_all(scopes.map(|scope| Box::pin(scope.closed()))).await;
    }

    /// Lets nobody through before `until`, not even those who already queue; afterwards they
    /// leave one by one. A pause is only ever moved later.
    pub fn pause_until(&self, until: Instant) {
        self.shared.change(|books| books.pause_until(until));
    }

    fn with_books<T>(&self, with: impl FnOnce(&mut Books) -> T) -> T {
        self.shared.with_books(with)
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Shared {
    fn with_books<T>(&self, with: impl FnOnce(&mut Books) -> T) -> T {
        // Each change of the books is complete before anything could panic.
        with(&mut self.books.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn closed(&self) {
        let gone = self.gone.notified();
        if !self.with_books(|books| books.is_closed) {
            gone.await;
        }
    }

    /// Changes the books and lets the head of the queue look at them again.
    fn change<T>(&self, with: impl FnOnce(&mut Books) -> T) -> T {
        let result = self.with_books(with);
        self.changed.notify_one();
        result
    }
}
