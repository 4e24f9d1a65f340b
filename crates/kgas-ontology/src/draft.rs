//! A first ontology from examples, for those who have none.

use std::collections::{BTreeMap, HashMap};

use kgas_core::fact::{ObjectType, RelationCandidate};
use kgas_core::ontology::{ClassSpec, Datatype, OntologySpec, RelationSpec};
use kgas_core::text::{is_calendar_word, label_key, normal_form};
use kgas_core::{Example, Examples};

/// Names that are noted of a class.
const NAMES: usize = 10;

/// Makes an ontology of what examples have: each type a class with names, each relation with the classes and the kinds
/// of values that it was seen with, in the order in which they first came.
///
/// What an end's class is, the relation says, else what the same example says elsewhere of that name. An object that is no
/// entity is a value: a date, a number, or text. Where an end's class is known nowhere, any may stand there.
#[must_use]
pub fn draft(examples: &Examples) -> OntologySpec {
    let mut draft = Draft::default();
    for example in examples.list() {
        draft.example(example);
    }
    let Draft { classes, relations, .. } = draft;
    OntologySpec { title: None, classes, relations: relations.into_iter().map(Seen::relation).collect() }
}

#[derive(Default)]
struct Draft {
    classes: Vec<ClassSpec>,
    relations: Vec<Seen>,
    class_places: HashMap<String, usize>,
    relation_places: HashMap<String, usize>,
}

/// What a relation was seen with.
struct Seen {
    label: String,
    domain: BTreeMap<usize, String>,
    range: BTreeMap<usize, String>,
    values: Vec<Datatype>,
    /// Whether a subject or an object was seen whose class nobody says.
    any_subject: bool,
}

impl Seen {
    fn relation(self) -> RelationSpec {
        let domain = if self.any_subject { BTreeMap::new() } else { self.domain };
        // Text takes all that the others take.
        let is_text = self.values.contains(&Datatype::Text);
        let values = self.values.into_iter().filter(|datatype| !is_text || *datatype == Datatype::Text);
        let values = values.map(|datatype| datatype.name().to_owned());
        RelationSpec::new(self.label).from(domain.into_values()).to(self.range.into_values().chain(values))
    }
}

impl Draft {
    fn example(&mut self, example: &Example) {
        let mut kinds: HashMap<String, &str> = HashMap::new();
        for entity in &example.entities {
            kinds.entry(normal_form(&entity.text)).or_insert(entity.entity_type.as_str());
            self.name(&entity.entity_type, &entity.text);
            let place = self.class(&entity.entity_type);
            if let Some(class) = place.and_then(|(at, _)| self.classes.get_mut(at)) {
                for name in entity.properties.keys().filter(|name| !name.trim().is_empty()) {
                    if !class.properties.contains(name) {
                        class.properties.push(name.clone());
                    }
                }
            }
        }
        for relation in &example.relations {
            let object = match &relation.object_type {
                ObjectType::Named(kind) => Some(kind.as_str()),
                ObjectType::Unsaid | ObjectType::Literal => None,
            };
            for (name, kind) in [(&relation.subject, relation.subject_type.as_deref()), (&relation.object, object)] {
                if let Some(kind) = kind {
                    kinds.entry(normal_form(name)).or_insert(kind);
                }
            }
        }
        for relation in &example.relations {
            self.relation(relation, &kinds);
        }
    }

    fn relation(&mut self, relation: &RelationCandidate, kinds: &HashMap<String, &str>) {
        let known = |name: &str| kinds.get(&normal_form(name)).copied();
        let subject = relation.subject_type.as_deref().or_else(|| known(&relation.subject));
        let object = match &relation.object_type {
            ObjectType::Named(kind) => Some(kind.as_str()),
            ObjectType::Unsaid => known(&relation.object),
            ObjectType::Literal => None,
        };
        if let Some(kind) = subject {
            self.name(kind, &relation.subject);
        }
        if let Some(kind) = object {
            self.name(kind, &relation.object);
        }
        let (subject, object) = (subject.and_then(|kind| self.class(kind)), object.and_then(|kind| self.class(kind)));
        let Some(seen) = self.seen(&relation.relation_type) else { return };
        seen.any_subject |= subject.is_none();
        seen.domain.extend(subject);
        match object {
            Some((at, label)) => _ = seen.range.insert(at, label),
            None => {
                let kind = kind_of(&relation.object);
                if !seen.values.contains(&kind) {
                    seen.values.push(kind);
                }
            }
        }
    }

