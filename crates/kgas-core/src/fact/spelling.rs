//! Which one name of the ontology a misspelt one means, if it can mean but one.

use std::sync::OnceLock;

use strsim::osa_distance;

use crate::ontology::{ClassId, Ontology, RelationType};
use crate::text::label_key;

/// From so many letters on, a label may have two typos.
const LONG: usize = 8;
/// Below so many letters, another letter makes another word: "firm" is no "film", "plane" no "place".
const SHORT: usize = 6;
/// Below so many letters, only a plural is seen through.
const TINY: usize = 4;

/// The labels of an ontology, made ready when the first unknown name comes.
#[derive(Clone, Debug)]
pub(super) struct Spelling<'o> {
    ontology: &'o Ontology,
    classes: OnceLock<Vec<(Label, ClassId)>>,
    relations: OnceLock<Vec<(Label, &'o RelationType)>>,
}

/// A label as it is compared.
#[derive(Clone, Debug)]
struct Label {
    key: String,
    singular: String,
    letters: Vec<char>,
}

impl<'o> Spelling<'o> {
    pub(super) const fn new(ontology: &'o Ontology) -> Self {
        Self { ontology, classes: OnceLock::new(), relations: OnceLock::new() }
    }

    /// The only class of which this is a plural, a singular, or a typo.
    pub(super) fn class(&self, name: &str) -> Option<ClassId> {
        let labels = self
            .classes
            .get_or_init(|| self.ontology.classes().map(|(id, class)| (Label::new(&class.label), id)).collect());
        only(near(labels, name).into_iter())
    }

    /// The only relation of which this is one, among those that will do.
    pub(super) fn relation(&self, name: &str, will_do: impl Fn(&RelationType) -> bool) -> Option<&'o RelationType> {
        let labels = self.relations.get_or_init(|| {
            self.ontology.relations().iter().map(|relation| (Label::new(&relation.label), relation)).collect()
        });
        only(near(labels, name).into_iter().filter(|(relation, _)| will_do(relation)))
    }
}

/// Whether a label that looks much like a name can be meant by it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Slip,
    /// Close, yet likely another word. It speaks against a guess, never for one.
    OtherWord,
}

fn only<T>(mut found: impl Iterator<Item = (T, Likeness)>) -> Option<T> {
    let (what, likeness) = found.next()?;
    (likeness == Likeness::Slip && found.next().is_none()).then_some(what)
}

/// A plural is a better guess than a typo.
fn near<T: Copy>(labels: &[(Label, T)], name: &str) -> Vec<(T, Likeness)> {
    let name = Label::new(name);
    let those = |like: fn(&Label, &Label) -> Option<Likeness>| -> Vec<(T, Likeness)> {
        labels.iter().filter_map(|(label, what)| Some((*what, like(&name, label)?))).collect()
    };
    let plurals = those(|name, label| (name.singular == label.singular).then_some(Likeness::Slip));
    if plurals.is_empty() { those(likeness) } else { plurals }
}

impl Label {
    fn new(name: &str) -> Self {
        let key = label_key(name);
        Self { singular: singular(&key), letters: key.chars().collect(), key }
    }
}

/// The English singular of the last word, well enough to see that two words are one.
fn singular(key: &str) -> String {
    if let Some(stem) = key.strip_suffix("ies").filter(|stem| stem.chars().count() > 2) {
        return format!("{stem}y");
    }
    if let Some(stem) = key.strip_suffix("people").filter(|stem| stem.is_empty() || stem.ends_with(' ')) {
        return format!("{stem}person");
    }
    for ending in ["sses", "shes", "ches", "xes", "zes"] {
        if key.ends_with(ending) {
            return key.strip_suffix("es").unwrap_or(key).to_owned();
        }
    }
    match key.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) && stem.chars().count() > 2 => stem.to_owned(),
        _ => key.to_owned(),
    }
}

/// How `name` is `label` with a letter or two wrong, if it is. It errs towards another word.
fn likeness(name: &Label, label: &Label) -> Option<Likeness> {
    let (said, meant) = (&name.letters, &label.letters);
    let (shorter, longer) = (said.len().min(meant.len()), said.len().max(meant.len()));
    // A digit is never a typo: "P57" is not "P58".
    let has_digits = name.key.contains(char::is_numeric) || label.key.contains(char::is_numeric);
    let allowed = if shorter >= LONG { 2 } else { 1 };
    if shorter + 1 < TINY || meant.len() < TINY || longer - shorter > allowed || has_digits {
        return None;
    }
    if osa_distance(&name.key, &label.key) > allowed {
        return None;
    }
    let wrong: Vec<usize> = if said.len() == meant.len() { differences(said, meant) } else { Vec::new() };
    let is_slip = said.first() == meant.first()
        && match wrong.as_slice() {
            // "employee" is not "employer".
            [at] => shorter >= SHORT && at + 1 != meant.len(),
            // Two neighbours that changed places are one slip; two other letters are another word: "magician",
            // "musician".
            [one, two] => *two == one + 1 && said.get(*one) == meant.get(*two) && said.get(*two) == meant.get(*one),
            _ if shorter >= SHORT => true,
            // In a short word: a letter left out, or struck twice.
            _ => said.len() < meant.len() || is_doubled(said, meant),
        };
    Some(if is_slip { Likeness::Slip } else { Likeness::OtherWord })
}

fn differences(left: &[char], right: &[char]) -> Vec<usize> {
    left.iter().zip(right).enumerate().filter(|(_, (a, b))| a != b).map(|(at, _)| at).collect()
}

fn is_doubled(said: &[char], meant: &[char]) -> bool {
    let mut once = said.to_vec();
    once.dedup();
    let mut plain = meant.to_vec();
    plain.dedup();
    once == plain
}
