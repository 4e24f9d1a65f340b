//! From what was answered about each chunk to facts and reports that add up.

use std::collections::BTreeSet;
use std::ops::Range;

use kgas_core::fact::{
    ChunkFacts, EntityKey, FactCollector, Leaks, Mention, Object, RejectReason, Rejection, Relation,
};
use kgas_core::text::Chunk;
use kgas_core::{ChunkReport, ChunkState, GraphFragment, Part, Span, ToolInput, ToolOutput, ToolResult, Usage};
use serde_json::Value;

use super::follow_up::Read;
use super::split::{Asked, Piece};
use super::{Extraction, attempts};
use crate::config::ExtractionConfig;

/// What is said of a part that is left with the items of an answer that was cut off.
const NOT_ASKED: &str =
    "the answer reached its longest and was cut off, and the run was stopped before a part of it was asked for";

/// What was found in a document so far. Chunks are taken in the order of the document.
pub(super) struct Gathered<'i> {
    config: &'i ExtractionConfig,
    input: &'i ToolInput,
    leaks: &'i Leaks,
    graph: GraphFragment,
    reports: Vec<ChunkReport>,
    rejected: Vec<Rejection>,
    usage: Usage,
    seen: Seen,
}

/// The facts of earlier chunks; empty where no chunk is shown with what stands before it.
#[derive(Default)]
struct Seen {
    mentions: BTreeSet<(EntityKey, Option<Span>)>,
    relations: BTreeSet<(String, EntityKey, Object, Option<Span>)>,
}

/// The facts of a part, and which item gave which.
struct Found {
    facts: ChunkFacts,
    origins: Vec<Origin>,
}

/// What became of an item: where its facts lie among all; an item without any was rejected.
struct Origin {
    item: usize,
    mentions: Range<usize>,
    relations: Range<usize>,
}

impl Seen {
    /// What has no place can't be at one that was seen.
    fn has(&self, mention: &Mention) -> bool {
        mention.evidence().span().is_some() && self.mentions.contains(&place_of(mention))
    }
}

impl<'i> Gathered<'i> {
    pub(super) fn new(config: &'i ExtractionConfig, input: &'i ToolInput, leaks: &'i Leaks) -> Self {
        Self {
            config,
            input,
            leaks,
            graph: GraphFragment::default(),
            reports: Vec::new(),
            rejected: Vec::new(),
            usage: Usage::default(),
            seen: Seen::default(),
        }
    }

    /// Adds what was answered about a chunk.
    pub(super) fn take<E: Extraction>(&mut self, asked: Asked) {
        let mut report = ChunkReport::new(&asked.chunk, ChunkState::Empty);
        report.attempts = attempts(asked.spent);
        report.shown = asked.shown;
        let mut parts = Vec::new();
        for piece in &asked.pieces {
            let before = report.kept + report.rejected;
            let (mut facts, state) = self.facts_of::<E>(piece);
            let complete = facts.state();
            report.kept += facts.kept;
            report.rejected += facts.rejected_items();
            facts.rejected.iter_mut().for_each(|rejection| rejection.position += before);
            self.rejected.extend(facts.rejected);
            facts.mentions.into_iter().for_each(|mention| self.graph.add_mention(mention));
            facts.relations.into_iter().for_each(|relation| self.graph.add_relation(relation));
            let state = state.unwrap_or(complete);
            parts.push(Part {
                span: piece.chunk.span(),
                state,
                attempts: attempts(piece.notes.account.spent),
                error: piece
                    .notes
                    .error
                    .clone()
                    .or_else(|| (state == ChunkState::Truncated).then(|| NOT_ASKED.to_owned())),
            });
        }
        report.state = parts.iter().map(|part| part.state).reduce(ChunkState::worst).unwrap_or(ChunkState::Empty);
        let told = parts.iter().filter(|part| part.state == report.state || report.state.is_complete());
        report.error = told.filter_map(|part| part.error.clone()).next();
        if parts.len() > 1 {
            report.parts = parts;
        }
        self.usage += asked.spent;
        self.reports.push(report);
    }

    pub(super) fn into_result(self, tool: &str) -> ToolResult {
        let mut result = ToolResult::whole(tool, ToolOutput::Graph(self.graph));
        (result.chunks, result.rejected, result.usage) = (self.reports, self.rejected, self.usage);
        result
    }

