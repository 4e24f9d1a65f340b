//! The time of day as servers write it: RFC 3339 and HTTP's own form, both in whole seconds of UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;
const DAYS_BEFORE: [u64; 12] = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// `2026-01-31T23:59:59Z`, rounded up: nothing is promised too early.
pub(super) fn rfc_3339(time: SystemTime) -> String {
    let since = since_1970(time);
    let moment = Moment::at(since.as_secs() + u64::from(since.subsec_nanos() > 0));
    let Moment { year, month, day, hour, minute, second, .. } = moment;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `Sat, 31 Jan 2026 23:59:59 GMT`, rounded down: that second has begun.
pub(super) fn http_date(time: SystemTime) -> String {
    let Moment { year, month, day, hour, minute, second, weekday } = Moment::at(since_1970(time).as_secs());
    let month = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).unwrap_or(&"");
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

struct Moment {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    weekday: &'static str,
}

impl Moment {
    fn at(seconds: u64) -> Self {
        let (days, rest) = (seconds / DAY, seconds % DAY);
        let weekday = usize::try_from(days % 7).ok().and_then(|index| WEEKDAYS.get(index)).unwrap_or(&"");
        // Years that begin in March have the leap day at their end. Day 0 is the first of March of year 0.
        let days = days + 719_468;
        let (cycles, days) = (days / 146_097, days % 146_097);
        let centuries = (days / 36_524).min(3);
        let days = days - centuries * 36_524;
        let (fours, days) = (days / 1_461, days % 1_461);
        let years = (days / 365).min(3);
        let days = days - years * 365;
        let months = DAYS_BEFORE.iter().take_while(|before| **before <= days).count();
        let before = months.checked_sub(1).and_then(|index| DAYS_BEFORE.get(index)).unwrap_or(&0);
        let month = (u64::try_from(months).unwrap_or(1) + 1) % 12 + 1;
        Self {
            year: cycles * 400 + centuries * 100 + fours * 4 + years + u64::from(month < 3),
            month,
            day: days - before + 1,
            hour: rest / 3_600,
            minute: rest % 3_600 / 60,
            second: rest % 60,
            weekday,
        }
    }
}

/// Servers live after 1970.
fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        for (seconds, dated, http) in [
            (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_800, "2000-03-01T00:00:00Z", "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_709_251_199, "2024-02-29T23:59:59Z", "Thu, 29 Feb 2024 23:59:59 GMT"),
            (1_767_225_599, "2025-12-31T23:59:59Z", "Wed, 31 Dec 2025 23:59:59 GMT"),
            (1_767_225_600, "2026-01-01T00:00:00Z", "Thu, 01 Jan 2026 00:00:00 GMT"),
            (4_107_542_400, "2100-03-01T00:00:00Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!((rfc_3339(time).as_str(), http_date(time).as_str()), (dated, http));
        }
    }

    #[test]
    fn fractions_go_up_in_promises_and_down_in_dates() {
        let time = UNIX_EPOCH + Duration::from_millis(59_001);
        assert_eq!(rfc_3339(time), "1970-01-01T00:01:00Z");
        assert_eq!(http_date(time), "Thu, 01 Jan 1970 00:00:59 GMT");
    }
}
