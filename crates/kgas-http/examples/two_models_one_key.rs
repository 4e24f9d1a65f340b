//! Two models whose limits are parts of their key's: each has a pace, and together they hold to the key's.
//!
//! `cargo run -p kgas-http --example two_models_one_key`: runs a minute of the simulated clock, and no network.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "an example prints, and set the limits itself")]

use std::num::NonZeroU32;

use kgas_http::{Cost, HttpError, Limiter, Limits};
use tokio::time::{Duration, Instant, sleep_until};

fn per_minute(requests: u32) -> Limits {
    Limits { requests_per_minute: NonZeroU32::new(requests), ..Limits::default() }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), HttpError> {
    tokio::time::pause();
    let key = Limiter::new(per_minute(100));
    let models = [("large", key.within(per_minute(30))), ("small", key.within(per_minute(90)))];
    let end = Instant::now() + Duration::from_secs(60);
    for (_, model) in models.clone() {
        // A backlog for each: whoever is let through asks again at once.
        tokio::spawn(async move {
            while let Ok(mut permit) = model.acquire(Cost::default()).await {
                permit.written();
            }
        });
    }
    sleep_until(end).await;
    for (name, model) in &models {
        let snapshot = model.snapshot();
        println!("{name}: {} of {} a minute", snapshot.requests, snapshot.limits.requests_per_minute.unwrap());
    }
    println!("together: {} of 100", key.snapshot().requests);
    Ok(())
}
