//! The least time possible, against hand-made cases and against schedules.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::time::Duration;

use kgas_bench::bound::{Binding, Terms, Work, least};
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
