//! What a client tells of each attempt to whoever wants to know.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::{HttpError, Queued};

/// One attempt, when it has ended: see [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The path asked for, without base and query.
    pub path: &'a str,
    /// Which attempt of its call it is, counted from 1. A [hedged](crate::Hedge) attempt is one
    /// report, with the number of the last that went out.
    pub number: u32,
    /// When it went out.
    pub began: Instant,
    /// How long it was on the wire.
    pub wire: Duration,
    /// What it waited for in the limiter's queue before.
    pub queued: Queued,
    /// The status it was answered with, if it was.
    pub status: Option<u16>,
    /// Why there is no usable answer.
    pub error: Option<&'a HttpError>,
}

/// Whom to tell.
#[derive(Clone, Default)]
pub(crate) struct OnAttempt(Option<Arc<Tell>>);

type Tell = dyn Fn(&Attempt<'_>) + Send + Sync;

impl OnAttempt {
    pub(crate) fn new(tell: impl Fn(&Attempt<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(crate) fn call(&self, attempt: &Attempt<'_>) {
        if let Some(tell) = &self.0 {
            tell(attempt);
        }
    }
}

impl fmt::Debug for OnAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OnAttempt").field(&self.0.is_some()).finish()
    }
}
