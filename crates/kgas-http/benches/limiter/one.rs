//! Turns taken one after the other: what a limiter costs when it has nothing to limit.

use std::error::Error;
use std::future::Future;
use std::num::{NonZeroU32, NonZeroUsize};
use std::pin::Pin;
use std::sync::Arc;

use cpu_time::ProcessTime;
use governor::{Quota, RateLimiter};
use kgas_http::{Cost, Limiter, Limits};
use tokio::sync::Semaphore;

type Nanos = Pin<Box<dyn Future<Output = Result<f64, Box<dyn Error>>>>>;

/// Something that gives turns.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    /// Takes so many turns, and says how many nanoseconds of processor time one took.
    pub(crate) run: fn(u32) -> Nanos,
}

pub(crate) const CONTENDERS: [Contender; 4] = [
    Contender {
        name: "kgas-http: requests, tokens, at once",
        run: |n| {
            Box::pin(ours(
                n,
                Limits {
                    requests_per_minute: Some(NonZeroU32::MAX),
                    tokens_per_minute: Some(NonZeroU32::MAX),
                    max_concurrent: AT_ONCE,
                    ..Limits::default()
                },
            ))
        },
    },
    Contender { name: "kgas-http: at once alone", run: |n| Box::pin(ours(n, Limits::unlimited(AT_ONCE))) },
    Contender { name: "governor: requests", run: |n| Box::pin(governors(n)) },
    Contender { name: "tokio Semaphore: at once", run: |n| Box::pin(semaphores(n)) },
];

const AT_ONCE: NonZeroUsize = match NonZeroUsize::new(64) {
    Some(n) => n,
    None => NonZeroUsize::MIN,
};

/// What a request costs: a little more is estimated than settled, as it mostly is.
const ESTIMATE: u32 = 50;
const USED: u32 = 40;

async fn ours(turns: u32, limits: Limits) -> Result<f64, Box<dyn Error>> {
    let limiter = Limiter::new(limits);
    let began = ProcessTime::now();
    for _ in 0..turns {
        let mut permit = limiter.acquire(Cost::tokens(ESTIMATE)).await?;
        permit.written();
        permit.settle(USED);
    }
    Ok(per_turn(began, turns))
}

async fn governors(turns: u32) -> Result<f64, Box<dyn Error>> {
    let limiter = RateLimiter::direct(Quota::per_minute(NonZeroU32::MAX));
    let began = ProcessTime::now();
    for _ in 0..turns {
        limiter.until_ready().await;
    }
    Ok(per_turn(began, turns))
}

async fn semaphores(turns: u32) -> Result<f64, Box<dyn Error>> {
    let slots = Arc::new(Semaphore::new(AT_ONCE.get()));
    let began = ProcessTime::now();
    for _ in 0..turns {
        drop(Arc::clone(&slots).acquire_owned().await?);
    }
    Ok(per_turn(began, turns))
}

fn per_turn(began: ProcessTime, turns: u32) -> f64 {
    began.elapsed().as_secs_f64() * 1e9 / f64::from(turns)
}
