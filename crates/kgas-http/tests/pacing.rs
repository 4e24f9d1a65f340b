//! The whole client under a paused clock: how fast requests reach the server.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::{ApiStatus, Limits};
use support::{Act, Server, answer, fine, most_in_a_minute, requests};

fn per_minute(requests: u32, at_once: usize) -> Limits {
    Limits {
        requests_per_minute: NonZeroU32::new(requests),
        tokens_per_minute: None,
        max_concurrent: NonZeroUsize::new(at_once).unwrap(),
        ..Limits::default()
    }
}

#[tokio::test(start_paused = true)]
async fn ten_requests_at_five_a_minute_are_sent_within_sixty_two_seconds() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.limits(per_minute(5, 10)).build().unwrap();
    let answers = client.batch_requests(requests(10)).await;
    assert!(answers.iter().all(|a| a.status() == ApiStatus::Success));
    let times = server.times();
    let last = times[9];
    assert!((60.0..62.0).contains(&last), "{times:?}");
    assert!(most_in_a_minute(&times) <= 5, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_requests_at_sixty_a_minute_use_nearly_all_that_is_allowed() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.build().unwrap();
    client.batch_requests(requests(1000)).await;
    let times = server.times();
    assert_eq!(times.len(), 1000);
    assert!(most_in_a_minute(&times) <= 60);
    let last = times[999];
    assert!((1000.0..1020.0).contains(&last), "{last}");
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_allowed_at_once() {
    let slow = Act::AnswerAfter(Duration::from_secs(3), answer(200, &[], "{}"));
    let (server, builder) = Server::in_memory(move |_, _| slow.clone());
    let limits = Limits { requests_per_minute: None, ..per_minute(1, 4) };
    let client = builder.limits(limits).build().unwrap();
    client.batch_requests(requests(40)).await;
    assert_eq!(server.most_at_once(), 4);
    let last = server.times()[39];
    assert!((27.0..27.1).contains(&last), "ten rounds of 3 s, without gaps: {last}");
    assert_eq!(server.connections(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_times() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (server, builder) = Server::in_memory(|n, _| if n % 3 == 0 { support::status(503) } else { fine() });
        let client = builder.seed(42).build().unwrap();
        client.batch_requests(requests(30)).await;
        runs.push(server.times());
    }
    assert_eq!(runs[0], runs[1]);
}
