//! What the headers of an answer tell about the quota.
//!
//! They describe a bucket: how much it holds, how much is left, and when it is full again. They
//! are no time to sleep. Understood are, for requests and for tokens:
//!
//! | Names | Sent by | The limit is |
//! |---|---|---|
//! | `x-ratelimit-limit-requests-minute`, `..-req-minute`, `..-tokens-minute` | Cerebras, Mistral | a minute's |
//! | `x-ratelimitbysize-limit-minute` | Mistral, for tokens | a minute's |
//! | `x-ratelimit-limit-requests`, `..-tokens` | OpenAI, Azure, Groq, Fireworks | a minute's, likely |
//! | `anthropic-ratelimit-requests-limit`, `..-tokens-limit` | Anthropic | a minute's, likely |
//! | `ratelimit`, `ratelimit-policy`, `ratelimit-limit` | the IETF's drafts, for requests | as told (`w=60`) |
//! | `x-ratelimit-limit` | gateways, GitHub, Together, for requests | as told |
//!
//! with `remaining` and `reset` beside each `limit`; names that end in `-month`, `-day`, `-hour`
//! or `-second` are not taken.
//!
//! A limit is worth something only with the time it is for, and the same name means different
//! times: `x-ratelimit-limit-requests` is a minute's at OpenAI and a day's at Groq. So each limit
//! comes with a [`Window`], found in this order:
//!
//! 1. The server says it, in the name, as `w=60` or in `x-ratelimit-renewalperiod-requests`.
//! 2. A reset further away than a minute and a quarter: not a minute's. A bucket that refills in a
//!    minute is never further from full, and a fixed minute never further from its end. (Groq's
//!    day of 1000 requests shows itself so with the first of them: one takes 86.4 s to flow in.)
//! 3. A reset that is just as long as what was used takes to flow back at the limit's pace: a
//!    minute's.
//! 4. Else the numbers say nothing, for a fixed minute may have any reset up to 60 s, and what
//!    those names mean elsewhere decides.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue};

use crate::spelled::{date, length};

const MINUTE: u64 = 60;

/// No window of a minute has a reset beyond this; the rest is for rounded dates and small debts.
const LONGEST_RESET: Duration = Duration::from_secs(75);

/// Numbers from here on are other ways to say that there is no limit.
const ABSURD_COUNT: u32 = 1_000_000_000;

/// A reset beyond this is a mistake.
const ABSURD_RESET: Duration = Duration::from_secs(366 * 86_400);

/// A number of seconds from here on is a date (in 2001), and so is a date after that only.
const FIRST_DATE: u64 = 1_000_000_000;

/// A number from here on is a date in milliseconds.
const FIRST_DATE_MILLIS: u64 = FIRST_DATE * 1000;

/// So many quotas of one answer are looked at, for each costs a look through all policies.
const MOST_ITEMS: usize = 8;

/// What is told of a bucket, as most names have it.
const WHAT: [&str; 3] = ["limit", "remaining", "reset"];

/// What an answer tells about the quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) requests: Standing,
    pub(crate) tokens: Standing,
}

/// How one bucket stands. What makes no sense (-1, nothing, a limit of 0, a word, a number beyond
/// all bounds) is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: Option<u32>,
    /// A debt is zero.
    pub(crate) remaining: Option<u32>,
    /// From the moment the answer was sent. For a bucket, when it is full; for a fixed window,
    /// when it ends.
    pub(crate) reset: Option<Duration>,
    /// What `limit` and `remaining` count over.
    pub(crate) window: Window,
}

/// Whether a limit is for a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Window {
    /// It is for another time, or for one not told.
    #[default]
    Other,
    /// It is for a minute wherever these names are used as documented, and the numbers don't
    /// deny it.
    Likely,
    /// It is for a minute: the server says so, or its numbers do.
    Minute,
}

impl Told {
    /// Reads the headers. Dates are measured against the answer's own `Date`; `now` is for
    /// answers without one.
    pub(crate) fn read(headers: &HeaderMap, now: SystemTime) -> Self {
        let fields = headers.iter().map(|(name, value)| (name.as_str(), value));
        let fields: Vec<_> = fields.filter(|(name, _)| name.contains("ratelimit")).collect();
        // Most servers send none; the names need not be tried then.
        if fields.is_empty() {
            return Self::default();
        }
        let book = Book { fields, sent: date::sent(headers, now) };
        Self { requests: book.requests(), tokens: book.tokens() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.tokens.is_empty()
    }
}

impl Standing {
    pub(crate) fn is_empty(&self) -> bool {
        self.limit.is_none() && self.remaining.is_none()
    }

    /// The limit, if it is for a minute as far as one can tell.
    pub(crate) fn limit_per_minute(&self) -> Option<u32> {
        self.limit.filter(|_| self.window != Window::Other)
    }

