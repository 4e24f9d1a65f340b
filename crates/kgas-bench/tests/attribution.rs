//! Where the time of hand-made runs went.

use std::time::Duration;

use kgas_bench::attribution::Attribution;
use kgas_bench::trace::{Attempt, Call, Performance, Tokens};
use kgas_http::Queued;
use proptest::prelude::*;

/// Seconds of queueing, then on the wire, for each attempt; what lies between them is back-off.
fn call(begun: u64, attempts: &[(u64, u64, u64)]) -> Call {
    let attempts = attempts.iter().map(|&(joined, began, ended)| Attempt {
        queued: Duration::from_secs(began - joined),
        began: Duration::from_secs(began),
        wire: Duration::from_secs(ended - began),
        status: Some(200),
    });
    let attempts: Vec<_> = attempts.collect();
    let begun = Duration::from_secs(begun);
    let ended = attempts.last().map_or(begun, Attempt::ended);
    Call { begun, ended, attempts, is_answered: true, tokens: Tokens::default() }
}

/// Seconds of waiting for requests, tokens, places and the end of a pause.
fn waits([requests, tokens, concurrency, pause]: [u64; 4]) -> Queued {
    let mut waits = Queued::default();
    waits.requests = Duration::from_secs(requests);
    waits.tokens = Duration::from_secs(tokens);
    waits.concurrency = Duration::from_secs(concurrency);
    waits.pause = Duration::from_secs(pause);
    waits
}

fn performance(wall: u64, calls: Vec<Call>, waits: Queued) -> Performance {
    Performance { wall: Duration::from_secs(wall), calls, waits, ..Performance::default() }
}

fn shares(of: &Attribution) -> [f64; 7] {
    let Attribution { requests, tokens, concurrency, pause, server, back_off, kgas } = *of;
    [requests, tokens, concurrency, pause, server, back_off, kgas]
}

#[test]
fn a_timeline_worked_out_by_hand_is_attributed_instant_by_instant() {
    //          0    1    2    3    4    5    6    7    8    9   10
    // first    wire .............|                                    0–3
    // second   queue ..|wire|back-off..|queue |wire|                  queue 0–2, wire 2–3, back-off 3–5,
    //                                                                 queue 5–6, wire 6–8
    // Nothing at all happens from 8 to 10.
    let calls = vec![call(0, &[(0, 0, 3)]), call(0, &[(0, 2, 3), (5, 6, 8)])];
    // Somebody was at the head of the queue for 3 s: 1 s for tokens, 2 s for requests.
    let of = Attribution::of(&performance(10, calls, waits([2, 1, 0, 0])));
    let [requests, tokens, concurrency, pause, server, back_off, kgas] = shares(&of);
    assert_eq!((requests, tokens), (0.2, 0.1), "queued 0–2 and 5–6");
    assert_eq!((concurrency, pause), (0.0, 0.0));
    assert_eq!(server, 0.3, "on the wire and nobody queues: 2–3 and 6–8");
    assert_eq!(back_off, 0.2, "3–5");
    assert_eq!(kgas, 0.2, "8–10");
}

#[test]
fn what_comes_first_counts_alone() {
    let queues = call(0, &[(0, 10, 10)]);
    let on_the_wire = call(0, &[(0, 0, 10)]);
    let backs_off = call(0, &[(10, 10, 10)]);
    let cases = [
        (vec![&queues, &on_the_wire, &backs_off], [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
        (vec![&on_the_wire, &backs_off], [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
        (vec![&backs_off], [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
        (vec![], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
    ];
    for (calls, expected) in cases {
        let calls = calls.into_iter().cloned().collect();
        let of = Attribution::of(&performance(10, calls, waits([0, 0, 0, 10])));
        assert_eq!(shares(&of), expected);
    }
}

#[test]
fn a_call_that_waits_for_an_absent_server_before_its_first_attempt_backs_off() {
    let of = Attribution::of(&performance(10, vec![call(0, &[(6, 7, 10)])], waits([1, 0, 0, 0])));
    assert_eq!(shares(&of), [0.1, 0.0, 0.0, 0.0, 0.3, 0.6, 0.0]);
}

#[test]
fn it_is_said_by_size_and_without_what_rounds_to_nothing() {
    let shares = Attribution { tokens: 0.71, server: 0.22, back_off: 0.0688, kgas: 0.001, ..Attribution::default() };
    assert_eq!(
        shares.to_string(),
        "71.0 % waiting on tokens per minute, 22.0 % on the server, 6.9 % backing off, 0.1 % in kgas"
    );
    assert_eq!(
        Attribution { pause: 0.9996, requests: 0.0004, ..shares_of_nothing() }.to_string(),
        "100.0 % paused by the server"
    );
}

fn shares_of_nothing() -> Attribution {
    Attribution::of(&performance(0, Vec::new(), Queued::default()))
}

#[test]
fn a_run_that_took_no_time_has_no_shares() {
    assert_eq!(shares_of_nothing(), Attribution::default());
}

proptest! {
    #[test]
    fn shares_add_up_to_one_and_none_is_negative(
        wall in 1..100_u64,
        calls in prop::collection::vec((0..50_u64, prop::collection::vec((0..9_u64, 0..9_u64, 0..9_u64), 0..4)), 0..12),
        waited in prop::array::uniform4(0..1000_u64),
    ) {
        let calls = calls.into_iter().map(|(begun, attempts)| {
            let mut at = begun;
            let attempts: Vec<_> = attempts.into_iter().map(|(before, queued, wire)| {
                let (joined, began) = (at + before, at + before + queued);
                at = began + wire;
                (joined, began, at)
            }).collect();
            call(begun, &attempts)
        });
        let of = Attribution::of(&performance(wall, calls.collect(), waits(waited)));
        let shares = shares(&of);
        prop_assert!(shares.iter().all(|share| *share >= 0.0), "{of:?}");
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-5, "{of:?}");
    }
}
