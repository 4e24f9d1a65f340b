//! Sums over a run.

use std::collections::BTreeMap;
use std::time::Duration;

use kgas_core::fact::RejectReason;
use kgas_core::{ChunkState, ToolResult, Usage};
use serde::Serialize;

use crate::ledger::{DocumentRow, DocumentState};
use crate::sink::GraphCounts;

/// What a run has done so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Documents by how they ended.
    pub documents: BTreeMap<DocumentState, u64>,
    /// Documents whose text is empty.
    pub empty_documents: u64,
    /// Documents whose text could not be had.
    pub unreadable: u64,
    /// Code points read.
    pub characters: u64,
    /// Code points that the tools had to look at, those of a document once for each tool.
    pub characters_due: u64,
    /// Those of them that were dealt with.
    pub characters_done: u64,
    /// By tool.
    pub tools: BTreeMap<String, ToolTally>,
}

/// What a tool has done so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ToolTally {
    /// Chunks by how they ended.
    pub chunks: BTreeMap<ChunkState, u64>,
    /// Items that were kept.
    pub kept: u64,
    /// Items that were not, by reason.
    pub rejected: BTreeMap<RejectReason, u64>,
    /// What was spent.
    #[serde(skip)]
    pub usage: Usage,
    /// Time in the tool, summed over documents.
    #[serde(skip)]
    pub elapsed: Duration,
}

impl Tally {
    /// Counts one document that so many tools had to look at.
    #[must_use]
    pub fn of(row: &DocumentRow, results: &[ToolResult], tools: usize) -> Self {
        let mut tally = Self::default();
        tally.count(row, results, tools);
        tally
    }

    fn count(&mut self, row: &DocumentRow, results: &[ToolResult], tools: usize) {
        let length = row.characters.unwrap_or_default() as u64;
        self.characters_due += length * tools as u64;
        *self.documents.entry(row.state).or_default() += 1;
        self.empty_documents += u64::from(row.characters == Some(0));
        self.unreadable += u64::from(row.characters.is_none());
        self.characters += length;
        for result in results {
            let tool = self.tools.entry(result.tool.clone()).or_default();
            // A tool that lists no chunks has looked at the whole.
            let done = result.chunks.iter().filter(|chunk| chunk.state.is_complete());
            let spans = done.map(|chunk| chunk.span.len() as u64).sum::<u64>().min(length);
            self.characters_done += if result.chunks.is_empty() { length } else { spans };
            for chunk in &result.chunks {
                *tool.chunks.entry(chunk.state).or_default() += 1;
                tool.kept += chunk.kept as u64;
            }
            for rejection in &result.rejected {
                *tool.rejected.entry(rejection.reason).or_default() += 1;
            }
            tool.usage += result.usage;
            tool.elapsed += result.elapsed;
        }
    }

    /// Counts what merging dropped: it was kept when it was found.
    pub fn settle(&mut self, graph: &GraphCounts) {
        for (tool, dropped) in &graph.self_loops {
            let tool = self.tools.entry(tool.clone()).or_default();
            tool.kept = tool.kept.saturating_sub(*dropped);
            *tool.rejected.entry(RejectReason::SelfLoop).or_default() += dropped;
        }
    }

    /// Documents that ended in this state.
    #[must_use]
    pub fn documents_in(&self, state: DocumentState) -> u64 {
        self.documents.get(&state).copied().unwrap_or_default()
    }

    /// All documents that were begun.
    #[must_use]
    pub fn all_documents(&self) -> u64 {
        self.documents.values().sum()
    }

    /// What all tools have spent.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut sum = Usage::default();
        self.tools.values().for_each(|tool| sum += tool.usage);
        sum
    }

    /// Items that were not kept, by reason.
    #[must_use]
    pub fn rejected(&self) -> BTreeMap<RejectReason, u64> {
        let mut sum = BTreeMap::new();
        self.tools.values().for_each(|tool| add_counts(&mut sum, tool.rejected.clone()));
        sum
    }

    /// Items that became facts.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.tools.values().map(|tool| tool.kept).sum()
    }

    /// Chunks by how they ended, over all tools.
    #[must_use]
    pub fn chunks(&self) -> BTreeMap<ChunkState, u64> {
        let mut sum = BTreeMap::new();
        self.tools.values().for_each(|tool| add_counts(&mut sum, tool.chunks.clone()));
        sum
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        add_counts(&mut self.documents, more.documents);
        self.empty_documents += more.empty_documents;
        self.unreadable += more.unreadable;
        self.characters += more.characters;
        self.characters_due += more.characters_due;
        self.characters_done += more.characters_done;
        for (id, more) in more.tools {
            let tool = self.tools.entry(id).or_default();
            add_counts(&mut tool.chunks, more.chunks);
            tool.kept += more.kept;
            add_counts(&mut tool.rejected, more.rejected);
            tool.usage += more.usage;
            tool.elapsed += more.elapsed;
        }
    }
}

fn add_counts<K: Ord>(sum: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
    for (key, count) in more {
        *sum.entry(key).or_default() += count;
    }
}
