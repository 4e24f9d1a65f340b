//! What happened in a run: each call from its begin to its end, and what the limiter and the server say.

use std::time::Duration;

use kgas_http::Queued;
use kgas_mock::Account;

use crate::bound::Terms;

/// One call; times are since the run's begin.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// When it was asked for.
    pub begun: Duration,
    /// When its answer, or the reason why there is none, was there.
    pub ended: Duration,
    /// What went out for it, in order.
    pub attempts: Vec<Attempt>,
    /// Whether it got its answer.
    pub is_answered: bool,
    /// What it cost.
    pub tokens: Tokens,
}

/// The tokens of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// What the limiter made room for: the prompt and the longest answer allowed.
    pub reserved: u32,
    /// What the answer says were used, if it says so.
    pub used: Option<u32>,
}

/// One attempt of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// How long it stood in the limiter's queue, just before it went out.
    pub queued: Duration,
    /// When it went out.
    pub began: Duration,
    /// How long it was on the wire.
    pub wire: Duration,
    /// What it was answered with, if it was; none for an answer with a good status that is damaged.
    pub status: Option<u16>,
}

impl Attempt {
    /// When it ended.
    #[must_use]
    pub fn ended(&self) -> Duration {
        self.began + self.wire
    }

    /// Whether it brought an answer.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// What a call does at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// It stands in the limiter's queue.
    Queued,
    /// It is on the wire.
    Wire,
    /// It waits before it tries again, or for a server that is away.
    BackOff,
}

/// A part of a call's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// What it does.
    pub doing: Doing,
    /// Since when.
    pub from: Duration,
    /// Until when.
    pub to: Duration,
}

impl Call {
    /// What it does when, in order and without gaps of its own making; empty stretches are left out.
    ///
    /// What lies before the queueing for an attempt is back-off, before the first attempt too: there a call waits for
    /// a server that is away, and otherwise not at all.
    #[must_use]
    pub fn stretches(&self) -> Vec<Stretch> {
        let mut all = Vec::new();
        let mut at = self.begun;
        for attempt in &self.attempts {
            let joined = attempt.began.saturating_sub(attempt.queued).max(at);
            all.push(Stretch { doing: Doing::BackOff, from: at, to: joined });
            all.push(Stretch { doing: Doing::Queued, from: joined, to: attempt.began });
            at = attempt.ended();
            all.push(Stretch { doing: Doing::Wire, from: attempt.began, to: at });
        }
        all.retain(|stretch| stretch.to > stretch.from);
        all
    }

    /// The time that it spent so.
    #[must_use]
    pub fn time(&self, doing: Doing) -> Duration {
        let stretches = self.stretches().into_iter().filter(|stretch| stretch.doing == doing);
        stretches.map(|stretch| stretch.to - stretch.from).sum()
    }
}

/// A run as it was seen from all sides.
#[derive(Clone, Debug, Default)]
pub struct Performance {
    /// From the first call's begin to the run's end.
    pub wall: Duration,
    /// All calls, in the order of their begin.
    pub calls: Vec<Call>,
    /// What the network adds to each answer, there and back.
    pub network: Duration,
    /// The server's own account.
    pub account: Account,
    /// What was allowed: limits as in force at the end, bursts at their largest.
    pub terms: Terms,
    /// For how long somebody stood at the head of the limiter's queue, and for what.
    pub waits: Queued,
    /// Items that the tools kept.
    pub kept: u64,
    /// What it took of this machine; not in simulated time.
    pub machine: Option<Machine>,
}

impl Performance {
    /// From the end of the first failed attempt to the end of the first good one that went out after it; none if
    /// nothing failed, or nothing succeeded afterwards.
    #[must_use]
    pub fn recovery(&self) -> Option<Duration> {
        let attempts = || self.calls.iter().flat_map(|call| &call.attempts);
        let failed = attempts().filter(|attempt| !attempt.is_success()).map(Attempt::ended).min()?;
        let good = attempts().filter(|attempt| attempt.is_success() && attempt.began >= failed);
        Some(good.map(Attempt::ended).min()? - failed)
    }

    /// The mean time of a call on the wire; zero without calls.
    #[must_use]
    pub fn mean_wire(&self) -> Duration {
        let count = u32::try_from(self.calls.len()).unwrap_or(u32::MAX).max(1);
        self.calls.iter().map(|call| call.time(Doing::Wire)).sum::<Duration>() / count
    }
}

/// What a run took of the machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Machine {
    /// Processor time of the thread on which client and tools run.
    pub client_cpu: Duration,
    /// The most memory that the process ever had resident, the server's included, in bytes; where the system says.
    pub peak_memory: Option<u64>,
}
