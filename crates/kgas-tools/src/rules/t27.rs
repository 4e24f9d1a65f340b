//! `T27_rules`: relations by cues between the mentions that are known.

use std::num::NonZeroUsize;
use std::ops::Range;

use async_trait::async_trait;
use kgas_core::fact::{ChunkFacts, EntityKey, FactCollector, ObjectType, RelationCandidate};
use kgas_core::ontology::ClassId;
use kgas_core::text::Chunk;
use kgas_core::{
    ConfigError, KgasTool, Ontology, Span, ToolContext, ToolError, ToolInput, ToolMetadata, ToolPlugin, ToolResult,
};
use serde_json::json;

use super::claims::{End, Item, What, claims, items};
use super::compiled::Compiled;
use super::config::{self, RelationRules};
use super::names::names;
use super::patterns::values;
use super::run;
use super::sentence::{Sentence, ranges, stands_alone};
use super::shapes::{Fit, Shape};
use crate::latest::Latest;

/// Finds relations without a model.
#[derive(Debug)]
struct RelationExtractor {
    metadata: ToolMetadata,
    chunk_size: NonZeroUsize,
    min_confidence: f64,
    latest: Latest<Compiled>,
}

kgas_core::register_tool!(RelationExtractor);

impl ToolPlugin for RelationExtractor {
    const ID: &'static str = "T27_rules";
    type Config = RelationRules;

    fn from_config(config: Self::Config) -> Result<Self, ConfigError> {
        Ok(Self {
            metadata: run::metadata(
                Self::ID,
                "Rule-based relation extractor (no model)",
                "Finds relations in English text by cues such as \"directed by\" between entities that another tool \
                 found. Asks no model and finds less than one.",
            ),
            chunk_size: config::chunk_size(config.chunk_size)?,
            min_confidence: config::min_confidence(config.min_confidence)?,
            latest: Latest::default(),
        })
    }
}

#[async_trait]
impl KgasTool for RelationExtractor {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, input: &ToolInput) -> Result<(), ToolError> {
        run::need(Self::ID, !input.ontology.relations().is_empty(), " with relations")
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        self.validate(&input)?;
        let compiled = self.latest.of(&input, Compiled::new);
        let known = known(&input);
        Ok(run::run(Self::ID, context, &input, self.chunk_size, |chunk| self.extract(&compiled, &input, &known, chunk)))
    }
}

/// A place that earlier tools found to name something, in bytes of the document, and what it names.
struct Known<'g> {
    bytes: Range<usize>,
    keys: Vec<&'g EntityKey>,
}

/// The places of all mentions, in order; of two that begin together the longer first.
fn known(input: &ToolInput) -> Vec<Known<'_>> {
    let mut known: Vec<Known<'_>> = Vec::new();
    let mut mentions: Vec<_> = input.graph.mentions().iter().collect();
    mentions.sort_by_key(|mention| {
        let span = mention.evidence().span();
        (span.map(Span::start), std::cmp::Reverse(span.map(Span::end)))
    });
    for mention in mentions {
        let Some(bytes) = mention.evidence().span().and_then(|span| input.document.bytes_of(span)) else { continue };
        match known.last_mut() {
            Some(last) if last.bytes == bytes => last.keys.push(mention.key()),
            _ => known.push(Known { bytes, keys: vec![mention.key()] }),
        }
    }
    known
}

