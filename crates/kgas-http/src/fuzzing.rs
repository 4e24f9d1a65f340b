//! Doors to private parsers for fuzzing, behind a feature. No part of the API.

use std::time::{Duration, SystemTime};

use http::HeaderMap;

use crate::limit::headers::{Standing, Told};
use crate::retry::hint;
use crate::spelled::{date, length};
use crate::sse::{Event, Parser};

/// A limit, what remains of it, the time to its reset, and the limit again if it is a minute's.
pub type Quota = (Option<u32>, Option<u32>, Option<Duration>, Option<u32>);

/// An event's kind, data and id.
pub type Parts = (String, String, Option<String>);

/// A length of time.
#[must_use]
pub fn length(text: &str) -> Option<Duration> {
    length::length(text)
}

/// A date of RFC 3339.
#[must_use]
pub fn rfc3339(text: &str) -> Option<SystemTime> {
    date::rfc3339(text)
}

/// How long headers ask to wait.
#[must_use]
pub fn hint(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    hint::read(headers, now)
}

/// How long a message asks to wait.
#[must_use]
pub fn hint_of_message(text: &str) -> Option<Duration> {
    hint::read_message(text)
}

/// Whether headers want the request again.
#[must_use]
pub fn should_retry(headers: &HeaderMap) -> Option<bool> {
    hint::should_retry(headers)
}

/// What headers tell about requests and tokens.
#[must_use]
pub fn told(headers: &HeaderMap, now: SystemTime) -> [Quota; 2] {
    let quota = |told: Standing| (told.limit, told.remaining, told.reset, told.limit_per_minute());
    let Told { requests, tokens } = Told::read(headers, now);
    [quota(requests), quota(tokens)]
}

/// The events of a stream, and whether one was too long.
#[must_use]
pub fn events(pieces: &[&[u8]], cap: usize) -> (Vec<Parts>, bool) {
    let mut parser = Parser::new(cap);
    let mut events = Vec::new();
    let outcome = pieces.iter().try_for_each(|piece| parser.feed(piece, &mut events));
    let parts = |Event { event, data, id }| (event, data, id.map(|id| id.to_string()));
    (events.into_iter().map(parts).collect(), outcome.is_err())
}
