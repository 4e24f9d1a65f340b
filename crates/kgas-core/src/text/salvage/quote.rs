//! Texts in quotes: which quotes there are, and where a text ends that has some inside.

use serde_json::Value;

use super::bare::{LONGEST_KEY, bare_key_length, is_blank};
use super::node::{Kind, Node, State};
use super::read::{Place, Reader};

/// What a text begins and ends with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quote {
    open: &'static str,
    close: &'static [&'static str],
}

const QUOTES: [Quote; 10] = [
    Quote::STRAIGHT,
    Quote { open: "'", close: &["'"] },
    Quote { open: "`", close: &["`"] },
    Quote { open: "\\\"", close: &["\\\""] },
    Quote { open: "“", close: &["”", "“", "\""] },
    Quote { open: "”", close: &["”", "\""] },
    Quote { open: "„", close: &["“", "”", "\""] },
    Quote { open: "‘", close: &["’", "‘", "'"] },
    Quote { open: "’", close: &["’", "'"] },
    Quote { open: "«", close: &["»"] },
];

impl Quote {
    pub(super) const STRAIGHT: Self = Self { open: "\"", close: &["\""] };

    fn here(text: &str) -> Option<Self> {
        QUOTES.into_iter().find(|quote| text.starts_with(quote.open))
    }

    fn is_escaped(self) -> bool {
        self.open.starts_with('\\')
    }

    fn closing(self, text: &str) -> Option<usize> {
        self.close.iter().find(|close| text.starts_with(**close)).map(|close| close.len())
    }
}

/// How a text that has quotes inside goes on at one of them.
enum Turn {
    /// The quote is the text's own end.
    End,
    /// It is a part of the text.
    Inside,
    /// It begins the next key: the text lost its end, at the comma or at the end of its line.
    Lost,
    /// It begins the first key of the next object, which begins at this byte.
    LostWithAll(usize),
}

/// The quotes inside a text: a quotation has a begin and an end, or the text isn't what it seems.
#[derive(Debug, Default)]
struct Inside {
    is_open: bool,
    is_doubtful: bool,
}

impl Inside {
    fn meet(&mut self, quote: char, before: Option<char>) {
        match before {
            // Apostrophes stand anywhere, and inches behind a number.
            _ if matches!(quote, '\'' | '’' | '‘') => {}
            Some(digit) if !self.is_open && digit.is_ascii_digit() => {}
            Some(letter) if !self.is_open && letter.is_alphanumeric() => self.is_doubtful = true,
            _ => self.is_open = !self.is_open,
        }
    }

    const fn is_sound(&self) -> bool {
        !self.is_open && !self.is_doubtful
    }
}

impl Reader<'_> {
    /// Passes a remark in brackets.
    pub(super) fn remark(&mut self) -> bool {
        let is_here = self.rest().starts_with('(') && is_remark(self.rest());
        if is_here {
            self.at += self.rest().find(')').map_or(0, |end| end + 1);
        }
        is_here
    }

    /// The quote that begins here.
    pub(super) fn quote(&self) -> Option<Quote> {
        Quote::here(self.rest())
    }

    /// Reads a text in quotes.
    pub(super) fn string(&mut self, quote: Quote, place: Place) -> Node {
        let start = self.at;
        self.at += quote.open.len();
        let body = self.at;
        let (mut read, mut inside) = (String::new(), Inside::default());
        let state = loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { break State::Cut };
            if let Some(length) = quote.closing(rest) {
                match self.turn(body, length, place) {
                    Turn::End => {
                        self.at += length;
                        break if inside.is_sound() { State::Whole } else { State::Broken };
                    }
                    Turn::Inside => {
                        inside.meet(c, read.chars().next_back());
                        read.push_str(rest.get(..length).unwrap_or_default().trim_start_matches('\\'));
                        self.at += length;
                    }
                    Turn::Lost => {
                        let kept = read.trim_end();
                        read = kept.strip_suffix(',').unwrap_or(kept).trim_end().to_owned();
                        break if inside.is_sound() { State::Whole } else { State::Broken };
                    }
                    Turn::LostWithAll(next) => {
                        self.at = next;
                        break State::Broken;
                    }
                }
            } else if c == '\\' {
                if !self.escape(quote.is_escaped(), &mut read) {
                    break State::Cut;
                }
            } else if c == '\n' && is_fence(rest) {
                break State::Cut;
            } else {
                read.push(c);
                self.pass(c);
            }
        };
        Node::new(start..self.at, Kind::Scalar(Value::String(read)), state)
    }

    /// What the quote here is to the text that it stands in, which begins at `body`.
    fn turn(&self, body: usize, length: usize, place: Place) -> Turn {
        let after = self.at + length;
        let behind = self.text.get(after..).unwrap_or_default();
        if place == Place::Key || ends(behind, place) {
            return Turn::End;
        }
        // Where the answer lost a quote, the next one begins a key.
        if place != Place::Member || after - length == body || !is_key(self.rest(), false) {
            return Turn::Inside;
        }
        let said = self.text.get(body..self.at).unwrap_or_default();
        let kept = said.trim_end();
        if kept.ends_with(',') {
            Turn::Lost
        } else if let Some(before) = kept.strip_suffix('{') {
            Turn::LostWithAll(body + before.len())
        } else if said.get(kept.len()..).is_some_and(|space| space.contains('\n')) {
            Turn::Lost
        } else {
            Turn::Inside
        }
    }

    /// Reads an escape; false where the answer ends in it.
    fn escape(&mut self, is_escaped_twice: bool, read: &mut String) -> bool {
        let rest = self.rest();
        let slashes = if is_escaped_twice && rest.starts_with("\\\\") { 2 } else { 1 };
        let mut behind = rest.get(slashes..).unwrap_or_default().chars();
        let Some(c) = behind.next() else { return false };
        let mut length = slashes + c.len_utf8();
        match c {
            'n' => read.push('\n'),
            't' => read.push('\t'),
            'r' => read.push('\r'),
            'b' => read.push('\u{8}'),
            'f' => read.push('\u{c}'),
            // The text goes on behind a line end that was escaped.
            '\n' => {}
            'u' => match unicode(rest.get(slashes..).unwrap_or_default()) {
                Code::Char(c, taken) => {
                    read.push(c);
                    length = slashes + taken;
                }
                Code::Cut => return false,
                Code::None => read.push_str("\\u"),
            },
            // LaTeX and Windows paths mean the backslash; Markdown doesn't.
            c if c.is_alphanumeric() => read.extend(['\\', c]),
            '\\' if is_escaped_twice => {
                read.push('\\');
                // Two of the four that escape one.
                length = slashes + rest.get(slashes..).map_or(0, |rest| if rest.starts_with("\\\\") { 2 } else { 1 });
            }
            c => read.push(c),
        }
        self.at += length;
        true
    }
}

