//! From the items of one chunk's answer to facts and rejections that add up.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    EntityCandidate, EntityKey, Flag, Grounder, Leaks, Mention, RejectReason, Rejection, Relation, RelationCandidate,
    RelationFacts, Validator,
};
use crate::ontology::Ontology;
use crate::text::{Chunk, normal_form};
use crate::{Document, GraphFragment};

/// Grounds and validates the items found in one chunk, in their order.
///
/// ```
/// use kgas_core::fact::FactCollector;
/// use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec};
/// use kgas_core::{Document, GraphFragment, text::Chunk};
/// use serde_json::json;
///
/// let spec = OntologySpec { classes: vec![ClassSpec::new("Person")], ..OntologySpec::default() };
/// let (ontology, _) = Ontology::compile(spec, Leniency::Strict)?;
/// let document = Document::new("d", "Ann saw Bob.");
/// let facts_so_far = GraphFragment::default();
///
/// let mut facts = FactCollector::new(&document, &Chunk::whole(&document), &ontology, &facts_so_far, "my_tool");
/// facts.entity_json(&json!({"text": "Bob", "type": "Person"}));
/// facts.entity_json(&json!({"text": "Eve", "type": "Person"}));
/// let found = facts.finish();
/// assert_eq!(found.mentions[0].evidence().quote(), "Bob");
/// assert_eq!(found.rejected[0].reason.as_str(), "not_in_text");
/// # Ok::<(), kgas_core::ontology::OntologyError>(())
/// ```
#[derive(Debug)]
pub struct FactCollector<'d> {
    document: &'d Document,
    chunk: usize,
    grounder: Grounder<'d>,
    validator: Validator<'d>,
    known: &'d GraphFragment,
    leaks: Option<&'d Leaks>,
    keep_ungrounded: bool,
    second_pass: bool,
    /// Entities first met in this chunk, by normal form.
    met: BTreeMap<String, BTreeSet<EntityKey>>,
    found: ChunkFacts,
    position: usize,
}

/// What stood up in a chunk, and what did not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChunkFacts {
    /// Mentions, in the order in which they were claimed.
    pub mentions: Vec<Mention>,
    /// Relations, in the order in which they were claimed.
    pub relations: Vec<Relation>,
    /// What was not kept.
    pub rejected: Vec<Rejection>,
    /// Items of which a fact was made. Items claimed = `kept` + rejections that aren't of a property.
    pub kept: usize,
}

impl<'d> FactCollector<'d> {
    /// Makes a collector for a chunk; `known` are the facts that other tools found in the document, `tool` the id
    /// under which new ones are kept.
    #[must_use]
    pub fn new(
        document: &'d Document,
        chunk: &Chunk,
        ontology: &'d Ontology,
        known: &'d GraphFragment,
        tool: &'d str,
    ) -> Self {
        Self {
            document,
            chunk: chunk.index(),
            grounder: Grounder::new(document, chunk),
            validator: Validator::new(document, ontology, tool),
            known,
            leaks: None,
            keep_ungrounded: false,
            second_pass: false,
            met: BTreeMap::new(),
            found: ChunkFacts::default(),
            position: 0,
        }
    }

    /// With the confidence that an item must exceed.
    #[must_use]
    pub const fn min_confidence(mut self, min: f64) -> Self {
        self.validator = self.validator.min_confidence(min);
        self
    }

    /// Whether what the text doesn't have is kept all the same, flagged.
    #[must_use]
    pub const fn keep_ungrounded(mut self, keep: bool) -> Self {
        self.keep_ungrounded = keep;
        self
    }

    /// With the words of the prompt's examples: what only they have is no claim about the text.
    #[must_use]
    pub const fn leaks(mut self, leaks: &'d Leaks) -> Self {
        self.leaks = Some(leaks);
        self
    }

    /// Whether what is kept from here on was found when asked again what was missed; it is flagged. What was kept
    /// before stays as it is, and is not kept again.
    #[must_use]
    pub const fn second_pass(mut self, second: bool) -> Self {
        self.second_pass = second;
        self
    }

    /// Takes the next item as a claimed entity, see [`EntityCandidate::from_json`].
    pub fn entity_json(&mut self, item: &Value) {
        match EntityCandidate::from_json(item) {
            Ok(candidate) => self.entity(candidate, || item.clone()),
            Err(reason) => self.next_is_rejected(reason, item.clone()),
        }
    }

    /// Takes the next item as a claimed relation, see [`RelationCandidate::from_json`].
    pub fn relation_json(&mut self, item: &Value) {
        match RelationCandidate::from_json(item) {
            Ok(candidate) => self.relation(candidate, || item.clone()),
            Err(reason) => self.next_is_rejected(reason, item.clone()),
        }
    }

    /// Takes the next item as one that couldn't be read, as it came.
    pub fn unreadable(&mut self, raw: &str) {
        self.next_is_rejected(RejectReason::Malformed, json!({"unreadable": raw}));
    }

    /// Takes a claimed entity; `item` gives what to list where it is rejected.
    pub fn entity(&mut self, candidate: EntityCandidate, item: impl FnOnce() -> Value) {
        let words = candidate.text.clone();
        let kept = self.grounder.entity(candidate).and_then(|grounded| self.validator.entity(grounded));
        match kept {
            Err(RejectReason::NotInText) if self.is_leaked(&words) => {
                self.next_is_rejected(RejectReason::ExampleLeak, item());
            }
            Err(reason) => self.next_is_rejected(reason, item()),
            Ok((mention, lost)) => {
                if !lost.is_empty() {
                    self.properties_are_rejected(&lost, &item());
                }
                self.keep(mention);
                self.next_is_kept();
            }
        }
    }

