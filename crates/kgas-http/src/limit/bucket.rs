//! A bucket that refills evenly, kept as the one moment at which it will be full again.

use std::time::Duration;

use tokio::time::Instant;

#[derive(Debug)]
pub(super) struct Bucket {
    /// Seconds until one unit has flowed in.
    seconds_per_unit: f64,
    capacity: f64,
    full_at: Instant,
}

impl Bucket {
    pub(super) fn new(units_per_minute: f64, capacity: f64, now: Instant) -> Self {
        Self { seconds_per_unit: 60.0 / units_per_minute, capacity, full_at: now }
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
        self.full_at = self.full_at.checked_sub(span).unwrap_or(self.full_at);
    }

    fn span(&self, units: f64) -> Duration {
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
}
