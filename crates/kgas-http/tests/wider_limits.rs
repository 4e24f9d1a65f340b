//! Limits of a model inside those of its key.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kgas_http::{Cost, ErrorKind, Limiter, Limits};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

fn limits(requests: Option<u32>, tokens: Option<u32>, at_once: usize) -> Limits {
    Limits {
        requests_per_minute: requests.and_then(NonZeroU32::new),
        tokens_per_minute: tokens.and_then(NonZeroU32::new),
        ..Limits::unlimited(NonZeroUsize::new(at_once).unwrap())
    }
}

/// Takes so many turns one after another, and says when each was had.
async fn turns(limiter: Limiter, tokens: u32, count: usize) -> Vec<f64> {
    let start = Instant::now();
    let mut times = Vec::new();
    for _ in 0..count {
        limiter.acquire(Cost::tokens(tokens)).await.unwrap().written();
        times.push(start.elapsed().as_secs_f64());
    }
    times
}

#[tokio::test(start_paused = true)]
async fn two_models_together_hold_to_the_limit_of_their_key() {
    let key = Limiter::new(limits(Some(10), None, 10));
    let models = [key.within(limits(Some(8), None, 10)), key.within(limits(Some(8), None, 10))];
    let mut tasks = JoinSet::new();
    for model in &models {
        tasks.spawn(turns(model.clone(), 0, 12));
    }
    let mut times: Vec<f64> = tasks.join_all().await.into_iter().flatten().collect();
    times.sort_by(f64::total_cmp);
    for start in &times {
        let within = times.iter().filter(|t| **t >= *start && **t < start + 60.0).count();
        assert!(within <= 10, "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_that_waits_for_its_own_limit_holds_up_no_other() {
    let key = Limiter::new(limits(Some(100), None, 10));
    let slow = key.within(limits(Some(1), None, 10));
    let fast = key.within(limits(Some(60), None, 10));
    let waiting = tokio::spawn(turns(slow, 0, 2));
    tokio::task::yield_now().await;
    let times = turns(fast, 0, 9).await;
    assert!(times[8] < 0.1, "{times:?}");
    assert!(waiting.await.unwrap()[1] >= 60.0);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_the_key_holds_nothing_of_its_model() {
    let key = Limiter::new(limits(None, None, 1));
    let model = key.within(limits(Some(5), None, 5));
    let held = key.acquire(Cost::default()).await.unwrap();
    assert!(timeout(Duration::from_secs(1), model.acquire(Cost::default())).await.is_err());
    let snapshot = model.snapshot();
    assert_eq!((snapshot.under_way, snapshot.requests, snapshot.queued), (0, 0, 0));
    drop(held);
    let times = turns(model, 0, 5).await;
    assert!(times[4] < 0.1, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_large_request_of_one_model_is_not_starved_by_small_ones_of_another() {
    let key = Limiter::new(limits(None, Some(600), 10));
    let (large, small) = (key.within(limits(None, None, 10)), key.within(limits(None, None, 10)));
    turns(key.clone(), 500, 1).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for (name, limiter, tokens, count) in [("large", large, 600, 1), ("small", small, 10, 20)] {
        let order = Arc::clone(&order);
        tasks.spawn(async move {
            for _ in 0..count {
                limiter.acquire(Cost::tokens(tokens)).await.unwrap().written();
                order.lock().unwrap().push(name);
            }
        });
        sleep(Duration::from_millis(1)).await;
    }
    tasks.join_all().await;
    assert_eq!(order.lock().unwrap()[0], "large");
}

#[tokio::test(start_paused = true)]
async fn what_is_given_back_is_given_back_to_both() {
    let key = Limiter::new(limits(Some(2), Some(100), 2));
    let model = key.within(limits(Some(2), Some(100), 2));
    for _ in 0..20 {
        drop(model.acquire(Cost::tokens(100)).await.unwrap());
    }
    let start = Instant::now();
    let permit = model.acquire(Cost::tokens(100)).await.unwrap();
    assert!(start.elapsed().is_zero());
    permit.settle(10);
    assert_eq!((key.snapshot().tokens, model.snapshot().tokens), (10, 10));
}

#[tokio::test(start_paused = true)]
async fn what_never_fits_the_key_never_fits_its_model() {
    let key = Limiter::new(limits(None, Some(100), 2));
    let model = key.within(limits(None, None, 2));
    let error = model.acquire(Cost::tokens(101)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeverFits);
}

#[tokio::test(start_paused = true)]
async fn a_closed_key_closes_its_models() {
    let key = Limiter::new(limits(None, None, 2));
    let model = key.within(limits(None, None, 2));
    key.close();
    assert_eq!(model.acquire(Cost::default()).await.unwrap_err().kind(), ErrorKind::Closed);
}
