//! How to go on after a 429 where no pace is known: with growing pauses, and then one by one.

use std::time::Duration;

use tokio::time::Instant;

/// The first pause where the server names none, and the longest.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(16);

/// The part of the pause by which requests follow each other after it.
const PARTS: u32 = 10;

/// Below this they need not be kept apart any more.
const NARROW: Duration = Duration::from_millis(2);

#[derive(Debug)]
pub(super) struct Spread {
    pause: Duration,
    gap: Duration,
    last: Instant,
}

impl Spread {
    pub(super) const fn new(now: Instant) -> Self {
        Self { pause: Duration::ZERO, gap: Duration::ZERO, last: now }
    }

    /// When the next may follow the last, if they are kept apart.
    pub(super) fn next(&self) -> Option<Instant> {
        (!self.gap.is_zero()).then(|| self.last + self.gap)
    }

    pub(super) fn went(&mut self, at: Instant) {
        self.last = self.last.max(at);
    }

    /// The server refused: the pause doubles, and so does what keeps requests apart after it.
    pub(super) fn widen(&mut self) -> Duration {
        self.pause = (self.pause * 2).clamp(FIRST, LONGEST);
        self.gap = self.pause / PARTS;
        self.pause
    }

    /// The server took one.
    pub(super) fn narrow(&mut self) {
        if self.gap.is_zero() {
            return;
        }
        self.gap = self.gap * 3 / 4;
        self.pause = self.pause * 3 / 4;
        if self.gap < NARROW {
            (self.gap, self.pause) = (Duration::ZERO, Duration::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_successes_bring_requests_together_again() {
        let now = Instant::now();
        let mut spread = Spread::new(now);
        assert_eq!(spread.next(), None);
        assert_eq!((spread.widen(), spread.widen()), (FIRST, FIRST * 2));
        spread.went(now);
        assert_eq!(spread.next(), Some(now + FIRST * 2 / PARTS));
        for _ in 0..20 {
            spread.narrow();
        }
        assert_eq!(spread.next(), None);
        assert_eq!(spread.widen(), FIRST);
    }
}
