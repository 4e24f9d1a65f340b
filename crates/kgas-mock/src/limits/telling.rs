//! What a caller is told about the limits: headers, and the words of a refusal.

use std::time::{Duration, SystemTime};

use hyper::HeaderMap;
use hyper::header::{DATE, HeaderName, HeaderValue, RETRY_AFTER};

use super::calendar::{http_date, rfc_3339};
use super::{Denial, Judgement, Kind, Standing};

/// How a 429 of the limits says when to come again. A client that comes so much later, and alone, is let in.
///
/// The limit headers tell something too: [`HeaderStyle::None`] leaves them out. A request larger than the
/// whole allowance gets no hint, for no time would be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hint {
    /// `Retry-After` in seconds, rounded up, and the sentence in the message.
    #[default]
    Seconds,
    /// `retry-after-ms` in milliseconds, rounded up, beside all that [`Hint::Seconds`] says.
    Millis,
    /// Only the sentence in the message: `Please try again in 1.2s.`
    Message,
    /// Nothing at all.
    Nothing,
}

/// The headers that say where a caller stands, on each answer that was judged and met no fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeaderStyle {
    /// `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, with times like `6m0s` or `12ms`.
    #[default]
    OpenAi,
    /// `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`, with RFC 3339 times in whole seconds,
    /// rounded up, and a `date` from the same clock ([`Builder::clock`](crate::Builder::clock)). A 429 of the
    /// limits has Anthropic's body, of type `rate_limit_error`.
    Anthropic,
    /// None.
    None,
}

impl Kind {
    /// What OpenAI calls the limit in headers and error types.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Tokens => "tokens",
        }
    }

    fn long(self) -> &'static str {
        match self {
            Self::Requests => "requests per min (RPM)",
            Self::Tokens => "tokens per min (TPM)",
        }
    }
}

/// The manner of one server.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Teller {
    pub(crate) style: HeaderStyle,
    pub(crate) hint: Hint,
}

impl Teller {
    /// Why the request was refused, for the body.
    pub(crate) fn message(self, denial: &Denial) -> String {
        let Denial { kind, allowance, used, requested, wait } = denial;
        let Some(wait) = wait else {
            return format!(
                "Request too large on {}: Limit {allowance}, Requested {requested}. No wait lets it in.",
                kind.long(),
            );
        };
        let again = match self.hint {
            Hint::Nothing => String::new(),
            Hint::Seconds | Hint::Millis | Hint::Message => format!(" Please try again in {}.", spelled(*wait)),
        };
        let long = kind.long();
        format!("Rate limit reached on {long}: Limit {allowance}, Used {used}, Requested {requested}.{again}")
    }

    /// Writes the hint if the request was refused, and where its caller stands. `now` is the time of day of
    /// the judgement.
    pub(crate) fn write(self, judgement: &Judgement, now: SystemTime, headers: &mut HeaderMap) {
        if let Some(wait) = judgement.denial.as_ref().and_then(|denial| denial.wait) {
            self.write_hint(wait, headers);
        }
        if self.style == HeaderStyle::Anthropic {
            Self::write_date(now, headers);
        }
        for standing in &judgement.standings {
            match self.style {
                HeaderStyle::OpenAi => standing.write_as_openai(headers),
                HeaderStyle::Anthropic => standing.write_as_anthropic(now, headers),
                HeaderStyle::None => {}
            }
        }
    }

    pub(crate) fn write_date(now: SystemTime, headers: &mut HeaderMap) {
        insert(headers, DATE, http_date(now));
    }

    /// Rounded up: a client that waits exactly this long must be let in.
    fn write_hint(self, wait: Duration, headers: &mut HeaderMap) {
        if self.hint == Hint::Millis {
            insert(headers, HeaderName::from_static("retry-after-ms"), millis(wait).to_string());
        }
        if matches!(self.hint, Hint::Seconds | Hint::Millis) {
            headers.insert(RETRY_AFTER, (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).into());
        }
    }
}

impl Standing {
    fn write_as_openai(&self, headers: &mut HeaderMap) {
        let [limit, remaining, reset] = match self.kind {
            Kind::Requests => {
                ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"]
            }
            Kind::Tokens => ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
        };
        self.write([limit, remaining, reset], spelled(self.reset), headers);
    }

    fn write_as_anthropic(&self, now: SystemTime, headers: &mut HeaderMap) {
        let names = match self.kind {
            Kind::Requests => [
                "anthropic-ratelimit-requests-limit",
                "anthropic-ratelimit-requests-remaining",
                "anthropic-ratelimit-requests-reset",
            ],
            Kind::Tokens => [
                "anthropic-ratelimit-tokens-limit",
                "anthropic-ratelimit-tokens-remaining",
                "anthropic-ratelimit-tokens-reset",
            ],
        };
        let reset = now.checked_add(self.reset).unwrap_or(now);
        self.write(names, rfc_3339(reset), headers);
    }

    fn write(&self, [limit, remaining, reset]: [&'static str; 3], until: String, headers: &mut HeaderMap) {
        headers.insert(HeaderName::from_static(limit), self.allowance.into());
        headers.insert(HeaderName::from_static(remaining), self.remaining.into());
        insert(headers, HeaderName::from_static(reset), until);
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

fn millis(duration: Duration) -> u128 {
    duration.as_nanos().div_ceil(1_000_000)
}

/// A duration as OpenAI spells it in its headers: `20ms`, `1.5s`, `1m0s`. Rounded up to the millisecond.
fn spelled(duration: Duration) -> String {
    let millis = millis(duration);
    let (minutes, rest) = (millis / 60_000, millis % 60_000);
    let (seconds, thousandths) = (rest / 1_000, rest % 1_000);
    let fraction = match thousandths {
        0 => String::new(),
        _ => format!(".{thousandths:03}").trim_end_matches('0').to_owned(),
    };
    match (minutes, seconds) {
        (0, 0) if thousandths > 0 => format!("{thousandths}ms"),
        (0, _) => format!("{seconds}{fraction}s"),
        _ => format!("{minutes}m{seconds}{fraction}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelled_as_openai_spells_them() {
        for (millis, expected) in
            [(0, "0s"), (20, "20ms"), (1_000, "1s"), (1_500, "1.5s"), (60_000, "1m0s"), (90_020, "1m30.02s")]
        {
            assert_eq!(spelled(Duration::from_millis(millis)), expected);
        }
    }
}
