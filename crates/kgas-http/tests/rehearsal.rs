//! A rehearsal takes as long as a limiter does.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use kgas_http::{Cost, Limiter, Limits, Rehearsal};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// A call: tokens reserved, tokens used, and how long the server takes.
type Call = (u32, u32, Duration);

fn limits(requests: Option<u32>, tokens: Option<u32>, at_once: usize) -> Limits {
    Limits {
        requests_per_minute: requests.and_then(NonZeroU32::new),
        tokens_per_minute: tokens.and_then(NonZeroU32::new),
        ..Limits::unlimited(NonZeroUsize::new(at_once).unwrap())
    }
}

/// How long the calls take through a limiter, when all of them queue from the start.
async fn really(limits: Limits, calls: &[Call]) -> Duration {
    let limiter = Arc::new(Limiter::new(limits));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for &(reserved, used, took) in calls {
        let limiter = Arc::clone(&limiter);
        tasks.spawn(async move {
            let mut permit = limiter.acquire(Cost::tokens(reserved)).await.unwrap();
            permit.written();
            sleep(took).await;
            permit.settle(used);
        });
    }
    tasks.join_all().await;
    begun.elapsed()
}

fn rehearsed(limits: Limits, calls: &[Call]) -> Duration {
    let mut rehearsal = Rehearsal::new(limits);
    calls.iter().for_each(|&(reserved, used, took)| rehearsal.call(Cost::tokens(reserved), used, took));
    assert_eq!(rehearsal.never_fit(), 0);
    rehearsal.took()
}

#[tokio::test(start_paused = true)]
async fn it_takes_as_long_as_the_limiter_whatever_binds() {
    let second = Duration::from_secs(1);
    let mixed =
        |at: u32| (2_000 + at % 7 * 100, 300 + at % 5 * 40, Duration::from_millis(700 + u64::from(at % 9) * 200));
    let cases = [
        ("requests bind", limits(Some(60), None, 5), 200),
        ("requests bind with many at a time", limits(Some(600), None, 64), 3_000),
        ("tokens bind", limits(Some(10_000), Some(40_000), 8), 400),
        ("the estimates that are held bind", limits(None, Some(9_000), 8), 60),
        ("latency binds", limits(None, None, 4), 100),
        ("nothing binds", limits(None, None, 64), 20),
    ];
    for (name, limits, count) in cases {
        let calls: Vec<Call> = (0..count).map(mixed).collect();
        let (real, rehearsed) = (really(limits, &calls).await, rehearsed(limits, &calls));
        let apart = real.abs_diff(rehearsed).as_secs_f64() / real.as_secs_f64();
        assert!(apart < 0.01, "{name}: {real:?}, rehearsed {rehearsed:?}");
        assert!(real >= second, "{name}");
    }
}

#[test]
fn a_call_above_a_minutes_tokens_never_fits() {
    let mut rehearsal = Rehearsal::new(limits(None, Some(1_000), 1));
    rehearsal.call(Cost::tokens(1_001), 10, Duration::ZERO);
    rehearsal.call(Cost::tokens(10), 10, Duration::from_secs(3));
    assert_eq!((rehearsal.never_fit(), rehearsal.took()), (1, Duration::from_secs(3)));
}
