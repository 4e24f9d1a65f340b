//! A bucket that refills evenly, kept as the one moment at which it will be full again.

use std::time::Duration;

use tokio::time::Instant;

#[derive(Debug)]
pub(super) struct Bucket {
    /// Seconds until one unit has flowed in.
    seconds_per_unit: f64,
    capacity: f64,
    full_at: Instant,
    /// What is put back during a rest doesn't make it full earlier than this.
    rests_until: Instant,
}

impl Bucket {
    pub(super) fn new(units_per_minute: f64, capacity: f64, now: Instant) -> Self {
        Self { seconds_per_unit: 60.0 / units_per_minute, capacity, full_at: now, rests_until: now }
    }

    /// From when on this many units may be taken: when the bucket holds them, or is full if
    /// they are more than it can hold.
    pub(super) fn earliest(&self, units: u32) -> Option<Instant> {
        let head_room = (self.capacity - f64::from(units)).max(0.0);
        self.full_at.checked_sub(self.span(head_room))
    }

    /// Takes units as of `at`: the moment they became available, not that of waking up, so that
    /// late wake-ups don't add up.
    pub(super) fn take(&mut self, units: u32, at: Instant) {
        let base = self.full_at.max(at);
        let span = self.span(f64::from(units));
        self.full_at = base.checked_add(span).unwrap_or(base);
    }

    /// Puts units back.
    pub(super) fn give_back(&mut self, units: u32) {
        let span = self.span(f64::from(units));
        // Never earlier than a rest allows, and never later than it was.
        let least = self.rests_until.min(self.full_at);
        self.full_at = self.full_at.checked_sub(span).unwrap_or(self.full_at).max(least);
    }

    /// How many units it holds; below zero after more was taken than it could hold.
    pub(super) fn level(&self, now: Instant) -> f64 {
        let missing = self.full_at.saturating_duration_since(now).as_secs_f64() / self.seconds_per_unit;
        self.capacity - missing
    }

    /// Makes it hold so many units now, and no more than it can.
    pub(super) fn set_level(&mut self, level: f64, now: Instant) {
        let span = self.span((self.capacity - level).max(0.0));
        self.full_at = now.checked_add(span).unwrap_or(now);
    }

    /// Changes what it can hold; what it holds stays, up to that.
    pub(super) fn set_capacity(&mut self, capacity: f64, now: Instant) {
        let level = self.level(now);
        self.capacity = capacity;
        self.set_level(level, now);
    }

    /// Changes how fast it refills; what it holds stays.
    pub(super) fn set_rate(&mut self, units_per_minute: f64, now: Instant) {
        let level = self.level(now);
        self.seconds_per_unit = 60.0 / units_per_minute;
        self.set_level(level, now);
    }

    pub(super) const fn capacity(&self) -> f64 {
        self.capacity
    }

    /// Spends what has gathered, and lets nothing gather before `until`: from then on things go
    /// one by one.
    pub(super) fn rest_until(&mut self, until: Instant) {
        let all_but_one = self.span((self.capacity - 1.0).max(0.0));
        let full_at = until.checked_add(all_but_one).unwrap_or(until);
        self.rests_until = self.rests_until.max(full_at);
        self.full_at = self.full_at.max(full_at);
    }

    /// How long so many units take to flow in.
    pub(super) fn span(&self, units: f64) -> Duration {
        Duration::try_from_secs_f64(units * self.seconds_per_unit).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_wake_up_does_not_push_the_grid() {
        let start = Instant::now();
        let mut bucket = Bucket::new(60.0, 1.0, start);
        for second in 0..1000 {
            let ideal = bucket.earliest(1).unwrap();
            assert_eq!(ideal, start + Duration::from_secs(second));
            bucket.take(1, ideal);
        }
    }

    #[test]
    fn more_than_the_capacity_waits_for_a_full_bucket_and_leaves_a_debt() {
        let start = Instant::now();
        let mut bucket = Bucket::new(60.0, 10.0, start);
        assert_eq!(bucket.earliest(25), Some(start));
        bucket.take(25, start);
        assert_eq!(bucket.earliest(1), Some(start + Duration::from_secs(16)));
        bucket.give_back(25);
        assert_eq!(bucket.earliest(10), Some(start));
    }

    #[test]
    fn a_smaller_or_slower_bucket_keeps_what_it_can() {
        let start = Instant::now();
        let mut bucket = Bucket::new(60.0, 10.0, start);
        bucket.take(4, start);
        bucket.set_rate(30.0, start);
        assert!((bucket.level(start) - 6.0).abs() < 1e-6);
        bucket.set_capacity(3.0, start);
        assert!((bucket.level(start) - 3.0).abs() < 1e-6);
        bucket.take(5, start);
        bucket.set_capacity(10.0, start);
        assert!((bucket.level(start) + 2.0).abs() < 1e-6, "a debt stays");
    }

    #[test]
    fn what_is_put_back_during_a_rest_makes_no_burst_after_it() {
        let start = Instant::now();
        let until = start + Duration::from_secs(30);
        let mut bucket = Bucket::new(60.0, 10.0, start);
        bucket.take(10, start);
        bucket.rest_until(until);
        bucket.give_back(10);
        assert_eq!(bucket.earliest(1), Some(until));
        assert_eq!(bucket.earliest(2), Some(until + Duration::from_secs(1)));
    }

    #[test]
    fn after_a_rest_things_go_one_by_one() {
        let start = Instant::now();
        let until = start + Duration::from_secs(30);
        let mut bucket = Bucket::new(60.0, 10.0, start);
        bucket.rest_until(until);
        for second in 0..5 {
            let at = bucket.earliest(1).unwrap();
            assert_eq!(at, until + Duration::from_secs(second));
            bucket.take(1, at);
        }
    }
}
