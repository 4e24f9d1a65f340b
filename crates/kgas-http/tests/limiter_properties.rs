//! What holds for the limiter whatever is asked of it, in whatever order.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kgas_http::{Cost, Limiter, Limits, Refusal};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use proptest::test_runner::TestCaseError;
use tokio::time::{Instant, sleep, timeout};

/// What a caller does, in milliseconds.
#[derive(Clone, Debug)]
struct Caller {
    arrives_after: u64,
    patience: Option<u64>,
    writes_after: Option<u64>,
    done_after: u64,
    tokens: u32,
    used: Option<u32>,
    /// The server turns it away, and asks to wait so long.
    refused: Option<(Refusal, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct Written {
    at: Instant,
    tokens: u32,
}

#[derive(Default)]
struct Log {
    admitted: Vec<usize>,
    written: Vec<Written>,
}

fn caller() -> impl Strategy<Value = Caller> {
    let patience = prop_oneof![3 => Just(None), 1 => (0..90_000_u64).prop_map(Some)];
    let writes = prop_oneof![5 => (0..3_000_u64).prop_map(Some), 1 => Just(None)];
    let used = prop_oneof![Just(None), (0..200_u32).prop_map(Some)];
    (1..3_000_u64, patience, writes, 0..5_000_u64, 1..200_u32, used).prop_map(
        |(arrives_after, patience, writes_after, done_after, tokens, used)| Caller {
            arrives_after,
            patience,
            writes_after,
            done_after,
            tokens,
            // Less than announced: more cannot be held back any more.
            used: used.map(|used| used.min(tokens)),
            refused: None,
        },
    )
}

/// One of whom some are turned away.
fn caller_at_a_busy_server() -> impl Strategy<Value = Caller> {
    let how = prop_oneof![Just(Refusal::TooFast), Just(Refusal::TooManyTokens), Just(Refusal::Overloaded)];
    let refused = prop_oneof![3 => Just(None), 1 => (how, 0..20_000_u64).prop_map(Some)];
    (caller(), refused).prop_map(|(caller, refused)| Caller { refused, ..caller })
}

async fn visit(limiter: Limiter, number: usize, caller: Caller, log: Arc<Mutex<Log>>) {
    let queueing = limiter.acquire(Cost::tokens(caller.tokens));
    let permit = match caller.patience {
        Some(patience) => timeout(Duration::from_millis(patience), queueing).await.ok(),
        None => Some(queueing.await),
    };
    let Some(permit) = permit else { return };
    let mut permit = permit.unwrap();
    log.lock().unwrap().admitted.push(number);
    let Some(writes_after) = caller.writes_after else { return };
    sleep(Duration::from_millis(writes_after)).await;
    permit.written();
    if let Some((refusal, hint)) = caller.refused {
        sleep(Duration::from_millis(caller.done_after)).await;
        permit.refused(refusal, Some(Duration::from_millis(hint)));
        return;
    }
    let tokens = caller.used.unwrap_or(caller.tokens);
    log.lock().unwrap().written.push(Written { at: Instant::now(), tokens });
    sleep(Duration::from_millis(caller.done_after)).await;
    permit.went_well();
    if let Some(used) = caller.used {
        permit.settle(used);
    }
}

async fn run(limits: Limits, callers: Vec<Caller>) -> (Limiter, Log) {
    let limiter = Limiter::new(limits);
    let log = Arc::new(Mutex::new(Log::default()));
    let mut visits = tokio::task::JoinSet::new();
    for (number, caller) in callers.into_iter().enumerate() {
        sleep(Duration::from_millis(caller.arrives_after)).await;
        visits.spawn(visit(limiter.clone(), number, caller, Arc::clone(&log)));
    }
    visits.join_all().await;
    let log = std::mem::take(&mut *log.lock().unwrap());
    (limiter, log)
}

/// What holds of a log by these limits.
fn check(log: &Log, requests: u32, tokens: u32) -> Result<(), TestCaseError> {
    for first in &log.written {
        let minute = first.at..first.at + Duration::from_secs(60);
        let within = || log.written.iter().filter(|w| minute.contains(&w.at));
        prop_assert!(within().count() <= requests as usize);
        prop_assert!(within().map(|w| w.tokens).sum::<u32>() <= tokens);
    }
    prop_assert!(log.admitted.is_sorted(), "{:?}", log.admitted);
    Ok(())
}

fn limits(requests: u32, tokens: u32, at_once: usize) -> Limits {
    Limits {
        requests_per_minute: NonZeroU32::new(requests),
        tokens_per_minute: NonZeroU32::new(tokens),
        max_concurrent: NonZeroUsize::new(at_once).unwrap(),
        ..Limits::default()
    }
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        rng_seed: RngSeed::Fixed(14),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_minute_holds_more_than_allowed_order_is_kept_and_nothing_is_lost(
        requests in 1..40_u32,
        tokens in 200..4_000_u32,
        at_once in 1..12_usize,
        callers in prop::collection::vec(caller(), 1..80),
    ) {
        paused().block_on(async {
            // A day of the paused clock: whoever waits for ever fails and doesn't hang.
            let day = Duration::from_secs(86_400);
            let (limiter, log) = timeout(day, run(limits(requests, tokens, at_once), callers)).await.expect("all get their turn");

            check(&log, requests, tokens)?;

            // After a quiet while the whole burst is there again, and every place on the wire.
            sleep(Duration::from_secs(180)).await;
            let start = Instant::now();
            let burst = at_once.min(10).min(requests as usize);
            let mut held = Vec::new();
            for _ in 0..burst {
                let turn = timeout(day, limiter.acquire(Cost::default())).await;
                held.push(turn.expect("no place is lost").unwrap());
            }
            prop_assert!(start.elapsed() < Duration::from_millis(2), "{:?}", start.elapsed());
            Ok(())
        })?;
    }

    #[test]
    fn refusals_lose_no_place_break_no_minute_and_let_everybody_through_in_the_end(
        requests in 1..40_u32,
        tokens in 200..4_000_u32,
        at_once in 1..12_usize,
        callers in prop::collection::vec(caller_at_a_busy_server(), 1..60),
    ) {
        paused().block_on(async {
            let day = Duration::from_secs(86_400);
            let (limiter, log) = timeout(day, run(limits(requests, tokens, at_once), callers)).await.expect("all get their turn");
            check(&log, requests, tokens)?;
            let snapshot = limiter.snapshot();
            prop_assert_eq!((snapshot.queued, snapshot.under_way), (0, 0));
            prop_assert!(snapshot.at_once >= 1);
            let turn = timeout(Duration::from_secs(120), limiter.acquire(Cost::default())).await;
            prop_assert!(turn.is_ok());
            Ok(())
        })?;
    }
}
