//! What is advised after hand-made runs: only what their figures say.

use std::time::Duration;

use kgas_bench::advice::advice;
use kgas_bench::attribution::Attribution;
use kgas_bench::bound::{Binding, Bound, Terms};
use kgas_bench::figures::Figures;
use kgas_bench::trace::{Attempt, Call, Performance, Tokens};

/// Calls that began a second after each other and were on the wire for 12 s each.
fn calls(count: u64) -> Vec<Call> {
    (0..count).map(|second| call(Duration::from_secs(second), Duration::from_secs(12))).collect()
}

fn call(began: Duration, wire: Duration) -> Call {
    let attempt = Attempt { queued: Duration::ZERO, began, wire, status: Some(200) };
    Call { begun: began, ended: began + wire, attempts: vec![attempt], is_answered: true, tokens: Tokens::default() }
}

fn run(calls: Vec<Call>, terms: Terms) -> Performance {
    let wall = calls.iter().map(|call| call.ended).max().unwrap_or_default();
    Performance { wall, calls, terms, ..Performance::default() }
}

/// 60 requests per minute, and five places.
fn terms() -> Terms {
    Terms { requests_per_minute: Some(60), max_concurrent: 5, burst: Some(5.0), ..Terms::default() }
}

/// The advice after a run that was held back so.
fn advised(performance: &Performance, attribution: Attribution) -> Vec<String> {
    advice(performance, &Figures { attribution, ..Figures::of(performance) })
}

fn places() -> Attribution {
    Attribution { concurrency: 0.8, ..Attribution::default() }
}

#[test]
fn places_are_raised_to_what_the_quota_keeps_busy() {
    let said = |places, length| {
        format!("raise max_concurrent from 5 to {places}: the quota allows it (60 calls per minute of {length} s each)")
    };
    let no_quota = Terms { requests_per_minute: None, ..terms() };
    let tokens = Terms { tokens_per_minute: Some(6000), ..no_quota };
    let of_a_hundred_tokens = |mut call: Call| {
        call.tokens = Tokens { reserved: 300, used: Some(100) };
        call
    };
    let busy = |mut call: Call| {
        call.attempts[0].status = Some(503);
        call
    };
    let cases = [
        // Little's law: one a second, 12 s each.
        (run(calls(100), terms()), places(), vec![said(12, "12")]),
        // 6000 tokens, 100 a call: one a second as well.
        (run(calls(100).into_iter().map(of_a_hundred_tokens).collect(), tokens), places(), vec![said(12, "12")]),
        // More than all of them at once are of no use.
        (run(calls(8), terms()), places(), vec![said(8, "12")]),
        // Something else holds it back.
        (run(calls(100), terms()), Attribution { server: 1.0, ..Attribution::default() }, vec![]),
        // There are enough already.
        (run(calls(100), Terms { max_concurrent: 12, ..terms() }), places(), vec![]),
        // The server said that it is too busy.
        (run(calls(100).into_iter().chain(calls(1).into_iter().map(busy)).collect(), terms()), places(), vec![]),
        (
            run(calls(100), no_quota),
            places(),
            vec![
                "raise max_concurrent from 5 to 10: no quota forbids it, and if the server keeps up \
                 the least time of all 100 calls together falls from 240 s to 120 s"
                    .to_owned(),
            ],
        ),
    ];
    for (performance, attribution, expected) in cases {
        assert_eq!(advised(&performance, attribution), expected, "{:?}", performance.terms);
    }
}

#[test]
fn a_quota_that_is_used_up_is_said_to_be() {
    let requests = Attribution { requests: 0.97, ..Attribution::default() };
    let tokens = Attribution { tokens: 0.97, ..Attribution::default() };
    let terms = Terms { requests_per_minute: Some(60), tokens_per_minute: Some(9000), ..terms() };
    let performance = run(calls(3), terms);
    let of_requests =
        "the 60 requests per minute are used up (98 %): a larger quota or fewer calls (larger chunks) would help";
    let of_tokens =
        "the 9000 tokens per minute are used up (100 %): a larger quota or fewer tokens in each call would help";
    let cases = [
        (requests, Some(0.98), None, vec![of_requests]),
        (requests, Some(0.9), None, vec![]),
        (tokens, Some(0.98), Some(1.7), vec![of_tokens]),
        (Attribution::default(), Some(0.98), Some(0.98), vec![]),
    ];
    for (attribution, requests_used, tokens_used, expected) in cases {
        let figures = Figures { attribution, requests_used, tokens_used, ..Figures::of(&performance) };
        assert_eq!(advice(&performance, &figures), expected);
    }
}

