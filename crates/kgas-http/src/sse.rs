//! Server-sent events, out of bytes that arrive in any pieces.
//!
//! The parser follows the WHATWG's description: lines end in LF, CRLF or CR, a byte order mark
//! at the start is skipped, lines with a colon in front are comments, an empty line ends an
//! event, an event without data is none, and one that the end of the stream cuts off is dropped.
//! Bytes that aren't UTF-8 become U+FFFD. `retry` is ignored: nobody reconnects here.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;

use thiserror::Error;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// What kind it is; empty for the ordinary kind, which the description calls `message`.
    pub(crate) event: String,
    /// Its lines of data, with LF between them.
    pub(crate) data: String,
    /// The last id that the stream has set, with this event or before it.
    pub(crate) id: Option<Arc<str>>,
}

/// An event is longer than allowed; the stream can't be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an event of more than {cap} bytes")]
pub(crate) struct TooLong {
    pub(crate) cap: usize,
}

/// Reads a stream. Each byte is looked at once and copied at most twice, however it arrives.
#[derive(Debug)]
pub(crate) struct Parser {
    cap: usize,
    /// The start of a line whose end hasn't arrived.
    line: Vec<u8>,
    /// The last byte was a CR, and an LF now would belong to it.
    after_cr: bool,
    is_first_line: bool,
    is_over: bool,
    event: Event,
    has_data: bool,
}

impl Parser {
    /// A parser for one stream. What is kept of an event and the line being read are at most
    /// `cap` bytes together.
    pub(crate) fn new(cap: usize) -> Self {
        Self {
            cap,
            line: Vec::new(),
            after_cr: false,
            is_first_line: true,
            is_over: false,
            event: Event::default(),
            has_data: false,
        }
    }

    /// Reads on, and adds the events that became complete to `events`, also those before an
    /// error.
    ///
    /// # Errors
    ///
    /// [`TooLong`], then and from then on.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], events: &mut Vec<Event>) -> Result<(), TooLong> {
        let too_long = TooLong { cap: self.cap };
        if self.is_over {
            return Err(too_long);
        }
        while let Some(&first) = bytes.first() {
            if mem::take(&mut self.after_cr) && first == b'\n' {
                bytes = bytes.get(1..).unwrap_or_default();
                continue;
            }
            let end = bytes.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let (part, rest) = bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or((bytes, &[]));
            let kept = self.line.len() + self.event.data.len() + self.event.event.len();
            if part.len() > self.cap.saturating_sub(kept) {
                self.is_over = true;
                return Err(too_long);
            }
            let Some((&mark, rest)) = rest.split_first() else {
                self.line.extend_from_slice(part);
                break;
            };
            if self.line.is_empty() {
                self.end_line(part, events);
            } else {
                let mut line = mem::take(&mut self.line);
                line.extend_from_slice(part);
                self.end_line(&line, events);
                // Its room serves the next.
                line.clear();
                self.line = line;
            }
            self.after_cr = mark == b'\r';
            bytes = rest;
        }
        Ok(())
    }

    fn end_line(&mut self, line: &[u8], events: &mut Vec<Event>) {
        let line = match line.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) if self.is_first_line => rest,
            _ => line,
        };
        self.is_first_line = false;
        if line.is_empty() {
            self.end_event(events);
            return;
        }
        let colon = line.iter().position(|b| *b == b':');
        let (field, value) = line.split_at_checked(colon.unwrap_or(line.len())).unwrap_or((line, &[]));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(&text(value));
            }
            b"event" => self.event.event = text(value).into_owned(),
            b"id" if !value.contains(&0) => self.event.id = Some(Arc::from(text(value))),
            _ => {}
        }
    }

    fn end_event(&mut self, events: &mut Vec<Event>) {
        let id = self.event.id.clone();
        let event = mem::replace(&mut self.event, Event { id, ..Event::default() });
        if mem::take(&mut self.has_data) {
            events.push(event);
        }
    }
}

/// A line holds whole characters, so it can be read by itself.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<(String, String, Option<String>)> {
        let mut events = Vec::new();
        Parser::new(1000).feed(text, &mut events).unwrap();
        events.into_iter().map(|e| (e.event, e.data, e.id.map(|id| id.to_string()))).collect()
    }

    fn data(text: &[u8]) -> Vec<String> {
        read(text).into_iter().map(|(_, data, _)| data).collect()
    }

    #[test]
    fn lines_end_in_each_of_three_ways() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("data: a{end}data: b{end}{end}: note{end}{end}data: c{end}{end}");
            assert_eq!(data(text.as_bytes()), ["a\nb", "c"], "{end:?}");
        }
        assert_eq!(data(b"data: a\r\ndata: b\n\rdata: c\n\n"), ["a\nb", "c"]);
    }

    #[test]
    fn fields_have_their_rules() {
        for (text, expected) in [
            ("data:a\n\n", &["a"][..]),
            ("data:  a\n\n", &[" a"]),
            ("data\n\n", &[""]),
            ("data\ndata\n\n", &["\n"]),
            ("data: a:b\n\n", &["a:b"]),
            ("Data: a\n\n", &[]),
            (" data: a\n\n", &[]),
            ("event: x\n\ndata: a\n\n", &["a"]),
            (": data: a\n\n", &[]),
            ("retry: 10\ndata: a\n\n", &["a"]),
            ("\n\n\n", &[]),
            ("data: a\n", &[]),
            ("data: a\n\ndata: b", &["a"]),
        ] {
            assert_eq!(data(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn kinds_end_with_their_event_and_ids_stay() {
        let events = read(b"event: x\nevent: error\nid: 7\ndata: a\n\ndata: b\n\nid: 8\0\ndata: c\n\nid\ndata: d\n\n");
        let event = |kind: &str, data: &str, id: &str| (kind.to_owned(), data.to_owned(), Some(id.to_owned()));
        assert_eq!(events, [event("error", "a", "7"), event("", "b", "7"), event("", "c", "7"), event("", "d", "")]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once() {
        assert_eq!(data(b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\ndata: c\n\n"), ["a", "c"]);
    }

    #[test]
    fn what_is_not_utf8_is_replaced() {
        assert_eq!(data(b"data: a\xff\xe2\x82\n\ndata: \xe2\x82\xac\n\n"), ["a\u{fffd}\u{fffd}", "\u{20ac}"]);
    }

    #[test]
    fn an_event_above_the_cap_ends_the_stream() {
        let mut parser = Parser::new(12);
        let mut events = Vec::new();
        // Each alone is short enough, and comments aren't kept.
        parser.feed(b"data: 12345\n\ndata: 12345\n: 01234\n: 01234\n\n", &mut events).unwrap();
        assert_eq!(events.len(), 2);
        for long in
            [&b"data: 1\n\ndata: 12345\ndata: 67\n\n"[..], b"data: 1\n\ndata: 1234567", b"data: 1\n\n:012345678901"]
        {
            let (mut parser, mut events) = (Parser::new(12), Vec::new());
            assert_eq!(parser.feed(long, &mut events), Err(TooLong { cap: 12 }));
            assert_eq!(events.len(), 1);
            assert_eq!(parser.feed(b"data: 2\n\n", &mut events), Err(TooLong { cap: 12 }));
            assert_eq!(events.len(), 1);
        }
    }
}
