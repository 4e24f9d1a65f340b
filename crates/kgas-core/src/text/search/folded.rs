//! A text with its spelling evened out, and the way back to the original.
//!
//! What is evened out: case, compatibility forms (NFKC, and so ligatures), runs of white space, kinds of quotes and of
//! dashes, soft hyphens and other characters without width, words broken at the end of a line, the vowel marks of
//! Arabic and Hebrew, the dots of the Turkish i. Accents of other scripts stay: they tell words apart.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::normalize::fold;

/// A text in one spelling. Most bytes stand for one byte of the original; the pieces that don't are listed.
#[derive(Debug, Default)]
pub(super) struct Folded {
    text: String,
    odd: Vec<Odd>,
}

/// A piece that is as a whole what a piece of the original became. Positions inside it have no original.
#[derive(Clone, Copy, Debug)]
struct Odd {
    at: u32,
    length: u32,
    upto: u32,
}

impl Folded {
    /// Evens out a text; of one beyond 4 GiB nothing comes out.
    pub(super) fn new(original: &str) -> Self {
        let mut folded = Self::default();
        if u32::try_from(original.len()).is_ok() {
            // Folding may lengthen a text, but seldom does.
            folded.text.reserve(original.len());
            folded.append_all(original);
        }
        folded
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where in the original the piece that ends at a position ends, before any dropped characters that follow.
    pub(super) fn end_of(&self, at: usize) -> Option<usize> {
        let before = self.odd.partition_point(|odd| wide(odd.at) < at);
        let Some(last) = before.checked_sub(1).and_then(|slot| self.odd.get(slot)) else { return Some(at) };
        let behind = at.checked_sub(wide(last.at) + wide(last.length))?;
        Some(wide(last.upto) + behind)
    }

    /// Where in the original the piece that begins at a position begins, behind any dropped characters before it.
    pub(super) fn start_of(&self, at: usize) -> Option<usize> {
        let start = self.end_of(at)?;
        let first = self.odd.partition_point(|odd| wide(odd.at) < at);
        let dropped = self.odd.iter().skip(first).take_while(|odd| wide(odd.at) == at && odd.length == 0);
        Some(dropped.last().map_or(start, |last| wide(last.upto)))
    }

    fn append_all(&mut self, original: &str) {
        let bytes = original.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii);
            if byte.is_ascii() && is_plain(bytes.get(at + 1)) {
                if byte.is_ascii_alphanumeric() {
                    self.text.push(char::from(byte.to_ascii_lowercase()));
                    at += 1;
                    continue;
                }
                at = self.append(original, at, at + 1);
                continue;
            }
            // What a reader sees as one character may be an ASCII letter and marks.
            let rest = bytes.iter().skip(at + 1);
            let stretch = at + 1 + rest.take_while(|byte| !byte.is_ascii()).count();
            while at < stretch {
                let next = original.get(at..stretch).and_then(|part| part.graphemes(true).next());
                let Some(cluster) = next else { return };
                at = self.append(original, at, at + cluster.len());
            }
        }
    }

    /// Appends the character that lies at a place of the original, and says where to go on.
    fn append(&mut self, original: &str, from: usize, upto: usize) -> usize {
        let cluster = original.get(from..upto).unwrap_or_default();
        let rest = original.get(upto..).unwrap_or_default();
        let mut characters = cluster.chars();
        let (Some(first), alone) = (characters.next(), characters.next().is_none()) else { return upto };
        let last = self.text.chars().next_back();
        if first.is_whitespace() {
            return self.append_space(original, from, last);
        }
        if alone
            && is_hyphen(first)
            && last.is_some_and(char::is_alphabetic)
            && let Some(broken) = broken_line(rest)
        {
            self.drop_original(from, upto + broken);
            return upto + broken;
        }
        if alone && let Some(plain) = plain(first) {
            self.append_piece(plain.encode_utf8(&mut [0; 4]), from, upto, true);
            return upto;
        }
        let kept = cluster.chars().filter(|character| !is_dropped(*character));
        if kept.clone().any(keeps_its_form) {
            self.append_piece(cluster, from, upto, alone);
            return upto;
        }
        let folded: String = fold(kept.map(|character| plain(character).unwrap_or(character)).nfkc()).nfkc().collect();
        // "İ" is folded to an i with a dot above; a claim that writes a plain i means the same letter.
        let folded = folded.replace("i\u{307}", "i");
        self.append_piece(&folded, from, upto, alone);
        upto
    }

    fn append_piece(&mut self, piece: &str, from: usize, upto: usize, alone: bool) {
        if piece.is_empty() {
            self.drop_original(from, upto);
            return;
        }
        let is_even = alone && piece.len() == upto - from && piece.chars().nth(1).is_none();
        if !is_even {
            self.push_odd(piece.len(), upto);
        }
        self.text.push_str(piece);
    }

    /// White space becomes one space; between Chinese or Japanese characters a line break is none.
    fn append_space(&mut self, original: &str, from: usize, last: Option<char>) -> usize {
        let rest = original.get(from..).unwrap_or_default();
        let behind = rest.trim_start_matches(|c: char| c.is_whitespace() || is_dropped(c));
        let upto = original.len() - behind.len();
        let space = rest.get(..upto - from).unwrap_or_default();
        let next = behind.chars().next();
        let is_within_a_word =
            space.contains('\n') && last.is_some_and(is_han_or_kana) && next.is_some_and(is_han_or_kana);
        if is_within_a_word {
            self.drop_original(from, upto);
            return upto;
        }
        let first = space.chars().next().map_or(1, char::len_utf8);
        self.append_piece(" ", from, from + first, true);
        self.drop_original(from + first, upto);
        upto
    }

    fn drop_original(&mut self, from: usize, upto: usize) {
        if from < upto {
            self.push_odd(0, upto);
        }
    }

    fn push_odd(&mut self, length: usize, upto: usize) {
        self.odd.push(Odd { at: narrow(self.text.len()), length: narrow(length), upto: narrow(upto) });
    }
}

