//! The decisions of a probe, on samples made for them: no server, no clock.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::NonZeroU32;

use kgas_bench::probe::{Allowance, Because, Line, Plan, Rung, Step, is_serial, judge, quantile, unsteadiness};

fn nonzero(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn allowance(max_requests: u32, sizes: &[u32], max_concurrent: u32) -> Allowance {
    Allowance {
        max_requests: nonzero(max_requests),
        prompt_tokens: sizes.iter().map(|size| nonzero(*size)).collect(),
        max_tokens: nonzero(16),
        max_concurrent: nonzero(max_concurrent),
    }
}

/// So many requests at a time that took so long each, side by side.
fn step(at_once: u32, seconds: f64, latency: f64) -> Step {
    let latencies = (0..at_once.max(4)).map(|_| latency).collect();
    Step { at_once, seconds, latencies, held: 0.0, refused: 0, failed: 0 }
}

/// One at a time, with answers of 0.1 s.
fn alone() -> Step {
    step(1, 0.4, 0.1)
}

#[test]
fn no_plan_spends_more_than_was_allowed() {
    for max_requests in 1..200 {
        for sizes in [&[50][..], &[2000, 50, 500], &[50, 50], &[1, 2, 3, 4, 5, 6, 7, 8, 9]] {
            for max_concurrent in [1, 2, 3, 8, 64] {
                let plan = Plan::of(&allowance(max_requests, sizes, max_concurrent));
                assert!(plan.requests() <= max_requests, "{max_requests} {sizes:?} {max_concurrent}: {plan:?}");
                assert!(plan.steps.iter().all(|step| step.at_once <= max_concurrent));
            }
        }
    }
}

#[test]
fn a_plan_divides_what_is_allowed_between_sizes_and_the_ladder() {
    let steps = |steps: &[(u32, u32)]| -> Vec<Rung> {
        steps.iter().map(|(at_once, requests)| Rung { at_once: *at_once, requests: *requests }).collect()
    };
    let cases = [
        (30, 8, vec![50, 500, 2000], 4, steps(&[(2, 2), (4, 4), (8, 8)]), 27),
        (60, 8, vec![50, 500, 2000], 5, steps(&[(2, 4), (4, 8), (8, 16)]), 44),
        (60, 6, vec![50, 500, 2000], 5, steps(&[(2, 4), (4, 8), (6, 12)]), 40),
        (10, 8, vec![50, 500, 2000], 1, steps(&[(2, 2), (4, 4)]), 10),
        (4, 8, vec![50, 500, 2000], 1, steps(&[]), 4),
        (3, 8, vec![50, 500], 1, steps(&[]), 3),
        (1, 8, vec![50], 0, steps(&[]), 1),
        (30, 1, vec![50, 500, 2000], 4, steps(&[]), 13),
    ];
    for (max_requests, max_concurrent, sizes, repeats, steps, requests) in cases {
        let plan = Plan::of(&allowance(max_requests, &[2000, 50, 500], max_concurrent));
        assert_eq!(plan, Plan { sizes, repeats, steps, max_tokens: 16 }, "{max_requests} {max_concurrent}");
        assert_eq!(plan.requests(), requests);
    }
}

#[test]
fn a_line_is_found_through_its_points() {
    let points: Vec<(f64, f64)> = [50.0, 500.0, 2000.0].map(|tokens| (tokens, 0.2 + 0.001 * tokens)).to_vec();
    let line = Line::through(&points).unwrap();
    assert!((line.base - 0.2).abs() < 1e-9 && (line.per_token - 0.001).abs() < 1e-12, "{line:?}");
    assert!(line.spread.unwrap() < 1e-9 && line.grows());
}

#[test]
fn the_spread_is_that_of_the_points_around_the_line() {
    // By hand: slope 0.001, residuals ±0.1 twice each, SSR 0.04, n - 2 = 2, Sxx = 4 · 50².
    let points = [(0.0, 0.1), (0.0, 0.3), (100.0, 0.2), (100.0, 0.4)];
    let line = Line::through(&points).unwrap();
    assert!((line.spread.unwrap() - 0.02_f64.sqrt()).abs() < 1e-12);
    assert!((line.per_token_error.unwrap() - 0.02_f64.sqrt() / 100.0).abs() < 1e-12);
    assert!(!line.grows(), "0.1 s more is within twice the error of 0.14 s: {line:?}");
}

#[test]
fn one_size_alone_has_no_line() {
    assert_eq!(Line::through(&[]), None);
    assert_eq!(Line::through(&[(50.0, 0.1)]), None);
    assert_eq!(Line::through(&[(50.0, 0.1), (50.0, 0.2)]), None);
}

#[test]
fn a_quantile_is_a_value_that_was_seen() {
    let values = [5.0, 1.0, 4.0, 2.0, 3.0];
    for (part, expected) in [(0.0, 1.0), (0.5, 3.0), (0.6, 3.0), (0.61, 4.0), (0.95, 5.0), (1.0, 5.0)] {
        assert_eq!(quantile(&values, part), expected, "{part}");
    }
    assert_eq!(quantile(&[], 0.5), 0.0);
}

#[test]
fn unsteadiness_is_the_slowest_over_the_fastest() {
    for (latencies, expected) in [(&[][..], 1.0), (&[0.3], 1.0), (&[0.2, 0.5, 0.1], 5.0)] {
        assert_eq!(unsteadiness(latencies), expected, "{latencies:?}");
    }
}

#[test]
fn a_ladder_ends_at_the_first_thing_that_speaks_against_more() {
    let refused = Step { refused: 1, ..step(4, 0.1, 0.1) };
    let failed = Step { failed: 1, ..step(4, 0.1, 0.1) };
    let held = Step { held: 0.2, ..step(4, 0.1, 0.1) };
    let cases = [
        ("nothing was tried", vec![], 1, Because::NoMoreTried),
        ("only one at a time", vec![alone()], 1, Because::NoMoreTried),
        ("all went well", vec![alone(), step(2, 0.2, 0.1), step(4, 0.1, 0.1)], 4, Because::NoMoreTried),
        ("refused", vec![alone(), step(2, 0.2, 0.1), refused], 2, Because::Refused { at_once: 4 }),
        ("failed", vec![alone(), step(2, 0.2, 0.1), failed], 2, Because::Failed { at_once: 4 }),
        ("held", vec![alone(), step(2, 0.2, 0.1), held], 2, Because::Held { at_once: 4 }),
        ("one slot", vec![alone(), step(2, 0.4, 0.2)], 1, Because::NoGain { at_once: 2, gain: 1.0 }),
        (
            "two slots",
            vec![alone(), step(2, 0.2, 0.1), step(4, 0.2, 0.2)],
            2,
            Because::NoGain { at_once: 4, gain: 1.0 },
        ),
        (
            "more, but slow",
            vec![alone(), step(2, 0.2, 0.1), step(4, 0.16, 0.25)],
            2,
            Because::Slow { at_once: 4, slowdown: 2.5 },
        ),
    ];
    for (what, steps, at_once, because) in cases {
        let safe = judge(&steps);
        assert_eq!((safe.at_once, safe.because), (at_once, because), "{what}");
    }
}

#[test]
fn a_tenth_more_throughput_and_twice_the_time_are_just_enough() {
    let gains = |seconds: f64| judge(&[alone(), step(2, seconds, 0.1)]).at_once;
    assert_eq!((gains(0.4 / 1.11), gains(0.4 / 1.09)), (2, 1));
    let slows = |latency: f64| judge(&[alone(), step(2, 0.2, latency)]).at_once;
    assert_eq!((slows(0.2), slows(0.201)), (2, 1));
}

#[test]
fn a_server_of_one_slot_is_told_from_others_where_that_was_seen() {
    let cases = [
        (vec![alone(), step(2, 0.4, 0.2)], Some(true)),
        (vec![alone(), step(2, 0.2, 0.1)], Some(false)),
        (vec![alone()], None),
        (vec![alone(), Step { refused: 1, ..step(2, 0.4, 0.2) }], None),
        (vec![alone(), step(3, 0.4, 0.2)], None),
    ];
    for (steps, expected) in cases {
        assert_eq!(is_serial(&steps), expected, "{steps:?}");
    }
}
