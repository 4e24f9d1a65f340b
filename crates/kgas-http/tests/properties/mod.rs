//! What holds for the parsers whatever bytes they get. The fuzz targets hold them to it, and so
//! does the test that replays their seeds.
#![allow(dead_code, reason = "each target uses its part of this")]

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use kgas_http::fuzzing;
use kgas_http::openai::{ChatDelta, ChatStreamDecoder};

/// The most bytes of an event, small so that it is met.
const CAP: usize = 64;

/// A property of some bytes.
pub(crate) type Property = fn(&[u8]);

/// All of them, by the names of their targets.
pub(crate) const ALL: [(&str, Property); 4] = [("words", words), ("headers", headers), ("sse", sse), ("chat", chat)];

/// Lengths and dates, alone and within a message.
pub(crate) fn words(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(length) = fuzzing::length(&text) {
        assert_eq!(fuzzing::length(&format!(" {text}\t")), Some(length));
        assert_eq!(fuzzing::length(&format!("{}.{:09}", length.as_secs(), length.subsec_nanos())), Some(length));
        assert_eq!(fuzzing::length(&format!("-{text}")), None);
    }
    if let Some(date) = fuzzing::rfc3339(&text) {
        // The years 0 to 9999, and a day for the offset.
        let earliest = SystemTime::UNIX_EPOCH - Duration::from_secs(62_167_219_200 + 86_400);
        let latest = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_800 + 86_400);
        assert!(earliest <= date && date <= latest, "{text}");
        assert_eq!(fuzzing::length(&text), None);
    }
    let hint = fuzzing::hint_of_message(&text);
    assert_eq!(fuzzing::hint_of_message(&text.to_ascii_uppercase()), hint);
}

/// Headers, as lines of a name, a colon and a value.
pub(crate) fn headers(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|b| *b == b'\n') {
        let colon = line.iter().position(|b| *b == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.insert(name, value);
        }
    }
    for now in [SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_secs(1_737_979_200)] {
        let year = Duration::from_secs(366 * 86_400);
        for (limit, remaining, reset, per_minute) in fuzzing::told(&headers, now) {
            assert!(limit.is_none_or(|limit| (1..1_000_000_000).contains(&limit)));
            assert!(remaining.is_none_or(|remaining| remaining < 1_000_000_000));
            assert!(reset.is_none_or(|reset| reset <= year));
            assert!(per_minute.is_none() || per_minute == limit);
            assert!(reset.is_none() || limit.is_some() || remaining.is_some());
        }
        let _any = (fuzzing::hint(&headers, now), fuzzing::should_retry(&headers));
    }
}

/// Server-sent events; the first byte says how to cut the rest.
pub(crate) fn sse(data: &[u8]) {
    let Some((seed, stream)) = data.split_first() else { return };
    for cap in [CAP, usize::MAX] {
        let whole = fuzzing::events(&[stream], cap);
        assert_eq!(fuzzing::events(&cut(stream, *seed), cap), whole);
        let bytes: Vec<_> = stream.chunks(1).collect();
        assert_eq!(fuzzing::events(&bytes, cap), whole);
        // The text was at most tripled, where it was no UTF-8.
        assert!(whole.0.iter().all(|(_, data, _)| data.len() <= stream.len() * 3));
    }
}

/// Streamed chat completions; the first byte says how to cut the rest.
pub(crate) fn chat(data: &[u8]) {
    let Some((seed, stream)) = data.split_first() else { return };
    let whole = decode(&[stream]);
    assert_eq!(decode(&cut(stream, *seed)), whole);
    let (deltas, end) = whole;
    if let Ok(answer) = end {
        assert_eq!(deltas.iter().map(|delta| delta.text.as_str()).collect::<String>(), answer);
    }
}

/// The pieces, and the answer's text or the error's.
fn decode(pieces: &[&[u8]]) -> (Vec<ChatDelta>, Result<String, String>) {
    let mut decoder = ChatStreamDecoder::new();
    let mut deltas = Vec::new();
    let mut failed = None;
    for result in pieces.iter().flat_map(|piece| decoder.feed(piece)) {
        assert!(failed.is_none(), "an error is the last that comes");
        match result {
            Ok(delta) => deltas.push(delta),
            Err(error) => failed = Some(format!("{error:?}")),
        }
    }
    let end = decoder.finish().map(|answer| answer.text).map_err(|error| format!("{error:?}"));
    assert!(failed.is_none() || end.as_ref().err() == failed.as_ref());
    (deltas, end)
}

/// The stream in pieces of 0 to 15 bytes.
pub(crate) fn cut(mut stream: &[u8], seed: u8) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut state = u32::from(seed);
    while !stream.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let size = usize::try_from(state >> 28).unwrap_or_default().min(stream.len());
        let (piece, rest) = stream.split_at(size);
        pieces.push(piece);
        stream = rest;
    }
    pieces
}
