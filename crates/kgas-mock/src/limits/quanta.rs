//! A counter for each second, or for the time of one request if that is longer.

use std::time::Duration;

use super::WINDOW;
use super::algorithm::Counter;

#[derive(Debug)]
pub(super) struct Quanta {
    /// Per minute.
    allowance: i128,
    /// How many quanta a minute has.
    count: i128,
    /// Which quantum it is, counted from 0.
    index: i128,
    /// What it can still let in; below 0: what the following ones owe.
    left: i128,
}

impl Quanta {
    pub(super) fn new(allowance: u32) -> Self {
        let allowance = i128::from(allowance);
        // Nothing at all has one quantum a minute, which is empty.
        let count = allowance.clamp(1, 60);
        let mut quanta = Self { allowance, count, index: 0, left: 0 };
        quanta.left = quanta.share(0);
        quanta
    }

    /// What all quanta before this one let in together.
    fn before(&self, index: i128) -> i128 {
        index.saturating_mul(self.allowance) / self.count
    }

    fn share(&self, index: i128) -> i128 {
        self.before(index + 1) - self.before(index)
    }

    /// What a later quantum can let in if nothing comes until then.
    fn left_in(&self, index: i128) -> i128 {
        let debt = self.left.min(0);
        let gained = self.before(index + 1) - self.before(self.index + 1);
        (gained + debt).min(self.share(index))
    }

    fn has_room(&self, left: i128, cost: i128) -> bool {
        let largest = (self.allowance + self.count - 1) / self.count;
        cost <= left || (cost > largest && left > 0)
    }

    fn until(&self, index: i128, now: Duration) -> Duration {
        let minute = WINDOW.as_nanos();
        let start = index.unsigned_abs().saturating_mul(minute).div_ceil(self.count.unsigned_abs());
        Duration::from_nanos(u64::try_from(start).unwrap_or(u64::MAX)).saturating_sub(now)
    }

    /// How long until the first quantum after this one that is as wanted. No debt lasts for more than a
    /// minute's quanta, and one more minute has all sizes of them.
    fn until_first(&self, now: Duration, is_wanted: impl Fn(i128) -> bool) -> Duration {
        let later = self.index + 1..=self.index + 2 * self.count;
        let first = later.into_iter().find(|index| is_wanted(*index));
        first.map_or(WINDOW, |index| self.until(index, now))
    }
}

impl Counter for Quanta {
    fn catch_up(&mut self, now: Duration) {
        let nanos = i128::try_from(now.as_nanos()).unwrap_or(i128::MAX);
        let minute = i128::try_from(WINDOW.as_nanos()).unwrap_or(i128::MAX);
        let index = nanos.saturating_mul(self.count) / minute;
        if index > self.index {
            self.left = self.left_in(index);
            self.index = index;
        }
    }

    fn wait(&self, now: Duration, cost: u64) -> Option<Duration> {
        let cost = i128::from(cost);
        (!self.has_room(self.left, cost))
            .then(|| self.until_first(now, |index| self.has_room(self.left_in(index), cost)))
    }

    fn take(&mut self, _now: Duration, cost: u64) {
        self.left = self.left.saturating_sub(cost.into());
    }

    fn take_refused(&mut self, _now: Duration, cost: u64) {
        self.left = self.left.saturating_sub(cost.into()).max(self.left.min(0));
    }

    fn settle(&mut self, _then: Duration, taken: u64, used: u64) {
        let back = i128::from(taken).saturating_sub(i128::from(used));
        self.left = self.left.saturating_add(back).min(self.share(self.index));
    }

    fn remaining(&self) -> u64 {
        u64::try_from(self.left.max(0)).unwrap_or(u64::MAX)
    }

    fn reset(&self, now: Duration) -> Duration {
        if self.left == self.share(self.index) {
            return Duration::ZERO;
        }
        self.until_first(now, |index| self.left_in(index) == self.share(index))
    }
}
