//! The headers of real servers, and of broken ones.

use super::*;

/// Unix time 1 737 979 200.
const DATE: (&str, &str) = ("date", "Mon, 27 Jan 2025 12:00:00 GMT");

fn told(pairs: &[(&str, &str)]) -> Told {
    let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    Told::read(&headers, SystemTime::UNIX_EPOCH)
}

fn standing(limit: Option<u32>, remaining: Option<u32>, reset: Option<f64>, window: Window) -> Standing {
    Standing { limit, remaining, reset: reset.map(Duration::from_secs_f64), window }
}

fn requests(limit: &str, remaining: &str, reset: &str) -> Standing {
    let told = told(&[
        DATE,
        ("x-ratelimit-limit-requests", limit),
        ("x-ratelimit-remaining-requests", remaining),
        ("x-ratelimit-reset-requests", reset),
    ]);
    assert_eq!(told.tokens, Standing::default());
    told.requests
}

#[test]
fn openai_tells_a_bucket_that_refills_in_a_minute() {
    let told = told(&[
        ("x-ratelimit-limit-requests", "5000"),
        ("x-ratelimit-limit-tokens", "160000"),
        ("x-ratelimit-remaining-requests", "4999"),
        ("x-ratelimit-remaining-tokens", "159976"),
        ("x-ratelimit-reset-requests", "12ms"),
        ("x-ratelimit-reset-tokens", "9ms"),
    ]);
    assert_eq!(told.requests, standing(Some(5000), Some(4999), Some(0.012), Window::Minute));
    assert_eq!(told.tokens, standing(Some(160_000), Some(159_976), Some(0.009), Window::Minute));
    assert_eq!(told.tokens.limit_per_minute(), Some(160_000));
}

#[test]
fn groq_tells_requests_of_a_day_and_tokens_of_a_minute() {
    let told = told(&[
        ("x-ratelimit-limit-requests", "1000"),
        ("x-ratelimit-remaining-requests", "998"),
        ("x-ratelimit-reset-requests", "2m52.8s"),
        ("x-ratelimit-limit-tokens", "8000"),
        ("x-ratelimit-remaining-tokens", "7927"),
        ("x-ratelimit-reset-tokens", "547ms"),
    ]);
    assert_eq!(told.requests, standing(Some(1000), Some(998), Some(172.8), Window::Other));
    assert_eq!(told.requests.limit_per_minute(), None);
    assert_eq!(told.tokens, standing(Some(8000), Some(7927), Some(0.547), Window::Minute));
}

#[test]
fn a_day_so_large_that_its_reset_is_short_is_never_certainly_a_minute() {
    assert_eq!(requests("14400", "14399", "6s").window, Window::Likely);
    assert_eq!(requests("14400", "14370", "2m59.56s").window, Window::Other);
    assert_eq!(requests("200", "199", "7m12s").window, Window::Other);
    assert_eq!(requests("200", "199", "1d").window, Window::Other);
}

#[test]
fn azure_tells_its_period_or_only_what_is_left() {
    let with_period = told(&[
        ("x-ratelimit-limit-requests", "20000"),
        ("x-ratelimit-remaining-requests", "19999"),
        ("x-ratelimit-renewalperiod-requests", "60"),
        ("x-ratelimit-reset-requests", "3"),
        ("x-ratelimit-limit-tokens", "1500000"),
        ("x-ratelimit-remaining-tokens", "745399"),
        ("x-ratelimit-renewalperiod-tokens", "86400"),
        ("x-ratelimit-reset-tokens", "30"),
    ]);
    assert_eq!(with_period.requests, standing(Some(20_000), Some(19_999), Some(3.0), Window::Minute));
    assert_eq!(with_period.tokens.window, Window::Other);
    let bare = told(&[("x-ratelimit-remaining-requests", "7"), ("x-ratelimit-remaining-tokens", "-27689")]);
    assert_eq!(bare.requests, standing(None, Some(7), None, Window::Likely));
    assert_eq!(bare.tokens, standing(None, Some(0), None, Window::Likely));
    let tenths = told(&[("x-ratelimit-limit-requests", "9000"), ("x-ratelimit-renewalperiod-requests", "10")]);
    assert_eq!(tenths.requests.limit_per_minute(), Some(9000));
}

