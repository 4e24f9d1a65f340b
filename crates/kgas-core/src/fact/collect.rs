//! From the items of one chunk's answer to facts and rejections that add up.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::occupied::Occupied;
use super::{
    EntityCandidate, EntityKey, Flag, Grounder, Leaks, LostProperty, Match, Mention, Object, RejectReason, Rejection,
    Relation, RelationCandidate, RelationFacts, Validator,
};
use crate::ontology::Ontology;
use crate::text::{Chunk, normal_form, occurrences};
use crate::{ChunkState, Document, GraphFragment, Span};

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
    chunk: Chunk,
    /// The normal form of what was shown, made when it is first asked for.
    shown: OnceLock<String>,
    grounder: Grounder<'d>,
    validator: Validator<'d>,
    known: &'d GraphFragment,
    leaks: Option<&'d Leaks>,
    second_pass: bool,
    /// Entities first met in this chunk, by normal form.
    met: BTreeMap<String, BTreeSet<EntityKey>>,
    /// Mentions that are kept; small models repeat themselves.
    mentioned: HashSet<(EntityKey, Option<Span>)>,
    /// Relations that are kept, each with its evidence.
    stated: BTreeSet<Statement>,
    found: ChunkFacts,
    position: usize,
}

/// What a relation says, and where: a place, or the quote that was given without one.
type Statement = (String, EntityKey, Object, Option<Span>, Option<String>);

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

impl ChunkFacts {
    /// Items of which no fact was made. What was rejected of a property doesn't count: its item was kept.
    #[must_use]
    pub fn rejected_items(&self) -> usize {
        self.rejected.iter().filter(|rejection| !rejection.reason.is_of_a_property()).count()
    }

