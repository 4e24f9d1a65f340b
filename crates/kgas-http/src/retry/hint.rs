//! `Retry-After` in all its spellings.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// How long the server asks to wait: `retry-after-ms` first, for it is finer, then
/// `Retry-After` as seconds, with or without a fraction, or as a date.
///
/// A date is measured against the answer's own `Date`, so that a wrong clock here does no harm;
/// `now` is for answers without one.
pub(crate) fn read(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let millis = text("retry-after-ms").and_then(|ms| seconds(ms, 1000.0));
    if millis.is_some() {
        return millis;
    }
    let after = text(RETRY_AFTER.as_str())?;
    if let Some(hint) = seconds(after, 1.0) {
        return Some(hint);
    }
    let date = httpdate::parse_http_date(after).ok()?;
    let sent = text(DATE.as_str()).and_then(|d| httpdate::parse_http_date(d).ok());
    // A date that has passed means: at once.
    Some(date.duration_since(sent.unwrap_or(now)).unwrap_or_default())
}

/// A plain number in units of which `per_second` make a second.
fn seconds(text: &str, per_second: f64) -> Option<Duration> {
    // Stricter than the float parser, which also takes signs, exponents, `inf` and `nan`.
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let seconds = text.parse::<f64>().ok()? / per_second;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unix time 784 111 777.
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:50:07 GMT";

    type Headers = &'static [(&'static str, &'static str)];

    fn hint(pairs: Headers) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        read(&headers, now)
    }

    #[test]
    fn all_spellings_are_understood() {
        let cases: &[(Headers, Option<f64>)] = &[
            (&[("retry-after", "7")], Some(7.0)),
            (&[("retry-after", " 0 ")], Some(0.0)),
            (&[("retry-after", "1.5")], Some(1.5)),
            (&[("retry-after-ms", "250")], Some(0.25)),
            (&[("retry-after-ms", "250"), ("retry-after", "9")], Some(0.25)),
            (&[("retry-after-ms", "soon"), ("retry-after", "9")], Some(9.0)),
            (&[("retry-after", LATER)], Some(30.0)),
            (&[("retry-after", LATER), ("date", LATER)], Some(0.0)),
            (&[("retry-after", DATE), ("date", LATER)], Some(0.0)),
            (&[("retry-after", "-3")], None),
            (&[("retry-after", "1e3")], None),
            (&[("retry-after", "inf")], None),
            (&[("retry-after", "")], None),
            (&[("retry-after", "later")], None),
            (&[], None),
        ];
        for (pairs, expected) in cases {
            assert_eq!(hint(pairs), expected.map(Duration::from_secs_f64), "{pairs:?}");
        }
    }

    #[test]
    fn a_number_beyond_all_bounds_is_a_very_long_wait() {
        assert_eq!(hint(&[("retry-after", "99999999999999999999999999")]), Some(Duration::MAX));
    }
}
