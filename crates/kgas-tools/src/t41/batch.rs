//! Chunks gathered into calls, and what became of each chunk of a call.

use std::num::NonZeroUsize;

use kgas_core::text::{Chunk, chunks};
use kgas_core::{ChunkReport, ChunkState, Document, EmbedReply, Embedder, Embedding, Usage};

use crate::flow::{Flow, attempts, is_blank, report_of, spent_on};

/// Neighbouring chunks that go into one call, and blank ones between them, which don't.
#[derive(Debug)]
pub(super) struct Batch {
    chunks: Vec<Chunk>,
}

/// A batch that was dealt with.
#[derive(Debug)]
pub(super) struct Embedded {
    /// One for each chunk of the batch, in order.
    pub(super) reports: Vec<ChunkReport>,
    /// One for each chunk that was embedded, in order.
    pub(super) vectors: Vec<Embedding>,
    pub(super) spent: Usage,
}

/// The chunks of a document in batches of at most `most` that aren't blank, lazily.
pub(super) fn batches(
    document: &Document,
    chunk_size: NonZeroUsize,
    most: NonZeroUsize,
) -> impl Iterator<Item = Batch> {
    let mut chunks = chunks(document, chunk_size);
    std::iter::from_fn(move || {
        let mut batch = Batch { chunks: Vec::new() };
        let mut worded = 0;
        while worded < most.get() {
            let Some(chunk) = chunks.next() else { break };
            worded += usize::from(!is_blank(&chunk, document));
            batch.chunks.push(chunk);
        }
        (!batch.chunks.is_empty()).then_some(batch)
    })
}

impl Batch {
    /// Embeds the chunks that have words in them, in one call.
    pub(super) async fn embed(self, flow: &Flow<'_>, model: &dyn Embedder, document: &Document) -> Embedded {
        let worded = |chunk: &&Chunk| !is_blank(chunk, document);
        let texts: Vec<&str> = self.chunks.iter().filter(worded).map(|chunk| chunk.text(document)).collect();
        if texts.is_empty() {
            return self.all(document, |chunk| ChunkReport::new(chunk, ChunkState::Empty));
        }
        match flow.call(|| model.embed(&texts)).await {
            None => self.all(document, |chunk| ChunkReport::new(chunk, ChunkState::Skipped)),
            Some(Err(error)) => {
                Embedded { spent: spent_on(&error), ..self.all(document, |chunk| report_of(chunk, &error)) }
            }
            Some(Ok(reply)) if reply.vectors.len() == texts.len() => self.take(document, reply),
            Some(Ok(EmbedReply { vectors, usage })) => {
                let told = format!("the model gave {} vectors for {} texts", vectors.len(), texts.len());
                Embedded { spent: usage, ..self.all(document, |chunk| failed(chunk, usage, &told)) }
            }
        }
    }

    /// The same end for every chunk that isn't blank.
    fn all(&self, document: &Document, end: impl Fn(&Chunk) -> ChunkReport) -> Embedded {
        let report = |chunk| match is_blank(chunk, document) {
            true => ChunkReport::new(chunk, ChunkState::Empty),
            false => end(chunk),
        };
        let reports = self.chunks.iter().map(report).collect();
        Embedded { reports, vectors: Vec::new(), spent: Usage::default() }
    }

    /// Hands out the vectors of an answer that has as many as it should.
    fn take(&self, document: &Document, reply: EmbedReply) -> Embedded {
        let mut given = reply.vectors.into_iter();
        let mut embedded = Embedded { reports: Vec::new(), vectors: Vec::new(), spent: reply.usage };
        for chunk in &self.chunks {
            let vector = if is_blank(chunk, document) { None } else { given.next() };
            embedded.reports.push(match vector {
                None => ChunkReport::new(chunk, ChunkState::Empty),
                Some(vector) if vector.is_empty() || !vector.iter().all(|number| number.is_finite()) => {
                    failed(chunk, reply.usage, "the model gave a vector that is empty or not of numbers")
                }
                Some(vector) => {
                    embedded.vectors.push(Embedding { index: chunk.index(), vector });
                    let mut report = ChunkReport::new(chunk, ChunkState::Ok);
                    (report.attempts, report.kept) = (attempts(reply.usage), 1);
                    report
                }
            });
        }
        embedded
    }
}

fn failed(chunk: &Chunk, usage: Usage, told: &str) -> ChunkReport {
    let mut report = ChunkReport::new(chunk, ChunkState::Failed);
    (report.attempts, report.error) = (attempts(usage), Some(told.to_owned()));
    report
}
