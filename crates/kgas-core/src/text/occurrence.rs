//! Where a quote stands in a text, as whole words.

use std::ops::Range;

use memchr::memmem;
use unicode_normalization::char::is_combining_mark;

/// The byte ranges at which `quote` stands in `text`, in order, not overlapping, each beginning and ending at a
/// word boundary.
///
/// "Ann" does not stand in "Annual". Scripts that write words without spaces between them, or attach particles to
/// them (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese, Tibetan), are exempt. An empty quote stands nowhere.
///
/// ```
/// use kgas_core::text::occurrences;
///
/// assert_eq!(occurrences("Annual: Ann met Ann.", "Ann").collect::<Vec<_>>(), [8..11, 16..19]);
/// assert_eq!(occurrences("東京都", "東京").count(), 1);
/// ```
pub fn occurrences<'a>(text: &'a str, quote: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let finder = memmem::Finder::new(quote.as_bytes());
    let step = quote.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        if quote.is_empty() {
            return None;
        }
        loop {
            let start = from + finder.find(text.as_bytes().get(from..)?)?;
            let end = start + quote.len();
            if stands_alone(text, start..end) {
                from = end;
                return Some(start..end);
            }
            from = start + step;
        }
    })
}

fn stands_alone(text: &str, range: Range<usize>) -> bool {
    is_border(text, range.start) && is_border(text, range.end)
}

/// Whether a word may begin or end at this byte: the characters on its two sides don't belong to one word.
pub(crate) fn is_border(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(..at), text.get(at..)) else { return false };
    match (before.chars().next_back(), after.chars().next()) {
        (Some(left), Some(right)) => {
            // A mark belongs to the letter before it in every script, and a joiner to both sides.
            !(is_combining_mark(right) || is_joiner(right) || is_joiner(left) || is_wordy(left) && is_wordy(right))
        }
        _ => true,
    }
}

fn is_wordy(character: char) -> bool {
    (character.is_alphanumeric() || is_combining_mark(character)) && !is_unspaced(character)
}

/// The soft hyphen, and the joiners within words and emoji.
const fn is_joiner(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200c}' | '\u{200d}')
}

pub(super) const fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{0e00}'..='\u{0eff}'        // Thai, Lao
        | '\u{0f00}'..='\u{109f}'      // Tibetan, Burmese
        | '\u{1100}'..='\u{11ff}'      // Hangul letters
        | '\u{1780}'..='\u{17ff}'      // Khmer
        | '\u{2e80}'..='\u{9fff}'      // radicals, Kana, Han
        | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' // Hangul
        | '\u{f900}'..='\u{faff}'      // Han, compatibility
        | '\u{ff66}'..='\u{ffdc}'      // half-width Kana and Hangul
        | '\u{20000}'..='\u{3ffff}')
}
