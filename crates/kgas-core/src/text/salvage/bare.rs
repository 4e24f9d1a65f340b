//! What stands between brackets without quotes: space, comments, numbers, words.

use serde_json::Value;

use super::node::{Kind, Node, State};
use super::read::Reader;

/// The longest name of a field that is looked for, in bytes.
pub(super) const LONGEST_KEY: usize = 128;

/// The longest `<|…|>` token of a chat template.
const LONGEST_TOKEN: usize = 48;

/// What says that there is no value; JSON has no other word for what is no number.
const NOTHING: [&str; 9] = ["null", "none", "nil", "undefined", "nan", "infinity", "+infinity", "-infinity", "-nan"];

impl<'a> Reader<'a> {
    /// Passes white space, comments, control characters, marks, and tokens of chat templates.
    pub(super) fn space(&mut self) {
        while let Some(c) = self.peek_char() {
            let rest = self.rest();
            let length = match c {
                _ if is_blank(c) => c.len_utf8(),
                '\\' => match rest.as_bytes().get(1) {
                    Some(b'n' | b'r' | b't') => 2,
                    Some(b'\n' | b'\r' | b' ') | None => 1,
                    _ => return,
                },
                '#' => line(rest),
                '/' if rest.starts_with("//") => line(rest),
                '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
                '<' => match template_token(rest) {
                    Some(length) => length,
                    None => return,
                },
                _ => return,
            };
            self.at += length;
        }
    }

    /// The name before a colon.
    pub(super) fn bare_key(&mut self) -> Option<String> {
        let length = bare_key_length(self.rest());
        let Some(length) = length else {
            self.junk();
            return None;
        };
        let key = self.rest().get(..length)?.trim().trim_end_matches('"').to_owned();
        self.at += length;
        Some(key)
    }

    /// A number, a word like `true`, or words without quotes.
    pub(super) fn bare_value(&mut self) -> Node {
        let start = self.at;
        let word = self.token(&[',', ';', '，', '}', ']', '{', '[', '\n', '\r']);
        let stops_well = !matches!(self.peek(), Some(b'{' | b'['));
        let kind = match literal(word) {
            Some(value) => Kind::Scalar(value),
            None => Kind::Scalar(Value::String(unquoted(word).to_owned())),
        };
        let state = match stops_well {
            _ if self.rest().is_empty() => State::Cut,
            true if !word.is_empty() => State::Whole,
            _ => State::Broken,
        };
        if word.is_empty() {
            self.junk();
        }
        Node::new(start..start + word.len(), kind, state)
    }

    /// An element without quotes; `None` for a remark: words before or behind another element.
    pub(super) fn words(&mut self) -> Option<Node> {
        let start = self.at;
        let word = self.token(&[',', '，', '}', ']', '{', '[', '"']);
        if word.is_empty() {
            self.junk();
            return None;
        }
        let at = start..start + word.len();
        if self.rest().is_empty() {
            return Some(Node::new(at, Kind::Junk, State::Cut));
        }
        if let Some(value) = literal(word) {
            return Some(Node::new(at, Kind::Scalar(value), State::Whole));
        }
        let before = self.text.get(..start).unwrap_or_default().trim_end();
        let stands_alone = matches!(self.peek(), Some(b',' | b']')) && before.ends_with(['[', ',']);
        stands_alone.then(|| Node::new(at, Kind::Junk, State::Broken))
    }

    /// Passes over what can't be read, up to what can begin something.
    pub(super) fn junk(&mut self) {
        let start = self.at;
        self.token(&[',', ';', '，', '}', ']', '{', '[', '"', '\n']);
        if self.at == start {
            self.at += self.peek_char().map_or(0, char::len_utf8);
        }
    }

    /// The words up to one of `ends`, a comment, a fence, or a token of a chat template.
    fn token(&mut self, ends: &[char]) -> &'a str {
        let rest = self.rest();
        let mut after_space = true;
        let is_end = |(at, c): &(usize, char)| {
            let from = || rest.get(*at..).unwrap_or_default();
            let ends_here = match c {
                '#' => after_space && *at > 0,
                '/' => after_space && (from().starts_with("//") || from().starts_with("/*")),
                '`' => from().starts_with("```"),
                '<' => template_token(from()).is_some(),
                c => ends.contains(c),
            };
            after_space = c.is_whitespace();
            ends_here
        };
        let length = rest.char_indices().find(is_end).map_or(rest.len(), |(at, _)| at);
        self.at += length;
        rest.get(..length).unwrap_or_default().trim_end()
    }
}

/// White space in a wide sense: what is there and can't be seen.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{2060}')
}

fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// The length of a `<|…|>`.
fn template_token(text: &str) -> Option<usize> {
    let near = text.as_bytes().get(..LONGEST_TOKEN.min(text.len()))?;
    let inner = near.strip_prefix(b"<|")?;
    inner.windows(2).position(|pair| pair == b"|>").map(|end| end + 4)
}

/// The length of a name without quotes that has a colon behind it.
pub(super) fn bare_key_length(text: &str) -> Option<usize> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | ' ' | '.');
    let length = text.char_indices().take(LONGEST_KEY).find(|(_, c)| !is_name(*c)).map(|(at, _)| at)?;
    let behind = text.get(length..)?.trim_start_matches('"');
    (length > 0 && behind.starts_with([':', '='])).then_some(length + text.get(length..)?.len() - behind.len())
}

/// The value of a word that JSON, Python or JavaScript has; a remark in brackets may follow it.
fn literal(word: &str) -> Option<Value> {
    let bare = word.split_once(" (").map_or(word, |(bare, _)| bare).trim_end();
    let lower = bare.to_ascii_lowercase();
    match lower.as_str() {
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        word if NOTHING.contains(&word) => return Some(Value::Null),
        _ => {}
    }
    if !bare.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    // +1, .5 and 5. are numbers everywhere but in JSON.
    let (sign, digits) = match bare.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", bare.strip_prefix('+').unwrap_or(bare)),
    };
    let zero = if digits.starts_with('.') { "0" } else { "" };
    let digits = digits.strip_suffix('.').unwrap_or(digits);
    serde_json::from_str(&format!("{sign}{zero}{digits}")).ok().filter(Value::is_number)
}

/// Words that have lost one of their quotes.
fn unquoted(word: &str) -> &str {
    let bare = word.trim_end_matches(['"', '\'']);
    if bare.contains(['"', '\'']) { word } else { bare }
}
