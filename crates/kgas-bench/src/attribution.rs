//! What held a run back, at each instant of it one thing: the shares of its time.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::report::rounded;
use crate::trace::{Call, Doing, Performance, Stretch};

/// What does not round to nothing at one decimal of a percent.
const SMALLEST_SHOWN: f64 = 0.0005;

/// Where a run's time went, as shares of it that add up to 1; all zero for a run that took no time.
///
/// At each instant one thing holds the run back, the first of these that is so:
/// 1. Somebody stands in the limiter's queue: what the head of the queue waits for, be it requests per minute, tokens
///    per minute, a place among the requests at a time, or the end of a pause.
/// 2. Something is on the wire: the server.
/// 3. Somebody waits before trying again, or for a server that is away: back-off.
/// 4. Nothing of all that: kgas itself, with its tools, its files and the machine.
///
/// To wait for a place means that the server is slow for so few places: more of them, or a faster server, help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Attribution {
    /// Waiting on requests per minute.
    pub requests: f64,
    /// Waiting on tokens per minute.
    pub tokens: f64,
    /// Waiting for a place among the requests at a time.
    pub concurrency: f64,
    /// Waiting because the server asked everybody to.
    pub pause: f64,
    /// Waiting for answers only.
    pub server: f64,
    /// Waiting before another attempt, or for a server that is away.
    pub back_off: f64,
    /// The rest. On a simulated clock work takes no time, so that it is zero there.
    pub kgas: f64,
}

impl Attribution {
    /// The shares of what happened.
    ///
    /// The queued time is measured as the union of all calls' queued stretches, and split as the limiter's own account
    /// of its heads ([`Performance::waits`]) is: one head at a time waits for one thing at a time, so that both are
    /// the same time. They differ by what no call shows: the queueing of a hedged second attempt, whose call is on
    /// the wire meanwhile, and of a call that an outage sent back before it was written.
    #[must_use]
    pub fn of(performance: &Performance) -> Self {
        let Performance { wall, calls, waits, .. } = performance;
        let spent = Spent::of(*wall, calls.iter().flat_map(Call::stretches));
        let share = |time: Duration| if wall.is_zero() { 0.0 } else { time.as_secs_f64() / wall.as_secs_f64() };
        let mut waits = *waits;
        if waits.total().is_zero() {
            // A queue of which the limiter tells nothing is one for places.
            waits.concurrency = Duration::from_secs(1);
        }
        let whole = waits.total().as_secs_f64();
        let part = |of: Duration| rounded(share(spent.queued) * of.as_secs_f64() / whole);
        Self {
            requests: part(waits.requests),
            tokens: part(waits.tokens),
            concurrency: part(waits.concurrency),
            pause: part(waits.pause),
            server: rounded(share(spent.wire)),
            back_off: rounded(share(spent.back_off)),
            kgas: rounded(share(spent.nothing)),
        }
    }
}

/// The shares by size, in percent, without those that round to nothing: `71.0 % waiting on tokens per minute, 22.0 % on the
/// server, 0.1 % in kgas`.
impl fmt::Display for Attribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shares = [
            (self.requests, "waiting on requests per minute"),
            (self.tokens, "waiting on tokens per minute"),
            (self.concurrency, "waiting for a place"),
            (self.pause, "paused by the server"),
            (self.server, "on the server"),
            (self.back_off, "backing off"),
            (self.kgas, "in kgas"),
        ];
        shares.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        for (place, (share, what)) in shares.iter().filter(|(share, _)| *share >= SMALLEST_SHOWN).enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{:.1} % {what}", share * 100.0)?;
        }
        Ok(())
    }
}

/// The whole time of a run, each instant counted once.
#[derive(Debug, Default)]
struct Spent {
    queued: Duration,
    wire: Duration,
    back_off: Duration,
    nothing: Duration,
}

impl Spent {
    fn of(wall: Duration, stretches: impl Iterator<Item = Stretch>) -> Self {
        let mut turns: Vec<_> = stretches
            .flat_map(|Stretch { doing, from, to }| [(from.min(wall), doing, 1_i64), (to.min(wall), doing, -1)])
            .chain([(wall, Doing::Wire, 0)])
            .collect();
        turns.sort_unstable();
        let mut spent = Self::default();
        let mut now = Now::default();
        let mut since = Duration::ZERO;
        for (at, doing, change) in turns {
            *spent.of_what(&now) += at.saturating_sub(since);
            since = at;
            *now.count(doing) += change;
        }
        spent
    }

    /// What counts while so many calls do this and that.
    fn of_what(&mut self, now: &Now) -> &mut Duration {
        match now {
            Now { queued: 1.., .. } => &mut self.queued,
            Now { wire: 1.., .. } => &mut self.wire,
            Now { back_off: 1.., .. } => &mut self.back_off,
            _ => &mut self.nothing,
        }
    }
}

/// How many calls do what.
#[derive(Debug, Default)]
struct Now {
    queued: i64,
    wire: i64,
    back_off: i64,
}

impl Now {
    fn count(&mut self, doing: Doing) -> &mut i64 {
        match doing {
            Doing::Queued => &mut self.queued,
            Doing::Wire => &mut self.wire,
            Doing::BackOff => &mut self.back_off,
        }
    }
}
