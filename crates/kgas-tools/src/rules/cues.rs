//! Which phrases state a relation: those of its own label, those of the lexicon that its label calls for,
//! and those of the user's examples.

use std::collections::{HashMap, HashSet};

use kgas_core::text::is_calendar_word;
use kgas_core::{Examples, Ontology};
use rust_stemmers::{Algorithm, Stemmer};

use super::learned::phrases;
use super::lexicon::FAMILIES;
use super::sentence::{Look, Role, Sentence};

/// A stem that some cue has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Term(usize);

/// Which end of the relation stands before the cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    SubjectFirst,
    ObjectFirst,
}

/// How much a phrase says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It often means something else.
    Weak,
    /// It states the relation.
    Plain,
}

/// A phrase that states a relation.
#[derive(Clone, Debug)]
pub(super) struct Cue {
    /// The relation's place in the ontology.
    pub(super) relation: usize,
    pub(super) order: Order,
    pub(super) strength: Strength,
    /// It leaves open what the subject is.
    pub(super) is_open: bool,
    /// It is a noun such as "director", which wants "X's" before it.
    pub(super) is_noun: bool,
    terms: Vec<Term>,
    /// It ends in a word such as "by", which binds what follows.
    pub(super) is_bound: bool,
    /// It is in the passive, so "film in" is no "filmed in".
    wants_participle: bool,
    /// It ends in "by", "through" or "via", before which a date may stand.
    takes_date: bool,
    /// It ends in "by", before which other participles may stand.
    is_agentive: bool,
}

/// A cue at a place in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct CueAt<'c> {
    pub(super) cue: &'c Cue,
    /// Its first word.
    pub(super) first: usize,
    /// The word after its last.
    pub(super) end: usize,
}

/// All cues of an ontology.
pub(super) struct Cues {
    stemmer: Stemmer,
    terms: HashMap<String, Term>,
    /// The first letters of all stems: most words needn't be stemmed to be ruled out.
    beginnings: HashSet<[u8; 3]>,
    /// By first term; longer ones first.
    by_first: HashMap<Term, Vec<Cue>>,
}

impl std::fmt::Debug for Cues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cues").field("terms", &self.terms.len()).finish_non_exhaustive()
    }
}

impl Cues {
    pub(super) fn new(ontology: &Ontology, examples: &Examples) -> Self {
        let mut cues = Self {
            stemmer: Stemmer::create(Algorithm::English),
            terms: HashMap::new(),
            beginnings: HashSet::new(),
            by_first: HashMap::new(),
        };
        for (at, relation) in ontology.relations().iter().enumerate() {
            let words = label_words(&relation.label);
            for phrase in own_phrases(&words) {
                cues.add(at, &phrase, Strength::Plain, false);
            }
            let mut stems: Vec<String> = words.iter().map(|word| cues.stem(word)).collect();
            for class in &relation.domain {
                stems.extend(label_words(ontology.label(*class)).iter().map(|word| format!("@{}", cues.stem(word))));
            }
            for family in FAMILIES {
                let is_called = |trigger: &&&str| trigger.split(' ').all(|word| stems.contains(&cues.trigger(word)));
                if family.labels.iter().any(|trigger| is_called(&trigger)) {
                    let open = family.is_open;
                    family.phrases.iter().for_each(|phrase| cues.add(at, phrase, Strength::Plain, open));
                    family.weak.iter().for_each(|phrase| cues.add(at, phrase, Strength::Weak, open));
                }
            }
        }
        for (at, phrase) in phrases(ontology, examples) {
            cues.add(at, &phrase, Strength::Plain, false);
        }
        for list in cues.by_first.values_mut() {
            list.sort_by_key(|cue| std::cmp::Reverse((cue.terms.len(), cue.strength)));
        }
        cues
    }

    /// The term of a word in small letters.
    pub(super) fn term(&self, small: &str) -> Option<Term> {
        let word = bare(small);
        if !self.beginnings.contains(&beginning(word)) {
            return None;
        }
        self.terms.get(self.stemmer.stem(word).as_ref()).copied()
    }

    /// All cues in a sentence, by place. Of the cues of one relation at one place the longest counts.
    pub(super) fn find<'c>(&'c self, sentence: &Sentence<'_>) -> Vec<CueAt<'c>> {
        let mut found: Vec<CueAt<'c>> = Vec::new();
        for (first, word) in sentence.words().iter().enumerate() {
            let Some(cues) = word.term.and_then(|term| self.by_first.get(&term)) else { continue };
            let before = found.len();
            for cue in cues {
                let here = found.get(before..).unwrap_or_default();
                if here.iter().any(|other| other.cue.relation == cue.relation) {
                    continue;
                }
                if let Some(end) = match_end(cue, sentence, first) {
                    found.push(CueAt { cue, first, end });
                }
            }
        }
        found
    }

    /// The stem of a word of a trigger; `@` marks a word of the domain's label.
    fn trigger(&self, word: &str) -> String {
        word.strip_prefix('@').map_or_else(|| self.stem(word), |class| format!("@{}", self.stem(class)))
    }

