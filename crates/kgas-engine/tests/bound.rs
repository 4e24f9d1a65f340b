//! The least time possible, against hand-made cases and against schedules.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::time::Duration;

use kgas_engine::plan::bound::{Binding, Terms, Work, least};
use proptest::prelude::*;

fn terms(requests: Option<u32>, tokens: Option<u32>, max_concurrent: usize) -> Terms {
    Terms { requests_per_minute: requests, tokens_per_minute: tokens, max_concurrent, ..Terms::default() }
}

fn work(calls: usize, seconds: f64, tokens: u64) -> Work {
    Work { latencies: vec![Duration::from_secs_f64(seconds); calls], tokens: vec![tokens; calls] }
}

#[test]
fn hand_made_cases() {
    use Binding::{Latency, Requests, Tokens};
    let burst = |burst| Terms { burst: Some(burst), ..terms(Some(60), None, 10) };
    let tokens = |burst| Terms { token_burst: Some(burst), ..terms(None, Some(60_000), 10) };
    let cases = [
        ("nothing to do", work(0, 1.0, 0), terms(Some(60), Some(60), 1), 0.0, Latency),
        ("one after the other", work(18, 2.5, 0), terms(None, None, 1), 45.0, Latency),
        ("two rounds of ten", work(18, 2.5, 0), terms(None, None, 10), 5.0, Latency),
        ("the burst goes at once, the others each second", work(18, 2.5, 0), burst(10.0), 10.5, Requests),
        ("all fit into the burst", work(18, 2.5, 0), burst(60.0), 5.0, Latency),
        ("the 61st waits for the next minute, whatever the burst", work(61, 2.5, 0), burst(60.0), 62.5, Requests),
        ("the pace holds from the first without a burst", work(60, 1.0, 0), terms(Some(60), None, 99), 60.0, Requests),
        ("a minute's tokens at once, the others by the second", work(90, 1.0, 1000), tokens(60_000.0), 61.0, Tokens),
        ("tokens at their pace", work(60, 1.0, 1000), tokens(10_000.0), 51.0, Tokens),
        ("a call may be larger than the burst", work(1, 1.0, 50_000), tokens(10.0), 1.0, Latency),
    ];
    for (name, work, terms, seconds, binding) in cases {
        let bound = least(&work, &terms);
        assert!((bound.seconds - seconds).abs() < 1e-9, "{name}: {}", bound.seconds);
        assert_eq!(bound.binding, binding, "{name}");
    }
}

/// The end of a greedy schedule: each call goes as soon as a place is free and a bucket, and the last minute, let it.
fn greedy(work: &Work, terms: &Terms, burst: f64) -> f64 {
    let rate = f64::from(terms.requests_per_minute.unwrap()) / 60.0;
    let limit = terms.requests_per_minute.unwrap() as usize;
    let mut places = vec![0.0_f64; terms.max_concurrent];
    let mut gone: Vec<f64> = Vec::new();
    let (mut level, mut at, mut end) = (burst, 0.0_f64, 0.0_f64);
    for latency in &work.latencies {
        let place = places.iter_mut().min_by(|a, b| a.total_cmp(b)).unwrap();
        let mut start = at.max(*place);
        if let Some(before) = gone.iter().rev().nth(limit - 1) {
            start = start.max(before + 60.0);
        }
        level = (level + (start - at) * rate).min(burst);
        if level < 1.0 {
            start += (1.0 - level) / rate;
            level = 1.0;
        }
        level -= 1.0;
        at = start;
        gone.push(start);
        *place = start + latency.as_secs_f64();
        end = end.max(*place);
    }
    end
}

proptest! {
    #[test]
    fn no_schedule_is_faster_than_the_bound(
        millis in prop::collection::vec(1_u64..20_000, 0..150),
        requests in 1_u32..400,
        max_concurrent in 1_usize..40,
        burst in 1_u32..40,
    ) {
        let latencies: Vec<Duration> = millis.into_iter().map(Duration::from_millis).collect();
        let work = Work { tokens: vec![0; latencies.len()], latencies };
        let burst = f64::from(burst.min(requests));
        let terms = Terms { burst: Some(burst), ..terms(Some(requests), None, max_concurrent) };
        let (bound, end) = (least(&work, &terms).seconds, greedy(&work, &terms, burst));
        prop_assert!(bound <= end + 1e-6, "bound {bound}, schedule {end}");
    }
}