#[test]
fn a_burst_is_advised_for_what_it_saves_and_not_where_the_server_refuses() {
    let bound = |seconds, binding| Bound { seconds, binding };
    let said = |burst| {
        vec![format!(
            "if the server lets a whole minute's allowance go at once, burst = {burst} saves up to 62 s of 604 s"
        )]
    };
    let refused = |mut call: Call| {
        call.attempts[0].status = Some(429);
        call
    };
    let mut large = calls(10);
    large[3].tokens.reserved = 700;
    let terms = Terms { tokens_per_minute: Some(60_000), ..terms() };
    let cases = [
        (calls(10), Binding::Requests, 541.5, said(60)),
        (large, Binding::Tokens, 541.5, said(85)),
        (calls(10), Binding::Requests, 591.5, vec![]),
        (calls(10), Binding::Latency, 541.5, vec![]),
        (calls(10).into_iter().map(refused).collect(), Binding::Requests, 541.5, vec![]),
    ];
    for (calls, binding, full_burst, expected) in cases {
        let performance = run(calls, terms);
        let figures = Figures {
            seconds: 603.5,
            bound: bound(591.5, binding),
            full_burst_bound: bound(full_burst, binding),
            ..Figures::of(&performance)
        };
        // Other advice is not looked at: these refusals say something too.
        let advice: Vec<_> =
            advice(&performance, &figures).into_iter().filter(|line| line.contains("burst =")).collect();
        assert_eq!(advice, expected, "{binding:?}");
    }
}

#[test]
fn max_tokens_is_lowered_by_what_no_call_needed() {
    let tokens = Attribution { tokens: 0.9, ..Attribution::default() };
    let with = |reserved: u32, used: &[Option<u32>]| {
        let mut calls = calls(used.len() as u64);
        calls.iter_mut().zip(used).for_each(|(call, used)| call.tokens = Tokens { reserved, used: *used });
        run(calls, Terms { tokens_per_minute: Some(60_000), ..Terms::default() })
    };
    let lower =
        "lower max_tokens by about 1700: calls reserve 7.0 times the tokens that they use, and none needed more";
    let cases = [
        (with(2100, &[Some(400), Some(200), Some(300), None]), tokens, vec![lower]),
        (with(2100, &[Some(1600), Some(1500)]), tokens, vec![]),
        (with(2100, &[Some(300), Some(2100)]), tokens, vec![]),
        (with(2100, &[Some(300)]), Attribution::default(), vec![]),
        (with(2100, &[None]), tokens, vec![]),
    ];
    for (performance, attribution, expected) in cases {
        assert_eq!(advised(&performance, attribution), expected);
    }
}

/// Two a second that are answered for two minutes, and beside each third one that is refused.
fn storm(terms: Terms) -> Performance {
    let mut all: Vec<Call> =
        (0..241).map(|half| call(Duration::from_millis(500 * half), Duration::from_millis(100))).collect();
    for call in all.iter_mut().step_by(3) {
        let refused = call.attempts.iter().map(|attempt| Attempt { status: Some(429), ..attempt.clone() });
        call.attempts = refused.chain(call.attempts.iter().cloned()).collect();
    }
    run(all, terms)
}

#[test]
fn a_pace_that_is_refused_is_lowered_to_what_came_through() {
    let told = |requests_per_minute| Terms { requests_per_minute, ..terms() };
    let cases = [
        (
            Some(600),
            "the server refused 25 % of requests (429) and let about 120 per minute through, not 600: \
             lower requests_per_minute to that or a little more, or find out who else uses the key",
        ),
        (None, "the server refused 25 % of requests (429): set requests_per_minute to 120, which came through"),
        (
            Some(120),
            "the server refused 25 % of requests (429) although about 120 per minute came through: its bursts may be smaller",
        ),
    ];
    for (limit, expected) in cases {
        assert_eq!(advised(&storm(told(limit)), Attribution::default()), [expected]);
    }
    assert!(advised(&run(calls(200), terms()), Attribution::default()).is_empty(), "nothing was refused");
}

#[test]
fn a_heavy_tail_is_hedged_from_where_it_begins() {
    let hundred = |slow: u64, few: usize| {
        let wire = |place| Duration::from_secs(if place < few { slow } else { 1 });
        run((0..100).map(|place| call(Duration::ZERO, wire(place))).collect(), Terms::default())
    };
    let said = "one call in a hundred takes 10 s or more, and half of them 1.0 s or less: \
                hedge after 1.0 s, if a second request may be paid for";
    let none: [&str; 0] = [];
    let server = Attribution { server: 1.0, ..Attribution::default() };
    assert_eq!(advised(&hundred(10, 2), server), [said]);
    assert_eq!(advised(&hundred(2, 2), server), none, "not so heavy");
    let mut few = hundred(10, 2);
    few.calls.pop();
    assert_eq!(advised(&few, server), none, "too few to tell");
    let hedged = Figures { attempts: 105, ..Figures::of(&hundred(10, 2)) };
    assert_eq!(advice(&hundred(10, 2), &hedged), none, "it was hedged already");
}

#[test]
fn waiting_for_a_server_that_fails_has_no_cure_here() {
    let back_off = Attribution { back_off: 0.5, ..Attribution::default() };
    let said = "for 7.0 s there was nothing to do but wait for a server that failed: no setting shortens that";
    assert_eq!(advised(&run(calls(3), terms()), back_off), [said]);
}