    /// Whether the bucket takes a minute, and not longer, to give back what was used. Rounding is
    /// forgiven: `remaining` is a whole number, and resets are rounded to a millisecond.
    fn flows_back_in_a_minute(&self) -> bool {
        let (Some(limit), Some(remaining), Some(reset)) = (self.limit, self.remaining, self.reset) else {
            return false;
        };
        let used = f64::from(limit.saturating_sub(remaining));
        let one = 60.0 / f64::from(limit);
        let reset = reset.as_secs_f64();
        let slack = 0.002 + 0.02 * used * one;
        used > 0.0 && reset > 0.0 && (one * (used - 1.0) - slack..=one * used + slack).contains(&reset)
    }

    /// `told` is the length of the window in seconds as the server says it, `usual` what such
    /// names mean elsewhere.
    fn judged(mut self, told: Option<u64>, usual: Window) -> Self {
        self.window = match told {
            Some(MINUTE) => Window::Minute,
            Some(_) => Window::Other,
            None if self.reset.is_some_and(|reset| reset > LONGEST_RESET) => Window::Other,
            None if self.flows_back_in_a_minute() => Window::Minute,
            None => usual,
        };
        // A reset of nothing is nothing.
        if self.is_empty() { Self::default() } else { self }
    }

    fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if self.is_empty() { other() } else { self }
    }

    /// Input and output, which are limited apart, as one. A call costs of both.
    fn with(self, other: Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return self.or_else(|| other);
        }
        let sum = |a: Option<u32>, b: Option<u32>| Some(a?.saturating_add(b?));
        let either_is_used_up = self.remaining == Some(0) || other.remaining == Some(0);
        Self {
            limit: sum(self.limit, other.limit),
            remaining: if either_is_used_up { Some(0) } else { sum(self.remaining, other.remaining) },
            reset: self.reset.max(other.reset),
            window: self.window.min(other.window),
        }
    }
}

/// A header's name in pieces, which are tried on each answer and not put together for that.
type Name<'a> = &'a [&'a str];

/// The headers of one answer that speak of limits.
struct Book<'a> {
    fields: Vec<(&'a str, &'a HeaderValue)>,
    sent: SystemTime,
}

impl<'a> Book<'a> {
    fn requests(&self) -> Standing {
        self.minute("requests-minute")
            .or_else(|| self.minute("req-minute"))
            .or_else(|| self.openai("requests"))
            .or_else(|| self.anthropic("requests"))
            .or_else(|| self.draft())
            .or_else(|| self.plain("ratelimit-"))
            .or_else(|| self.plain("x-ratelimit-"))
    }

    fn tokens(&self) -> Standing {
        let by_size: [Name<'_>; 3] =
            [&["x-ratelimitbysize-limit-minute"], &["x-ratelimitbysize-remaining-minute"], &["ratelimitbysize-reset"]];
        self.minute("tokens-minute")
            .or_else(|| self.standing(by_size).judged(Some(MINUTE), Window::Minute))
            .or_else(|| self.openai("tokens"))
            // The sum of both kinds, or whichever limit is the closest.
            .or_else(|| self.anthropic("tokens"))
            .or_else(|| self.anthropic("input-tokens").with(self.anthropic("output-tokens")))
    }

    fn minute(&self, of: &str) -> Standing {
        self.named("x-ratelimit-", of).judged(Some(MINUTE), Window::Minute)
    }

    fn openai(&self, of: &str) -> Standing {
        let period = self.text(&["x-ratelimit-renewalperiod-", of]);
        // Azure counts in parts of a minute what it allows for a minute.
        let period = period.and_then(|text| text.parse().ok()).filter(|period| *period >= MINUTE);
        self.named("x-ratelimit-", of).judged(period, Window::Likely)
    }

    fn anthropic(&self, of: &str) -> Standing {
        let names = WHAT.map(|what| ["anthropic-ratelimit-", of, "-", what]);
        self.standing(names.each_ref().map(|name| name.as_slice())).judged(None, Window::Likely)
    }

    /// Limits whose window isn't in their name: `100`, `100;w=60`, `100, 100;window=60`.
    fn plain(&self, start: &str) -> Standing {
        let names = WHAT.map(|what| [start, what]);
        let [limit, ..] = &names;
        let list = self.text(limit).unwrap_or_default();
        let name = first(list, ';');
        let name = first(name, ',');
        let told = window(list, name).or_else(|| window(self.policies(), name));
        self.standing(names.each_ref().map(|name| name.as_slice())).judged(told, Window::Other)
    }

    /// One field for all: `limit=100, remaining=50, reset=5`, or later `"name";r=50;t=5` with the
    /// rest in the policy of that name.
    fn draft(&self) -> Standing {
        let Some(text) = self.text(&["ratelimit"]) else { return Standing::default() };
        let policies = self.policies();
        let pair = |key: &str| text.split([',', ';']).find_map(|piece| value(piece, key));
        if let Some(limit) = pair("limit") {
            let standing = Standing {
                limit: count(limit).filter(|limit| *limit > 0),
                remaining: pair("remaining").and_then(count),
                reset: pair("reset").and_then(|reset| self.reset(reset)),
                window: Window::Other,
            };
            return standing.judged(window(policies, limit), Window::Other);
        }
        let is_minute = |item: &&str| window(policies, first(item, ';')) == Some(MINUTE);
        let mut items = text.split(',').take(MOST_ITEMS);
        let item = items.clone().find(is_minute).or_else(|| items.next()).unwrap_or_default();
        let name = first(item, ';');
        let policy = policy(policies, name).unwrap_or_default();
        if param(policy, "qu").is_some_and(|unit| unit != "requests") {
            return Standing::default();
        }
        let standing = Standing {
            limit: param(policy, "q").and_then(count).filter(|limit| *limit > 0),
            remaining: param(item, "r").and_then(count),
            reset: param(item, "t").and_then(|reset| self.reset(reset)),
            window: Window::Other,
        };
        standing.judged(window(policies, name), Window::Other)
    }

    fn policies(&self) -> &'a str {
        self.text(&["ratelimit-policy"]).unwrap_or_default()
    }

