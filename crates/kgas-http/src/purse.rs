//! Whoever pays: asked before each attempt, and told what became of it.

use std::fmt;

use async_trait::async_trait;

use crate::{ApiRequest, Reply};

/// Says whether an attempt can be afforded. A client asks it before each attempt, those made again included, so that
/// what it allows can't be overshot by calls in flight.
///
/// What was set aside is settled exactly once, whatever becomes of the attempt, and before its call does anything
/// else: what a refused attempt gives back is there for its own repetition. That is also said where a future is dropped,
/// so [`settle`](Self::settle) should be quick, and must not panic.
#[async_trait]
pub trait Purse: Send + Sync + fmt::Debug {
    /// Sets aside the most that one attempt at this can cost. Waits while what is set aside for other attempts may
    /// come back and make it possible. Dropping the future sets nothing aside.
    ///
    /// # Errors
    /// [`Unaffordable`] where nothing may come back that would be enough: the call ends with
    /// [`ErrorKind::Spent`](crate::ErrorKind::Spent).
    async fn reserve(&self, request: &ApiRequest) -> Result<(), Unaffordable>;

    /// Sets it aside, if it is there now. For an attempt that is only made where it can be had at once.
    fn try_reserve(&self, request: &ApiRequest) -> bool;

    /// Takes note of what became of an attempt for which [`reserve`](Self::reserve) set something aside.
    fn settle(&self, request: &ApiRequest, came: Spending<'_>);
}

/// What an attempt cost, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub enum Spending<'a> {
    /// Nothing of the request was written: no attempt was made.
    Unsent,
    /// The server turned the request away: an attempt, but no work that is paid for.
    Refused,
    /// The request was written, and no whole answer came: the server may have done the work. Also for what is
    /// [opened](crate::Client::open): when the head of its answer comes, nobody knows what it will cost.
    Perhaps,
    /// The answer, which may tell what was used.
    Answered(&'a Reply),
}

/// Why an attempt can't be paid for, in words that follow "was not sent: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unaffordable(pub String);