    fn add(&mut self, relation: usize, phrase: &str, strength: Strength, is_open: bool) {
        let words: Vec<&str> = phrase.split(' ').collect();
        let [first, inner @ .., _last] = words.as_slice() else { return };
        let order = if *first == "S" { Order::SubjectFirst } else { Order::ObjectFirst };
        let terms: Vec<Term> = inner.iter().map(|word| self.intern(word)).collect();
        let Some(&head) = terms.first() else { return };
        let is_noun = order == Order::SubjectFirst
            && matches!(inner, [only] if ["er", "or", "ist", "ian", "ee"].iter().any(|ending| only.ends_with(ending)));
        let is_open = is_open || is_noun;
        let takes_date = inner.len() > 1 && matches!(inner.last(), Some(&("by" | "through" | "via")));
        let is_agentive = inner.last() == Some(&"by") && inner.first().is_some_and(|word| is_participle(word));
        let is_bound = inner.last().is_some_and(|word| is_binding(word));
        let wants_participle = is_bound && inner.len() > 1 && inner.first().is_some_and(|word| is_participle(word));
        let list = self.by_first.entry(head).or_default();
        let is_same = |cue: &&mut Cue| cue.relation == relation && cue.order == order && cue.terms == terms;
        match list.iter_mut().find(is_same) {
            Some(known) => known.is_open |= is_open,
            None => list.push(Cue {
                relation,
                order,
                strength,
                is_open,
                is_noun,
                terms,
                is_bound,
                wants_participle,
                takes_date,
                is_agentive,
            }),
        }
    }

    fn intern(&mut self, word: &str) -> Term {
        let stem = self.stem(bare(word));
        self.beginnings.insert(beginning(&stem));
        let next = Term(self.terms.len());
        *self.terms.entry(stem).or_insert(next)
    }

    fn stem(&self, word: &str) -> String {
        self.stemmer.stem(word).into_owned()
    }
}

/// Where a cue that begins at `first` ends. Before "by" other participles may stand: "written, shot and directed by".
fn match_end(cue: &Cue, sentence: &Sentence<'_>, first: usize) -> Option<usize> {
    const LONGEST_COORDINATION: usize = 8;
    if cue.wants_participle && !is_participle(sentence.small(first)) {
        return None;
    }
    let mut at = first + 1;
    for term in cue.terms.iter().skip(1) {
        let mut steps = 0;
        while sentence.word(at)?.term != Some(*term) {
            let is_coordinated = sentence.is_mark(at, &[",", "/", "-"])
                || matches!(sentence.role(at)?, Role::And | Role::Helper)
                || is_participle(sentence.small(at));
            let may_skip = cue.is_agentive && is_coordinated || cue.takes_date && is_of_date(sentence, at);
            steps += 1;
            if !may_skip || steps > LONGEST_COORDINATION {
                return None;
            }
            at += 1;
        }
        at += 1;
    }
    Some(at)
}

/// "on 3 May 1967," in "released on 3 May 1967, by X".
fn is_of_date(sentence: &Sentence<'_>, at: usize) -> bool {
    let is_date = |at| sentence.look(at) == Some(Look::Number) || is_calendar_word(sentence.small(at));
    is_date(at) || sentence.is_mark(at, &[","]) || matches!(sentence.small(at), "on" | "in") && is_date(at + 1)
}

pub(super) fn is_participle(small: &str) -> bool {
    small.ends_with("ed") || small.ends_with("en") || matches!(small, "shot" | "made" | "sung" | "built" | "led" | "co")
}

fn is_binding(word: &str) -> bool {
    matches!(word, "by" | "for" | "in" | "on" | "at" | "of" | "from" | "to" | "with" | "through" | "via" | "upon")
}

/// Without the prefix of shared work: "co-directed".
fn bare(word: &str) -> &str {
    word.strip_prefix("co-").unwrap_or(word)
}

/// The first three letters, which a stem shares with its word; a shorter word is filled up.
fn beginning(word: &str) -> [u8; 3] {
    let mut letters = word.bytes();
    std::array::from_fn(|_| letters.next().unwrap_or_default())
}

/// The words of a label, small: "publication date", "works_at", "bornIn".
pub(super) fn label_words(label: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for character in label.chars() {
        let is_border = !character.is_alphanumeric() || character.is_uppercase() && was_small;
        was_small = character.is_lowercase();
        if is_border {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What the label itself says: "S works at O", "S director O", "S composed by O" from "composer".
fn own_phrases(words: &[String]) -> Vec<String> {
    const LONGEST_LABEL: usize = 4;
    let joined = words.join(" ");
    if words.is_empty() || words.len() > LONGEST_LABEL {
        return Vec::new();
    }
    let mut phrases = vec![format!("S {joined} O")];
    let [only] = words else { return phrases };
    phrases.push(format!("O {joined} of S"));
    if let Some(verb) = only.strip_suffix("or").or_else(|| only.strip_suffix("er")).filter(|verb| verb.len() > 3) {
        phrases.push(format!("S {verb}ed by O"));
        phrases.push(format!("O {verb}ed S"));
    }
    if only.ends_with("ed") {
        phrases.push(format!("O {only} by S"));
    }
    phrases
}
