//! A sentence as words, cut once for all rules.

use std::ops::Range;

use kgas_core::text::{occurrences, sentences};

use super::cues::Term;

/// What a word looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It begins with a small letter, or a letter without case.
    Small,
    /// It begins with a capital.
    Capital,
    /// It begins with a digit.
    Number,
    /// A single character that is neither letter nor digit.
    Mark,
}

/// What a word does in an English sentence, as far as the rules care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It carries meaning, or the rules don't know it.
    Content,
    /// is, was, …
    Be,
    /// has, will, also, originally, …: may stand between a subject and its verb.
    Helper,
    /// a, the, his, …
    Article,
    /// and, or, &.
    And,
    /// of, in, by, …
    Preposition,
    /// who, which, that.
    Relative,
    /// it, when, although, …: begins something else.
    Other,
    /// 's.
    Possessive,
}

/// A word, and where it lies in its text, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) look: Look,
    pub(super) role: Role,
    /// What it means to the cues, if anything.
    pub(super) term: Option<Term>,
}

/// The words of a sentence. `lower` is the text in small ASCII letters, of the same length.
#[derive(Debug)]
pub(super) struct Sentence<'t> {
    lower: &'t str,
    words: Vec<Word>,
}

impl<'t> Sentence<'t> {
    /// Cuts the words of `range`.
    pub(super) fn new(
        text: &'t str,
        lower: &'t str,
        range: Range<usize>,
        term_of: impl Fn(&str) -> Option<Term>,
    ) -> Self {
        let mut words = Vec::with_capacity(range.len() / 5 + 4);
        let mut at = range.start;
        while let Some(rest) = text.get(at..range.end).filter(|rest| !rest.is_empty()) {
            let Some(first) = rest.chars().next() else { break };
            let (length, look) = next_word(rest, first);
            let end = at + length;
            if let Some(look) = look {
                let small = lower.get(at..end).unwrap_or_default();
                let role = role_of(small);
                let term = if look == Look::Mark { None } else { term_of(small) };
                words.push(Word { start: at, end, look, role, term });
            }
            at = end;
        }
        Self { lower, words }
    }

    pub(super) const fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn word(&self, at: usize) -> Option<&Word> {
        self.words.get(at)
    }

    pub(super) fn words(&self) -> &[Word] {
        &self.words
    }

    /// The word in small letters; empty beyond the end.
    pub(super) fn small(&self, at: usize) -> &'t str {
        self.words.get(at).and_then(|word| self.lower.get(word.start..word.end)).unwrap_or_default()
    }

    pub(super) fn look(&self, at: usize) -> Option<Look> {
        self.words.get(at).map(|word| word.look)
    }

    pub(super) fn role(&self, at: usize) -> Option<Role> {
        self.words.get(at).map(|word| word.role)
    }

    pub(super) fn is_mark(&self, at: usize, marks: &[&str]) -> bool {
        self.look(at) == Some(Look::Mark) && marks.contains(&self.small(at))
    }

    /// The text from one word up to, and without, another; in bytes.
    pub(super) fn bytes(&self, words: Range<usize>) -> Option<Range<usize>> {
        let last = self.words.get(words.end.checked_sub(1)?)?;
        Some(self.words.get(words.start)?.start..last.end)
    }

    /// The word after a bracket that opens at `at`; `at` where none does or where it isn't closed.
    pub(super) fn after_bracket(&self, at: usize) -> usize {
        if !self.is_mark(at, &["("]) {
            return at;
        }
        let mut depth = 0_usize;
        for (offset, _) in self.words.iter().skip(at).enumerate().take(60) {
            if self.is_mark(at + offset, &["("]) {
                depth += 1;
            } else if self.is_mark(at + offset, &[")"]) {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + offset + 1;
                }
            }
        }
        at
    }
}

/// The sentences of a text as byte ranges; one that begins small belongs to the one before: "Wow! is a song."
pub(super) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for range in sentences(text) {
        let first = text.get(range.clone()).and_then(|sentence| sentence.chars().next());
        match found.last_mut() {
            Some(last) if first.is_some_and(char::is_lowercase) => last.end = range.end,
            _ => found.push(range),
        }
    }
    found
}

