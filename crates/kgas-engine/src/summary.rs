//! `summary.json`: what the run was, and what came of it.

use std::collections::BTreeMap;

use kgas_core::Usage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ledger::DocumentState;
use crate::plan::Estimate;
use crate::sink::GraphCounts;
use crate::tally::{Tally, ToolTally};

/// The version of the outputs' form; it changes when a reader would have to.
pub const SCHEMA_VERSION: u32 = 2;

/// The content of `summary.json`. Everything that differs between two equal runs stands in `run`.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The version of the outputs' form.
    pub schema_version: u32,
    /// How the run ended.
    pub state: RunState,
    /// How much of the corpus was dealt with, in percent.
    pub coverage: Coverage,
    /// What was counted.
    pub counts: Counts,
    /// Calls whose answers the graph is made of, wherever these came from; those made again count once.
    pub calls: u64,
    /// The tokens of these calls, where the provider says.
    pub tokens: Tokens,
    /// The tools, in the order in which they saw each document.
    pub tools: Vec<ToolSummary>,
    /// The models asked, sorted.
    pub models: Vec<String>,
    /// The unit of `start` and `end`.
    pub offsets: &'static str,
    /// The SHA-256 of each file of the graph; filled in when it is published.
    pub files: BTreeMap<String, String>,
    /// What differs between two equal runs.
    pub run: RunFacts,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Every chunk of every document was dealt with.
    Complete,
    /// All documents were tried; not all are complete.
    Incomplete,
    /// It was stopped by an error after which nothing could be bought.
    Stopped,
    /// It was stopped by the user.
    Interrupted,
}

impl RunState {
    /// Whether the run came to the end of its documents.
    #[must_use]
    pub const fn has_tried_all(self) -> bool {
        matches!(self, Self::Complete | Self::Incomplete)
    }
}

/// How much of a corpus was dealt with, in percent, rounded down: 100 is all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// Documents that are complete.
    pub documents: f64,
    /// Chunks, over all tools, that are `ok`, `empty` or `rejected`.
    pub chunks: f64,
    /// Code points in those chunks, of all in the documents that could be read, over all tools.
    pub characters: f64,
}

impl Coverage {
    /// What a tally says.
    #[must_use]
    pub fn new(tally: &Tally) -> Self {
        let chunks = tally.chunks();
        let complete = chunks.iter().filter(|(state, _)| state.is_complete()).map(|(_, count)| *count).sum();
        Self {
            documents: percent(tally.documents_in(DocumentState::Complete), tally.all_documents()),
            chunks: percent(complete, chunks.values().sum()),
            characters: percent(tally.characters_done, tally.characters_due),
        }
    }

    /// The least of them, and of what.
    #[must_use]
    pub fn least(&self) -> (f64, &'static str) {
        let all = [(self.chunks, "chunks"), (self.characters, "characters"), (self.documents, "documents")];
        all.into_iter().fold((100.0, "documents"), |least, next| if next.0 < least.0 { next } else { least })
    }
}

/// In hundredths of a percent, rounded down.
fn percent(done: u64, all: u64) -> f64 {
    let hundredths = u128::from(done) * 10_000 / u128::from(all.max(1));
    if all == 0 { 100.0 } else { u32::try_from(hundredths).map_or(100.0, |hundredths| f64::from(hundredths) / 100.0) }
}

/// Items of answers: what was claimed is what was kept and what was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Items {
    /// All.
    pub claimed: u64,
    /// Those that became facts.
    pub kept: u64,
    /// Those that did not; what was rejected of a property is not here, for its item was kept.
    pub rejected: u64,
}

/// What was counted.
#[derive(Clone, Debug, Serialize)]
pub struct Counts {
    /// Documents by how they ended.
    pub documents: BTreeMap<&'static str, u64>,
    /// Chunks, over all tools, by how they ended.
    pub chunks: BTreeMap<&'static str, u64>,
    /// Lines and evidence of the graph.
    #[serde(flatten)]
    pub graph: GraphCounts,
    /// Items of answers.
    pub items: Items,
    /// Items that were not kept, and properties, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
}

/// Tokens, where the provider says.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Tokens {
    /// Sent.
    pub prompt: u64,
    /// Received.
    pub completion: u64,
}

