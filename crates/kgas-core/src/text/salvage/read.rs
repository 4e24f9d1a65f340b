//! Reading what is almost JSON, once from begin to end.
//!
//! Nothing is read twice but for a bounded look ahead, and nothing recurses deeper than [`DEEPEST`]: the time is
//! linear in the answer whatever it holds. Valid JSON is read as any parser reads it.

use super::node::{Kind, Node, State};
use super::quote::Quote;

/// How many brackets may be open: as many as `serde_json` takes. What is deeper is passed over.
const DEEPEST: usize = 127;

/// A place in an answer.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// The brackets that are open.
    open: Vec<u8>,
}

/// Where a text or a word stands: that decides what may follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Key,
    Member,
    Element,
}

/// All JSON between the words of `text`, from the byte `at`.
pub(super) fn forest(text: &str, at: usize) -> Vec<Node> {
    let mut reader = Reader { text, at, open: Vec::new() };
    let mut nodes = Vec::new();
    while let Some(found) = reader.rest().find(['{', '[', '"']) {
        reader.at += found;
        let node = match reader.peek() {
            Some(b'"') => reader.json_in_a_string(),
            _ => reader.bracketed(),
        };
        nodes.extend(node);
    }
    nodes
}

impl<'a> Reader<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn peek_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn pass(&mut self, c: char) {
        self.at += c.len_utf8();
    }

    /// Whether nothing of the block is left: its fence is the end of an answer, too.
    pub(super) fn is_at_end(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with("```") || rest.starts_with("~~~")
    }

    /// A quote among words is a quote, except where it holds JSON with escaped quotes.
    fn json_in_a_string(&mut self) -> Option<Node> {
        let inner = self.rest().get(1..)?.trim_start_matches([' ', '\\', 'n', 'r', 't']);
        let is_json = inner.starts_with(['{', '[']) && {
            let after = inner.get(1..)?.trim_start_matches([' ', '{', '[']);
            after.starts_with('\\') || after.starts_with([']', '}'])
        };
        if is_json { Some(self.string(Quote::STRAIGHT, Place::Element)) } else { self.skip_one() }
    }

    fn skip_one(&mut self) -> Option<Node> {
        self.at += 1;
        None
    }

    /// What the bracket here opens; `None` where there is nothing in it and no end.
    fn bracketed(&mut self) -> Option<Node> {
        let bracket = self.peek()?;
        if self.open.len() >= DEEPEST {
            return Some(self.too_deep());
        }
        self.open.push(bracket);
        let node = if bracket == b'[' { Some(self.array()) } else { self.object() };
        self.open.pop();
        node
    }

    fn array(&mut self) -> Node {
        let start = self.at;
        self.at += 1;
        let (mut elements, mut elided) = (Vec::new(), false);
        let state = loop {
            self.space();
            let Some(c) = self.peek_char().filter(|_| !self.is_at_end()) else { break State::Cut };
            match c {
                ']' => {
                    self.at += 1;
                    break State::Whole;
                }
                '}' => {
                    if self.brace_ends_array() {
                        break State::Whole;
                    }
                }
                ',' | ';' | ':' | '，' => self.pass(c),
                '{' | '[' => elements.extend(self.bracketed()),
                _ if self.ellipsis() => elided = true,
                _ if self.remark() => {}
                _ => match self.quote() {
                    Some(quote) => elements.push(self.string(quote, Place::Element)),
                    None => elements.extend(self.words()),
                },
            }
        };
        Node::new(start..self.at, Kind::Array { elements, elided }, state)
    }

    /// Whether a `}` among elements is the end of their array, which has lost its own. It is passed where it stands
    /// for the `]`, or for nothing.
    fn brace_ends_array(&mut self) -> bool {
        let mut after = self.text.get(self.at + 1..).unwrap_or_default().chars().filter(|c| !c.is_whitespace());
        let (next, second) = (after.next(), after.next());
        let ends = match (next, second) {
            _ if !self.open.contains(&b'{') => Some(false),
            (Some(','), Some('{' | '[')) | (Some(']'), _) => Some(false),
            (Some(','), _) => Some(true),
            _ => None,
        };
        if ends.is_some() {
            self.at += 1;
        }
        ends.unwrap_or(true)
    }

    fn object(&mut self) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let (mut members, mut state) = (Vec::new(), State::Whole);
        let mut end = loop {
            self.space();
            let Some(c) = self.peek_char().filter(|_| !self.is_at_end()) else {
                state = State::Cut;
                break self.at;
            };
            match c {
                '}' => {
                    self.at += 1;
                    break self.at;
                }
                // Its own end is missing: what comes belongs to what it stands in.
                ']' if self.open.contains(&b'[') => break self.at,
                '{' | '[' if members.is_empty() && state == State::Whole => return None,
                '{' | '[' => break self.at,
                ',' | ';' | ']' | '，' => self.pass(c),
                _ if self.ellipsis() || self.remark() => {}
                _ => match self.member() {
                    Some((key, value)) => {
                        if value.state != State::Whole {
                            state = value.state;
                        }
                        members.push((key, value));
                    }
                    None if self.is_at_end() => state = State::Cut,
                    None => state = State::Broken,
                },
            }
        };
        if self.text.get(start..end).is_some_and(|text| !text.ends_with('}')) {
            end = start
                + self.text.get(start..end).map_or(0, |text| text.trim_end_matches([',', ' ', '\n', '\t', '\r']).len());
        }
        Some(Node::new(start..end, Kind::Object(members), state))
    }

    /// A key and its value; `None` where there is a key without a value, or neither.
    fn member(&mut self) -> Option<(String, Node)> {
        let key = match self.quote() {
            Some(quote) => self.string(quote, Place::Key).text().cloned()?,
            None => self.bare_key()?,
        };
        self.space();
        let has_colon = self.colon();
        self.space();
        let c = self.peek_char().filter(|_| !self.is_at_end())?;
        let value = match c {
            '{' | '[' => match self.bracketed() {
                Some(value) => value,
                None => Node::new(self.at..self.at, Kind::Junk, State::Broken),
            },
            ',' | ';' | '，' | '}' | ']' if has_colon => {
                Node::new(self.at..self.at, Kind::Scalar(serde_json::Value::Null), State::Whole)
            }
            _ => match self.quote() {
                Some(quote) => self.string(quote, Place::Member),
                None if has_colon => self.bare_value(),
                None => {
                    self.junk();
                    return None;
                }
            },
        };
        Some((key, value))
    }

    fn colon(&mut self) -> bool {
        for colon in [":", "=>", "=", "："] {
            if self.rest().starts_with(colon) {
                self.at += colon.len();
                return true;
            }
        }
        false
    }

    fn ellipsis(&mut self) -> bool {
        for dots in ["...", "…"] {
            if self.rest().starts_with(dots) {
                self.at += dots.len();
                return true;
            }
        }
        false
    }

    /// Passes over brackets that are nested too deep.
    fn too_deep(&mut self) -> Node {
        let start = self.at;
        let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
        for byte in self.rest().bytes() {
            self.at += 1;
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => in_text = !in_text,
                b'{' | b'[' if !in_text => depth += 1,
                b'}' | b']' if !in_text => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Node::new(start..self.at, Kind::Junk, State::Broken);
                    }
                }
                _ => {}
            }
        }
        Node::new(start..self.at, Kind::Junk, State::Cut)
    }
}
