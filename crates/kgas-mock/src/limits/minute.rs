//! A counter that starts anew each minute.

use std::time::Duration;

use super::WINDOW;
use super::algorithm::Counter;

#[derive(Debug)]
pub(super) struct Minute {
    allowance: u64,
    number: u64,
    used: u64,
}

impl Minute {
    pub(super) fn new(allowance: u32) -> Self {
        Self { allowance: allowance.into(), number: 0, used: 0 }
    }

    fn until_the_next(&self, now: Duration) -> Duration {
        Duration::from_secs(self.number.saturating_add(1).saturating_mul(WINDOW.as_secs())).saturating_sub(now)
    }
}

impl Counter for Minute {
    fn catch_up(&mut self, now: Duration) {
        let number = number_of(now);
        if number != self.number {
            self.number = number;
            self.used = 0;
        }
    }

    fn wait(&self, now: Duration, cost: u64) -> Option<Duration> {
        (self.used.saturating_add(cost) > self.allowance).then(|| self.until_the_next(now))
    }

    fn take(&mut self, _now: Duration, cost: u64) {
        self.used = self.used.saturating_add(cost);
    }

    fn take_refused(&mut self, now: Duration, cost: u64) {
        self.take(now, cost);
    }

    fn settle(&mut self, then: Duration, taken: u64, used: u64) {
        if number_of(then) == self.number {
            self.used = self.used.saturating_sub(taken).saturating_add(used);
        }
    }

    fn remaining(&self) -> u64 {
        self.allowance.saturating_sub(self.used)
    }

    fn reset(&self, now: Duration) -> Duration {
        self.until_the_next(now)
    }
}

fn number_of(now: Duration) -> u64 {
    now.as_secs() / WINDOW.as_secs()
}