/// Original texts are below 4 GiB; one that folding lengthens beyond has no matches at its end.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

const fn wide(at: u32) -> usize {
    at as usize
}

/// The plain form of characters that need no tables.
fn plain(character: char) -> Option<char> {
    match character {
        '"'
        | '`'
        | '\u{b4}'
        | '«'
        | '»'
        | '\u{2b9}'..='\u{2bc}'
        | '\u{2018}'..='\u{201f}'
        | '\u{2032}'..='\u{2037}'
        | '\u{2039}'
        | '\u{203a}'
        | '\u{300c}'..='\u{300f}'
        | '\u{301d}'..='\u{301f}'
        | '\u{ff02}'
        | '\u{ff07}'
        | '\u{ff40}' => Some('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
        '\0'..='\x7f' => Some(character.to_ascii_lowercase()),
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => {
            Some(character)
        }
        _ => None,
    }
}

/// Whether the compatibility form would be another number: "10²" is not "102", and "①" not "1".
fn keeps_its_form(character: char) -> bool {
    !character.is_ascii()
        && character.is_numeric()
        && !matches!(character, '\u{ff10}'..='\u{ff19}' | '\u{1d7ce}'..='\u{1d7ff}')
        && std::iter::once(character).nfkc().any(|plain| plain.is_ascii_digit())
}

const fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{ad}' | '\u{2010}')
}

/// The length of a line's end behind a hyphen, where a word goes on after it.
fn broken_line(rest: &str) -> Option<usize> {
    let behind = rest.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n')?;
    let next = behind.trim_start_matches([' ', '\t']);
    next.starts_with(char::is_lowercase).then_some(rest.len() - next.len())
}

/// Characters that don't show, and marks that only tell how a word sounds.
const fn is_dropped(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{670}'                                            // Arabic
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}') // Hebrew
}

const fn is_han_or_kana(character: char) -> bool {
    matches!(character, '\u{3001}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}
