//! `T23a_rules`: entities by the ontology's examples, by the shape of values, and by cues.

use std::num::NonZeroUsize;
use std::ops::Range;

use async_trait::async_trait;
use kgas_core::fact::{ChunkFacts, EntityCandidate, FactCollector};
use kgas_core::ontology::ClassId;
use kgas_core::text::Chunk;
use kgas_core::{
    ConfigError, KgasTool, Ontology, ToolContext, ToolError, ToolInput, ToolMetadata, ToolPlugin, ToolResult,
};
use serde_json::json;

use super::claims::{Claim, End, Item, What, claims, items};
use super::compiled::{Compiled, Object};
use super::config::{self, EntityRules};
use super::kinds::told_kind;
use super::names::names;
use super::patterns::values;
use super::run;
use super::sentence::{Sentence, ranges, stands_alone};
use super::shapes::{Fit, Shape};
use crate::latest::Latest;

/// The ontology names the entity itself.
const EXAMPLE: f64 = 0.95;
/// An example inside a longer name: "Paris" in "Paris Hilton".
const EXAMPLE_INSIDE_A_NAME: f64 = 0.6;
/// The shape of a value leaves little doubt.
const VALUE: f64 = 0.9;

/// The sentence calls it by the class: "X is a short film".
const CALLED: f64 = 0.9;
/// A cue that joins it to something, and says nothing of what it is itself.
const OPEN: f64 = 0.6;

/// Finds entities without a model.
#[derive(Debug)]
struct EntityExtractor {
    metadata: ToolMetadata,
    chunk_size: NonZeroUsize,
    min_confidence: f64,
    all_mentions: bool,
    latest: Latest<Compiled>,
}

kgas_core::register_tool!(EntityExtractor);

impl ToolPlugin for EntityExtractor {
    const ID: &'static str = "T23a_rules";
    type Config = EntityRules;

    fn from_config(config: Self::Config) -> Result<Self, ConfigError> {
        Ok(Self {
            metadata: run::metadata(
                Self::ID,
                "Rule-based entity extractor (no model)",
                "Finds entities in English text by the ontology's examples, by the shape of values, and by cues such \
                 as \"directed by\". Asks no model and finds less than one.",
            ),
            chunk_size: config::chunk_size(config.chunk_size)?,
            min_confidence: config::min_confidence(config.min_confidence)?,
            all_mentions: config.all_mentions,
            latest: Latest::default(),
        })
    }
}

#[async_trait]
impl KgasTool for EntityExtractor {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, input: &ToolInput) -> Result<(), ToolError> {
        run::need(Self::ID, input.ontology.classes().len() > 0, " with classes")
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        self.validate(&input)?;
        let compiled = self.latest.of(&input, Compiled::new);
        Ok(run::run(Self::ID, context, &input, self.chunk_size, |chunk| self.extract(&compiled, &input, chunk)))
    }
}

/// An entity that the rules see in a chunk.
struct Sighting {
    bytes: Range<usize>,
    class: ClassId,
    confidence: f64,
}

impl EntityExtractor {
    fn extract(&self, compiled: &Compiled, input: &ToolInput, chunk: &Chunk) -> ChunkFacts {
        let text = chunk.text(&input.document);
        let ontology = &*input.ontology;
        let mut seen = sightings(compiled, ontology, text);
        seen.retain(|seen| seen.confidence > self.min_confidence && stands_alone(text, &seen.bytes));
        let mut facts = FactCollector::new(&input.document, chunk, ontology, &input.graph, Self::ID)
            .min_confidence(self.min_confidence);
        for Sighting { bytes, class, confidence } in seen {
            let Some(span) = chunk.span_of(&input.document, bytes.clone()) else { continue };
            let candidate = EntityCandidate {
                text: text.get(bytes).unwrap_or_default().to_owned(),
                entity_type: ontology.label(class).to_owned(),
                confidence: Some(confidence),
                start: Some(span.start() - chunk.span().start()),
                ..EntityCandidate::default()
            };
            let item = (candidate.text.clone(), candidate.entity_type.clone());
            facts.entity(candidate, || json!({"text": item.0, "type": item.1, "confidence": confidence}));
        }
        if self.all_mentions {
            facts.add_other_occurrences();
        }
        facts.finish()
    }
}

