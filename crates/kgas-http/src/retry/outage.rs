//! When a server is down, when to probe it, and when to give up: pure decisions.

use std::time::Duration;

use tokio::time::Instant;

use crate::{ErrorKind, HttpError};

/// How many failures there may be beyond a fifth of the successes: with more, it is an outage.
const RESERVE: f64 = 10.0;

/// What a success adds to the budget, of which a failure takes one: in an outage, and in a long
/// run of half-outages, there are at most so many more attempts than calls.
const EARNED: f64 = 0.2;

/// The longest wait before the first probe and each later one: below the two seconds in which
/// work has to resume.
const PROBE_STEPS: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_millis(1000), Duration::from_millis(1500)];

/// How often a call is excused at most for what may be its own failure.
const EXCUSES: u32 = 8;

#[derive(Debug)]
pub(super) struct Outage {
    patience: Duration,
    /// When the youngest attempt that succeeded began.
    last_good: Option<Instant>,
    budget: f64,
    /// The calls that failed since the last success: which, or that there are several.
    failing: Option<Whose>,
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    One(u64),
    Several,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    since: Instant,
    probe_at: Instant,
    probes: usize,
}

/// A call one of whose attempts failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failing {
    /// Which call it is.
    pub(super) id: u64,
    /// Whether this was the last attempt that the policy allows it.
    pub(super) is_last: bool,
    /// When the attempt began.
    pub(super) began: Instant,
    /// When its first attempt failed.
    pub(super) since: Instant,
    /// How many of its attempts were excused so far.
    pub(super) excused: u32,
}

/// What a call should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// There is no outage.
    Go,
    /// See whether the outage is over.
    Probe,
    /// Ask again then.
    At(Instant),
    /// It has lasted longer than the patience.
    GiveUp,
}

