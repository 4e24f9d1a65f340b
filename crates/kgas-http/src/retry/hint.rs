//! What a server says about trying again: `Retry-After` in all its spellings, words in a body,
//! `x-should-retry`.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;
use serde_json::Value;

use super::classify;
use crate::spelled::{date, length};

/// After which words a message says how long to wait. They are compared in lower case.
const BEFORE_LENGTH: [&str; 5] = ["try again in ", "try again after ", "retry after ", "retry in ", "please wait "];

/// How long the headers of an answer ask to wait, in all spellings of `retry-after-ms` and
/// `Retry-After`: for [`Permit::refused`](crate::Permit::refused) beside another client.
///
/// ```
/// use std::time::Duration;
/// use http::HeaderMap;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("retry-after", "1.5".parse()?);
/// assert_eq!(kgas_http::retry_after(&headers), Some(Duration::from_millis(1500)));
/// # Ok::<_, http::header::InvalidHeaderValue>(())
/// ```
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    read(headers, SystemTime::now())
}

/// How long the headers ask to wait: `retry-after-ms` first, for it is finer, then `Retry-After`
/// as seconds, with or without a fraction, or as a date.
///
/// A date is measured against the answer's own `Date`, so that a wrong clock here does no harm;
/// `now` is for answers without one.
pub(crate) fn read(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let millis = text("retry-after-ms").and_then(|ms| length::plain(ms, length::MILLISECOND));
    if millis.is_some() {
        return millis;
    }
    let after = text(RETRY_AFTER.as_str())?;
    length::length(after).or_else(|| {
        let date = date::http_date(after)?;
        // A date that has passed means: at once.
        Some(date.duration_since(date::sent(headers, now)).unwrap_or_default())
    })
}

/// How long an error's body asks to wait, for answers whose headers don't tell: Google's
/// `retryDelay`, else the words of the message.
pub(crate) fn read_body(body: &Value) -> Option<Duration> {
    let details = ["/error/details", "/0/error/details"].iter().find_map(|place| body.pointer(place)?.as_array());
    let delay = details.and_then(|details| details.iter().find_map(|detail| detail.get("retryDelay")?.as_str()));
    delay.and_then(length::length).or_else(|| read_message(classify::message(body)?))
}

/// How long a message asks to wait: `try again in 1.2s`, `Please retry after 26 seconds`. A
/// number without a unit is no hint.
pub(crate) fn read_message(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    BEFORE_LENGTH.iter().find_map(|words| {
        text.match_indices(words).find_map(|(start, words)| {
            let rest = text.get(start + words.len()..)?;
            Some(length::leading(rest.trim_start_matches(' '))?.0)
        })
    })
}

/// Whether the server wants the request again, if it says so.
pub(crate) fn should_retry(headers: &HeaderMap) -> Option<bool> {
    let word = headers.get("x-should-retry")?.to_str().ok()?.trim();
    let answers = [("true", true), ("false", false)];
    answers.into_iter().find_map(|(spelled, answer)| word.eq_ignore_ascii_case(spelled).then_some(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Unix time 784 111 777.
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:50:07 GMT";

    type Headers = &'static [(&'static str, &'static str)];

    fn map(pairs: Headers) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn hint(pairs: Headers) -> Option<Duration> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        read(&map(pairs), now)
    }

    #[test]
    fn all_spellings_are_understood() {
        let cases: &[(Headers, Option<f64>)] = &[
            (&[("retry-after", "7")], Some(7.0)),
            (&[("retry-after", " 0 ")], Some(0.0)),
            (&[("retry-after", "1.5")], Some(1.5)),
            (&[("retry-after", "7.66s")], Some(7.66)),
            (&[("retry-after-ms", "250")], Some(0.25)),
            (&[("retry-after-ms", "0.5")], Some(0.0005)),
            (&[("retry-after-ms", "250"), ("retry-after", "9")], Some(0.25)),
            (&[("retry-after-ms", "soon"), ("retry-after", "9")], Some(9.0)),
            (&[("retry-after-ms", "-1"), ("retry-after", "9")], Some(9.0)),
            (&[("retry-after", LATER)], Some(30.0)),
            (&[("retry-after", "Sunday, 06-Nov-94 08:50:07 GMT")], Some(30.0)),
            (&[("retry-after", "Sun Nov  6 08:50:07 1994")], Some(30.0)),
            (&[("retry-after", LATER), ("date", LATER)], Some(0.0)),
            (&[("retry-after", DATE), ("date", LATER)], Some(0.0)),
            (&[("retry-after", LATER), ("date", "once")], Some(30.0)),
            (&[("retry-after", "-3")], None),
            (&[("retry-after", "+3")], None),
            (&[("retry-after", "1e3")], None),
            (&[("retry-after", "inf")], None),
            (&[("retry-after", "nan")], None),
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

    #[test]
    fn a_message_may_say_how_long_to_wait() {
        for (text, expected) in [
            ("Rate limit reached: Limit 3, Used 3. Please try again in 1.2s. Visit us.", Some(1.2)),
            ("Please retry after 26 seconds.", Some(26.0)),
            ("Please try again in 6m0s.", Some(360.0)),
            ("Limit: 10000 / min. Please Try Again In 20ms.", Some(0.02)),
            ("try again in  1 minute and 5 seconds", Some(65.0)),
            ("You should retry in a while. Retry in 34.5s", Some(34.5)),
            ("try again in a moment, or retry after 2h", Some(7200.0)),
            ("try again in 5", None),
            ("try again in 5 tries", None),
            ("try again in -5s", None),
            ("try again in 1e3s", None),
            ("limit of 20s", None),
            ("", None),
        ] {
            assert_eq!(read_message(text), expected.map(Duration::from_secs_f64), "{text}");
        }
    }

    #[test]
    fn a_body_tells_in_its_details_or_its_message() {
        let google = json!([{"error": {"code": 429, "message": "Please retry in 30.1s.", "details": [
            {"@type": "QuotaFailure"}, {"@type": "RetryInfo", "retryDelay": "34s"}]}}]);
        assert_eq!(read_body(&google), Some(Duration::from_secs(34)));
        let words = json!({"error": {"message": "try again in 20ms", "details": [{"retryDelay": "soon"}]}});
        assert_eq!(read_body(&words), Some(Duration::from_millis(20)));
        assert_eq!(read_body(&json!({"error": {"details": "none"}})), None);
    }

    #[test]
    fn a_server_may_say_whether_to_try_again() {
        assert_eq!(should_retry(&map(&[("x-should-retry", "true")])), Some(true));
        assert_eq!(should_retry(&map(&[("x-should-retry", " False ")])), Some(false));
        assert_eq!(should_retry(&map(&[("x-should-retry", "maybe")])), None);
        assert_eq!(should_retry(&map(&[])), None);
    }
}
