//! Finding claimed words in a text: as they are, spelt otherwise, or with a few errors.

mod folded;
mod fuzzy;
mod guard;
mod words;

use std::cell::OnceCell;
use std::ops::Range;

use folded::Folded;
use fuzzy::Seeds;
use guard::Care;
use words::{Words, unfolded};

use super::occurrence::is_border;

/// The least score of a name that is misspelt.
const LEAST_FOR_NAMES: f64 = 0.85;
/// The least score of a quoted sentence; it is longer, and stands beside ends that are grounded for themselves.
const LEAST_FOR_SENTENCES: f64 = 0.8;
/// Punctuation that is taken from both ends of a claim, one character after the other.
const MOST_STRIPPED: usize = 4;
/// Letters of an acronym that is not looked for as a word: "US" is not "us".
const ACRONYM: usize = 4;

/// A text that is searched again and again. What that needs is worked out when it is first needed, once.
#[derive(Debug)]
pub(crate) struct Searched<'t> {
    text: &'t str,
    folded: OnceCell<(Folded, Words)>,
    seeds: OnceCell<Seeds>,
}

/// Where claimed words stand, in bytes of the text; in order, and none overlaps another.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Hits {
    /// Where they stand as they are.
    pub(crate) exact: Vec<Range<usize>>,
    /// Where they stand in another spelling; none of these overlaps an exact one.
    pub(crate) normalised: Vec<Range<usize>>,
    /// Where words stand that differ by the fewest characters, with the score. Only where there is nothing else.
    pub(crate) fuzzy: Vec<(Range<usize>, f64)>,
}

/// What a claim is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Claim {
    /// A name, or a value.
    Name,
    /// A quote of a sentence or a part of one.
    Sentence,
    /// A quote, or a part of it, in which nothing may be misspelt.
    Spelt,
}

impl<'t> Searched<'t> {
    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, folded: OnceCell::new(), seeds: OnceCell::new() }
    }

    /// Looks for words: as they are and spelt otherwise, and only where there is neither, misspelt.
    pub(crate) fn find(&self, words: &str, of: Claim) -> Hits {
        let words = words.trim();
        let plain = fold_claim(words);
        let mut hits = self.spelt(words, &plain);
        if hits.is_empty() {
            hits = stripped(words)
                .map(|less| self.spelt_otherwise(less))
                .find(|hits| !hits.is_empty())
                .unwrap_or_default();
        }
        if hits.is_empty() {
            hits.fuzzy = self.misspelt(&plain, of);
        }
        hits
    }

    fn spelt_otherwise(&self, words: &str) -> Hits {
        let mut hits = self.spelt(words, &fold_claim(words));
        // The claim had more than that.
        hits.normalised = if hits.exact.is_empty() { hits.normalised } else { std::mem::take(&mut hits.exact) };
        hits
    }

    fn spelt(&self, words: &str, plain: &str) -> Hits {
        let mut hits = Hits::default();
        if plain.is_empty() {
            return hits;
        }
        let (folded, index) = self.folded();
        let mut others = Vec::new();
        for at in index.find(folded, plain) {
            let Some(range) = unfolded(self.text, folded, at..at + plain.len()) else { continue };
            match self.exactly(words, folded, at..at + plain.len(), &range) {
                Some(range) => push_apart(&mut hits.exact, range),
                None if self.is_other_word(words, &range) => {}
                None => others.push(range),
            }
        }
        let mut exact = hits.exact.iter().peekable();
        for range in others {
            while exact.next_if(|taken| taken.end <= range.start).is_some() {}
            if exact.peek().is_none_or(|taken| taken.start >= range.end) {
                push_apart(&mut hits.normalised, range);
            }
        }
        hits
    }

    /// The range where the text has just these words, with or without what was dropped around them.
    fn exactly(&self, words: &str, folded: &Folded, place: Range<usize>, range: &Range<usize>) -> Option<Range<usize>> {
        if self.text.get(range.clone()) == Some(words) {
            return Some(range.clone());
        }
        let (starts, ends) = (
            [folded.start_of(place.start)?, folded.end_of(place.start)?],
            [folded.end_of(place.end)?, folded.start_of(place.end)?],
        );
        let ranges = starts.into_iter().flat_map(|start| ends.map(|end| start..end));
        ranges.into_iter().find(|range| {
            self.text.get(range.clone()) == Some(words)
                && is_border(self.text, range.start)
                && is_border(self.text, range.end)
        })
    }

    /// Whether a claim is an acronym, and the place a word in small letters.
    fn is_other_word(&self, words: &str, range: &Range<usize>) -> bool {
        let there = self.text.get(range.clone()).unwrap_or_default();
        words.chars().count() <= ACRONYM
            && words.chars().filter(|letter| letter.is_uppercase()).count() > 1
            && !words.chars().any(char::is_lowercase)
            && !there.chars().any(char::is_uppercase)
    }

    fn misspelt(&self, plain: &str, of: Claim) -> Vec<(Range<usize>, f64)> {
        let (least, care) = match of {
            Claim::Spelt => return Vec::new(),
            Claim::Name => (LEAST_FOR_NAMES, Care::Name),
            Claim::Sentence => (LEAST_FOR_SENTENCES, Care::Sentence),
        };
        let (folded, _) = self.folded();
        let seeds = self.seeds.get_or_init(|| Seeds::new(folded));
        fuzzy::near(self.text, folded, seeds, plain, least, care)
            .into_iter()
            .filter_map(|near| {
                let range = unfolded(self.text, folded, near.start..near.end)?;
                Some((range, fuzzy::score(plain, near.edits)))
            })
            .collect()
    }

    fn folded(&self) -> &(Folded, Words) {
        self.folded.get_or_init(|| {
            let folded = Folded::new(self.text);
            let words = Words::new(self.text, &folded);
            (folded, words)
        })
    }
}

impl Hits {
    pub(crate) const fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.normalised.is_empty() && self.fuzzy.is_empty()
    }
}

fn fold_claim(words: &str) -> String {
    Folded::new(words).text().trim().to_owned()
}

fn push_apart(ranges: &mut Vec<Range<usize>>, range: Range<usize>) {
    if ranges.last().is_none_or(|last| last.end <= range.start) {
        ranges.push(range);
    }
}

/// The words without the punctuation around them, one character less on each side at a time. What is punctuation
/// only has none around it: "!!!" is no "!".
fn stripped(words: &str) -> impl Iterator<Item = &str> {
    let mut left = Some(words);
    std::iter::from_fn(move || {
        let before = left?;
        let less = before.strip_prefix(is_around_words).unwrap_or(before);
        let less = less.strip_suffix(is_around_words).unwrap_or(less).trim();
        let has_words = less.contains(|character: char| !is_around_words(character) && !character.is_whitespace());
        left = (less.len() < before.len() && has_words).then_some(less);
        left
    })
    .take(MOST_STRIPPED)
}

/// Quotes, brackets, and what ends or divides sentences.
fn is_around_words(character: char) -> bool {
    matches!(character, '"' | '\'' | '`' | '«' | '»' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '.' | ',' | ';'
        | ':' | '!' | '?' | '¡' | '¿' | '*' | '_' | '-' | '/' | '\\' | '|' | '\u{b4}' | '·' | '،' | '؛' | '؟'
        | '\u{2010}'..='\u{2027}' | '\u{2039}' | '\u{203a}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
        | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
}
