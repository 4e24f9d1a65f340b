//! Each limit algorithm against its written definition: what is let in, and when.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod client;

use std::time::Duration;

use client::{EMBEDDINGS, Line, post};
use kgas_mock::{Algorithm, Builder, Hint, MockServer};
use serde_json::json;
use tokio::time::{Instant, advance};

const ALL: [Algorithm; 5] = [
    Algorithm::FullBucket,
    Algorithm::SecondBucket,
    Algorithm::FixedMinute,
    Algorithm::SlidingLog,
    Algorithm::SecondQuanta,
];

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn of_requests(algorithm: Algorithm, allowance: u32) -> Builder {
    MockServer::builder().requests_per_minute(allowance).algorithm(algorithm)
}

fn of_tokens(algorithm: Algorithm, allowance: u32) -> Builder {
    MockServer::builder().tokens_per_minute(allowance).algorithm(algorithm)
}

/// Comes at these times (in ms) with so many requests at once, and compares how many of them were let in.
async fn check_requests(builder: Builder, table: &[(u64, usize, usize)]) {
    let server = builder.in_memory().unwrap();
    let mut line = Line::to(&server);
    let started = Instant::now();
    for (at, asked, expected) in table {
        advance(millis(*at).saturating_sub(started.elapsed())).await;
        let mut let_in = 0;
        for _ in 0..*asked {
            let_in += usize::from(line.ask("hello").await.status == 200);
        }
        assert_eq!((started.elapsed(), let_in), (millis(*at), *expected), "{table:?}");
    }
}

