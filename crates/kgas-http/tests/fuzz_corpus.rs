//! The properties of the fuzz targets, held on their seeds and on inputs that are more like the
//! real ones.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod properties;

use std::path::Path;
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use kgas_http::fuzzing;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn the_seeds_of_all_targets_hold() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for (target, property) in properties::ALL {
        let files: Vec<_> = std::fs::read_dir(seeds.join(target)).unwrap().collect();
        assert!(files.len() >= 4, "{target}");
        for file in files {
            property(&std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}

fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

fn unix(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A length as Go prints it: `1h2m3.5s`, `12.05ms`.
fn spell(length: Duration) -> String {
    let (seconds, nanos) = (length.as_secs(), length.subsec_nanos());
    let fraction = |value: u64, digits: usize| {
        let text = format!("{value:0digits$}");
        let text = text.trim_end_matches('0');
        if text.is_empty() { String::new() } else { format!(".{text}") }
    };
    if seconds == 0 {
        let nanos = u64::from(nanos);
        return match nanos {
            0 => "0s".to_owned(),
            1..1000 => format!("{nanos}ns"),
            1000..1_000_000 => format!("{}{}\u{b5}s", nanos / 1000, fraction(nanos % 1000, 3)),
            _ => format!("{}{}ms", nanos / 1_000_000, fraction(nanos % 1_000_000, 6)),
        };
    }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let rest = format!("{}{}s", seconds % 60, fraction(nanos.into(), 9));
    match (hours, minutes) {
        (0, 0) => rest,
        (0, _) => format!("{minutes}m{rest}"),
        _ => format!("{hours}h{minutes}m{rest}"),
    }
}

/// A date in the three forms of HTTP and in that of RFC 3339, made by another library.
fn dates(seconds: u64) -> [String; 4] {
    let imf = httpdate::fmt_http_date(unix(seconds));
    let parts: Vec<_> = imf.split(' ').collect();
    let [weekday, day, month, year, time, _zone] = *parts else { unreachable!() };
    let weekday = weekday.trim_end_matches(',');
    let (_, short) = year.split_at(2);
    let long = match weekday {
        "Tue" => "Tuesday",
        "Wed" => "Wednesday",
        "Thu" => "Thursday",
        "Sat" => "Saturday",
        other => &format!("{other}day"),
    };
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number = months.iter().position(|name| *name == month).unwrap() + 1;
    let padded = format!("{:>2}", day.trim_start_matches('0'));
    [
        format!("{long}, {day}-{month}-{short} {time} GMT"),
        format!("{weekday} {month} {padded} {time} {year}"),
        format!("{year}-{number:02}-{day}T{time}Z"),
        imf.clone(),
    ]
}

/// Lines like those of event streams, and others.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let field = prop_oneof![
        4 => Just("data"),
        1 => Just("event"),
        1 => Just("id"),
        1 => Just(""),
        1 => Just("\u{feff}data"),
        1 => Just("retry"),
    ];
    let value = prop_oneof![
        3 => prop::collection::vec(any::<u8>(), 0..12),
        2 => "[a\u{e9}\u{20ac}\u{1f980} :]{0,12}".prop_map(String::into_bytes),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\n\n"), Just("\r\n\r\n"), Just("\r\r"), Just("")];
    let line = (field, prop_oneof![Just(""), Just(":"), Just(": ")], value, end);
    prop::collection::vec(line, 0..20).prop_map(|lines| {
        let parts = lines
            .into_iter()
            .map(|(field, colon, value, end)| [field.as_bytes(), colon.as_bytes(), &value, end.as_bytes()].concat());
        parts.collect::<Vec<_>>().concat()
    })
}

/// Events like those of streamed chat completions.
fn chat() -> impl Strategy<Value = Vec<u8>> {
    let data = prop_oneof![
        6 => "[a\u{e9}\u{1f980} ]{0,8}".prop_map(|text| format!(r#"{{"choices":[{{"delta":{{"content":"{text}"}}}}]}}"#)),
        1 => Just(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#.to_owned()),
        1 => Just(r#"{"choices":[],"usage":{"total_tokens":3}}"#.to_owned()),
        1 => Just("[DONE]".to_owned()),
        1 => Just(r#"{"error":{"code":"server_error","message":"retry after 2s"}}"#.to_owned()),
        1 => Just("{".to_owned()),
    ];
    let end = prop_oneof![3 => Just("\n\n"), 1 => Just("\r\n\r\n"), 1 => Just("\r\r"), 1 => Just("\n: ping\n\n")];
    prop::collection::vec((data, end), 0..12).prop_map(|events| {
        events.into_iter().map(|(data, end)| format!("data: {data}{end}")).collect::<String>().into_bytes()
    })
}

fn with_seed(seed: u8, stream: &[u8]) -> Vec<u8> {
    [&[seed], stream].concat()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        rng_seed: RngSeed::Fixed(14),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_stream_of_events_is_the_same_in_any_pieces(stream in stream(), seed in any::<u8>()) {
        properties::sse(&with_seed(seed, &stream));
    }

    #[test]
    fn a_streamed_answer_is_the_same_in_any_pieces(stream in chat(), seed in any::<u8>()) {
        properties::chat(&with_seed(seed, &stream));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        for (_, property) in properties::ALL {
            property(&bytes);
        }
    }

    #[test]
    fn lengths_are_read_as_they_were_spelled(
        nanos in prop_oneof![0..1_000_000_u64, 0..1_000_000_000_u64, 0..1_000_000_000_000_u64, any::<u64>()],
    ) {
        let length = Duration::from_nanos(nanos);
        let spelled = spell(length);
        prop_assert_eq!(fuzzing::length(&spelled), Some(length), "{}", spelled);
        let message = format!("Limit 3, Used 3. Please try again in {spelled}. Visit us.");
        prop_assert_eq!(fuzzing::hint_of_message(&message), Some(length), "{}", message);
    }

    #[test]
    fn dates_are_read_as_another_library_wrote_them(seconds in 0..253_402_300_800_u64) {
        let [_, _, rfc3339, _] = dates(seconds);
        prop_assert_eq!(fuzzing::rfc3339(&rfc3339), Some(unix(seconds)), "{}", rfc3339);
    }

    #[test]
    fn a_date_to_wait_for_counts_from_the_answers_own(
        // Within the century that a year of two digits means.
        sent in 946_684_800..3_124_137_600_u64,
        wait in 0..100_000_u64,
    ) {
        for spelled in dates(sent + wait).into_iter().enumerate().filter(|(form, _)| *form != 2).map(|(_, date)| date) {
            let [.., date] = dates(sent);
            let headers = headers(&[("retry-after", spelled.clone()), ("date", date)]);
            let hint = fuzzing::hint(&headers, SystemTime::UNIX_EPOCH);
            prop_assert_eq!(hint, Some(Duration::from_secs(wait)), "{}", spelled);
        }
    }

    #[test]
    fn a_bucket_of_a_minute_is_told_from_one_of_a_day(limit in 1..100_000_u32, used in 1..100_u32, ms in any::<bool>()) {
        let used = used.min(limit);
        for (window, expected) in [(60.0, Some(limit)), (86_400.0, None)] {
            let reset = window * f64::from(used) / f64::from(limit);
            // A day's bucket that is full again within the minute looks like a fixed minute.
            prop_assume!(window < 61.0 || reset > 75.0);
            let reset = if ms { format!("{:.0}ms", reset * 1000.0) } else { format!("{reset:.3}s") };
            let headers = headers(&[
                ("x-ratelimit-limit-requests", limit.to_string()),
                ("x-ratelimit-remaining-requests", (limit - used).to_string()),
                ("x-ratelimit-reset-requests", reset),
            ]);
            let [(_, remaining, _, per_minute), _] = fuzzing::told(&headers, SystemTime::UNIX_EPOCH);
            prop_assert_eq!((remaining, per_minute), (Some(limit - used), expected));
        }
    }
}