    /// Takes a claimed relation; `item` gives what to list where it is rejected.
    pub fn relation(&mut self, candidate: RelationCandidate, item: impl FnOnce() -> Value) {
        let ends = [candidate.subject.clone(), candidate.object.clone()];
        let evidence = candidate.evidence.clone();
        if evidence.is_some_and(|quote| self.is_leaked_passage(&quote)) {
            return self.next_is_rejected(RejectReason::ExampleLeak, item());
        }
        let grounded = self.grounder.relation(candidate, |name| self.entities_named(name));
        match grounded.and_then(|grounded| self.validator.relation(&grounded)) {
            Err(RejectReason::NotInText | RejectReason::DanglingReference)
                if ends.iter().any(|words| self.is_leaked(words)) =>
            {
                self.next_is_rejected(RejectReason::ExampleLeak, item());
            }
            Err(reason) => self.next_is_rejected(reason, item()),
            Ok(RelationFacts { relation, .. }) if self.is_repeated(&relation) => {
                self.next_is_rejected(RejectReason::Duplicate, item());
            }
            Ok(RelationFacts { mut relation, mentions }) => {
                mentions.into_iter().for_each(|mention| self.keep(mention));
                if self.second_pass {
                    relation.evidence.flags.insert(Flag::SecondPass);
                }
                self.found.relations.push(relation);
                self.next_is_kept();
            }
        }
    }

    /// Adds the other places of the words of each kept mention, flagged, except where the same words were kept as
    /// two types.
    pub fn add_other_occurrences(&mut self) {
        let mut types: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
        for mention in &self.found.mentions {
            let same = types.entry(mention.evidence().quote().to_owned()).or_default();
            if !same.iter().any(|other| other.key() == mention.key()) {
                same.push(mention.clone());
            }
        }
        for (quote, kept) in types {
            let [first] = kept.as_slice() else { continue };
            for place in self.grounder.places(&quote) {
                if !self
                    .found
                    .mentions
                    .iter()
                    .any(|other| other.evidence().span().is_some_and(|span| span.overlaps(place)))
                {
                    let mut mention = first.clone();
                    mention.evidence.span = Some(place);
                    mention.evidence.chunk = self.chunk;
                    mention.evidence.flags.insert(Flag::OtherOccurrence);
                    mention.properties.clear();
                    self.found.mentions.push(mention);
                }
            }
        }
    }

    /// Ends the chunk.
    #[must_use]
    pub fn finish(self) -> ChunkFacts {
        self.found
    }

    /// What was found so far.
    #[must_use]
    pub const fn found(&self) -> &ChunkFacts {
        &self.found
    }

    /// The document that the facts are of.
    #[must_use]
    pub const fn document(&self) -> &'d Document {
        self.document
    }

    fn entities_named(&self, name: &str) -> Vec<EntityKey> {
        let normal = normal_form(name);
        let mut keys: BTreeSet<EntityKey> = self.known.entities_named(&normal).cloned().collect();
        keys.extend(self.met.get(&normal).into_iter().flatten().cloned());
        keys.into_iter().collect()
    }

    /// Whether the same was kept already for the same reason: small models repeat themselves.
    fn is_repeated(&self, relation: &Relation) -> bool {
        self.found.relations.iter().any(|kept| {
            kept.relation_type() == relation.relation_type()
                && (kept.subject(), kept.object()) == (relation.subject(), relation.object())
                && kept.evidence().span() == relation.evidence().span()
        })
    }

    /// Whether an example of the prompt has these words, and the chunk doesn't.
    fn is_leaked(&self, words: &str) -> bool {
        self.leaks.is_some_and(|leaks| leaks.has(words) && self.grounder.places(words).is_empty())
    }

    fn is_leaked_passage(&self, quote: &str) -> bool {
        self.leaks.is_some_and(|leaks| leaks.has_passage(quote) && self.grounder.places(quote).is_empty())
    }

    fn keep(&mut self, mut mention: Mention) {
        if self.second_pass {
            mention.evidence.flags.insert(Flag::SecondPass);
        }
        self.grounder.take(&mention);
        self.met.entry(mention.key().name().to_owned()).or_default().insert(mention.key().clone());
        self.found.mentions.push(mention);
    }

    const fn next_is_kept(&mut self) {
        self.found.kept += 1;
        self.position += 1;
    }

    fn next_is_rejected(&mut self, reason: RejectReason, item: Value) {
        self.found.rejected.push(Rejection { chunk: self.chunk, position: self.position, reason, item });
        self.position += 1;
    }

    fn properties_are_rejected(&mut self, lost: &[(String, RejectReason)], item: &Value) {
        for (name, reason) in lost {
            let value = item.get("properties").and_then(|properties| properties.get(name));
            let item = json!({"text": item.get("text"), "type": item.get("type"), "property": name, "value": value});
            let (chunk, position, reason) = (self.chunk, self.position, *reason);
            self.found.rejected.push(Rejection { chunk, position, reason, item });
        }
    }
}
