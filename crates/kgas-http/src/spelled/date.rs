//! Dates as servers spell them, and what a server takes for now.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::DATE;

/// When an answer was sent by the server's own clock, so that a wrong one here does no harm;
/// `now` is for answers without a date.
pub(crate) fn sent(headers: &HeaderMap, now: SystemTime) -> SystemTime {
    of(headers).unwrap_or(now)
}

/// When an answer was sent by the server's own clock, if it says so.
pub(crate) fn of(headers: &HeaderMap) -> Option<SystemTime> {
    headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(http_date)
}

/// A date in one of the three forms of HTTP.
pub(crate) fn http_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}

/// A date as RFC 3339 has it: `2025-01-27T12:00:30.5Z`, `2025-01-27T14:00:30+02:00`.
pub(crate) fn rfc3339(text: &str) -> Option<SystemTime> {
    let mut rest = text.trim();
    let year = number(&mut rest, 4)?;
    mark(&mut rest, &['-'])?;
    let month = number(&mut rest, 2).filter(|month| (1..=12).contains(month))?;
    mark(&mut rest, &['-'])?;
    let day = number(&mut rest, 2).filter(|day| (1..=days_of(year, month)).contains(day))?;
    mark(&mut rest, &['T', 't', ' '])?;
    let hour = number(&mut rest, 2).filter(|hour| *hour < 24)?;
    mark(&mut rest, &[':'])?;
    let minute = number(&mut rest, 2).filter(|minute| *minute < 60)?;
    mark(&mut rest, &[':'])?;
    // 60 is a leap second.
    let second = number(&mut rest, 2).filter(|second| *second <= 60)?;
    let nanos = fraction(&mut rest)?;
    let offset = offset(rest)?;
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    at(seconds)?.checked_add(Duration::from_nanos(nanos))
}

/// The moment so many seconds after the start of Unix time, or before it.
fn at(seconds: i64) -> Option<SystemTime> {
    let span = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { SystemTime::UNIX_EPOCH.checked_sub(span) } else { SystemTime::UNIX_EPOCH.checked_add(span) }
}

/// Takes a number of exactly so many digits.
fn number(rest: &mut &str, digits: usize) -> Option<i64> {
    let (head, tail) = rest.split_at_checked(digits)?;
    // The parser of numbers would also take a sign.
    if !head.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    *rest = tail;
    head.parse().ok()
}

/// Takes one of these characters.
fn mark(rest: &mut &str, expected: &[char]) -> Option<char> {
    let found = rest.chars().next().filter(|c| expected.contains(c))?;
    *rest = rest.strip_prefix(found)?;
    Some(found)
}

/// Takes a fraction of a second, in nanoseconds; none is zero.
fn fraction(rest: &mut &str) -> Option<u64> {
    let Some(after) = rest.strip_prefix('.') else { return Some(0) };
    let end = after.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, tail) = after.split_at_checked(end)?;
    if digits.is_empty() {
        return None;
    }
    *rest = tail;
    let padded = digits.bytes().chain(std::iter::repeat(b'0')).take(9);
    Some(padded.fold(0, |sum: u64, digit| sum * 10 + u64::from(digit.wrapping_sub(b'0'))))
}

/// How many seconds a local time is ahead of universal time.
fn offset(text: &str) -> Option<i64> {
    let mut rest = text;
    let sign = match mark(&mut rest, &['Z', 'z', '+', '-'])? {
        'Z' | 'z' => return rest.is_empty().then_some(0),
        '-' => -1,
        _ => 1,
    };
    let hours = number(&mut rest, 2).filter(|hours| *hours < 24)?;
    mark(&mut rest, &[':'])?;
    let minutes = number(&mut rest, 2).filter(|minutes| *minutes < 60)?;
    rest.is_empty().then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since the start of Unix time. Years are counted from March, so that a leap day is the
/// last of its year, and in cycles of 400, which all have the same number of days.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let cycle = year.div_euclid(400);
    let year = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    cycle * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(text: &str) -> Option<f64> {
        rfc3339(text).map(|time| match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => after.as_secs_f64(),
            Err(before) => -before.duration().as_secs_f64(),
        })
    }

    #[test]
    fn dates_are_counted_from_the_start_of_unix_time() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("1969-12-31T23:59:59.5Z", -0.5),
            ("1994-11-06T08:49:37Z", 784_111_777.0),
            ("2000-02-29T00:00:00Z", 951_782_400.0),
            ("2025-01-27T12:00:30.25Z", 1_737_979_230.25),
            ("2025-01-27t14:00:30+02:00", 1_737_979_230.0),
            ("2025-01-27 06:30:30-05:30", 1_737_979_230.0),
            ("2016-12-31T23:59:60Z", 1_483_228_800.0),
            ("0000-01-01T00:00:00Z", -62_167_219_200.0),
            ("9999-12-31T23:59:59.999999999999z", 253_402_300_799.999_999_999),
        ] {
            assert_eq!(unix(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "2025-01-27",
            "2025-01-27T12:00:30",
            "2025-01-27T12:00Z",
            "2025-1-27T12:00:30Z",
            "2025-13-01T00:00:00Z",
            "2025-00-01T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2025-04-31T00:00:00Z",
            "2025-01-00T00:00:00Z",
            "2025-01-27T24:00:00Z",
            "2025-01-27T12:60:00Z",
            "2025-01-27T12:00:61Z",
            "2025-01-27T12:00:30.Z",
            "2025-01-27T12:00:30+2:00",
            "2025-01-27T12:00:30+24:00",
            "2025-01-27T12:00:30ZZ",
            "+025-01-27T12:00:30Z",
            "2025-01-27T12:00:3\u{e9}",
        ] {
            assert_eq!(unix(text), None, "{text}");
        }
    }
}