/// A quota of tokens as the limiter keeps it: a bucket that grows, and is fuller by as much, with each call that is
/// larger than all before, and a minute that holds no more than the limit.
struct Quota {
    limit: u64,
    at_once: u64,
    largest: u64,
    level: f64,
    at: f64,
    gone: Vec<(f64, u64)>,
}

impl Quota {
    fn rate(&self) -> f64 {
        self.limit as f64 / 60.0
    }

    fn capacity(&self) -> f64 {
        (self.largest * self.at_once).min(self.limit) as f64
    }

    /// When a call of so many tokens goes that could go from `from` on.
    fn passes(&mut self, tokens: u64, from: f64) -> f64 {
        let mut start = from.max(self.at);
        self.level = (self.level + (start - self.at) * self.rate()).min(self.capacity());
        let before = self.capacity();
        self.largest = self.largest.max(tokens);
        self.level += self.capacity() - before;
        let missing = tokens as f64 - self.level;
        if missing > 0.0 {
            start += missing / self.rate();
            self.level = tokens as f64;
        }
        // Until so many of the last minute are forgotten that there is room.
        let held = |now: f64| self.gone.iter().filter(|(then, _)| then + 60.0 > now).map(|(_, of)| of).sum::<u64>();
        let ends: Vec<f64> = self.gone.iter().map(|(then, _)| then + 60.0).filter(|end| *end > start).collect();
        if held(start) + tokens > self.limit {
            let free = ends.into_iter().find(|end| held(*end) + tokens <= self.limit).unwrap();
            self.level = (self.level + (free - start) * self.rate()).min(self.capacity());
            start = free;
        }
        self.level -= tokens as f64;
        self.at = start;
        self.gone.push((start, tokens));
        start
    }
}

/// The end of a schedule that begins its calls in this order, each as soon as a place and the quota let it.
fn in_order(calls: &[(u64, u64)], quota: &mut Quota, max_concurrent: usize) -> f64 {
    let mut places = vec![0.0_f64; max_concurrent];
    for (millis, tokens) in calls {
        let place = places.iter_mut().min_by(|a, b| a.total_cmp(b)).unwrap();
        *place = quota.passes(*tokens, *place) + Duration::from_millis(*millis).as_secs_f64();
    }
    places.into_iter().fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn no_order_of_calls_of_mixed_size_is_faster_than_the_bound(
        mut calls in prop::collection::vec((1_u64..20_000, 1_u64..3_000), 1..120),
        order in 0_usize..4,
        limit in 3_000_u32..60_000,
        max_concurrent in 1_usize..30,
        at_once in 1_u64..12,
    ) {
        match order {
            0 => calls.sort_by_key(|(millis, tokens)| (*tokens, *millis)),
            1 => calls.sort_by_key(|(millis, _)| std::cmp::Reverse(*millis)),
            // The shortest and the largest come last.
            2 => calls.sort_by_key(|(millis, tokens)| (std::cmp::Reverse(*millis), *tokens)),
            _ => {}
        }
        let mut quota = Quota { limit: u64::from(limit), at_once, largest: 0, level: 0.0, at: 0.0, gone: Vec::new() };
        let end = in_order(&calls, &mut quota, max_concurrent);
        let latencies = calls.iter().map(|(millis, _)| Duration::from_millis(*millis)).collect();
        let work = Work { latencies, tokens: calls.iter().map(|(_, tokens)| *tokens).collect() };
        let terms = Terms { token_burst: Some(quota.capacity()), ..terms(None, Some(limit), max_concurrent) };
        let bound = least(&work, &terms).seconds;
        prop_assert!(bound <= end + 1e-6, "bound {bound}, schedule {end}");
    }
}
