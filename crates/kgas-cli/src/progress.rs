//! What a run tells while it goes on: a bar on a terminal, a line now and then elsewhere, and what went wrong.

use std::sync::Arc;

use indicatif::ProgressBar;
use kgas_core::ChunkState;
use kgas_engine::{ChunkRow, DocumentRow, DocumentState, Progress, Tally, ToolChunk};

use crate::show::Show;
use crate::telemetry::{self, Board, Watch};

/// Documents that went wrong and are named where a ledger, or the next look, names all.
pub(crate) const NAMED: usize = 20;

/// Shows the progress of a run.
#[derive(Debug)]
pub(crate) struct Meter {
    show: Show,
    bar: Option<ProgressBar>,
    board: Arc<Board>,
    incomplete: usize,
    named: usize,
}

impl Meter {
    /// A meter that names at most so many of the documents that went wrong.
    pub(crate) fn new(show: Show, named: usize, board: Arc<Board>) -> Self {
        Self { show, bar: show.has_bar().then(telemetry::bar), board, incomplete: 0, named }
    }

    /// What looks at the run while it goes on, and shows what it sees.
    pub(crate) fn watch(&self) -> Watch {
        Watch::new(self.show, self.bar.clone(), Arc::clone(&self.board))
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let more = self.incomplete.saturating_sub(self.named);
        if more > 0 {
            self.show.warning(&format!("{more} more did not end well either"));
        }
    }
}

impl Progress for Meter {
    fn advanced(&mut self, tally: &Tally) {
        self.board.see(tally);
    }

    fn incomplete(&mut self, row: &DocumentRow) {
        // Why nothing was tried is said once, at the end.
        if row.error.is_none() && broken(row).all(|(.., ended)| ended.state == ChunkState::Skipped) {
            return;
        }
        self.incomplete += 1;
        if self.incomplete > self.named {
            return;
        }
        let line = format!("document {} {}: {}", row.document, word(row.state), reason(row));
        match &self.bar {
            Some(bar) => bar.suspend(|| self.show.warning(&line)),
            None => self.show.warning(&line),
        }
    }
}

const fn word(state: DocumentState) -> &'static str {
    match state {
        DocumentState::Complete => "is complete",
        DocumentState::Partial => "is partial",
        DocumentState::Failed => "failed",
    }
}

/// What went wrong with the document, or with its first chunk that isn't complete.
fn reason(row: &DocumentRow) -> String {
    if let Some(error) = &row.error {
        return error.clone();
    }
    match broken(row).next() {
        Some((chunk, tool, ended)) => {
            let why = ended.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
            format!("chunk {} {} in {tool}{why}", chunk.index, ended.state.as_str())
        }
        None => "see documents.jsonl".to_owned(),
    }
}

/// The chunks that are not complete, with the tool.
fn broken(row: &DocumentRow) -> impl Iterator<Item = (&ChunkRow, &String, &ToolChunk)> {
    let all = row.chunks.iter().flat_map(|chunk| chunk.tools.iter().map(move |(tool, ended)| (chunk, tool, ended)));
    all.filter(|(.., ended)| !ended.state.is_complete())
}
