//! Where a run's figures come together, for all who show them.

use std::sync::{Arc, Mutex, PoisonError};

use kgas_core::{ChunkState, Usage};
use kgas_engine::budget::{Account, Budget, Caps};
use kgas_engine::{DocumentState, GraphCounts, RunState, Tally};
use kgas_http::{Limiter, Snapshot};
use tokio::time::Instant;

use super::traffic::{Counted, Traffic};

/// How documents end, in the order of [`Seen::documents`].
pub(crate) const DOCUMENTS: [DocumentState; 3] =
    [DocumentState::Complete, DocumentState::Partial, DocumentState::Failed];

/// How chunks end, in the order of [`Seen::chunks`].
pub(crate) const CHUNKS: [ChunkState; 7] = [
    ChunkState::Ok,
    ChunkState::Empty,
    ChunkState::Rejected,
    ChunkState::Refused,
    ChunkState::Truncated,
    ChunkState::Failed,
    ChunkState::Skipped,
];

/// What the documents so far have come to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    /// By how they ended.
    pub(crate) documents: [u64; DOCUMENTS.len()],
    /// Those whose every answer came from the journal: they say nothing of how fast others will be.
    pub(crate) replayed: u64,
    pub(crate) characters: u64,
    pub(crate) chunks: [u64; CHUNKS.len()],
    pub(crate) kept: u64,
    pub(crate) rejected: u64,
    pub(crate) usage: Usage,
}

impl Seen {
    pub(crate) fn documents(&self) -> u64 {
        self.documents.iter().sum()
    }

    /// Takes a tally's place; it is a sum, to which a document was added since the last.
    fn turn_to(&mut self, tally: &Tally) {
        let mut now = Self { characters: tally.characters, usage: tally.usage(), ..Self::default() };
        now.documents = DOCUMENTS.map(|state| tally.documents_in(state));
        for tool in tally.tools.values() {
            for (sum, state) in now.chunks.iter_mut().zip(CHUNKS) {
                *sum += tool.chunks.get(&state).copied().unwrap_or_default();
            }
            now.kept += tool.kept;
            now.rejected += tool.rejected.values().sum::<u64>();
        }
        let grown = |of: fn(&Usage) -> u64| of(&now.usage).saturating_sub(of(&self.usage));
        let is_replay = grown(|usage| usage.bought().calls) == 0 && grown(|usage| usage.saved.calls) > 0;
        let more = now.documents().saturating_sub(self.documents());
        now.replayed = self.replayed + if is_replay { more } else { 0 };
        *self = now;
    }
}

/// What a run has come to in the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) state: RunState,
    /// Entities and relations, where a graph was made.
    pub(crate) graph: Option<(u64, u64)>,
    /// What the journal saved, in dollars, where the price is known.
    pub(crate) usd_saved: Option<f64>,
}

/// All figures of one moment.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// Seconds since the run began.
    pub(crate) seconds: f64,
    pub(crate) seen: Seen,
    /// How many documents there are, where that is known.
    pub(crate) expected: Option<u64>,
    pub(crate) line: Counted,
    /// Where the limiter stands, where anything is sent.
    pub(crate) limiter: Option<Snapshot>,
    /// What was spent of what, where anything can be.
    pub(crate) spent: Option<(Account, Caps)>,
    /// What it came to, where it has ended.
    pub(crate) outcome: Option<Outcome>,
}

/// Where a run's figures come together.
#[derive(Debug)]
pub(crate) struct Board {
    begun: Instant,
    pub(crate) traffic: Traffic,
    limiter: Option<Limiter>,
    budget: Option<Arc<Budget>>,
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    seen: Seen,
    expected: Option<u64>,
    outcome: Option<Outcome>,
}

impl Default for Board {
    fn default() -> Self {
        Self { begun: Instant::now(), traffic: Traffic::default(), limiter: None, budget: None, told: Mutex::default() }
    }
}

impl Board {
    /// A board for what goes over this line.
    pub(crate) fn of(traffic: Traffic, limiter: Limiter, budget: Arc<Budget>) -> Self {
        Self { traffic, limiter: Some(limiter), budget: Some(budget), ..Self::default() }
    }

    /// A document has ended.
    pub(crate) fn see(&self, tally: &Tally) {
        self.told(|told| told.seen.turn_to(tally));
    }

    /// So many documents there are.
    pub(crate) fn expect(&self, documents: u64) {
        self.told(|told| told.expected = Some(documents));
    }

    /// The run came to this.
    pub(crate) fn end(&self, state: RunState, graph: Option<&GraphCounts>, usd_saved: Option<f64>) {
        let graph = graph.map(|graph| (graph.entities, graph.relations));
        self.told(|told| told.outcome = Some(Outcome { state, graph, usd_saved }));
    }

    /// The run is over; if nobody said how, it was stopped.
    pub(crate) fn end_at_least(&self) {
        let stopped = Outcome { state: RunState::Stopped, graph: None, usd_saved: None };
        self.told(|told| told.outcome = told.outcome.or(Some(stopped)));
    }

    pub(crate) fn figures(&self) -> Figures {
        let spent = |budget: &Arc<Budget>| (budget.account(), budget.caps());
        self.told(|told| Figures {
            seconds: self.begun.elapsed().as_secs_f64(),
            seen: told.seen,
            expected: told.expected,
            line: self.traffic.counted(),
            limiter: self.limiter.as_ref().map(Limiter::snapshot),
            spent: self.budget.as_ref().map(spent),
            outcome: told.outcome,
        })
    }

    fn told<T>(&self, with: impl FnOnce(&mut Told) -> T) -> T {
        // Each change is complete before anything could panic.
        with(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use kgas_core::fact::RejectReason;
    use kgas_engine::ToolTally;

    use super::*;

    /// A sum of so many documents, all complete, with so many calls of which so many were replayed.
    fn tally(documents: u64, calls: u64, saved: u64) -> Tally {
        let mut usage = Usage { calls, ..Usage::default() };
        usage.saved.calls = saved;
        let tool = ToolTally {
            chunks: [(ChunkState::Ok, documents), (ChunkState::Skipped, 1)].into(),
            kept: 3,
            rejected: [(RejectReason::NotInText, 2)].into(),
            usage,
            ..ToolTally::default()
        };
        Tally {
            documents: [(DocumentState::Complete, documents)].into(),
            tools: [("T".to_owned(), tool)].into(),
            ..Tally::default()
        }
    }

    #[test]
    fn a_document_is_replayed_where_it_had_answers_and_bought_none() {
        let board = Board::default();
        for (documents, calls, saved) in [(1, 2, 2), (2, 4, 3), (3, 4, 3), (4, 9, 8)] {
            board.see(&tally(documents, calls, saved));
        }
        assert_eq!(board.figures().seen.replayed, 2, "the second bought one, the third had no call");
    }

    #[test]
    fn a_board_shows_the_sums_of_the_last_tally() {
        let board = Board::default();
        board.see(&tally(1, 1, 0));
        board.see(&tally(2, 2, 0));
        let seen = board.figures().seen;
        assert_eq!((seen.documents, seen.chunks, seen.kept, seen.rejected), ([2, 0, 0], [2, 0, 0, 0, 0, 0, 1], 3, 2));
    }
}
