//! How much is let in per minute: requests, tokens, or both.

mod algorithm;
mod bucket;
mod calendar;
mod log;
mod minute;
mod quanta;
mod telling;

use std::sync::Mutex;
use std::time::Duration;

pub use algorithm::Algorithm;
pub(crate) use telling::Teller;
pub use telling::{HeaderStyle, Hint};

use crate::locked;
use algorithm::Counter;

const WINDOW: Duration = Duration::from_secs(60);

/// What is to be limited, and how.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Terms {
    pub(crate) requests: Option<u32>,
    pub(crate) tokens: Option<u32>,
    pub(crate) algorithm: Algorithm,
    pub(crate) phase: Duration,
    pub(crate) refusals_count: bool,
    pub(crate) settles_tokens: bool,
}

/// The limits of one server.
#[derive(Debug)]
pub(crate) struct Limits {
    meters: Mutex<Vec<Meter>>,
    phase: Duration,
    refusals_count: bool,
    settles_tokens: bool,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Requests,
    Tokens,
}

impl Limits {
    pub(crate) fn new(terms: &Terms) -> Self {
        let meters = [(Kind::Requests, terms.requests), (Kind::Tokens, terms.tokens)]
            .into_iter()
            .filter_map(|(kind, allowance)| Some(Meter::new(kind, allowance?, terms.algorithm)))
            .collect();
        let Terms { phase, refusals_count, settles_tokens, .. } = *terms;
        Self { meters: Mutex::new(meters), phase, refusals_count, settles_tokens }
    }

    /// Lets a request in that has room in all limits. `now` is the time since the server started.
    pub(crate) fn judge(&self, now: Duration, tokens: u64) -> Judgement {
        let now = now.saturating_add(self.phase);
        let mut meters = locked(&self.meters);
        let mut worst = Room::Now;
        let mut denial = None;
        for meter in meters.iter_mut() {
            let cost = meter.kind.cost(tokens);
            meter.counter.catch_up(now);
            let room = meter.room(now, cost);
            // Of two limits the one that keeps the caller out longer is told: who waits so long is let in.
            if room > worst {
                worst = room;
                let used = meter.allowance.saturating_sub(meter.counter.remaining());
                let wait = if let Room::After(wait) = room { Some(wait) } else { None };
                denial = Some(Denial { kind: meter.kind, allowance: meter.allowance, used, requested: cost, wait });
            }
        }
        let mut charged = 0;
        let mut standings = Vec::with_capacity(meters.len());
        for meter in meters.iter_mut() {
            let cost = meter.kind.cost(tokens);
            let is_charged = match (&denial, self.refusals_count) {
                (None, _) => {
                    meter.counter.take(now, cost);
                    true
                }
                (Some(_), true) => {
                    meter.counter.take_refused(now, cost);
                    true
                }
                (Some(_), false) => false,
            };
            if is_charged && meter.kind == Kind::Tokens {
                charged = cost;
            }
            standings.push(Standing {
                kind: meter.kind,
                allowance: meter.allowance,
                remaining: meter.counter.remaining(),
                reset: meter.counter.reset(now),
            });
        }
        Judgement { standings, denial, charged }
    }

    /// Takes what was used instead of what was charged when the call was let in at `then`.
    pub(crate) fn settle(&self, now: Duration, then: Duration, charged: u64, used: u64) {
        if !self.settles_tokens || charged == used {
            return;
        }
        let (now, then) = (now.saturating_add(self.phase), then.saturating_add(self.phase));
        for meter in locked(&self.meters).iter_mut().filter(|meter| meter.kind == Kind::Tokens) {
            meter.counter.catch_up(now);
            meter.counter.settle(then, charged, used);
        }
    }
}

impl Kind {
    fn cost(self, tokens: u64) -> u64 {
        match self {
            Self::Requests => 1,
            Self::Tokens => tokens,
        }
    }
}

/// One limit.
#[derive(Debug)]
struct Meter {
    kind: Kind,
    allowance: u64,
    counter: Box<dyn Counter>,
}

/// When a request would be let in, if nobody else came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Room {
    Now,
    After(Duration),
    Never,
}

impl Meter {
    fn new(kind: Kind, allowance: u32, algorithm: Algorithm) -> Self {
        Self { kind, allowance: allowance.into(), counter: algorithm.counter(allowance) }
    }

    fn room(&self, now: Duration, cost: u64) -> Room {
        match cost {
            0 => Room::Now,
            // A key that is closed may be opened: nothing says for how long it stays so.
            _ if self.allowance == 0 => Room::After(WINDOW),
            _ if cost > self.allowance => Room::Never,
            _ => self.counter.wait(now, cost).map_or(Room::Now, Room::After),
        }
    }
}

/// What became of one request, and where its caller stands afterwards.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    standings: Vec<Standing>,
    pub(crate) denial: Option<Denial>,
    /// The tokens that were counted for it.
    pub(crate) charged: u64,
}

#[derive(Debug, Clone)]
struct Standing {
    kind: Kind,
    allowance: u64,
    remaining: u64,
    /// Until all is there again that can be there at once.
    reset: Duration,
}

/// Why a request was not let in.
#[derive(Debug, Clone)]
pub(crate) struct Denial {
    pub(crate) kind: Kind,
    allowance: u64,
    used: u64,
    requested: u64,
    /// None: it is larger than the allowance, and no wait helps.
    wait: Option<Duration>,
}
