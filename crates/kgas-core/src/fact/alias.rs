//! Which names a text itself calls names of one thing: "International Business Machines (IBM)", "X, also known as Y".

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{EntityKey, Mention};
use crate::ontology::Ontology;
use crate::text::{is_abbreviation, is_border};
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

/// Word borders at which a name beside a bracket is looked for.
const BORDERS: usize = 48;

const MOST_SPACES: usize = 3;

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
/// only as an abbreviation of the other, see [`is_abbreviation`]: "Paris (France)" connects nothing. There the names
/// need not be mentions: a model says each once, and the text may explain it at another place, or twice.
#[must_use]
pub fn aliases(document: &Document, mentions: &[Mention], ontology: &Ontology) -> Vec<Alias> {
    let text = document.text();
    let places = Places::of(document, mentions);
    let mut ends: BTreeSet<usize> = places.by_end.keys().copied().collect();
    ends.extend(text.match_indices(['(', '（']).map(|(at, _)| before_spaces(text, at)));
    let mut found: BTreeMap<(EntityKey, EntityKey), Span> = BTreeMap::new();
    for end in ends {
        let Some(joint) = Joint::at(text, end) else { continue };
        let after = places.after(&joint);
        if after.is_empty() {
            continue;
        }
        let before = places.before(&joint);
        let Some((name, alias, bytes)) = connect(text, &before, &after, &joint, ontology) else { continue };
        if let Some(span) = document.span_of(bytes) {
            found.entry((name.clone(), alias.clone())).or_insert(span);
        }
    }
    found.into_iter().map(|((name, alias), span)| Alias { name, alias, span }).collect()
}

/// The byte at which a name before these spaces ends; a long gap connects nothing.
fn before_spaces(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let spaces = before.chars().rev().take(MOST_SPACES).take_while(|character| character.is_whitespace());
    at - spaces.map(char::len_utf8).sum::<usize>()
}

/// Mentions by the byte at which they end, and at which they begin; and the names that they have.
struct Places<'m> {
    text: &'m str,
    by_end: BTreeMap<usize, BTreeSet<(usize, &'m EntityKey)>>,
    by_start: HashMap<usize, BTreeSet<(usize, &'m EntityKey)>>,
    /// What each spelling is the name of; `None` where that could be several things.
    names: HashMap<&'m str, Option<&'m EntityKey>>,
    longest: usize,
}

impl<'m> Places<'m> {
    fn of(document: &'m Document, mentions: &'m [Mention]) -> Self {
        let text = document.text();
        let mut places =
            Self { text, by_end: BTreeMap::new(), by_start: HashMap::new(), names: HashMap::new(), longest: 0 };
        for mention in mentions {
            let Some(bytes) = mention.evidence.span.and_then(|span| document.bytes_of(span)) else { continue };
            places.by_end.entry(bytes.end).or_default().insert((bytes.start, &mention.key));
            places.by_start.entry(bytes.start).or_default().insert((bytes.end, &mention.key));
            let Some(name) = text.get(bytes) else { continue };
            places.longest = places.longest.max(name.len());
            let of = places.names.entry(name).or_insert(Some(&mention.key));
            if *of != Some(&mention.key) {
                *of = None;
            }
        }
        places
    }

    /// The names that end where words begin that may lead to another, by where they begin; the longest first.
    fn before(&self, joint: &Joint) -> Vec<(usize, &'m EntityKey)> {
        let mut names = self.by_end.get(&joint.start).cloned().unwrap_or_default();
        if !joint.says_so {
            let characters = self.text.get(..joint.start).unwrap_or_default().char_indices().rev();
            let near = characters.map(|(at, _)| at).take_while(|at| joint.start - at <= self.longest);
            for start in near.filter(|at| is_border(self.text, *at)).take(BORDERS) {
                if let Some(key) = self.named(start, joint.start) {
                    names.insert((start, key));
                }
            }
        }
        names.into_iter().collect()
    }

    /// The names that begin where such words end, by where they end; the longest first.
    fn after(&self, joint: &Joint) -> Vec<(usize, &'m EntityKey)> {
        let mut names = self.by_start.get(&joint.end).cloned().unwrap_or_default();
        if !joint.says_so {
            let characters = self.text.get(joint.end..).unwrap_or_default().char_indices();
            let near = characters.map(|(at, character)| at + character.len_utf8()).take_while(|at| *at <= self.longest);
            for end in near.map(|at| joint.end + at).filter(|at| is_border(self.text, *at)).take(BORDERS) {
                if let Some(key) = self.named(joint.end, end) {
                    names.insert((end, key));
                }
            }
        }
        names.into_iter().rev().collect()
    }

    /// What is called by the words at this place, where no mention says so.
    fn named(&self, start: usize, end: usize) -> Option<&'m EntityKey> {
        *self.names.get(self.text.get(start..end)?)?
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
        let rest = text.get(end..)?;
        if !self.is_bracket {
            // "Known as Ann's brother" is not about Ann.
            return (!["'s", "’s"].iter().any(|of| rest.starts_with(of))).then_some(end);
        }
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
        for _ in 0..MOST_SPACES {
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
