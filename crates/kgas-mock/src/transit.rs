//! The network between: how long requests and answers are under way.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use crate::dice::roll;

/// One way of the same mean length for all, and a spread.
#[derive(Debug)]
pub(crate) struct Transit {
    one_way: Duration,
    jitter: Duration,
    seed: u64,
    trips: AtomicU64,
}

impl Transit {
    pub(crate) fn new(one_way: Duration, jitter: Duration, seed: u64) -> Self {
        // Nothing arrives before it was sent.
        Self { one_way, jitter: jitter.min(one_way), seed, trips: AtomicU64::new(0) }
    }

    pub(crate) fn is_instant(&self) -> bool {
        self.one_way.is_zero()
    }

    /// The trip of a request whose head came out of the stream now. Its number alone decides its two times, so
    /// that answers that overtake each other don't change the times of those behind.
    pub(crate) fn trip(&self) -> Trip {
        if self.is_instant() {
            return Trip(None);
        }
        let number = self.trips.fetch_add(1, Ordering::Relaxed).wrapping_mul(2);
        let there = Instant::now().checked_add(self.time(number));
        Trip(there.map(|arrival| Ways { arrival, back: self.time(number.wrapping_add(1)) }))
    }

    fn time(&self, index: u64) -> Duration {
        let spread = self.jitter.saturating_mul(2).mul_f64(roll(self.seed, index));
        self.one_way.saturating_sub(self.jitter).saturating_add(spread)
    }
}

/// One request's way to the server and its answer's way back. Without a network it sets no timer.
#[derive(Debug)]
pub(crate) struct Trip(Option<Ways>);

#[derive(Debug)]
struct Ways {
    arrival: Instant,
    back: Duration,
}

impl Trip {
    pub(crate) async fn there(&self) {
        if let Some(ways) = &self.0 {
            sleep_until(ways.arrival).await;
        }
    }

    pub(crate) async fn back(&self) {
        if let Some(ways) = &self.0 {
            sleep(ways.back).await;
        }
    }

    pub(crate) fn way_back(&self) -> Duration {
        self.0.as_ref().map_or(Duration::ZERO, |ways| ways.back)
    }
}