#[test]
fn anthropic_tells_dates_and_the_sum_of_its_tokens() {
    let requests = [
        DATE,
        ("anthropic-ratelimit-requests-limit", "50"),
        ("anthropic-ratelimit-requests-remaining", "40"),
        ("anthropic-ratelimit-requests-reset", "2025-01-27T12:00:12Z"),
        ("anthropic-ratelimit-input-tokens-limit", "30000"),
        ("anthropic-ratelimit-input-tokens-remaining", "29000"),
        ("anthropic-ratelimit-input-tokens-reset", "2025-01-27T12:00:02Z"),
        ("anthropic-ratelimit-output-tokens-limit", "8000"),
        ("anthropic-ratelimit-output-tokens-remaining", "7000"),
        ("anthropic-ratelimit-output-tokens-reset", "2025-01-27T12:00:08+00:00"),
    ];
    let apart = told(&requests);
    assert_eq!(apart.requests, standing(Some(50), Some(40), Some(12.0), Window::Minute));
    assert_eq!(apart.tokens, standing(Some(38_000), Some(36_000), Some(8.0), Window::Likely));
    let mut used_up = requests.to_vec();
    used_up.push(("anthropic-ratelimit-output-tokens-remaining", "0"));
    used_up.remove(8);
    assert_eq!(told(&used_up).tokens.remaining, Some(0));
    let mut summed = requests.to_vec();
    summed.push(("anthropic-ratelimit-tokens-limit", "38000"));
    summed.push(("anthropic-ratelimit-tokens-remaining", "35000"));
    assert_eq!(told(&summed).tokens, standing(Some(38_000), Some(35_000), None, Window::Likely));
}

#[test]
fn names_with_minute_in_them_win_and_other_times_are_not_taken() {
    let mistral = told(&[
        ("x-ratelimit-limit-req-minute", "125"),
        ("x-ratelimit-remaining-req-minute", "124"),
        ("x-ratelimitbysize-limit-month", "10000000"),
        ("x-ratelimitbysize-remaining-month", "999"),
        ("x-ratelimitbysize-limit-minute", "500000"),
        ("x-ratelimitbysize-remaining-minute", "499000"),
        ("ratelimitbysize-reset", "41"),
    ]);
    assert_eq!(mistral.requests, standing(Some(125), Some(124), None, Window::Minute));
    assert_eq!(mistral.tokens, standing(Some(500_000), Some(499_000), Some(41.0), Window::Minute));
    let cerebras = told(&[
        ("x-ratelimit-limit-requests-day", "2400"),
        ("x-ratelimit-remaining-requests-day", "2399"),
        ("x-ratelimit-limit-tokens-minute", "30000"),
        ("x-ratelimit-remaining-tokens-minute", "29000"),
        ("x-ratelimit-reset-tokens-minute", "11.382867097854614"),
    ]);
    assert_eq!(cerebras.requests, Standing::default());
    assert_eq!(cerebras.tokens.limit_per_minute(), Some(30_000));
    assert!(told(&[("x-ratelimitbysize-limit-month", "10"), ("x-ratelimitbysize-remaining-month", "9")]).is_empty());
}

