//! Which names a text itself calls names of one thing: "International Business Machines (IBM)", "X, also known as Y".

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{EntityKey, Mention};
use crate::ontology::Ontology;
use crate::text::is_abbreviation;
use crate::{Document, Span};

/// Two names that a text calls names of one thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// The name that it is known by: of a name and its abbreviation the longer one, else the one that comes first.
    pub name: EntityKey,
    /// The other.
    pub alias: EntityKey,
    /// The words that say so, from the first name to the second.
    pub span: Span,
}

/// Names looked at on each side of such words: a text that names more at one place says nothing that is clear.
const AT_ONE_PLACE: usize = 8;

/// Words between two names of one thing, wherever they stand.
const NAMING: [&str; 10] = [
    "also known as",
    "better known as",
    "commonly known as",
    "formerly known as",
    "known as",
    "also called",
    "a.k.a.",
    "a.k.a",
    "aka",
    "a/k/a",
];

/// Words that say so only at the beginning of brackets.
const NAMING_IN_BRACKETS: [&str; 4] = ["formerly", "née", "nee", "born"];

/// The pairs of names that the words between them call names of one thing; sorted, each pair once, where it is said
/// first.
///
/// Their classes are the same or stand on one line of the hierarchy. In brackets without such words a name counts
/// only as an abbreviation of the other, see [`is_abbreviation`]: "Paris (France)" connects nothing.
#[must_use]
pub fn aliases(document: &Document, mentions: &[Mention], ontology: &Ontology) -> Vec<Alias> {
    let places = Places::of(document, mentions);
    let mut found: BTreeMap<(EntityKey, EntityKey), Span> = BTreeMap::new();
    for (&end, before) in &places.by_end {
        let Some(joint) = Joint::at(document.text(), end) else { continue };
        let Some(after) = places.by_start.get(&joint.end) else { continue };
        let Some((name, alias, bytes)) = connect(document.text(), before, after, &joint, ontology) else { continue };
        if let Some(span) = document.span_of(bytes) {
            found.entry((name.clone(), alias.clone())).or_insert(span);
        }
    }
    found.into_iter().map(|((name, alias), span)| Alias { name, alias, span }).collect()
}

/// Mentions by the byte at which they end, and at which they begin; the longest first.
struct Places<'m> {
    by_end: BTreeMap<usize, Vec<(usize, &'m EntityKey)>>,
    by_start: HashMap<usize, Vec<(usize, &'m EntityKey)>>,
}

impl<'m> Places<'m> {
    fn of(document: &Document, mentions: &'m [Mention]) -> Self {
        let mut ranges = BTreeSet::new();
        for mention in mentions {
            if let Some(bytes) = mention.evidence.span.and_then(|span| document.bytes_of(span)) {
                ranges.insert((bytes.start, bytes.end, &mention.key));
            }
        }
        let mut places = Self { by_end: BTreeMap::new(), by_start: HashMap::new() };
        // In their order, those that begin first are the longest of those with the same end.
        for &(start, end, key) in &ranges {
            places.by_end.entry(end).or_default().push((start, key));
        }
        for &(start, end, key) in ranges.iter().rev() {
            places.by_start.entry(start).or_default().push((end, key));
        }
        places
    }
}

type Connected<'m> = (&'m EntityKey, &'m EntityKey, std::ops::Range<usize>);

/// The first pair that these words connect, of the longest names.
fn connect<'m>(
    text: &str,
    before: &[(usize, &'m EntityKey)],
    after: &[(usize, &'m EntityKey)],
    joint: &Joint,
    ontology: &Ontology,
) -> Option<Connected<'m>> {
    for &(end, second) in after.iter().take(AT_ONE_PLACE) {
        let Some(closed) = joint.close(text, end) else { continue };
        for &(start, first) in before.iter().take(AT_ONE_PLACE) {
            if first.name() == second.name() || !on_one_line(ontology, first.entity_type(), second.entity_type()) {
                continue;
            }
            let written = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
            let (one, other) = (written(start, joint.start), written(joint.end, end));
            if joint.says_so || is_abbreviation(other, one) {
                return Some((first, second, start..closed));
            }
            if is_abbreviation(one, other) {
                return Some((second, first, start..closed));
            }
        }
    }
    None
}

/// Whether two classes are the same, or one is a special case of the other.
fn on_one_line(ontology: &Ontology, one: &str, other: &str) -> bool {
    one == other
        || match (ontology.class_named(one), ontology.class_named(other)) {
            (Some(one), Some(other)) => ontology.is_a(one, other) || ontology.is_a(other, one),
            _ => false,
        }
}

/// The words from the end of a name to the beginning of the next.
struct Joint {
    start: usize,
    end: usize,
    is_bracket: bool,
    /// Whether words say that they are names of one thing.
    says_so: bool,
}

impl Joint {
    /// What follows a name that ends at this byte, where it may lead to another name of the same.
    fn at(text: &str, start: usize) -> Option<Self> {
        let rest = text.get(start..)?;
        let mut at = Cursor(rest);
        at.spaces();
        let is_bracket = at.one_of(&['(', '（']);
        if !is_bracket && at.one_of(&[',']) {
            at.spaces();
        }
        at.spaces();
        let in_brackets: &[&str] = if is_bracket { &NAMING_IN_BRACKETS } else { &[] };
        let says_so = NAMING.iter().chain(in_brackets).any(|words| at.words(words));
        if !is_bracket && !says_so {
            return None;
        }
        at.spaces();
        at.words("the");
        at.one_of(&['"', '“', '\'', '‘', '„', '«']);
        Some(Self { start, end: start + rest.len() - at.0.len(), is_bracket, says_so })
    }

    /// The byte at which a connection through a second name that ends at `end` is closed; `None` where it isn't.
    fn close(&self, text: &str, end: usize) -> Option<usize> {
        if !self.is_bracket {
            return Some(end);
        }
        let rest = text.get(end..)?;
        let mut at = Cursor(rest);
        at.one_of(&['"', '”', '\'', '’', '“', '»']);
        at.spaces();
        if at.one_of(&[')', '）']) {
            return Some(end + rest.len() - at.0.len());
        }
        // More may follow in the brackets: "(IBM, founded 1911)".
        at.one_of(&[',', ';']).then_some(end)
    }
}

/// What is left of a text.
struct Cursor<'t>(&'t str);

impl Cursor<'_> {
    /// Passes over a few spaces: a long gap connects nothing.
    fn spaces(&mut self) {
        for _ in 0..3 {
            let Some(rest) = self.0.strip_prefix(char::is_whitespace) else { return };
            self.0 = rest;
        }
    }

    fn one_of(&mut self, known: &[char]) -> bool {
        self.0.strip_prefix(known).is_some_and(|rest| {
            self.0 = rest;
            true
        })
    }

    /// Passes over these words and the space after them, however they are written.
    fn words(&mut self, words: &str) -> bool {
        let mut rest = self.0.chars();
        for wanted in words.chars() {
            match rest.next() {
                Some(found) if found == wanted || found.to_lowercase().eq([wanted]) => {}
                Some(found) if wanted == ' ' && found.is_whitespace() => {}
                _ => return false,
            }
        }
        let left = rest.as_str();
        let Some(after) = left.strip_prefix(char::is_whitespace) else { return false };
        self.0 = after;
        self.spaces();
        true
    }
}
