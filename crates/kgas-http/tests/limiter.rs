//! The limiter by itself, under a paused clock.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::{Cost, ErrorKind, Limiter, Limits};
use tokio::time::{Instant, sleep, timeout};

fn limits(requests: Option<u32>, tokens: Option<u32>, at_once: usize) -> Limits {
    Limits {
        requests_per_minute: requests.and_then(NonZeroU32::new),
        tokens_per_minute: tokens.and_then(NonZeroU32::new),
        max_concurrent: NonZeroUsize::new(at_once).unwrap(),
        ..Limits::default()
    }
}

/// Takes a permit, writes, and lets it go.
async fn pass(limiter: &Limiter, tokens: u32) {
    // A day of the paused clock: whoever waits for ever fails and doesn't hang.
    let turn = timeout(Duration::from_secs(86_400), limiter.acquire(Cost::tokens(tokens)));
    turn.await.unwrap().unwrap().written();
}

fn since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64()
}

#[tokio::test(start_paused = true)]
async fn the_burst_goes_at_once_and_the_rest_on_the_grid() {
    let limiter = Limiter::new(limits(Some(60), None, 10));
    let start = Instant::now();
    for _ in 0..10 {
        pass(&limiter, 0).await;
    }
    assert!(since(start) < 0.001);
    for n in 1..=10 {
        pass(&limiter, 0).await;
        let expected = f64::from(n) / 0.98;
        assert!((since(start) - expected).abs() < 0.002, "{n}: {}", since(start));
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_s_worth_is_the_burst_of_a_high_limit() {
    let limiter = Limiter::new(limits(Some(6000), None, 2));
    let start = Instant::now();
    for _ in 0..98 {
        pass(&limiter, 0).await;
    }
    assert!(since(start) < 0.005);
    pass(&limiter, 0).await;
    assert!(since(start) > 0.010);
}

#[tokio::test(start_paused = true)]
async fn late_wake_ups_do_not_add_up() {
    let limiter = Limiter::new(limits(Some(6000), None, 1));
    let start = Instant::now();
    for _ in 0..98 + 980 {
        pass(&limiter, 0).await;
    }
    let took = since(start);
    assert!((10.0..10.1).contains(&took), "980 at 98 a second: {took}");
}

#[tokio::test(start_paused = true)]
async fn the_minute_counts_from_the_writing() {
    let limiter = Limiter::new(limits(Some(2), None, 2));
    let first = limiter.acquire(Cost::default()).await.unwrap();
    let second = limiter.acquire(Cost::default()).await.unwrap();
    sleep(Duration::from_secs(20)).await;
    let written = Instant::now();
    for mut permit in [first, second] {
        permit.written();
    }
    pass(&limiter, 0).await;
    assert!(since(written) >= 60.0, "{}", since(written));
    assert!(since(written) < 62.0, "{}", since(written));
}

#[tokio::test(start_paused = true)]
async fn a_permit_dropped_unwritten_gives_everything_back() {
    let limiter = Limiter::new(limits(Some(1), Some(100), 1));
    let start = Instant::now();
    for _ in 0..50 {
        drop(limiter.acquire(Cost::tokens(100)).await.unwrap());
    }
    assert!(since(start) < 0.001);
}

#[tokio::test(start_paused = true)]
async fn a_permit_dropped_after_writing_stays_charged() {
    let limiter = Limiter::new(limits(None, Some(100), 1));
    let start = Instant::now();
    pass(&limiter, 100).await;
    pass(&limiter, 100).await;
    assert!(since(start) >= 60.0, "{}", since(start));
}

#[tokio::test(start_paused = true)]
async fn settling_for_less_lets_the_next_go_earlier() {
    let limiter = Limiter::new(limits(None, Some(100), 2));
    let start = Instant::now();
    let mut first = limiter.acquire(Cost::tokens(90)).await.unwrap();
    first.written();
    let next = tokio::spawn({
        let limiter = limiter.clone();
        async move { pass(&limiter, 90).await }
    });
    sleep(Duration::from_secs(1)).await;
    first.settle(1);
    next.await.unwrap();
    assert!(since(start) < 2.0, "the waiter had planned for a minute: {}", since(start));
}

#[tokio::test(start_paused = true)]
async fn a_pause_moves_waiters_that_already_queue() {
    let limiter = Limiter::new(limits(Some(60), None, 1));
    let start = Instant::now();
    pass(&limiter, 0).await;
    let waiter = tokio::spawn({
        let limiter = limiter.clone();
        async move { pass(&limiter, 0).await }
    });
    tokio::task::yield_now().await;
    limiter.pause_until(start + Duration::from_secs(30));
    limiter.pause_until(start + Duration::from_secs(10)); // never earlier
    waiter.await.unwrap();
    assert!((30.0..30.1).contains(&since(start)), "{}", since(start));
}

#[tokio::test(start_paused = true)]
async fn what_never_fits_is_told_at_once() {
    let limiter = Limiter::new(limits(None, Some(1000), 1));
    let held = limiter.acquire(Cost::default()).await.unwrap();
    let error = limiter.acquire(Cost::tokens(1001)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeverFits);
    assert!(!error.is_transient());
    let text = error.to_string();
    assert!(text.contains("1001") && text.contains("1000"), "{text}");
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn one_that_asks_for_much_is_not_overtaken() {
    let limiter = Limiter::new(limits(None, Some(600), 10));
    pass(&limiter, 500).await;
    let order = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut tasks = tokio::task::JoinSet::new();
    for (name, tokens) in [("large", 600), ("small", 1)] {
        let (limiter, order) = (limiter.clone(), order.clone());
        tasks.spawn(async move {
            pass(&limiter, tokens).await;
            order.lock().unwrap().push(name);
        });
        tokio::task::yield_now().await;
    }
    tasks.join_all().await;
    assert_eq!(*order.lock().unwrap(), ["large", "small"]);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_leaves_takes_nothing_with_it() {
    let limiter = Limiter::new(limits(Some(2), None, 2));
    let held = [limiter.acquire(Cost::default()).await.unwrap(), limiter.acquire(Cost::default()).await.unwrap()];
    for _ in 0..10 {
        let waiting = limiter.acquire(Cost::default());
        assert!(timeout(Duration::from_millis(1), waiting).await.is_err());
    }
    drop(held);
    let start = Instant::now();
    pass(&limiter, 0).await;
    pass(&limiter, 0).await;
    assert!(since(start) < 0.001, "{}", since(start));
}

#[tokio::test(start_paused = true)]
async fn a_closed_limiter_turns_away_who_waits_and_who_comes_but_not_who_was_let_through() {
    let limiter = Limiter::new(limits(Some(1), None, 1));
    let mut let_through = limiter.acquire(Cost::default()).await.unwrap();
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            tokio::spawn({
                let limiter = limiter.clone();
                async move { limiter.acquire(Cost::default()).await.map(drop) }
            })
        })
        .collect();
    // The first of them sleeps at the head of the queue, the others wait behind it.
    tokio::task::yield_now().await;
    let start = Instant::now();
    limiter.close();
    for waiter in waiting {
        assert_eq!(waiter.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    }
    assert_eq!(limiter.acquire(Cost::default()).await.unwrap_err().kind(), ErrorKind::Closed);
    assert!(since(start) < 0.001);
    let_through.written();
    let_through.settle(0);
}

#[tokio::test(start_paused = true)]
async fn closing_wakes_a_head_that_waits_for_its_time() {
    let limiter = Limiter::new(limits(Some(1), None, 2));
    pass(&limiter, 0).await;
    let head = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire(Cost::default()).await.map(drop) }
    });
    tokio::task::yield_now().await;
    let start = Instant::now();
    limiter.close();
    assert_eq!(head.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    assert!(since(start) < 0.001);
}
