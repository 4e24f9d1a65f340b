//! How much slower than the pace to go where the pace itself is refused.

use std::time::Duration;

use tokio::time::Instant;

/// What a refusal at the strict pace leaves of it. A network that jitters by a twentieth of a
/// second pushes two requests that left a second apart into one second of the server's.
const KEPT: f64 = 0.985;

/// The least that is kept.
const LEAST: f64 = 0.5;

/// What comes back in each [`STEP`] without a refusal: a hundredth a minute.
const RETURNED: f64 = 0.001;
const STEP: Duration = Duration::from_secs(6);

#[derive(Debug)]
pub(super) struct Slow {
    factor: f64,
    changed: Instant,
}

impl Slow {
    pub(super) const fn new(now: Instant) -> Self {
        Self { factor: 1.0, changed: now }
    }

    pub(super) const fn factor(&self) -> f64 {
        self.factor
    }

    pub(super) fn down(&mut self, now: Instant) {
        self.factor = (self.factor * KEPT).max(LEAST);
        self.changed = now;
    }

    /// Comes back by a step if it is time for one, and returns whether it was.
    pub(super) fn up(&mut self, now: Instant) -> bool {
        let is_time = self.factor < 1.0 && now.saturating_duration_since(self.changed) >= STEP;
        if is_time {
            self.factor = (self.factor + RETURNED).min(1.0);
            self.changed = now;
        }
        is_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_slows_down_at_once_and_comes_back_over_minutes() {
        let mut now = Instant::now();
        let mut slow = Slow::new(now);
        slow.down(now);
        slow.down(now);
        assert!((slow.factor() - KEPT * KEPT).abs() < 1e-9);
        let start = now;
        while slow.factor() < 1.0 {
            now += Duration::from_secs(1);
            slow.up(now);
        }
        assert!((170..=190).contains(&(now - start).as_secs()), "{:?}", now - start);
        for _ in 0..100 {
            slow.down(now);
        }
        assert!(slow.factor() >= LEAST);
    }
}
