//! The decision whether to try again, as tables.

use std::time::Duration;

use kgas_http::{ErrorKind, HttpError, RetryPolicy, Verdict};

const MINUTE: Option<Duration> = Some(Duration::from_secs(60));

fn after(seconds: f64) -> Verdict {
    Verdict::Retry { after: Duration::from_secs_f64(seconds) }
}

#[test]
fn what_may_pass_is_retried_and_nothing_else() {
    let retried = [
        ErrorKind::Dns,
        ErrorKind::Connect,
        ErrorKind::ConnectTimeout,
        ErrorKind::AttemptTimeout,
        ErrorKind::Reset,
        ErrorKind::Body,
        ErrorKind::RateLimited,
        ErrorKind::ServerError,
    ];
    let fatal = [
        ErrorKind::InvalidRequest,
        ErrorKind::Closed,
        ErrorKind::NeverFits,
        ErrorKind::Tls,
        ErrorKind::Deadline,
        ErrorKind::TooLarge,
        ErrorKind::Protocol,
        ErrorKind::Redirect,
        ErrorKind::Unauthorized,
        ErrorKind::Forbidden,
        ErrorKind::NotFound,
        ErrorKind::QuotaExhausted,
        ErrorKind::ClientError,
    ];
    let decide = |kind| RetryPolicy::DEFAULT.decide(&HttpError::new(kind), 1, true, MINUTE, 1.0);
    for kind in retried {
        assert_eq!(decide(kind), after(0.5), "{kind:?}");
    }
    for kind in fatal {
        assert_eq!(decide(kind), Verdict::GiveUp, "{kind:?}");
    }
}

#[test]
fn of_the_other_4xx_only_three_are_retried() {
    for status in 400..500 {
        let error = HttpError::new(ErrorKind::ClientError).with_status(status);
        assert_eq!(error.is_transient(), matches!(status, 408 | 409 | 425), "{status}");
    }
}

#[test]
fn the_step_doubles_up_to_its_end_and_the_dice_choose_below_it() {
    let policy =
        RetryPolicy { attempts: 100.try_into().unwrap(), max_step: Duration::from_secs(5), ..RetryPolicy::DEFAULT };
    let error = HttpError::new(ErrorKind::ServerError);
    let cases = [
        (1, 1.0, 0.5),
        (1, 0.0, 0.05),
        (2, 0.5, 0.5),
        (2, 1.0, 1.0),
        (3, 1.0, 2.0),
        (4, 1.0, 4.0),
        (5, 1.0, 5.0),
        (99, 1.0, 5.0),
        (1, 7.0, 0.5),
    ];
    for (attempt, dice, expected) in cases {
        let verdict = policy.decide(&error, attempt, true, None, dice);
        assert_eq!(verdict, after(expected), "attempt {attempt}, dice {dice}");
    }
}

#[test]
fn the_last_attempt_is_the_last() {
    let error = HttpError::new(ErrorKind::ServerError);
    let decide = |attempt| RetryPolicy::DEFAULT.decide(&error, attempt, true, MINUTE, 0.0);
    assert_eq!(decide(2), after(0.1), "never at once");
    assert_eq!(decide(3), Verdict::GiveUp);
    assert_eq!(RetryPolicy::never().decide(&error, 1, true, MINUTE, 0.0), Verdict::GiveUp);
}

#[test]
fn a_hint_is_obeyed_or_the_error_returned_at_once() {
    let cases = [
        // hint, what is left of the window, verdict
        (0.0, 60.0, after(0.5)),
        (0.2, 60.0, after(0.7)),
        (7.0, 60.0, after(7.5)),
        (90.0, 60.0, after(90.5)),
        (120.0, 0.0, after(120.5)),
        (121.0, 60.0, Verdict::GiveUp),
        (121.0, 300.0, Verdict::GiveUp),
    ];
    for (hint, left, expected) in cases {
        let error = HttpError::new(ErrorKind::RateLimited).with_hint(Some(Duration::from_secs_f64(hint)));
        let left = Some(Duration::from_secs_f64(left));
        let verdict = RetryPolicy::DEFAULT.decide(&error, 1, true, left, 1.0);
        assert_eq!(verdict, expected, "hint {hint}, left {left:?}");
    }
}

#[test]
fn without_a_hint_the_window_ends_the_retries() {
    let error = HttpError::new(ErrorKind::AttemptTimeout);
    let decide = |left| RetryPolicy::DEFAULT.decide(&error, 1, true, Some(left), 1.0);
    assert_eq!(decide(Duration::from_millis(501)), after(0.5));
    assert_eq!(decide(Duration::from_millis(500)), Verdict::GiveUp);
    assert_eq!(decide(Duration::ZERO), Verdict::GiveUp);
}

#[test]
fn what_must_not_happen_twice_is_retried_only_if_it_cannot_have_happened() {
    let cases = [
        (ErrorKind::Connect, false, true),
        (ErrorKind::Reset, true, false),
        (ErrorKind::AttemptTimeout, true, false),
        (ErrorKind::AttemptTimeout, false, true),
        (ErrorKind::ServerError, true, false),
        (ErrorKind::RateLimited, true, true),
    ];
    for (kind, written, retried) in cases {
        let error = HttpError::new(kind).with_request_written(written);
        let verdict = RetryPolicy::DEFAULT.decide(&error, 1, false, MINUTE, 0.0);
        assert_eq!(verdict != Verdict::GiveUp, retried, "{kind:?}, written: {written}");
    }
}