impl RelationExtractor {
    fn extract(&self, compiled: &Compiled, input: &ToolInput, known: &[Known<'_>], chunk: &Chunk) -> ChunkFacts {
        let text = chunk.text(&input.document);
        let ontology = &*input.ontology;
        let mut facts = FactCollector::new(&input.document, chunk, ontology, &input.graph, Self::ID)
            .min_confidence(self.min_confidence);
        let offset = input.document.bytes_of(chunk.span()).map_or(0, |bytes| bytes.start);
        if !known.is_empty() {
            let lower = text.to_ascii_lowercase();
            for range in ranges(text) {
                for (candidate, confidence) in candidates(compiled, ontology, known, offset, text, &lower, range) {
                    if confidence > self.min_confidence {
                        let item = json!({"subject": candidate.subject, "type": candidate.relation_type,
                            "object": candidate.object, "confidence": confidence});
                        facts.relation(candidate, || item);
                    }
                }
            }
        }
        facts.finish()
    }
}

fn candidates(
    compiled: &Compiled,
    ontology: &Ontology,
    known: &[Known<'_>],
    offset: usize,
    text: &str,
    lower: &str,
    range: Range<usize>,
) -> Vec<(RelationCandidate, f64)> {
    let first = known.partition_point(|known| known.bytes.start < offset + range.start);
    let here: Vec<(usize, &Known<'_>)> = known
        .iter()
        .enumerate()
        .skip(first)
        .take_while(|(_, known)| known.bytes.start < offset + range.end)
        .filter(|(_, known)| known.bytes.end <= offset + range.end)
        .collect();
    if here.is_empty() {
        return Vec::new();
    }
    let sentence = Sentence::new(text, lower, range.clone(), |small| compiled.cues.term(small));
    let kind_of = |known: &Known<'_>| {
        known.keys.iter().find_map(|key| compiled.value_kind(ontology.class_named(key.entity_type())?))
    };
    let values = if compiled.wants_values {
        values(text.get(range.clone()).unwrap_or_default(), range.start)
    } else {
        Vec::new()
    };
    let found = here
        .iter()
        .map(|(at, known)| (known.bytes.start - offset..known.bytes.end - offset, What::Known(*at, kind_of(known))))
        .chain(names(&sentence).into_iter().filter_map(|words| Some((sentence.bytes(words)?, What::Name))))
        .chain(values.into_iter().map(|value| (value.bytes, What::Value(value.kind))));
    let items = items(&sentence, found);
    let key_for = |item: &Item, allowed: &[ClassId]| match item.what {
        What::Known(at, _) => known
            .get(at)?
            .keys
            .iter()
            .copied()
            .find(|key| ontology.class_named(key.entity_type()).is_some_and(|class| ontology.fits(class, allowed))),
        _ => None,
    };
    let found = claims(compiled, &sentence, &items, |item, relation, end| {
        let (Some(item), Some(kind)) = (items.get(item), ontology.relations().get(relation)) else { return Fit::No };
        let fits = match (end, item.what) {
            (End::Subject, _) => key_for(item, &kind.domain).is_some(),
            (End::Object, What::Known(..)) => {
                kind.range.allows_entities() && key_for(item, &kind.range.classes).is_some()
            }
            (End::Object, What::Value(value)) => {
                let datatypes = &kind.range.datatypes;
                kind.range.allows_values()
                    && (datatypes.is_empty() || datatypes.iter().any(|&datatype| value.is_a(datatype)))
            }
            // Where a relation takes anything, a name of no known class is a value by its words.
            (End::Object, What::Name) => {
                let shape = Shape::of_class(&kind.label);
                let words = text.get(item.bytes.clone()).unwrap_or_default();
                return if kind.range.is_unspecified() { shape.fit(words) } else { Fit::No };
            }
        };
        if fits { Fit::Yes } else { Fit::No }
    });
    let words = |bytes: &Range<usize>| text.get(bytes.clone()).map(str::to_owned);
    found
        .into_iter()
        .filter_map(|claim| {
            let (subject, object) = (items.get(claim.subject)?, items.get(claim.object)?);
            let kind = ontology.relations().get(claim.relation)?;
            let subject_type = key_for(subject, &kind.domain)?.entity_type().to_owned();
            let object_type = match object.what {
                What::Value(_) | What::Name => ObjectType::Literal,
                _ => ObjectType::Named(key_for(object, &kind.range.classes)?.entity_type().to_owned()),
            };
            let is_quotable = [&subject.bytes, &object.bytes].into_iter().all(|bytes| stands_alone(text, bytes));
            let candidate = RelationCandidate {
                subject: words(&subject.bytes)?,
                subject_type: Some(subject_type),
                relation_type: kind.label.clone(),
                object: words(&object.bytes)?,
                object_type,
                confidence: Some(claim.confidence),
                confidence_read: false,
                evidence: words(&claim.bytes),
            };
            is_quotable.then_some((candidate, claim.confidence))
        })
        .collect()
}