    /// The place and the label of a class; it is made where it isn't there.
    fn class(&mut self, kind: &str) -> Option<(usize, String)> {
        let key = label_key(kind);
        if key.is_empty() {
            return None;
        }
        let next = self.classes.len();
        let at = *self.class_places.entry(key).or_insert(next);
        if at == next {
            self.classes.push(ClassSpec::new(kind.trim()));
        }
        self.classes.get(at).map(|class| (at, class.label.clone()))
    }

    fn seen(&mut self, kind: &str) -> Option<&mut Seen> {
        let key = label_key(kind);
        if key.is_empty() {
            return None;
        }
        let next = self.relations.len();
        let at = *self.relation_places.entry(key).or_insert(next);
        if at == next {
            self.relations.push(Seen {
                label: kind.trim().to_owned(),
                domain: BTreeMap::new(),
                range: BTreeMap::new(),
                values: Vec::new(),
                any_subject: false,
            });
        }
        self.relations.get_mut(at)
    }

    fn name(&mut self, kind: &str, name: &str) {
        let place = self.class(kind);
        let name = name.trim();
        if let Some(class) = place.and_then(|(at, _)| self.classes.get_mut(at))
            && !name.is_empty()
            && class.examples.len() < NAMES
            && !class.examples.iter().any(|known| normal_form(known) == normal_form(name))
        {
            class.examples.push(name.to_owned());
        }
    }
}

/// What a value looks like: all of it, for a street with a number is no number.
fn kind_of(value: &str) -> Datatype {
    let words: Vec<&str> = value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &&str| word.chars().all(char::is_numeric);
    let is_ordinal = |word: &&str| {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let ending = word.get(digits.len()..).unwrap_or_default();
        !digits.is_empty() && digits.chars().all(char::is_numeric) && matches!(ending, "st" | "nd" | "rd" | "th" | "s")
    };
    let names_time = |word: &&str| is_calendar_word(word) || matches!(*word, "of" | "the" | "early" | "late" | "c");
    let numbers = words.iter().filter(|word| is_number(word)).count();
    let is_year =
        |word: &&str| word.len() == 4 && matches!(word.get(..2), Some("15" | "16" | "17" | "18" | "19" | "20"));
    let has_calendar = words.iter().any(|word| is_calendar_word(word));
    let all_date = words.iter().all(|word| is_number(word) || is_ordinal(word) || names_time(word));
    let parts = value.split(['-', '/', '.']).map(str::trim).collect::<Vec<_>>();
    let is_written_out = parts.len() == 3 && parts.iter().all(|part| is_number(part) && !part.is_empty());
    let alone = words.len() == 1 && !value.trim_start().starts_with(['-', '+']);
    if all_date && (has_calendar || is_written_out || (alone && words.iter().any(is_year))) {
        Datatype::Date
    } else if numbers > 0 && words.len() <= numbers + 1 && value.trim_start().starts_with(starts_number) {
        Datatype::Number
    } else {
        Datatype::Text
    }
}

fn starts_number(c: char) -> bool {
    c.is_numeric() || matches!(c, '-' | '+' | '$' | '€' | '£' | '.')
}

#[cfg(test)]
mod tests {
    use super::{Datatype, kind_of};

    #[test]
    fn values_are_told_apart_by_their_looks() {
        let dates = ["1999", "12 May 1999", "2001-02-03", "3/4/2001", "May", "the 3rd of May"];
        let numbers = ["12", "3.5", "1,200 km", "$40", "-7", "12999"];
        let texts = ["12 Main Street", "red", "", "Boeing 747", "Agent 007"];
        for (values, kind) in [(&dates[..], Datatype::Date), (&numbers, Datatype::Number), (&texts, Datatype::Text)] {
            for value in values {
                assert_eq!(kind_of(value), kind, "{value}");
            }
        }
    }
}
