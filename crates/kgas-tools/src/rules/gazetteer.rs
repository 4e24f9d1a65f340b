//! Names that the ontology gives as examples of its classes, and those of the user's examples.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use kgas_core::ontology::ClassId;
use kgas_core::{Examples, Ontology};

use super::sentence::stands_alone;

/// A searcher for all examples of an ontology.
#[derive(Debug, Default)]
pub(super) struct Gazetteer {
    searcher: Option<AhoCorasick>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    class: ClassId,
    has_capital: bool,
}

/// An example found in a text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) class: ClassId,
    pub(super) bytes: Range<usize>,
}

impl Gazetteer {
    /// Of names that two classes share, the first class has it; what the ontology says comes first.
    pub(super) fn new(ontology: &Ontology, examples: &Examples) -> Self {
        let mut entries = Vec::new();
        let mut names = Vec::new();
        for (id, class) in ontology.classes() {
            for example in class.examples.iter().filter(|example| !example.trim().is_empty()) {
                names.push(example.trim());
                entries.push(Entry { class: id, has_capital: example.trim().starts_with(char::is_uppercase) });
            }
        }
        for entity in examples.list().iter().flat_map(|example| &example.entities) {
            let name = entity.text.trim();
            if let Some(class) = ontology.class_named(&entity.entity_type).filter(|_| !name.is_empty()) {
                names.push(name);
                entries.push(Entry { class, has_capital: name.starts_with(char::is_uppercase) });
            }
        }
        if names.is_empty() {
            return Self::default();
        }
        // A list too long for the searcher leaves the tool without it, not the user without a tool.
        let searcher = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(names)
            .ok();
        Self { searcher, entries }
    }

    /// The longest examples from the left, as whole words. One that begins with a capital does so in the text too.
    pub(super) fn hits(&self, text: &str) -> Vec<Hit> {
        let Some(searcher) = &self.searcher else { return Vec::new() };
        searcher
            .find_iter(text)
            .filter_map(|found| {
                let entry = self.entries.get(found.pattern().as_usize())?;
                let bytes = found.start()..found.end();
                let first = text.get(bytes.clone())?.chars().next()?;
                let is_cased = !entry.has_capital || !first.is_lowercase();
                (is_cased && stands_alone(text, &bytes)).then_some(Hit { class: entry.class, bytes })
            })
            .collect()
    }
}
