//! Where one statement of Turtle ends and the next begins, found in broken text too.

use std::collections::BTreeSet;

/// Real files nest three or four brackets.
const DEEPEST: usize = 100;

/// A statement, with the dot that ends it.
#[derive(Debug)]
pub(crate) struct Statement<'t> {
    pub(crate) text: &'t str,
    /// Where it begins, from 1.
    pub(crate) line: usize,
    /// The names before `:` in it.
    pub(crate) prefixes: BTreeSet<&'t str>,
    /// It sets a prefix or the base.
    pub(crate) is_directive: bool,
    pub(crate) is_too_deep: bool,
    /// Where a string begins that has no end.
    pub(crate) open_string: Option<usize>,
}

pub(crate) fn of(text: &str) -> impl Iterator<Item = Statement<'_>> {
    let mut scanner = Scanner { text, at: 0, line: 1 };
    std::iter::from_fn(move || scanner.next_statement())
}

struct Scanner<'t> {
    text: &'t str,
    /// A byte offset between two characters.
    at: usize,
    line: usize,
}

impl<'t> Scanner<'t> {
    fn next_statement(&mut self) -> Option<Statement<'t>> {
        self.skip_gaps();
        let (start, line) = (self.at, self.line);
        let first = self.peek(0)?;
        let is_at = first == b'@';
        let is_sparql = self.is_word("PREFIX") || self.is_word("BASE");
        let mut statement = Statement {
            text: "",
            line,
            prefixes: BTreeSet::new(),
            is_directive: is_at || is_sparql,
            is_too_deep: false,
            open_string: None,
        };
        let mut depth = 0_usize;
        let mut word = None;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'#' if word.is_none() => self.skip_comment(),
                b'<' => {
                    word = None;
                    let is_iri = self.skip_iri();
                    if is_iri && is_sparql {
                        break;
                    }
                }
                b'"' | b'\'' => {
                    word = None;
                    let (from, line) = (self.at, self.line);
                    let is_whole = self.skip_string(byte);
                    if !is_whole {
                        statement.open_string.get_or_insert(line);
                        if self.text.get(from..self.at).is_some_and(|line| line.trim_end().ends_with('.')) {
                            break;
                        }
                    }
                }
                b'\\' => self.skip(2),
                b'.' if self.ends_here(word.is_some()) => {
                    self.skip(1);
                    break;
                }
                b'[' | b'(' | b'{' | b']' | b')' | b'}' | b';' | b',' | b'^' => {
                    depth = match byte {
                        b'[' | b'(' | b'{' => depth + 1,
                        b']' | b')' | b'}' => depth.saturating_sub(1),
                        _ => depth,
                    };
                    statement.is_too_deep |= depth > DEEPEST;
                    word = None;
                    self.skip(1);
                }
                b':' => {
                    let name = word.and_then(|from| self.text.get(from..self.at)).unwrap_or_default();
                    statement.prefixes.insert(name);
                    word = Some(self.at);
                    self.skip(1);
                }
                _ if byte.is_ascii_whitespace() => {
                    word = None;
                    self.skip(1);
                }
                _ => {
                    word = word.or(Some(self.at));
                    self.skip(1);
                }
            }
        }
        statement.text = self.text.get(start..self.at).unwrap_or_default();
        Some(statement)
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Goes on by so many characters.
    fn skip(&mut self, chars: usize) {
        for _ in 0..chars {
            if self.peek(0) == Some(b'\n') {
                self.line += 1;
            }
            self.at += 1;
            while self.peek(0).is_some_and(|byte| byte & 0xC0 == 0x80) {
                self.at += 1;
            }
        }
        self.at = self.at.min(self.text.len());
    }

    fn skip_gaps(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'#' => self.skip_comment(),
                _ if byte.is_ascii_whitespace() => self.skip(1),
                _ => break,
            }
        }
    }

    fn skip_comment(&mut self) {
        while self.peek(0).is_some_and(|byte| byte != b'\n') {
            self.skip(1);
        }
    }

    /// Whether it was an IRI: `<` may stand alone in broken text.
    fn skip_iri(&mut self) -> bool {
        self.skip(1);
        let rest = self.text.get(self.at..).unwrap_or_default();
        match rest.find(['>', '\n', '"', '<']).and_then(|end| Some((end, rest.as_bytes().get(end)?))) {
            Some((end, b'>')) => {
                self.at += end + 1;
                true
            }
            // What looks like the rest of it is not looked at again.
            Some((end, _)) => {
                self.at += end;
                false
            }
            None => {
                self.at = self.text.len();
                false
            }
        }
    }

    /// Whether it has an end; a short string ends with its line at the latest.
    fn skip_string(&mut self, quote: u8) -> bool {
        let is_long = self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        let quotes = if is_long { 3 } else { 1 };
        self.skip(quotes);
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' => self.skip(2),
                b'\n' if !is_long => {
                    self.skip(1);
                    return false;
                }
                _ if byte == quote && (!is_long || (self.peek(1) == Some(quote) && self.peek(2) == Some(quote))) => {
                    self.skip(quotes);
                    return true;
                }
                _ => self.skip(1),
            }
        }
        false
    }

    /// A dot within a name (`ex:v1.0`) or a number (`1.5`) ends nothing.
    fn ends_here(&self, in_word: bool) -> bool {
        let next = self.peek(1);
        let goes_on = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'%' | b'\\' | b'.') || byte >= 0x80
        };
        match next {
            None => true,
            Some(byte) if in_word => !goes_on(byte),
            Some(byte) => !byte.is_ascii_digit(),
        }
    }

    fn is_word(&self, word: &str) -> bool {
        let end = self.at + word.len();
        let is_same = self.text.get(self.at..end).is_some_and(|start| start.eq_ignore_ascii_case(word));
        is_same && self.text.as_bytes().get(end).is_some_and(u8::is_ascii_whitespace)
    }
}