/// Whether no word runs over the ends of a piece of text. The grounder has the last say, so its own rule is asked.
pub(super) fn stands_alone(text: &str, bytes: &Range<usize>) -> bool {
    let before = text.get(..bytes.start).and_then(|before| before.chars().next_back()).map_or(0, char::len_utf8);
    let after = text.get(bytes.end..).and_then(|after| after.chars().next()).map_or(0, char::len_utf8);
    let (Some(quote), Some(around)) = (text.get(bytes.clone()), text.get(bytes.start - before..bytes.end + after))
    else {
        return false;
    };
    occurrences(around, quote).any(|place| place.start == before)
}

/// The length of the next word in bytes, and its look; `None` for white space.
fn next_word(rest: &str, first: char) -> (usize, Option<Look>) {
    if first.is_whitespace() {
        return (first.len_utf8(), None);
    }
    if is_apostrophe(first) && is_possessive(rest, first.len_utf8()) {
        return (first.len_utf8() + 1, Some(Look::Small));
    }
    if !first.is_alphanumeric() {
        return (first.len_utf8(), Some(Look::Mark));
    }
    let look = if first.is_uppercase() {
        Look::Capital
    } else if first.is_numeric() {
        Look::Number
    } else {
        Look::Small
    };
    let mut characters = rest.char_indices().peekable();
    let mut end = 0;
    let mut before = first;
    while let Some((at, character)) = characters.next() {
        let follows = characters.peek().map(|(_, next)| *next);
        let joins = match character {
            _ if is_wordy(character) || is_second_half(before, character) => true,
            '-' | '\u{2010}' | '\u{2011}' | '/' => follows.is_some_and(is_wordy),
            '.' | ',' => look == Look::Number && follows.is_some_and(|next| next.is_ascii_digit()),
            _ if is_apostrophe(character) => {
                follows.is_some_and(char::is_alphabetic)
                    && !is_possessive(rest.get(at..).unwrap_or_default(), character.len_utf8())
            }
            _ => false,
        };
        if !joins {
            break;
        }
        end = at + character.len_utf8();
        before = character;
    }
    (end.max(first.len_utf8()), Some(look))
}

const fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}')
}

fn is_wordy(character: char) -> bool {
    // A mark belongs to the letter before it.
    character.is_alphanumeric() || !character.is_ascii() && !character.is_whitespace() && is_combining(character)
}

/// Whether the two are one letter that was read in the wrong encoding: "é" as "Ã©". Real texts are full of it.
const fn is_second_half(before: char, character: char) -> bool {
    matches!(before, '\u{c3}'..='\u{c5}') && matches!(character, '\u{80}'..='\u{bf}')
}

const fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
}

/// Whether the text is an apostrophe of this length, an s, and the end of the word.
fn is_possessive(text: &str, apostrophe: usize) -> bool {
    let mut after = text.get(apostrophe..).unwrap_or_default().chars();
    matches!(after.next(), Some('s' | 'S')) && !after.next().is_some_and(is_wordy)
}

fn role_of(small: &str) -> Role {
    match small {
        "is" | "was" | "are" | "were" | "be" | "been" | "being" => Role::Be,
        "has" | "had" | "have" | "will" | "would" | "also" | "originally" | "later" | "first" | "subsequently"
        | "then" | "jointly" | "solely" | "eventually" | "initially" | "previously" | "both" | "again" | "himself"
        | "herself" | "mainly" | "partly" | "primarily" | "entirely" | "currently" | "now" | "once" | "still"
        | "loosely" | "largely" | "officially" | "chiefly" | "chief" => Role::Helper,
        "a" | "an" | "the" | "his" | "her" | "its" | "their" | "this" | "these" | "another" | "some" | "any" => {
            Role::Article
        }
        "and" | "or" | "&" => Role::And,
        "of" | "in" | "by" | "on" | "at" | "for" | "from" | "with" | "to" | "about" | "as" | "into" | "under"
        | "after" | "before" | "during" | "through" | "since" | "until" | "via" | "between" | "over" | "against"
        | "without" | "within" | "near" | "than" | "among" | "upon" => Role::Preposition,
        "who" | "which" | "that" | "whom" | "whose" | "where" => Role::Relative,
        "it" | "he" | "she" | "they" | "we" | "i" | "you" | "when" | "while" | "although" | "though" | "because"
        | "if" | "but" | "however" | "not" | "there" | "so" | "despite" | "following" | "according" | "along"
        | "like" | "unlike" | "meanwhile" | "afterwards" | "additionally" | "finally" | "today" | "one" | "most"
        | "many" | "each" | "other" | "others" | "such" | "all" | "what" | "how" | "why" => Role::Other,
        "'s" | "\u{2019}s" => Role::Possessive,
        _ => Role::Content,
    }
}