    /// The facts of a part, and its state where it isn't complete.
    fn facts_of<E: Extraction>(&mut self, piece: &Piece) -> (ChunkFacts, Option<ChunkState>) {
        let Some(cut) = piece.fallback() else {
            let found = self.collect::<E>(&piece.chunk, &piece.notes.read, piece.notes.first_pass);
            return (self.new_only(&piece.chunk, found, &piece.notes.read), piece.notes.missing);
        };
        let found = self.collect::<E>(&piece.chunk, cut, cut.len());
        let mut facts = self.new_only(&piece.chunk, found, cut);
        // The items that don't stand here are of the other half.
        facts.rejected.clear();
        let state = if facts.kept > 0 { Some(ChunkState::Truncated) } else { piece.notes.missing };
        (facts, state)
    }

    fn collect<E: Extraction>(&self, chunk: &Chunk, read: &[Read], first_pass: usize) -> Found {
        let ToolInput { document, ontology, graph, .. } = self.input;
        let mut facts = FactCollector::new(document, chunk, ontology, graph, E::TOOL)
            .min_confidence(self.config.min_confidence)
            .keep_ungrounded(self.config.keep_ungrounded)
            .leaks(self.leaks);
        let mut origins = Vec::new();
        for (item, read) in read.iter().enumerate() {
            if item == first_pass {
                facts = facts.second_pass(true);
            }
            let (mentions, relations, kept) = sizes(facts.found());
            match read {
                Ok(item) => E::take(&mut facts, item),
                Err(text) => facts.unreadable(text),
            }
            let after = sizes(facts.found());
            if after.2 > kept {
                origins.push(Origin { item, mentions: mentions..after.0, relations: relations..after.1 });
            }
        }
        if self.config.all_mentions {
            facts.add_other_occurrences();
        }
        Found { facts: facts.finish(), origins }
    }

    /// Without what an earlier chunk has too: both were shown the same words.
    fn new_only(&mut self, chunk: &Chunk, found: Found, read: &[Read]) -> ChunkFacts {
        let Found { mut facts, origins } = found;
        if self.config.chunk_overlap == 0 {
            return facts;
        }
        let known_mentions: Vec<bool> = facts.mentions.iter().map(|mention| self.seen.has(mention)).collect();
        let known_relations: Vec<bool> =
            facts.relations.iter().map(|relation| self.seen.relations.contains(&edge_of(relation))).collect();
        let all = |known: &[bool], range: &Range<usize>| {
            known.get(range.clone()).is_some_and(|known| known.iter().all(|known| *known))
        };
        for Origin { item, mentions, relations } in origins {
            // An item that gave a relation is one: the mentions are of its ends.
            let is_known = match relations.is_empty() {
                true => all(&known_mentions, &mentions),
                false => all(&known_relations, &relations),
            };
            if is_known {
                facts.kept -= 1;
                facts.rejected.push(Rejection {
                    chunk: chunk.index(),
                    position: item,
                    reason: RejectReason::Duplicate,
                    item: read.get(item).and_then(|read| read.clone().ok()).unwrap_or(Value::Null),
                });
            }
        }
        facts.rejected.sort_by_key(|rejection| rejection.position);
        self.seen.mentions.extend(facts.mentions.iter().map(place_of));
        self.seen.relations.extend(facts.relations.iter().map(edge_of));
        facts.mentions = unknown(facts.mentions, &known_mentions);
        facts.relations = unknown(facts.relations, &known_relations);
        facts
    }
}

fn unknown<T>(facts: Vec<T>, known: &[bool]) -> Vec<T> {
    facts.into_iter().zip(known).filter_map(|(fact, known)| (!known).then_some(fact)).collect()
}

fn place_of(mention: &Mention) -> (EntityKey, Option<Span>) {
    (mention.key().clone(), mention.evidence().span())
}

fn edge_of(relation: &Relation) -> (String, EntityKey, Object, Option<Span>) {
    let (kind, subject) = (relation.relation_type().to_owned(), relation.subject().clone());
    (kind, subject, relation.object().clone(), relation.evidence().span())
}

const fn sizes(facts: &ChunkFacts) -> (usize, usize, usize) {
    (facts.mentions.len(), facts.relations.len(), facts.kept)
}
