//! Token buckets, in whole numbers: no rounding at any rate.

use std::time::Duration;

use super::algorithm::Counter;

/// What one request or token weighs. A bucket of `N` per minute gains `N` in each nanosecond.
const UNIT: i128 = 60_000_000_000;
const NANOS_PER_SECOND: i128 = 1_000_000_000;

#[derive(Debug)]
pub(super) struct Bucket {
    rate: i128,
    capacity: i128,
    /// Below 0: a debt.
    level: i128,
    at: Duration,
}

impl Bucket {
    pub(super) fn of_a_minute(allowance: u32) -> Self {
        Self::full(allowance, i128::from(allowance) * UNIT)
    }

    pub(super) fn of_a_second(allowance: u32) -> Self {
        Self::full(allowance, (i128::from(allowance) * NANOS_PER_SECOND).max(UNIT))
    }

    fn full(allowance: u32, capacity: i128) -> Self {
        Self { rate: allowance.into(), capacity, level: capacity, at: Duration::ZERO }
    }

    fn time_of(&self, missing: i128) -> Duration {
        if self.rate == 0 {
            return super::WINDOW;
        }
        nanoseconds(missing.max(0).unsigned_abs().div_ceil(self.rate.unsigned_abs()))
    }
}

impl Counter for Bucket {
    fn catch_up(&mut self, now: Duration) {
        let passed = weight(now.saturating_sub(self.at).as_nanos(), self.rate);
        self.level = self.level.saturating_add(passed).min(self.capacity);
        self.at = now;
    }

    fn wait(&self, _now: Duration, cost: u64) -> Option<Duration> {
        let needed = weight(cost.into(), UNIT).min(self.capacity);
        (self.level < needed).then(|| self.time_of(needed - self.level))
    }

    fn take(&mut self, _now: Duration, cost: u64) {
        self.level = self.level.saturating_sub(weight(cost.into(), UNIT));
    }

    fn take_refused(&mut self, _now: Duration, cost: u64) {
        let left = self.level.saturating_sub(weight(cost.into(), UNIT));
        self.level = left.max(self.level.min(0));
    }

    fn settle(&mut self, _then: Duration, taken: u64, used: u64) {
        let back = weight(taken.into(), UNIT).saturating_sub(weight(used.into(), UNIT));
        self.level = self.level.saturating_add(back).min(self.capacity);
    }

    fn remaining(&self) -> u64 {
        u64::try_from(self.level.max(0) / UNIT).unwrap_or(u64::MAX)
    }

    fn reset(&self, _now: Duration) -> Duration {
        self.time_of(self.capacity.saturating_sub(self.level))
    }
}

fn weight(count: u128, unit: i128) -> i128 {
    i128::try_from(count).unwrap_or(i128::MAX).saturating_mul(unit)
}

/// A count of nanoseconds as a duration; centuries are cut to what fits.
fn nanoseconds(count: u128) -> Duration {
    Duration::from_nanos(u64::try_from(count).unwrap_or(u64::MAX))
}