impl Outage {
    pub(super) const fn new(patience: Duration) -> Self {
        Self { patience, last_good: None, budget: RESERVE, failing: None, open: None }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// When the patience ends, if there is an outage.
    pub(super) fn ends(&self) -> Option<Instant> {
        let open = self.open?;
        // An end beyond that of time is as good as a year.
        Some(open.since.checked_add(self.patience).unwrap_or(open.since + Duration::from_secs(365 * 86_400)))
    }

    /// How long the outage has lasted.
    pub(super) fn lasted(&self, now: Instant) -> Duration {
        self.open.map_or(Duration::ZERO, |open| now.saturating_duration_since(open.since))
    }

    pub(super) fn next(&self, now: Instant) -> Next {
        let Some(open) = self.open else { return Next::Go };
        if now >= open.probe_at {
            return Next::Probe;
        }
        if self.lasted(now) >= self.patience {
            return Next::GiveUp;
        }
        let end = open.since.checked_add(self.patience);
        Next::At(end.map_or(open.probe_at, |end| end.min(open.probe_at)))
    }

    /// Notes the success of an attempt that began then, and returns whether it ended an outage:
    /// answers to attempts from before it say nothing of its end.
    pub(super) fn succeeded(&mut self, began: Instant) -> bool {
        if self.open.is_some_and(|open| began <= open.since) {
            return false;
        }
        self.last_good = self.last_good.max(Some(began));
        self.budget = (self.budget + EARNED).clamp(0.0, RESERVE);
        self.failing = None;
        let was_open = self.open.take().is_some();
        if was_open {
            self.budget = self.budget.max(RESERVE / 2.0);
        }
        was_open
    }

    /// Notes a failure, and returns whether the attempt should not be counted against its call.
    pub(super) fn failed(&mut self, error: &HttpError, call: Failing, dice: f64, now: Instant) -> bool {
        if error.speaks_of_life() && self.open.is_some_and(|open| call.began > open.since) {
            self.open = None;
            self.budget = self.budget.max(RESERVE / 2.0);
            return false;
        }
        // Before a first success a wrong address looks like an outage, and waiting won't help.
        if !speaks_of_outage(error) || self.last_good.is_none() {
            return false;
        }
        self.failing = Some(match self.failing {
            None => Whose::One(call.id),
            Some(Whose::One(id)) if id == call.id => Whose::One(id),
            Some(_) => Whose::Several,
        });
        self.budget = (self.budget - 1.0).max(-1.0);
        let nobody_succeeds = call.is_last && self.last_good <= Some(call.since);
        if self.budget < 0.0 || nobody_succeeds || self.open.is_some() {
            self.wait_for_probe(dice, now);
        }
        let excuses = match self.may_be_the_call(error, call.id) {
            true => lone_excuses(error),
            // Two documents that no server can take look like an outage too, and end here.
            false if speaks_of_the_call(error) => EXCUSES,
            false => u32::MAX,
        };
        self.open.is_some() && call.excused < excuses
    }

    /// Whether the call may be to blame: it reached the server, and no other fails.
    pub(super) fn may_be_the_call(&self, error: &HttpError, id: u64) -> bool {
        error.request_written() && self.failing == Some(Whose::One(id))
    }

    fn wait_for_probe(&mut self, dice: f64, now: Instant) {
        let open = self.open.get_or_insert(Open { since: now, probe_at: now, probes: 0 });
        // Those that were under way when it began say nothing that the last probe didn't.
        if open.probe_at > now {
            return;
        }
        let last = PROBE_STEPS.len().saturating_sub(1);
        let step = PROBE_STEPS.get(open.probes.min(last)).copied().unwrap_or_default();
        open.probe_at = now + step.mul_f64(0.5 + dice.clamp(0.0, 1.0) / 2.0);
        open.probes = open.probes.saturating_add(1);
    }
}

/// How often a call is excused for a failure that no other call met. What gateways say of a server
/// behind them that is away, and a lost connection, speak of the server; a 500 and silence rather
/// of the call.
fn lone_excuses(error: &HttpError) -> u32 {
    if speaks_of_the_call(error) { 0 } else { EXCUSES }
}

fn speaks_of_the_call(error: &HttpError) -> bool {
    match error.status() {
        Some(502..=504 | 520..=529) => false,
        Some(500..) => true,
        _ => error.request_written() && error.kind().is_timeout(),
    }
}

/// Whether it may be the server, and not this call, that failed.
fn speaks_of_outage(error: &HttpError) -> bool {
    error.is_transient()
        && matches!(
            error.kind(),
            ErrorKind::Dns
                | ErrorKind::Connect
                | ErrorKind::ConnectTimeout
                | ErrorKind::TlsTimeout
                | ErrorKind::FirstByteTimeout
                | ErrorKind::AttemptTimeout
                | ErrorKind::Body
                | ErrorKind::IdleTimeout
                | ErrorKind::Proxy
                | ErrorKind::Reset
                | ErrorKind::ServerError
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn lost() -> HttpError {
        HttpError::new(ErrorKind::Reset)
    }

    fn status(status: u16) -> HttpError {
        HttpError::new(ErrorKind::ServerError).with_status(status).with_request_written(true)
    }

    /// A call that failed first at this moment.
    fn failing(id: u64, since: Instant) -> Failing {
        Failing { id, is_last: false, began: since, since, excused: 0 }
    }

    /// After a success a second ago.
    fn begun() -> (Outage, Instant) {
        let mut outage = Outage::new(600 * SECOND);
        let start = Instant::now();
        outage.succeeded(start);
        (outage, start + SECOND)
    }

    #[test]
    fn it_opens_only_after_a_first_success() {
        let now = Instant::now();
        let mut outage = Outage::new(600 * SECOND);
        for id in 0..100 {
            assert!(!outage.failed(&lost(), failing(id, now), 0.5, now));
        }
        assert_eq!(outage.next(now), Next::Go);
    }

    #[test]
    fn many_failures_open_it_and_the_first_success_closes_it() {
        let (mut outage, now) = begun();
        let excused = (0..20).filter(|id| outage.failed(&lost(), failing(*id, now), 1.0, now)).count();
        assert_eq!(excused, 10, "the ten before it opened count");
        assert_eq!(outage.next(now), Next::At(now + PROBE_STEPS[0]));
        assert_eq!(outage.next(now + PROBE_STEPS[0]), Next::Probe);
        assert!(!outage.succeeded(now - SECOND), "an answer to an attempt from before");
        assert!(outage.succeeded(now + PROBE_STEPS[0]));
        assert_eq!(outage.next(now), Next::Go);
    }

    #[test]
    fn a_call_at_its_last_attempt_opens_it_if_nobody_has_begun_better_since() {
        let (mut outage, now) = begun();
        let last = Failing { is_last: true, ..failing(7, now) };
        outage.succeeded(now - SECOND / 2);
        assert!(outage.failed(&lost(), last, 0.0, now), "an older attempt succeeded late");
        outage.succeeded(now + SECOND);
        assert!(!outage.failed(&lost(), last, 0.0, now), "a younger one succeeded");
    }

    #[test]
    fn a_call_that_alone_meets_a_failure_is_excused_by_what_the_failure_speaks_of() {
        for (error, expected) in [(status(500), 0), (status(503), 8), (status(522), 8)] {
            let (mut outage, mut now) = begun();
            let mut call = Failing { is_last: true, ..failing(7, now) };
            while outage.failed(&error, call, 0.5, now) {
                call.excused += 1;
                now += 2 * SECOND;
            }
            assert_eq!(call.excused, expected, "{error}");
            assert!(outage.failed(&error, failing(8, now), 0.5, now), "two calls make an outage");
            assert_eq!(outage.failed(&error, call, 0.5, now), expected > 0 || call.excused < 8);
        }
    }

    #[test]
    fn an_answer_that_is_no_success_ends_an_outage_all_the_same() {
        let (mut outage, now) = begun();
        outage.failed(&lost(), Failing { is_last: true, ..failing(7, now) }, 0.0, now);
        let refused = HttpError::new(ErrorKind::ClientError).with_status(400).with_request_written(true);
        outage.failed(&refused, failing(8, now), 0.0, now);
        assert!(outage.is_open(), "it began before");
        outage.failed(&refused, failing(8, now + SECOND), 0.0, now + SECOND);
        assert!(!outage.is_open());
    }

    #[test]
    fn after_the_patience_there_are_probes_and_no_more_waiting() {
        let (mut outage, now) = begun();
        outage.failed(&lost(), Failing { is_last: true, ..failing(7, now) }, 1.0, now);
        let late = now + 700 * SECOND;
        assert_eq!(outage.next(late), Next::Probe);
        outage.failed(&lost(), failing(8, now), 1.0, late);
        assert_eq!((outage.next(late), outage.lasted(late)), (Next::GiveUp, 700 * SECOND));
    }

    #[test]
    fn half_an_outage_costs_at_most_a_fifth_more() {
        let (mut outage, now) = begun();
        // Every other attempt fails: more than the budget has.
        let opened = (1..100_u32).find(|n| {
            let time = now + *n * SECOND;
            outage.failed(&lost(), failing((*n).into(), time), 0.5, time);
            let is_open = outage.is_open();
            outage.succeeded(time + SECOND / 2);
            is_open
        });
        assert_eq!(opened, Some(13), "10 in reserve, and 0.2 for each success");
    }
}