    /// How a chunk ended of which nothing is missing.
    #[must_use]
    pub fn state(&self) -> ChunkState {
        match (self.kept, self.rejected_items()) {
            (0, 0) => ChunkState::Empty,
            (0, _) => ChunkState::Rejected,
            _ => ChunkState::Ok,
        }
    }
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
            chunk: chunk.clone(),
            shown: OnceLock::new(),
            grounder: Grounder::new(document, chunk),
            validator: Validator::new(document, ontology, tool),
            known,
            leaks: None,
            second_pass: false,
            met: BTreeMap::new(),
            mentioned: HashSet::new(),
            stated: BTreeSet::new(),
            found: ChunkFacts::default(),
            position: 0,
        }
    }

    /// With the confidence that an item must exceed.
    #[must_use]
    pub fn min_confidence(mut self, min: f64) -> Self {
        self.validator = self.validator.min_confidence(min);
        self
    }

    /// Whether what the text doesn't have is kept all the same, flagged.
    #[must_use]
    pub fn keep_ungrounded(mut self, keep: bool) -> Self {
        self.grounder = self.grounder.keep_ungrounded(keep);
        self.validator = self.validator.keep_ungrounded(keep);
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
        let claim = (candidate.text.clone(), candidate.entity_type.clone());
        match self.checked_entity(candidate) {
            Err(reason) => self.next_is_rejected(reason, item()),
            Ok((mention, lost)) => {
                self.properties_are_rejected(lost, &claim);
                self.keep(mention);
                self.next_is_kept();
            }
        }
    }

    /// Takes a claimed relation; `item` gives what to list where it is rejected.
    pub fn relation(&mut self, candidate: RelationCandidate, item: impl FnOnce() -> Value) {
        match self.checked_relation(candidate) {
            Err(reason) => self.next_is_rejected(reason, item()),
            Ok(RelationFacts { mut relation, mentions }) => {
                for mention in mentions {
                    // The words that were found may name what other words named before.
                    if !self.is_kept(&mention) {
                        self.keep(mention);
                    }
                }
                if self.second_pass {
                    relation.evidence.flags.insert(Flag::SecondPass);
                }
                self.stated.insert(statement(&relation));
                self.found.relations.push(relation);
                self.next_is_kept();
            }
        }
    }

    /// Adds the other places of the words of each kept mention, flagged, except where the same words were kept as
    /// two types.
    pub fn add_other_occurrences(&mut self) {
        // By quote: the first mention, and whether all are of its type.
        let mut quotes: BTreeMap<&str, (&Mention, bool)> = BTreeMap::new();
        for mention in &self.found.mentions {
            let (first, one_type) = quotes.entry(mention.evidence().quote()).or_insert((mention, true));
            *one_type &= first.key() == mention.key();
        }
        let mut occupied = Occupied::of(self.found.mentions.iter().filter_map(|mention| mention.evidence().span()));
        let mut added = Vec::new();
        for (quote, (first, _)) in quotes.into_iter().filter(|(_, (_, one_type))| *one_type) {
            for place in self.grounder.places(quote) {
                if occupied.take(place) {
                    let mut mention = first.clone();
                    mention.evidence.span = Some(place);
                    mention.evidence.chunk = self.chunk.index_at(place.start());
                    (mention.evidence.matched, mention.evidence.score) = (Match::Exact, None);
                    mention.evidence.flags.insert(Flag::OtherOccurrence);
                    mention.evidence.flags.remove(&Flag::Ungrounded);
                    mention.properties.clear();
                    added.push(mention);
                }
            }
        }
        self.found.mentions.extend(added);
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

    fn checked_entity(&self, mut candidate: EntityCandidate) -> Result<(Mention, Vec<LostProperty>), RejectReason> {
        // Places are taken by types as the ontology spells them.
        let mapped = self.validator.class(&candidate.entity_type);
        if let Some((class, _)) = mapped {
            self.validator.label(class).clone_into(&mut candidate.entity_type);
        }
        let words = candidate.text.clone();
        let grounded = self.grounder.entity(candidate);
        let is_missing = match &grounded {
            Ok(grounded) => grounded.span.is_none(),
            Err(reason) => *reason == RejectReason::NotInText,
        };
        if is_missing && self.is_leaked(&words) {
            return Err(RejectReason::ExampleLeak);
        }
        let (mut mention, lost) = self.validator.entity(grounded?)?;
        mention.evidence.flags.extend(mapped.and_then(|(_, flag)| flag));
        if self.is_kept(&mention) { Err(RejectReason::Duplicate) } else { Ok((mention, lost)) }
    }

    fn checked_relation(&self, candidate: RelationCandidate) -> Result<RelationFacts, RejectReason> {
        if candidate.evidence.as_deref().is_some_and(|quote| self.is_leaked_passage(quote)) {
            return Err(RejectReason::ExampleLeak);
        }
        let words = [candidate.subject.clone(), candidate.object.clone()];
        let is_leaked = || words.iter().any(|words| self.is_leaked(words));
        let mut grounded = match self.grounder.relation(candidate, |name| self.entities_named(name)) {
            Err(RejectReason::NotInText | RejectReason::DanglingReference) if is_leaked() => {
                return Err(RejectReason::ExampleLeak);
            }
            grounded => grounded?,
        };
        for (end, words) in [&mut grounded.subject, &mut grounded.object].into_iter().zip(&words) {
            match end.place {
                None if end.known.is_empty() && self.is_leaked(words) => return Err(RejectReason::ExampleLeak),
                // What was found may be the name of somebody known, though the claim spells it otherwise.
                Some(place) if end.known.is_empty() && place.matched != Match::Exact => {
                    end.known = self.entities_named(self.document.slice(place.span).unwrap_or_default());
                }
                _ => {}
            }
        }
        let facts = self.validator.relation(&grounded)?;
        let is_repeated = self.stated.contains(&statement(&facts.relation));
        if is_repeated { Err(RejectReason::Duplicate) } else { Ok(facts) }
    }

    /// Whether an example of the prompt has these words, and what was shown hasn't, however it spells them.
    fn is_leaked(&self, words: &str) -> bool {
        self.leaks.is_some_and(|leaks| leaks.has(words)) && !self.is_shown(words)
    }

    fn is_leaked_passage(&self, quote: &str) -> bool {
        self.leaks.is_some_and(|leaks| leaks.has_passage(quote)) && !self.is_shown(quote)
    }

    fn is_shown(&self, words: &str) -> bool {
        let shown = self.shown.get_or_init(|| normal_form(self.chunk.shown(self.document)));
        occurrences(shown, &normal_form(words)).next().is_some()
    }

    fn is_kept(&self, mention: &Mention) -> bool {
        self.mentioned.contains(&(mention.key.clone(), mention.evidence.span))
    }

    fn keep(&mut self, mut mention: Mention) {
        if self.second_pass {
            mention.evidence.flags.insert(Flag::SecondPass);
        }
        self.grounder.take(&mention);
        self.mentioned.insert((mention.key.clone(), mention.evidence.span));
        self.met.entry(mention.key().name().to_owned()).or_default().insert(mention.key().clone());
        self.found.mentions.push(mention);
    }

    const fn next_is_kept(&mut self) {
        self.found.kept += 1;
        self.position += 1;
    }

    fn next_is_rejected(&mut self, reason: RejectReason, item: Value) {
        self.found.rejected.push(Rejection { chunk: self.chunk.index(), position: self.position, reason, item });
        self.position += 1;
    }

    fn properties_are_rejected(&mut self, lost: Vec<LostProperty>, (text, its_type): &(String, String)) {
        for LostProperty { name, value, reason } in lost {
            let item = json!({"text": text, "type": its_type, "property": name, "value": value});
            let (chunk, position) = (self.chunk.index(), self.position);
            self.found.rejected.push(Rejection { chunk, position, reason, item });
        }
    }
}

fn statement(relation: &Relation) -> Statement {
    let Relation { relation_type, subject, object, evidence, .. } = relation;
    let quote = evidence.span.is_none().then(|| evidence.quote.clone());
    (relation_type.clone(), subject.clone(), object.clone(), evidence.span, quote)
}
