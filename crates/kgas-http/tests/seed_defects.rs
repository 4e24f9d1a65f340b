//! What the sketch this client grew from got wrong: one claim for each.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use kgas_http::{ApiStatus, ErrorKind, Limits, Transport as _};
use support::{Act, Server, answer, fine, most_in_a_minute, requests, status};

fn two_a_minute() -> Limits {
    Limits {
        requests_per_minute: NonZeroU32::new(2),
        tokens_per_minute: None,
        max_concurrent: NonZeroUsize::new(10).unwrap(),
        ..Limits::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_is_counted_when_it_is_written_and_not_when_it_began_to_wait() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.limits(two_a_minute()).build().unwrap();
    for request in requests(7) {
        client.send(request).await;
    }
    let times = server.times();
    assert!(most_in_a_minute(&times) <= 2, "{times:?}");
    assert!(times[6] >= 180.0, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn the_limit_holds_for_requests_that_come_together() {
    let (server, builder) = Server::in_memory(|_, _| fine());
    let client = builder.limits(two_a_minute()).build().unwrap();
    let answers = client.batch_requests(requests(7)).await;
    assert!(answers.iter().all(|a| a.status() == ApiStatus::Success));
    let times = server.times();
    assert!(most_in_a_minute(&times) <= 2, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn an_error_on_the_wire_reaches_the_retry() {
    let lost_once = |n, _: &support::Seen| if n == 0 { Act::HangUpAfter(String::new()) } else { fine() };
    let (server, builder) = Server::in_memory(lost_once);
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_429_is_tried_again() {
    let (server, builder) = Server::in_memory(|n, _| if n < 2 { status(429) } else { fine() });
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!(answer.status(), ApiStatus::Success);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_retry_count_counts_the_retries() {
    for fails in 0..3 {
        let (_server, builder) = Server::in_memory(move |n, _| if n < fails { status(500) } else { fine() });
        let answer = builder.build().unwrap().get("x").await;
        assert_eq!(usize::try_from(answer.retry_count()).unwrap(), fails);
    }
}

#[tokio::test(start_paused = true)]
async fn closing_one_handle_leaves_running_calls_and_other_handles_alone() {
    let slow = Act::AnswerAfter(Duration::from_secs(5), answer(200, &[], "{}"));
    let (server, builder) = Server::in_memory(move |_, _| slow.clone());
    let client = builder.build().unwrap();
    let other = client.clone();
    let (mine, theirs, ()) =
        tokio::join!(async { client.get("mine").await }, async { other.get("theirs").await }, async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            client.close().await;
            assert_eq!(client.get("late").await.error().unwrap().kind(), ErrorKind::Closed);
        });
    assert_eq!((mine.status(), theirs.status()), (ApiStatus::Success, ApiStatus::Success));
    assert_eq!(other.get("more").await.status(), ApiStatus::Success);
    assert_eq!(server.seen().len(), 3, "the late one never left");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_json_keeps_its_status() {
    let (_server, builder) = Server::in_memory(|_, _| Act::Answer(answer(400, &[], "no")));
    let answer = builder.build().unwrap().get("x").await;
    assert_eq!((answer.status(), answer.status_code()), (ApiStatus::Error, Some(400)));
}