enum Code {
    Char(char, usize),
    Cut,
    None,
}

/// Reads `uXXXX`, or two of them that are one character. Half of one is no character.
fn unicode(text: &str) -> Code {
    let Some(first) = hex(text) else {
        return if text.len() < 5 { Code::Cut } else { Code::None };
    };
    if let Some(c) = char::from_u32(first) {
        return Code::Char(c, 5);
    }
    let behind = text.get(5..).unwrap_or_default();
    if behind.is_empty() {
        return Code::Cut;
    }
    let second = behind.strip_prefix('\\').and_then(hex).filter(|low| (0xDC00..0xE000).contains(low));
    let joined = second
        .filter(|_| first < 0xDC00)
        .and_then(|low| char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00)));
    joined.map_or(Code::Char(char::REPLACEMENT_CHARACTER, 5), |c| Code::Char(c, 11))
}

fn hex(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('u')?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// Whether a line end is followed by the fence that ends a block.
fn is_fence(text: &str) -> bool {
    let line = text.strip_prefix('\n').unwrap_or(text).trim_start_matches(' ');
    line.starts_with("```") || line.starts_with("~~~")
}

/// Whether what stands behind a quote can stand behind the end of a text.
fn ends(behind: &str, place: Place) -> bool {
    let next = behind.trim_start_matches(is_blank);
    let space = behind.get(..behind.len() - next.len()).unwrap_or_default();
    let Some(c) = next.chars().next() else { return true };
    match c {
        '}' | ']' => true,
        ',' | ';' | '，' => {
            let item = next.get(c.len_utf8()..).unwrap_or_default().trim_start_matches(is_blank);
            goes_on(item) || if place == Place::Member { is_key(item, true) } else { is_element(item) }
        }
        '#' => !space.is_empty(),
        '/' => is_comment(next),
        '`' => next.starts_with("```"),
        '<' => next.starts_with("<|"),
        '\\' => next.starts_with("\\n") || next.starts_with("\\r"),
        '(' => is_remark(next),
        _ if place == Place::Member => is_key(next, true) && (Quote::here(next).is_some() || space.contains('\n')),
        _ => c == ':' || Quote::here(next).is_some() && !space.is_empty() || matches!(c, '{' | '['),
    }
}

/// What may follow a comma everywhere.
fn goes_on(text: &str) -> bool {
    text.is_empty() || text.starts_with(['}', ']', '{', ',']) || is_comment(text) || text.starts_with("...")
}

fn is_element(text: &str) -> bool {
    Quote::here(text).is_some()
        || text.starts_with(['[', '-', '+', '.', '…'])
        || text.starts_with(|c: char| c.is_ascii_digit())
        || ["true", "false", "null", "True", "False", "None", "NaN", "\\n"].iter().any(|word| text.starts_with(word))
}

fn is_comment(text: &str) -> bool {
    text.starts_with("//") || text.starts_with("/*") || text.starts_with('#')
}

/// A few words in brackets, behind which the object goes on.
fn is_remark(text: &str) -> bool {
    let Some((end, _)) = text.char_indices().take(LONGEST_KEY).find(|(_, c)| matches!(c, ')' | '\n' | '"')) else {
        return false;
    };
    let behind = text.get(end..).unwrap_or_default().strip_prefix(')').unwrap_or("?");
    behind.trim_start().starts_with([',', '}', ']'])
}

/// Whether a key with its colon is here. Where `or_cut`, one that the answer ends in counts, and one too long to see.
fn is_key(text: &str, or_cut: bool) -> bool {
    let text = text.strip_prefix("\\n").unwrap_or(text);
    let Some(quote) = Quote::here(text) else {
        return bare_key_length(text).is_some() || or_cut && text.len() < LONGEST_KEY && is_cut_word(text);
    };
    let inner = text.get(quote.open.len()..).unwrap_or_default();
    let mut is_escaped = false;
    for (at, c) in inner.char_indices().take(LONGEST_KEY) {
        let rest = inner.get(at..).unwrap_or_default();
        match quote.closing(rest) {
            Some(length) if !is_escaped => {
                let behind = rest.get(length..).unwrap_or_default().trim_start_matches(is_blank);
                return behind.starts_with([':', '=', '：']) || or_cut && behind.is_empty();
            }
            _ if c == '\n' => return false,
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    or_cut
}

/// The begin of a name without quotes that the answer ends in.
fn is_cut_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
