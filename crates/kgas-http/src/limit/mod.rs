//! How fast requests may go: so many a minute, so many tokens a minute, so many at once.

mod bucket;
mod pacer;
mod permit;
mod window;

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{AcquireError, Notify, Semaphore};
use tokio::time::{Instant, timeout_at};

use self::pacer::{Admission, Pacer};
pub(crate) use self::permit::Mark;
pub use self::permit::Permit;
use crate::{ErrorKind, HttpError};

/// What a server allows, or what a caller wants to use of it. `None` means no such limit.
///
/// ```
/// use std::num::NonZeroU32;
/// use kgas_http::Limits;
///
/// let limits = Limits {
///     tokens_per_minute: NonZeroU32::new(200_000),
///     ..Limits::default()
/// };
/// assert_eq!(limits.requests_per_minute, NonZeroU32::new(60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in any 60 seconds, each attempt counted.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Tokens in any 60 seconds, by the requests' [`Cost`].
    pub tokens_per_minute: Option<NonZeroU32>,
    /// Requests on the wire at a time.
    pub max_concurrent: NonZeroUsize,
}

impl Limits {
    /// 60 requests a minute, 10 at a time.
    pub const DEFAULT: Self = Self::per_minute(60, 10);

    /// No limit but that of requests at a time.
    #[must_use]
    pub const fn unlimited(max_concurrent: NonZeroUsize) -> Self {
        Self { requests_per_minute: None, tokens_per_minute: None, max_concurrent }
    }

    /// Both numbers must be above zero; zero is taken as one.
    pub(crate) const fn per_minute(requests: u32, max_concurrent: usize) -> Self {
        let requests = match NonZeroU32::new(requests) {
            Some(n) => n,
            None => NonZeroU32::MIN,
        };
        let max_concurrent = match NonZeroUsize::new(max_concurrent) {
            Some(n) => n,
            None => NonZeroUsize::MIN,
        };
        Self { requests_per_minute: Some(requests), tokens_per_minute: None, max_concurrent }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What one request is expected to cost besides being one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cost {
    /// Tokens of the prompt and of the longest answer allowed.
    pub tokens: u32,
}

impl Cost {
    /// A cost of so many tokens.
    #[must_use]
    pub const fn tokens(tokens: u32) -> Self {
        Self { tokens }
    }
}

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
    slots: Arc<Semaphore>,
    pacer: Mutex<Pacer>,
    /// Something became allowed earlier, or later, than the head had worked out.
    changed: Notify,
}

impl Limiter {
    /// A limiter whose allowance is untouched.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let slots = limits.max_concurrent.get().min(Semaphore::MAX_PERMITS);
        Self {
            shared: Arc::new(Shared {
                limits,
                turn: Semaphore::new(1),
                slots: Arc::new(Semaphore::new(slots)),
                pacer: Mutex::new(Pacer::new(&limits, Instant::now())),
                changed: Notify::new(),
            }),
        }
    }

    /// The limits it holds to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Waits for the turn of a request of this cost. Dropping the future leaves the queue and
    /// takes nothing with it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NeverFits`] at once, if the cost alone is above the limit for a minute; the
    /// request must become smaller. [`ErrorKind::Closed`] once the limiter is closed.
    pub async fn acquire(&self, cost: Cost) -> Result<Permit, HttpError> {
        let shared = &self.shared;
        if let Some(limit) = shared.limits.tokens_per_minute
            && cost.tokens > limit.get()
        {
            let tokens = cost.tokens;
            return Err(HttpError::new(ErrorKind::NeverFits)
                .with_message(format!("about {tokens} tokens, {limit} allowed a minute")));
        }
        let _turn = shared.turn.acquire().await.map_err(closed)?;
        let slot = Arc::clone(&shared.slots).acquire_owned().await.map_err(closed)?;
        let arrived = Instant::now();
        loop {
            if shared.slots.is_closed() {
                return Err(HttpError::new(ErrorKind::Closed));
            }
            let admission = shared.lock().admit(cost, arrived, Instant::now());
            match admission {
                Admission::Now(ticket) => {
                    return Ok(Permit::new(Arc::clone(shared), ticket, cost, slot));
                }
                Admission::At(time) => {
                    // Either way the answer is to ask again.
                    let _changed_or_due = timeout_at(time, shared.changed.notified()).await;
                }
                Admission::OnChange => shared.changed.notified().await,
            }
        }
    }

    /// Lets nobody through any more: who waits, and who comes later, gets [`ErrorKind::Closed`].
    /// Whoever was let through is not disturbed. So a run that is to end pays for nothing that
    /// only stood in the queue.
    pub fn close(&self) {
        self.shared.turn.close();
        self.shared.slots.close();
        self.shared.changed.notify_one();
    }

    /// Lets nobody through before `until`, not even those who already queue. A pause is only
    /// ever moved later.
    pub fn pause_until(&self, until: Instant) {
        self.shared.lock().pause_until(until);
        self.shared.changed.notify_one();
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("limits", &self.shared.limits)
            .field("free_slots", &self.shared.slots.available_permits())
            .finish_non_exhaustive()
    }
}

fn closed(error: AcquireError) -> HttpError {
    HttpError::new(ErrorKind::Closed).with_source(error)
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Pacer> {
        // Each change of the pacer is complete before anything could panic.
        self.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the books and lets the head of the queue look at them again.
    fn change(&self, with: impl FnOnce(&mut Pacer)) {
        with(&mut self.lock());
        self.changed.notify_one();
    }
}