/// A tool of the run.
#[derive(Clone, Debug, Serialize)]
pub struct ToolSummary {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its configuration.
    pub config: Value,
    /// What it did.
    #[serde(flatten)]
    pub tally: ToolTally,
}

/// What differs between two equal runs.
#[derive(Clone, Debug, Serialize)]
pub struct RunFacts {
    /// The version of kgas.
    pub kgas: &'static str,
    /// When it began, in seconds since 1970.
    pub started_unix: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// What was spent, with what was spent on finding out how to ask.
    #[serde(flatten)]
    pub spent: Spent,
    /// Documents in flight at once.
    pub in_flight: usize,
    /// Calls in flight at once.
    pub max_concurrent: usize,
    /// What each tool took.
    pub tools: BTreeMap<String, ToolFacts>,
    /// How right the estimate of what was bought is, where answers reported their tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// Why it was stopped, where it was.
    pub stopped_by: Option<String>,
}

/// What a tool took in this run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ToolFacts {
    /// Seconds in it, summed over documents.
    pub seconds: f64,
    /// What it spent.
    #[serde(flatten)]
    pub spent: Spent,
}

/// What calls took in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spent {
    /// What was bought.
    pub bought: Bought,
    /// What the journal had.
    pub journal: Replayed,
    /// What was bought and what the journal saved, in money.
    #[serde(flatten)]
    pub cost: Cost,
}

/// What was bought in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bought {
    /// Calls.
    pub calls: u64,
    /// Requests on the wire, with those made again.
    pub attempts: u64,
    /// Tokens sent.
    pub prompt: u64,
    /// Tokens received.
    pub completion: u64,
}

/// What came from the journal, as it was when it was bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Calls.
    pub calls: u64,
    /// Tokens sent.
    pub prompt: u64,
    /// Tokens received.
    pub completion: u64,
}

/// US dollars; none where the price isn't known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// Of what was bought.
    pub usd: Option<f64>,
    /// Of what the journal saved.
    pub usd_saved: Option<f64>,
}

impl Spent {
    /// What this usage took, at this cost.
    #[must_use]
    pub fn new(usage: Usage, cost: Cost) -> Self {
        let (bought, saved) = (usage.bought(), usage.saved);
        Self {
            bought: Bought {
                calls: bought.calls,
                attempts: bought.attempts,
                prompt: bought.prompt_tokens,
                completion: bought.completion_tokens,
            },
            journal: Replayed { calls: saved.calls, prompt: saved.prompt_tokens, completion: saved.completion_tokens },
            cost,
        }
    }
}

impl Counts {
    /// What a tally and a graph say.
    #[must_use]
    pub fn new(tally: &Tally, graph: GraphCounts) -> Self {
        use DocumentState::{Complete, Failed, Partial};
        let of_items = tally.rejected().into_iter().filter(|(reason, _)| !reason.is_of_a_property());
        let rejected = of_items.map(|(_, count)| count).sum();
        let documents = [("complete", Complete), ("partial", Partial), ("failed", Failed)];
        Self {
            documents: documents.into_iter().map(|(name, state)| (name, tally.documents_in(state))).collect(),
            chunks: tally.chunks().into_iter().map(|(state, count)| (state.as_str(), count)).collect(),
            graph,
            items: Items { claimed: tally.kept() + rejected, kept: tally.kept(), rejected },
            rejected: tally.rejected().into_iter().map(|(reason, count)| (reason.as_str(), count)).collect(),
        }
    }
}

impl From<Usage> for Tokens {
    fn from(usage: Usage) -> Self {
        Self { prompt: usage.prompt_tokens, completion: usage.completion_tokens }
    }
}

/// What each tool took; `cost` prices what a tool has used.
#[must_use]
pub fn tool_facts(tally: &Tally, cost: impl Fn(&str, Usage) -> Cost) -> BTreeMap<String, ToolFacts> {
    let facts = |(id, tool): (&String, &ToolTally)| {
        let spent = Spent::new(tool.usage, cost(id, tool.usage));
        (id.clone(), ToolFacts { seconds: tool.elapsed.as_secs_f64(), spent })
    };
    tally.tools.iter().map(facts).collect()
}