/// What the rules see in a text, in its order, one class for each place.
fn sightings(compiled: &Compiled, ontology: &Ontology, text: &str) -> Vec<Sighting> {
    let lower = text.to_ascii_lowercase();
    let hits = compiled.gazetteer.hits(text);
    let mut seen = Vec::new();
    for range in ranges(text) {
        let sentence = Sentence::new(text, &lower, range.clone(), |small| compiled.cues.term(small));
        let inside = |bytes: &Range<usize>| range.start <= bytes.start && bytes.end <= range.end;
        let names: Vec<Range<usize>> = names(&sentence).into_iter().filter_map(|words| sentence.bytes(words)).collect();
        let values = if compiled.wants_values {
            values(text.get(range.clone()).unwrap_or_default(), range.start)
        } else {
            Vec::new()
        };
        let is_inside_a_name = |bytes: &Range<usize>| {
            names.iter().any(|name| name != bytes && name.start <= bytes.start && bytes.end <= name.end)
        };
        let known = hits.iter().enumerate().filter(|(_, hit)| inside(&hit.bytes) && !is_inside_a_name(&hit.bytes));
        let found = known
            .map(|(at, hit)| (hit.bytes.clone(), What::Known(at, compiled.value_kind(hit.class))))
            .chain(names.iter().map(|bytes| (bytes.clone(), What::Name)))
            .chain(values.iter().map(|value| (value.bytes.clone(), What::Value(value.kind))));
        let items = items(&sentence, found);
        let class_of = |item: &Item| match item.what {
            What::Known(at, _) => hits.get(at).map(|hit| hit.class),
            What::Value(kind) => compiled.value_class(kind),
            What::Name => None,
        };
        let found = claims(compiled, &sentence, &items, |item, relation, end| {
            items.get(item).map_or(Fit::No, |item| fit(compiled, ontology, text, item, class_of(item), relation, end))
        });
        let kind = told_kind(compiled, &sentence, &items);
        for (at, item) in items.iter().enumerate() {
            let called = kind.filter(|(called, _)| *called == at).map(|(_, class)| (CALLED, class));
            let sighting = match (item.what, class_of(item)) {
                (What::Known(..), Some(class)) => Some((EXAMPLE, class)),
                (What::Value(_), Some(class)) => Some((VALUE, class)),
                (What::Name, _) => called.or_else(|| told(ontology, &found, at)),
                _ => None,
            };
            seen.extend(sighting.map(|(confidence, class)| Sighting { bytes: item.bytes.clone(), class, confidence }));
        }
        for hit in hits.iter().filter(|hit| inside(&hit.bytes) && is_inside_a_name(&hit.bytes)) {
            seen.push(Sighting { bytes: hit.bytes.clone(), class: hit.class, confidence: EXAMPLE_INSIDE_A_NAME });
        }
    }
    seen
}

fn fit(
    compiled: &Compiled,
    ontology: &Ontology,
    text: &str,
    item: &Item,
    class: Option<ClassId>,
    relation: usize,
    end: End,
) -> Fit {
    let (Some(wanted), Some(kind)) = (compiled.relations.get(relation), ontology.relations().get(relation)) else {
        return Fit::No;
    };
    let (shape, allowed) = match (end, wanted.object) {
        (End::Subject, _) => (wanted.subject, &kind.domain),
        (End::Object, Object::Name(shape)) => (shape, &kind.range.classes),
        (End::Object, Object::Value(_)) => (Shape::Free, &kind.range.classes),
    };
    match class {
        Some(class) if ontology.fits(class, allowed) => Fit::Yes,
        Some(_) => Fit::No,
        None => shape.fit(text.get(item.bytes.clone()).unwrap_or_default()),
    }
}

/// The class that the claims say an item has: the surest, of equals the most frequent, of these the first.
fn told(ontology: &Ontology, claims: &[Claim], item: usize) -> Option<(f64, ClassId)> {
    let mut votes: Vec<(f64, usize, ClassId)> = Vec::new();
    for claim in claims {
        let Some(relation) = ontology.relations().get(claim.relation) else { continue };
        let (class, sure) = match (&*relation.domain, &*relation.range.classes) {
            (&[only], _) if claim.subject == item && claim.is_open => (only, claim.confidence.min(OPEN)),
            (&[only], _) if claim.subject == item => (only, claim.confidence),
            (_, &[only]) if claim.object == item => (only, claim.confidence),
            _ => continue,
        };
        match votes.iter_mut().find(|(_, _, other)| *other == class) {
            Some((known, count, _)) => (*known, *count) = (known.max(sure), *count + 1),
            None => votes.push((sure, 1, class)),
        }
    }
    let best = votes.into_iter().rev().max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    best.map(|(confidence, _, class)| (confidence, class))
}
