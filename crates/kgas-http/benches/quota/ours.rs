//! Calls through our own client, with its defaults and nothing but the limit told.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::Pin;

use futures_util::{StreamExt as _, stream};
use kgas_http::{ClientBuilder, Limits, Transport as _};

use super::contest::{Allowance, Contender, Failure, call};

/// Enough on the wire at a time for any pace here.
const AT_ONCE: NonZeroUsize = match NonZeroUsize::new(64) {
    Some(n) => n,
    None => NonZeroUsize::MIN,
};

/// How many calls are in hand: the limiter's queue must never be empty.
const IN_HAND: usize = 256;

/// kgas-http.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kgas;

impl Contender for Kgas {
    fn name(&self) -> &'static str {
        "kgas-http"
    }

    fn run(
        &self,
        client: ClientBuilder,
        allowance: Allowance,
        calls: u32,
    ) -> Pin<Box<dyn Future<Output = Result<(), Failure>>>> {
        Box::pin(async move {
            let limits = Limits {
                requests_per_minute: allowance.requests(),
                tokens_per_minute: allowance.tokens(),
                ..Limits::unlimited(AT_ONCE)
            };
            let client = client.limits(limits).build()?;
            let sends = stream::iter(0..calls).map(|number| client.send(call(number)));
            sends.buffer_unordered(IN_HAND).for_each(|_answer| std::future::ready(())).await;
            Ok(())
        })
    }
}
