//! How true items are spoilt, and what should become of each.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::truth::{Sentence, Triple, Truth};

/// A sentence with the answer about it: at most one item is spoilt, and stands first.
#[derive(Clone, Debug)]
pub(crate) struct Injured {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) items: Vec<Value>,
    /// How the answer as a whole is spoilt.
    pub(crate) cut: Cut,
    /// Items that should be kept.
    pub(crate) kept: u64,
    /// Why the spoilt item should be rejected.
    pub(crate) reason: Option<&'static str>,
    /// What the spoilt item should be marked with, where it should be kept.
    pub(crate) flag: Option<&'static str>,
}

/// What is wrong with an answer as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Whole,
    /// It breaks off in its last item, as if that were the end.
    Broken,
    /// It breaks off in its last item at the most tokens allowed.
    Length,
}

/// What one injury does to an item.
struct Done {
    item: Value,
    fate: Fate,
}

enum Fate {
    Kept(Option<&'static str>),
    Rejected(&'static str),
}

/// The answers of a model that was asked for relations.
pub(crate) fn relations(truth: &Truth) -> Vec<Injured> {
    injured(
        truth,
        |sentence| sentence.triples.iter().map(|triple| relation_item(truth, triple)).collect::<Vec<_>>(),
        |turn, sentence| {
            let triple = &sentence.triples[0];
            injure_relation(turn, truth, triple, relation_item(truth, triple))
        },
    )
}

/// The answers of a model that was asked for entities.
pub(crate) fn entities(truth: &Truth) -> Vec<Injured> {
    injured(
        truth,
        |sentence| entity_items(truth, sentence),
        |turn, sentence| injure_entity(turn, entity_items(truth, sentence).swap_remove(0)),
    )
}

fn injured(
    truth: &Truth,
    items: impl Fn(&Sentence) -> Vec<Value>,
    injure: impl Fn(usize, &Sentence) -> Option<Done>,
) -> Vec<Injured> {
    let mut all = Vec::new();
    for (at, sentence) in truth.sentences.iter().enumerate() {
        let mut items = items(sentence);
        let (mut reason, mut flag) = (None, None);
        let mut cut = Cut::Whole;
        let mut kept = items.len() as u64;
        match at % 14 {
            0 => {}
            1 => cut = Cut::Broken,
            2 => cut = Cut::Length,
            turn => {
                if let Some(done) = injure(turn, sentence) {
                    match done.fate {
                        Fate::Kept(mark) => {
                            items[0] = done.item;
                            flag = mark;
                        }
                        // A repeated item comes right after the one that it repeats: later ones may tell more of its ends.
                        Fate::Rejected("duplicate") => {
                            items.insert(1, done.item);
                            reason = Some("duplicate");
                        }
                        Fate::Rejected(why) => {
                            items[0] = done.item;
                            kept -= 1;
                            reason = Some(why);
                        }
                    }
                }
            }
        }
        all.push(Injured { id: sentence.id.clone(), text: sentence.text.clone(), items, cut, kept, reason, flag });
    }
    all
}

fn relation_item(truth: &Truth, triple: &Triple) -> Value {
    let kind = truth.kind(triple);
    json!({"subject": triple.subject, "subject_type": kind.domain, "type": kind.label, "object": triple.object,
        "object_type": kind.range.clone().unwrap_or_else(|| "literal".to_owned()), "confidence": 0.9})
}

fn injure_relation(turn: usize, truth: &Truth, triple: &Triple, item: Value) -> Option<Done> {
    let kind = truth.kind(triple);
    // Where any object will do, a wrong one can't be told.
    let range = kind.range.clone();
    let stranger = truth.classes.iter().find(|class| **class != kind.domain && Some(*class) != range.as_ref())?;
    let (item, fate) = match turn {
        3 => (with(item, "type", misspelt(&kind.label)), Fate::Kept(Some("type_mapped"))),
        4 => {
            let range = range?;
            let item = json!({"subject": triple.object, "subject_type": range, "type": kind.label,
                "object": triple.subject, "object_type": kind.domain, "confidence": 0.9});
            (item, Fate::Kept(Some("reversed")))
        }
        5 => (
            with(item, "object", "Zorblax Quimby"),
            Fate::Rejected(if range.is_some() { "dangling_reference" } else { "not_in_text" }),
        ),
        6 => (with(item, "subject", "Zorblax Quimby"), Fate::Rejected("dangling_reference")),
        7 => (with(item, "type", "befriended by"), Fate::Rejected("unknown_relation")),
        8 => (with(item, "subject_type", "spaceship"), Fate::Rejected("unknown_type")),
        9 => {
            range?;
            (with(item, "object_type", stranger.as_str()), Fate::Rejected("range"))
        }
        10 => (with(item, "subject_type", stranger.as_str()), Fate::Rejected("domain")),
        11 => (with(item, "confidence", 0.1), Fate::Rejected("low_confidence")),
        12 => (item, Fate::Rejected("duplicate")),
        _ => (without(item, "type"), Fate::Rejected("malformed")),
    };
    Some(Done { item, fate })
}

/// Each name of a sentence once, with the class that the first relation gives it.
fn entity_items(truth: &Truth, sentence: &Sentence) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let mut items = Vec::new();
    for triple in &sentence.triples {
        let kind = truth.kind(triple);
        let ends = [(&triple.subject, Some(&kind.domain)), (&triple.object, kind.range.as_ref())];
        for (name, class) in ends {
            if let Some(class) = class.filter(|_| seen.insert(name.clone())) {
                items.push(json!({"text": name, "type": class, "confidence": 0.9}));
            }
        }
    }
    items
}

fn injure_entity(turn: usize, item: Value) -> Option<Done> {
    let name = item["text"].as_str()?.to_owned();
    let class = item["type"].as_str()?.to_owned();
    let (item, fate) = match turn {
        3 => (with(item, "type", misspelt(&class)), Fate::Kept(Some("type_mapped"))),
        4 => (with(item, "text", "Zorblax Quimby"), Fate::Rejected("not_in_text")),
        5 => (with(item, "text", "Glimmerdown"), Fate::Rejected("example_leak")),
        6 => (with(item, "type", "spaceship"), Fate::Rejected("unknown_type")),
        7 => (with(item, "confidence", "20%"), Fate::Rejected("low_confidence")),
        8 => (with(item, "confidence", "high"), Fate::Kept(Some("confidence_read"))),
        9 => (item, Fate::Rejected("duplicate")),
        10 => (without(item, "type"), Fate::Rejected("malformed")),
        11 if name.to_uppercase() != name => (with(item, "text", name.to_uppercase()), Fate::Kept(Some("normalised"))),
        12 => (with(item, "text", typo(&name)?), Fate::Kept(Some("fuzzy"))),
        _ => (json!({"Text": name, "Type": class, "Confidence": "0.9"}), Fate::Kept(Some("confidence_read"))),
    };
    Some(Done { item, fate })
}

/// With the last letter doubled.
fn misspelt(label: &str) -> String {
    label.chars().chain(label.chars().next_back()).collect()
}

/// With two letters in the middle of a long word swapped for one; none where the name is short.
fn typo(name: &str) -> Option<String> {
    // A number's name is no place for a slip: it might be another number.
    let may = |word: &&str| word.len() >= 8 && word.chars().all(|c| c.is_ascii_alphabetic()) && *word != "Thousand";
    let word = name.split(' ').find(may)?;
    let spoilt = format!("{}{}", &word[..4], &word[5..]);
    Some(name.replacen(word, &spoilt, 1)).filter(|_| name.len() >= 12)
}

fn with(mut item: Value, field: &str, value: impl Into<Value>) -> Value {
    item[field] = value.into();
    item
}

fn without(mut item: Value, field: &str) -> Value {
    item.as_object_mut().unwrap().remove(field);
    item
}
