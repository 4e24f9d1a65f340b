//! Calls paced by governor's per-minute quota, which counts on tokio's clock here.

use std::future::Future;
use std::num::{NonZeroU32, NonZeroUsize};
use std::pin::Pin;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use kgas_http::{Client, ClientBuilder, Limits, RetryPolicy, Transport as _};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::contest::{Allowance, Contender, ESTIMATED_TOKENS, Failure, call};

/// How many calls are on the wire at a time. It never holds up a pace, only the burst of a whole minute a little.
const AT_ONCE: NonZeroUsize = match NonZeroUsize::new(256) {
    Some(n) => n,
    None => NonZeroUsize::MIN,
};

/// How governor is told the limit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Governor {
    /// As `Quota::per_minute` has it: a whole minute's worth may go at once.
    FullBurst,
    /// With `allow_burst` for one call.
    NoBurst,
}

impl Contender for Governor {
    fn name(&self) -> &'static str {
        match self {
            Self::FullBurst => "governor",
            Self::NoBurst => "governor, burst 1",
        }
    }

    fn run(
        &self,
        client: ClientBuilder,
        allowance: Allowance,
        calls: u32,
    ) -> Pin<Box<dyn Future<Output = Result<(), Failure>>>> {
        let units = match allowance {
            Allowance::Requests(_) => NonZeroU32::MIN,
            Allowance::Tokens(_) => NonZeroU32::new(ESTIMATED_TOKENS).unwrap_or(NonZeroU32::MIN),
        };
        let quota = Quota::per_minute(NonZeroU32::new(allowance.per_minute()).unwrap_or(NonZeroU32::MIN));
        let quota = match self {
            Self::FullBurst => quota,
            Self::NoBurst => quota.allow_burst(units),
        };
        Box::pin(async move {
            let client = client.limits(Limits::unlimited(AT_ONCE)).retry(RetryPolicy::never()).build()?;
            send(&client, &GovernorPace::new(quota, units), calls).await
        })
    }
}

/// Sends each call when its time has come. One that is refused is lost: the pace knows nothing of answers.
async fn send(client: &Client, pace: &GovernorPace, calls: u32) -> Result<(), Failure> {
    let mut under_way = JoinSet::new();
    for number in 0..calls {
        pace.next().await?;
        let client = client.clone();
        under_way.spawn(async move { client.send(call(number)).await });
        while let Some(done) = under_way.try_join_next() {
            done?;
        }
    }
    while let Some(done) = under_way.join_next().await {
        done?;
    }
    Ok(())
}

/// The times at which governor lets the calls of a backlog go.
struct GovernorPace {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>,
    clock: TokioClock,
    units: NonZeroU32,
}

impl GovernorPace {
    fn new(quota: Quota, units: NonZeroU32) -> Self {
        let clock = TokioClock(Instant::now());
        Self { limiter: RateLimiter::direct_with_clock(quota, clock), clock, units }
    }

    /// Waits until the next call may go.
    // governor's own waiting sleeps in real time.
    async fn next(&self) -> Result<Instant, Failure> {
        while let Err(not_yet) = self.limiter.check_n(self.units)? {
            sleep(not_yet.wait_time_from(self.clock.now())).await;
        }
        Ok(Instant::now())
    }
}

/// Tokio's time, which tests can pause, since a moment.
#[derive(Clone, Copy, Debug)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}