#[test]
fn a_limit_without_a_time_is_believed_only_with_one() {
    let plain = |limit| told(&[("x-ratelimit-limit", limit), ("x-ratelimit-remaining", "50")]).requests;
    assert_eq!(plain("100"), standing(Some(100), Some(50), None, Window::Other));
    assert_eq!(plain("100;w=60").window, Window::Minute);
    assert_eq!(plain("100;w=1").window, Window::Other);
    assert_eq!(plain("100, 100;window=60, 10000;window=86400"), standing(Some(100), Some(50), None, Window::Minute));
    let reset = |reset| {
        let standing =
            told(&[DATE, ("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "50"), ("x-ratelimit-reset", reset)]);
        standing.requests.window
    };
    assert_eq!(reset("30"), Window::Minute);
    assert_eq!(reset("1737979230000"), Window::Minute);
    assert_eq!(reset("59"), Window::Other);
    assert_eq!(reset("1"), Window::Other);
}

#[test]
fn the_drafts_of_a_standard_are_understood() {
    let expected = standing(Some(100), Some(50), Some(5.0), Window::Minute);
    for pairs in [
        &[("ratelimit", "limit=100, remaining=50, reset=5"), ("ratelimit-policy", "100;w=60")][..],
        &[("ratelimit-limit", "100, 100;w=60"), ("ratelimit-remaining", "50"), ("ratelimit-reset", "5")],
        &[("ratelimit", r#""minute";r=50;t=5"#), ("ratelimit-policy", r#""day";q=9;w=86400, "minute";q=100;w=60"#)],
        &[
            ("ratelimit", r#""day";r=9;t=70, "minute"; r=50; t=5"#),
            ("ratelimit-policy", r#""day";q=9;w=86400,"minute";q=100;w=60;qu="requests""#),
        ],
    ] {
        assert_eq!(told(pairs).requests, expected, "{pairs:?}");
    }
    let unlimited = told(&[("ratelimit", "limit=100, remaining=50, reset=5")]).requests;
    assert_eq!(unlimited.window, Window::Other);
    let bytes = told(&[("ratelimit", r#""a";r=5;t=5"#), ("ratelimit-policy", r#""a";q=9;w=60;qu="content-bytes""#)]);
    assert!(bytes.is_empty());
}

#[test]
fn a_reset_is_told_by_its_shape() {
    for (text, expected) in [
        ("1s", Some(1.0)),
        ("6m0s", Some(360.0)),
        ("12ms", Some(0.012)),
        ("33.023s", Some(33.023)),
        ("30", Some(30.0)),
        ("0", Some(0.0)),
        ("1737979230", Some(30.0)),
        ("1737979230.5", Some(30.5)),
        ("1737979230500", Some(30.5)),
        ("2025-01-27T12:00:30Z", Some(30.0)),
        ("2025-01-27T14:00:30.250+02:00", Some(30.25)),
        ("Mon, 27 Jan 2025 12:00:30 GMT", Some(30.0)),
        ("2025-01-27T11:00:00Z", Some(0.0)),
        ("-1", None),
        ("", None),
        ("soon", None),
        ("0001-01-01T00:00:00Z", None),
        ("1969-12-31T00:00:00Z", None),
        ("2099-01-01T00:00:00Z", None),
        ("99999999", None),
        ("99999999999999999999999999999", None),
        ("400d", None),
    ] {
        let reset = requests("60", "59", text).reset;
        assert_eq!(reset, expected.map(Duration::from_secs_f64), "{text}");
    }
}

#[test]
fn numbers_that_make_no_sense_are_not_told() {
    for text in ["-1", "", "0", "none", "1e3", "60.0", "4294967295", "1000000000", "99999999999999999999", "0x3c"] {
        assert_eq!(requests(text, "", "1s"), Standing::default(), "{text}");
    }
    assert_eq!(requests("-1", "-1", "0"), Standing::default());
    assert_eq!(requests("60", "0", "").remaining, Some(0));
    // Not even UTF-8.
    let mut headers = HeaderMap::new();
    headers.insert("x-ratelimit-limit-requests", http::HeaderValue::from_bytes(b"\xff60").unwrap());
    assert!(Told::read(&headers, SystemTime::UNIX_EPOCH).is_empty());
}
