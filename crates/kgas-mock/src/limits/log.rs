//! A log of what came in during the last minute.

use std::collections::VecDeque;
use std::time::Duration;

use super::WINDOW;
use super::algorithm::Counter;

#[derive(Debug)]
pub(super) struct Log {
    allowance: u64,
    entries: VecDeque<(Duration, u64)>,
    /// The sum of the entries.
    used: u64,
}

impl Log {
    pub(super) fn new(allowance: u32) -> Self {
        Self { allowance: allowance.into(), entries: VecDeque::new(), used: 0 }
    }
}

impl Counter for Log {
    fn catch_up(&mut self, now: Duration) {
        while let Some((at, cost)) = self.entries.front().copied() {
            if now.saturating_sub(at) < WINDOW {
                return;
            }
            self.entries.pop_front();
            self.used = self.used.saturating_sub(cost);
        }
    }

    fn wait(&self, now: Duration, cost: u64) -> Option<Duration> {
        let mut excess = self.used.saturating_add(cost).saturating_sub(self.allowance);
        if excess == 0 {
            return None;
        }
        let freeing = self.entries.iter().find(|(_, freed)| {
            excess = excess.saturating_sub(*freed);
            excess == 0
        });
        Some(freeing.map_or(WINDOW, |(at, _)| until_gone(*at, now)))
    }

    fn take(&mut self, now: Duration, cost: u64) {
        self.used = self.used.saturating_add(cost);
        self.entries.push_back((now, cost));
    }

    fn take_refused(&mut self, now: Duration, cost: u64) {
        self.take(now, cost);
    }

    fn settle(&mut self, then: Duration, taken: u64, used: u64) {
        let entry = self.entries.iter_mut().find(|(at, cost)| (*at, *cost) == (then, taken));
        if let Some((_, cost)) = entry {
            *cost = used;
            self.used = self.used.saturating_sub(taken).saturating_add(used);
        }
    }

    fn remaining(&self) -> u64 {
        self.allowance.saturating_sub(self.used)
    }

    fn reset(&self, now: Duration) -> Duration {
        self.entries.back().map_or(Duration::ZERO, |(at, _)| until_gone(*at, now))
    }
}

fn until_gone(at: Duration, now: Duration) -> Duration {
    at.saturating_add(WINDOW).saturating_sub(now)
}
