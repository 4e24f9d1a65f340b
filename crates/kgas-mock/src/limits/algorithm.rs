//! The ways in which servers count, each with its definition.

use std::fmt;
use std::time::Duration;

use super::bucket::Bucket;
use super::log::Log;
use super::minute::Minute;
use super::quanta::Quanta;

/// How a server counts what it lets in: requests, of which each costs one, and tokens. `N` is the allowance
/// per minute.
///
/// Whatever the algorithm, a request is let in if it has room in each limit, and takes its cost from each; a
/// refused one takes nothing unless [`Builder::refusals_count`](crate::Builder::refusals_count) says so; one
/// that costs more than `N` is never let in. All times are since the server's start, and nothing is rounded.
///
/// ```
/// use kgas_mock::{Algorithm, MockServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = MockServer::builder()
///     .requests_per_minute(600)
///     .tokens_per_minute(60_000)
///     .algorithm(Algorithm::SecondBucket)
///     .in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// A bucket that holds `N`, starts full and refills evenly, `N/60` per second, fractions too. A request is
    /// let in if its cost is in the bucket. So a backlog is let in at once up to `N`, and up to almost `2N` in
    /// the first minute.
    FullBucket,
    /// The same bucket, but it holds only one second's worth, or one if that is less: `max(1, N/60)`. A request
    /// that costs more than the bucket holds is let in when the bucket is full and leaves it in debt, which
    /// the refill pays first.
    SecondBucket,
    /// A counter that starts anew each 60 s, at 60, 120, 180 s and so on
    /// ([`Builder::phase`](crate::Builder::phase) moves these times). A request is let in if the counter with
    /// its cost is not above `N`.
    FixedMinute,
    /// A log of what was let in. A request is let in if its cost and what was let in during the last 60 s are
    /// together not above `N`; what was let in exactly 60 s ago no longer counts.
    #[default]
    SlidingLog,
    /// A counter for each quantum of time. A quantum is one second, or the time of one request if that is more:
    /// with `q = min(N, 60)` the minute has `q` quanta, and quantum `k` (from 0) begins at `k * 60/q` seconds
    /// ([`Builder::phase`](crate::Builder::phase) moves these times). It lets in
    /// `floor((k+1) * N/q) - floor(k * N/q)`: at 90 per minute 1, 2, 1, 2 and so on, at 5 per minute one in each
    /// 12 s. What a quantum does not use is lost.
    ///
    /// A request that costs more than any quantum holds (tokens only) is let in while the quantum has something
    /// left, and takes what is missing from the quanta that follow.
    SecondQuanta,
}

impl Algorithm {
    pub(super) fn counter(self, allowance: u32) -> Box<dyn Counter> {
        match self {
            Self::FullBucket => Box::new(Bucket::of_a_minute(allowance)),
            Self::SecondBucket => Box::new(Bucket::of_a_second(allowance)),
            Self::FixedMinute => Box::new(Minute::new(allowance)),
            Self::SlidingLog => Box::new(Log::new(allowance)),
            Self::SecondQuanta => Box::new(Quanta::new(allowance)),
        }
    }
}

/// What one algorithm remembers. Each method is called with a `now` that [`Counter::catch_up`] has seen, and
/// with costs from 1 to the allowance, which is not 0; only what is taken may be anything.
pub(super) trait Counter: fmt::Debug + Send {
    /// Moves to this moment. Time never goes back.
    fn catch_up(&mut self, now: Duration);

    /// How long this cost must wait for room if nothing else comes; `None` if there is room.
    fn wait(&self, now: Duration, cost: u64) -> Option<Duration>;

    /// Takes what was let in.
    fn take(&mut self, now: Duration, cost: u64);

    /// Counts a refused attempt.
    fn take_refused(&mut self, now: Duration, cost: u64);

    /// Takes `used` instead of what was taken `then`.
    fn settle(&mut self, then: Duration, taken: u64, used: u64);

    /// What could be let in now, in whole units.
    fn remaining(&self) -> u64;

    /// How long until all is there again that can be there at once.
    fn reset(&self, now: Duration) -> Duration;
}