    fn named(&self, start: &str, of: &str) -> Standing {
        let names = WHAT.map(|what| [start, what, "-", of]);
        self.standing(names.each_ref().map(|name| name.as_slice()))
    }

    fn standing(&self, [limit, remaining, reset]: [Name<'_>; 3]) -> Standing {
        Standing {
            limit: self.text(limit).and_then(count).filter(|limit| *limit > 0),
            remaining: self.text(remaining).and_then(count),
            reset: self.text(reset).and_then(|reset| self.reset(reset)),
            window: Window::Other,
        }
    }

    fn text(&self, name: Name<'_>) -> Option<&'a str> {
        let length: usize = name.iter().map(|piece| piece.len()).sum();
        let mut fields = self.fields.iter().filter(|(full, _)| full.len() == length);
        let is_it = |full: &str| name.iter().try_fold(full, |rest, piece| rest.strip_prefix(piece)).is_some();
        let (_, value) = fields.find(|(full, _)| is_it(full))?;
        Some(value.to_str().ok()?.trim())
    }

    /// A length, a date in words, or a date in seconds or milliseconds of Unix time.
    fn reset(&self, text: &str) -> Option<Duration> {
        let date = match length::plain(text, length::SECOND) {
            Some(seconds) if seconds.as_secs() < FIRST_DATE => return sane(seconds),
            Some(seconds) if seconds.as_secs() < FIRST_DATE_MILLIS => SystemTime::UNIX_EPOCH.checked_add(seconds)?,
            Some(_) => SystemTime::UNIX_EPOCH.checked_add(length::plain(text, length::MILLISECOND)?)?,
            None => match length::length(text) {
                Some(length) => return sane(length),
                None => date::rfc3339(text).or_else(|| date::http_date(text))?,
            },
        };
        let unix = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        // The year 1 and the like stand for no date.
        if unix.as_secs() < FIRST_DATE {
            return None;
        }
        sane(date.duration_since(self.sent).unwrap_or_default())
    }
}

fn sane(reset: Duration) -> Option<Duration> {
    (reset <= ABSURD_RESET).then_some(reset)
}

/// A number of requests or tokens; of a list, the first.
fn count(text: &str) -> Option<u32> {
    let number: i64 = first(first(text, ','), ';').parse().ok()?;
    match number {
        -1 => None,
        // More was used than there was.
        ..-1 => Some(0),
        _ => u32::try_from(number).ok().filter(|number| *number < ABSURD_COUNT),
    }
}

/// What stands before the first separator.
fn first(text: &str, separator: char) -> &str {
    text.split(separator).next().unwrap_or_default().trim()
}

/// The window in seconds that a list of policies tells for the one of this name.
fn window(policies: &str, name: &str) -> Option<u64> {
    let policies = policies.split(',').filter(|policy| first(policy, ';') == name);
    policies.filter_map(|policy| param(policy, "w").or_else(|| param(policy, "window"))).find_map(|w| w.parse().ok())
}

fn policy<'a>(policies: &'a str, name: &str) -> Option<&'a str> {
    policies.split(',').find(|policy| first(policy, ';') == name)
}

/// The value of a parameter of a list's item: the `60` of `100;w=60`.
fn param<'a>(item: &'a str, key: &str) -> Option<&'a str> {
    item.split(';').skip(1).find_map(|piece| value(piece, key))
}

fn value<'a>(piece: &'a str, key: &str) -> Option<&'a str> {
    let (found, value) = piece.split_once('=')?;
    found.trim().eq_ignore_ascii_case(key).then(|| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests;