/// Comes at these times (in ms) with calls of so many tokens, and compares whether they were let in.
async fn check_tokens(builder: Builder, table: &[(u64, u64, bool)]) {
    let server = builder.in_memory().unwrap();
    let mut line = Line::to(&server);
    let started = Instant::now();
    for (at, tokens, expected) in table {
        advance(millis(*at).saturating_sub(started.elapsed())).await;
        let status = line.spend(*tokens).await.status;
        assert_eq!((started.elapsed(), status == 200), (millis(*at), *expected), "{tokens} at {at} ms of {table:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_bucket_starts_full_and_refills_evenly() {
    let table = [(0, 10, 6), (9_999, 1, 0), (10_000, 2, 1), (35_000, 5, 2), (40_000, 5, 1), (1_000_000, 10, 6)];
    check_requests(of_requests(Algorithm::FullBucket, 6), &table).await;
}

#[tokio::test(start_paused = true)]
async fn a_second_bucket_holds_one_second_and_keeps_fractions() {
    // 2.5 a second, and room for 2.5.
    let table = [(0, 5, 2), (199, 1, 0), (200, 2, 1), (600, 2, 1), (900, 1, 0), (1_000, 1, 1), (60_000, 5, 2)];
    check_requests(of_requests(Algorithm::SecondBucket, 150), &table).await;
}

#[tokio::test(start_paused = true)]
async fn a_second_bucket_of_a_slow_limit_holds_one() {
    let table = [(0, 3, 1), (11_999, 1, 0), (12_000, 3, 1), (60_000, 3, 1), (71_999, 1, 0), (72_000, 1, 1)];
    check_requests(of_requests(Algorithm::SecondBucket, 5), &table).await;
}

#[tokio::test(start_paused = true)]
async fn a_fixed_minute_starts_anew_each_60_s() {
    let table = [(0, 2, 2), (59_999, 9, 4), (60_000, 9, 6), (119_999, 1, 0), (120_000, 1, 1), (600_000, 9, 6)];
    check_requests(of_requests(Algorithm::FixedMinute, 6), &table).await;
}

#[tokio::test(start_paused = true)]
async fn the_phase_moves_minutes_and_quanta() {
    let minute = of_requests(Algorithm::FixedMinute, 6).phase(millis(45_000));
    check_requests(minute, &[(0, 9, 6), (14_999, 1, 0), (15_000, 9, 6), (74_999, 1, 0), (75_000, 1, 1)]).await;
    let quanta = of_requests(Algorithm::SecondQuanta, 60).phase(millis(700));
    check_requests(quanta, &[(0, 2, 1), (299, 1, 0), (300, 2, 1), (1_299, 1, 0), (1_300, 1, 1)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_sliding_log_forgets_each_after_60_s() {
    let table = [(0, 2, 2), (10_000, 5, 4), (59_999, 1, 0), (60_000, 5, 2), (69_999, 1, 0), (70_000, 9, 4)];
    check_requests(of_requests(Algorithm::SlidingLog, 6), &table).await;
}

#[tokio::test(start_paused = true)]
async fn quanta_carry_fractions_and_lose_what_is_left() {
    // 1, 2, 1, 2 and so on.
    let table = [(0, 3, 1), (999, 1, 0), (1_000, 3, 2), (2_500, 3, 1), (5_000, 3, 2), (6_000, 3, 1), (59_000, 3, 2)];
    check_requests(of_requests(Algorithm::SecondQuanta, 90), &table).await;
}

#[tokio::test(start_paused = true)]
async fn quanta_of_a_slow_limit_are_the_time_of_one_request() {
    let table = [(11_900, 2, 1), (12_000, 2, 1), (23_999, 1, 0), (24_000, 1, 1), (59_999, 2, 1), (60_000, 2, 1)];
    check_requests(of_requests(Algorithm::SecondQuanta, 5), &table).await;
}

#[tokio::test(start_paused = true)]
async fn a_crowd_gets_each_minute_exactly_what_the_algorithm_lets_in() {
    for (algorithm, allowance, per_minute) in [
        (Algorithm::FullBucket, 50, [99, 50]),
        (Algorithm::SecondBucket, 50, [50, 50]),
        (Algorithm::FixedMinute, 50, [50, 50]),
        (Algorithm::SlidingLog, 50, [50, 50]),
        (Algorithm::SecondQuanta, 50, [50, 50]),
        (Algorithm::FullBucket, 100, [199, 100]),
        (Algorithm::SecondBucket, 100, [101, 100]),
        (Algorithm::SecondQuanta, 100, [100, 100]),
        (Algorithm::SecondQuanta, 60, [60, 60]),
    ] {
        let server = of_requests(algorithm, allowance).in_memory().unwrap();
        let mut line = Line::to(&server);
        for (minute, expected) in per_minute.into_iter().enumerate() {
            let before = server.account().calls_answered();
            for _ in 0..300 {
                line.ask("a").await;
                line.ask("b").await;
                advance(millis(200)).await;
            }
            let let_in = server.account().calls_answered() - before;
            assert_eq!(let_in, expected, "{algorithm:?} of {allowance}, minute {minute}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_of_a_full_bucket() {
    let table = [(0, 400, true), (0, 300, false), (0, 200, true), (9_999, 100, false), (10_000, 100, true)];
    check_tokens(of_tokens(Algorithm::FullBucket, 600), &table).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_larger_than_a_second_bucket_passes_when_it_is_full_and_leaves_a_debt() {
    // 100 a second. After the 350 there are 250 to pay.
    let table = [
        (0, 60, true),
        (0, 60, false),
        (599, 350, false),
        (600, 350, true),
        (3_100, 1, false),
        (3_110, 1, true),
        (4_099, 350, false),
        (4_110, 350, true),
    ];
    check_tokens(of_tokens(Algorithm::SecondBucket, 6_000), &table).await;
}

#[tokio::test(start_paused = true)]
async fn tokens_of_a_fixed_minute_and_of_a_sliding_log() {
    let both = [(1_000, 400, true), (30_000, 300, false), (30_000, 200, true), (59_999, 1, false)];
    let minute = [&both[..], &[(60_000, 600, true)]].concat();
    check_tokens(of_tokens(Algorithm::FixedMinute, 600), &minute).await;
    let log =
        [&both[..], &[(60_000, 1, false), (61_000, 401, false), (61_000, 400, true), (90_000, 200, true)]].concat();
    check_tokens(of_tokens(Algorithm::SlidingLog, 600), &log).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_larger_than_a_quantum_takes_from_those_that_follow() {
    // 100 a second. The 350 use seconds 0 to 2 and half of second 3.
    let table = [
        (0, 60, true),
        (500, 60, false),
        (500, 40, true),
        (999, 350, false),
        (1_000, 350, true),
        (3_999, 1, false),
        (4_000, 51, false),
        (4_000, 50, true),
        (4_999, 350, false),
        (5_000, 1, true),
        (5_000, 350, true),
    ];
    check_tokens(of_tokens(Algorithm::SecondQuanta, 6_000), &table).await;
}

#[tokio::test(start_paused = true)]
async fn large_calls_get_the_whole_rate_of_a_server_that_counts_by_the_second() {
    for algorithm in [Algorithm::SecondBucket, Algorithm::SecondQuanta] {
        let server = of_tokens(algorithm, 5_000).in_memory().unwrap();
        let mut line = Line::to(&server);
        for _ in 0..1_200 {
            line.spend(1_000).await;
            advance(millis(500)).await;
        }
        assert_eq!(server.account().calls_answered(), 50, "{algorithm:?} in 10 minutes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cost_is_the_prompts_quarter_and_the_longest_answer() {
    let server = of_tokens(Algorithm::FixedMinute, 1_000).in_memory().unwrap();
    let mut line = Line::to(&server);
    let message = |text: &str| json!({ "role": "user", "content": text });
    for (body, cost) in [
        (json!({ "model": "m", "messages": [message("five!"), message("four")] }), 3),
        (json!({ "model": "m", "messages": [message("four")], "max_tokens": 20 }), 21),
        (json!({ "model": "m", "messages": [message("four")], "max_completion_tokens": 30 }), 31),
        (json!({ "model": "m", "messages": [message("four")], "max_tokens": 20, "max_completion_tokens": 30 }), 31),
    ] {
        assert_eq!(line.post(&body).await.status, 200);
        assert_eq!(server.account().attempts().last().unwrap().tokens, cost, "{body}");
    }
    post(&server, EMBEDDINGS, &json!({ "model": "e", "input": ["five!", "four"] })).await;
    assert_eq!(server.account().attempts().last().unwrap().tokens, 3);
}

#[tokio::test(start_paused = true)]
async fn a_request_needs_room_in_both_limits_and_a_refused_one_takes_nothing() {
    for algorithm in ALL {
        let both = MockServer::builder().algorithm(algorithm).requests_per_minute(120).tokens_per_minute(12_000);
        let server = both.in_memory().unwrap();
        let mut line = Line::to(&server);
        let mut statuses = Vec::new();
        // Too many tokens for the minute, then as many as its rate allows, then one request over it.
        for tokens in [12_001, 100, 100] {
            statuses.push(line.spend(tokens).await.status);
        }
        assert_eq!(statuses, [429, 200, 200], "{algorithm:?}");
        let charged: Vec<u64> = server.account().attempts().iter().map(|attempt| attempt.tokens).collect();
        assert_eq!(charged, [0, 100, 100], "{algorithm:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_that_keeps_out_longer_is_the_one_told() {
    let both = MockServer::builder().algorithm(Algorithm::FullBucket).requests_per_minute(2).tokens_per_minute(600);
    let server = both.in_memory().unwrap();
    let mut line = Line::to(&server);
    assert_eq!(line.spend(600).await.status, 200);
    assert_eq!(line.spend(100).await.json()["error"]["type"], "tokens");
    assert_eq!(line.spend(1).await.json()["error"]["type"], "tokens");
    advance(millis(1_000)).await;
    assert_eq!(line.spend(10).await.status, 200);
    let refused = line.spend(10).await;
    assert_eq!(refused.json()["error"]["type"], "requests");
    assert_eq!(refused.header("retry-after"), Some("29"));
}

#[tokio::test(start_paused = true)]
async fn who_waits_as_long_as_told_is_let_in_and_not_one_millisecond_earlier() {
    for algorithm in ALL {
        for (requests, tokens) in [(7, 500), (50, 5_000), (70, 1_000_000), (1_000_000, 5_000), (90, 7_000)] {
            let builder = MockServer::builder().algorithm(algorithm).hint(Hint::Millis);
            let server = builder.requests_per_minute(requests).tokens_per_minute(tokens).in_memory().unwrap();
            let mut line = Line::to(&server);
            let mut state = 1_u64;
            for _ in 0..50 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let cost = (state >> 56) + 1;
                let refused = line.spend(cost).await;
                if refused.status == 200 {
                    advance(millis((state >> 40) & 0xff)).await;
                    continue;
                }
                let wait: u64 = refused.header("retry-after-ms").unwrap().parse().unwrap();
                advance(millis(wait - 1)).await;
                assert_eq!(line.spend(cost).await.status, 429, "{algorithm:?} {requests} {tokens}: {wait} - 1");
                advance(millis(1)).await;
                assert_eq!(line.spend(cost).await.status, 200, "{algorithm:?} {requests} {tokens}: {wait}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_refusals_count_the_impatient_starve() {
    for algorithm in ALL {
        let let_in = async |refusals_count: bool, gap: u64| {
            let server = of_requests(algorithm, 60).refusals_count(refusals_count).in_memory().unwrap();
            let mut line = Line::to(&server);
            for _ in 0..120_000 / gap {
                line.ask("hello").await;
                advance(millis(gap)).await;
            }
            server.account().calls_answered()
        };
        let (patient, impatient, forgiven) =
            (let_in(true, 1_000).await, let_in(true, 500).await, let_in(false, 500).await);
        assert_eq!(patient, 120, "{algorithm:?}");
        assert!(forgiven >= 119, "{algorithm:?}: {forgiven}");
        let expected = match algorithm {
            // The minute's count is over when the minute is; so is a quantum's.
            Algorithm::FixedMinute | Algorithm::SecondQuanta => 120,
            // Each refusal takes the half request that has come in since the last.
            Algorithm::FullBucket => 119,
            Algorithm::SecondBucket => 1,
            Algorithm::SlidingLog => 60,
        };
        assert_eq!(impatient, expected, "{algorithm:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_refusals_count_a_bucket_loses_what_it_has_and_gets_into_no_debt() {
    let table = [
        (0, 500, true),
        (0, 200, false),
        (10_000, 100, true),
        (10_500, 6, false),
        (11_000, 6, false),
        (11_500, 5, true),
    ];
    check_tokens(of_tokens(Algorithm::FullBucket, 600).refusals_count(true), &table).await;
}

#[tokio::test(start_paused = true)]
async fn refused_attempts_are_charged_where_they_count() {
    let server = of_tokens(Algorithm::FixedMinute, 100).refusals_count(true).in_memory().unwrap();
    let mut line = Line::to(&server);
    for (tokens, status) in [(60, 200), (60, 429), (1, 429)] {
        assert_eq!(line.spend(tokens).await.status, status);
    }
    let charged: Vec<u64> = server.account().attempts().iter().map(|attempt| attempt.tokens).collect();
    assert_eq!(charged, [60, 60, 1]);
}
