//! A model that knows a list of names and of relations, and finds exactly those.

use std::cmp::Reverse;
use std::ops::Range;

use serde_json::{Value, json};

use crate::script::{Answer, ChatCall, Reply};

const CONFIDENCE: f64 = 0.9;

/// Answers with each occurrence of known names in the user message:
/// `{"entities":[{"text","type","confidence","start","end","properties"}]}`.
///
/// Names match as whole words, case counts, and of overlapping names the earliest and then the longest wins.
/// `start` and `end` count code points in the text searched.
///
/// ```
/// use kgas_mock::{Gazetteer, MockServer};
///
/// # fn main() -> std::io::Result<()> {
/// let names = Gazetteer::new([("Marie Curie", "Person"), ("Warsaw", "Place")])
///     .text_of(|message| message.split_once("TEXT:\n").map_or(message, |(_, text)| text));
/// let server = MockServer::builder().answer(names).in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Gazetteer {
    names: Vec<(String, String)>,
    text_of: fn(&str) -> &str,
}

impl Gazetteer {
    /// Knows these names, each with its type.
    #[must_use]
    pub fn new<N: Into<String>, T: Into<String>>(names: impl IntoIterator<Item = (N, T)>) -> Self {
        let names = names.into_iter().map(|(name, kind)| (name.into(), kind.into())).collect();
        Self { names, text_of: whole }
    }

    /// Finds the text inside the user message; without this the whole message is searched.
    #[must_use]
    pub fn text_of(self, text_of: fn(&str) -> &str) -> Self {
        Self { text_of, ..self }
    }
}

impl Answer for Gazetteer {
    fn answer(&self, call: &ChatCall) -> Reply {
        let message = call.user_text();
        let text = (self.text_of)(&message);
        let mut found: Vec<(Range<usize>, &str, &str)> = Vec::new();
        for (name, kind) in &self.names {
            found.extend(occurrences(text, name).map(|span| (span, name.as_str(), kind.as_str())));
        }
        found.sort_by_key(|(span, ..)| (span.start, Reverse(span.end)));
        let mut covered = 0;
        found.retain(|(span, ..)| {
            let is_free = span.start >= covered;
            if is_free {
                covered = span.end;
            }
            is_free
        });
        let entities: Vec<Value> = found
            .into_iter()
            .map(|(span, name, kind)| {
                let start = code_points(text, span.start);
                json!({
                    "text": name,
                    "type": kind,
                    "confidence": CONFIDENCE,
                    "start": start,
                    "end": start + name.chars().count(),
                    "properties": {},
                })
            })
            .collect();
        Reply::json(&json!({ "entities": entities }))
    }
}

/// Answers with each known relation whose two names both occur in the user message:
/// `{"relations":[{"subject","type","object","confidence","evidence","start","end"}]}`.
///
/// `evidence` is the shortest piece of the text that holds both names; `start` and `end` are its place in
/// code points. Relations come in the order of the table.
///
/// ```
/// use kgas_mock::{MockServer, RelationTable};
///
/// # fn main() -> std::io::Result<()> {
/// let known = RelationTable::new([("Marie Curie", "born_in", "Warsaw")]).keys("head", "relation", "tail");
/// let server = MockServer::builder().answer(known).in_memory()?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RelationTable {
    relations: Vec<[String; 3]>,
    keys: [String; 3],
    text_of: fn(&str) -> &str,
}

impl RelationTable {
    /// Knows these relations: subject, type, object.
    #[must_use]
    pub fn new<S: Into<String>>(relations: impl IntoIterator<Item = (S, S, S)>) -> Self {
        let relations =
            relations.into_iter().map(|(subject, kind, object)| [subject.into(), kind.into(), object.into()]).collect();
        Self { relations, keys: ["subject", "type", "object"].map(str::to_owned), text_of: whole }
    }

    /// Finds the text inside the user message; without this the whole message is searched.
    #[must_use]
    pub fn text_of(self, text_of: fn(&str) -> &str) -> Self {
        Self { text_of, ..self }
    }

    /// Names the three keys of a relation in the answer.
    #[must_use]
    pub fn keys(self, subject: &str, kind: &str, object: &str) -> Self {
        Self { keys: [subject, kind, object].map(str::to_owned), ..self }
    }
}

impl Answer for RelationTable {
    fn answer(&self, call: &ChatCall) -> Reply {
        let message = call.user_text();
        let text = (self.text_of)(&message);
        let [subject_key, kind_key, object_key] = &self.keys;
        let relations: Vec<Value> = self
            .relations
            .iter()
            .filter_map(|[subject, kind, object]| {
                let span = closest(text, subject, object)?;
                let evidence = text.get(span.clone())?;
                let start = code_points(text, span.start);
                Some(json!({
                    subject_key: subject,
                    kind_key: kind,
                    object_key: object,
                    "confidence": CONFIDENCE,
                    "evidence": evidence,
                    "start": start,
                    "end": start + evidence.chars().count(),
                }))
            })
            .collect();
        Reply::json(&json!({ "relations": relations }))
    }
}

fn whole(message: &str) -> &str {
    message
}

/// The shortest piece that holds both names.
fn closest(text: &str, one: &str, other: &str) -> Option<Range<usize>> {
    occurrences(text, one)
        .flat_map(|a| occurrences(text, other).map(move |b| a.start.min(b.start)..a.end.max(b.end)))
        .min_by_key(ExactSizeIterator::len)
}

/// Where a name stands in a text as whole words, in bytes.
fn occurrences(text: &str, name: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices(name).filter(|(_, found)| !found.is_empty()).filter_map(|(start, found)| {
        let end = start + found.len();
        let before = text.get(..start)?.chars().next_back();
        let after = text.get(end..)?.chars().next();
        let is_free = |neighbour: Option<char>| neighbour.is_none_or(|neighbour| !neighbour.is_alphanumeric());
        (is_free(before) && is_free(after)).then_some(start..end)
    })
}

fn code_points(text: &str, bytes: usize) -> usize {
    text.get(..bytes).map_or(0, |before| before.chars().count())
}
