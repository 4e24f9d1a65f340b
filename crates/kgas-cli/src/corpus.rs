//! All documents of a command through its tools, and how that ended.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use kgas_core::{ChunkState, Examples, Ontology};
use kgas_engine::budget::Account;
use kgas_engine::source::{self, Input, SourceOptions};
use kgas_engine::{Coverage, DocumentState, Finished, Pipeline, Redo, RunState, Store, Tally};

use crate::Exit;
use crate::failure::Failure;
use crate::models::Models;
use crate::progress::Meter;
use crate::purse;
use crate::settings::Equipped;
use crate::show::Show;
use crate::telemetry::MetricsFile;
use crate::words::counted;

/// Documents, and what is done with each.
#[derive(Debug)]
pub(crate) struct Corpus {
    pub(crate) documents: (Vec<Input>, SourceOptions),
    pub(crate) tools: Vec<Equipped>,
    pub(crate) ontology: Arc<Ontology>,
    pub(crate) examples: Arc<Examples>,
    pub(crate) models: Models,
    pub(crate) redo: Arc<Redo>,
    /// Documents at once.
    pub(crate) in_flight: NonZeroUsize,
    /// Where the figures are written, where that was asked for.
    pub(crate) metrics: Option<Arc<MetricsFile>>,
    /// The command line that goes on where this one stops.
    pub(crate) again: String,
}

impl Corpus {
    /// Takes all documents through the tools; what is left in the store is to be written.
    ///
    /// A corpus without a single document is a failure: nothing should be written over what may be there.
    pub(crate) async fn run(
        &self,
        store: Store,
        mut meter: Meter,
        not_written: impl Fn(io::Error) -> Failure,
    ) -> Result<Finished, Failure> {
        let pipeline = Pipeline {
            tools: self.tools.iter().map(|equipped| Arc::clone(&equipped.tool)).collect(),
            ontology: Arc::clone(&self.ontology),
            examples: Arc::clone(&self.examples),
            redo: Arc::clone(&self.redo),
            context: self.models.context.clone(),
            in_flight: self.in_flight,
        };
        let (inputs, options) = self.documents.clone();
        let documents = source::documents(inputs, &options);
        let watch = meter.watch().counting(self.documents.clone()).writing(self.metrics.clone());
        let running = kgas_engine::run(documents, pipeline, store, &self.models.interrupt, &mut meter);
        let finished = watch.beside(running).await;
        meter.finish();
        let finished = finished.map_err(not_written)?;
        if finished.tally.all_documents() == 0 && !self.models.interrupt.is_stopping() {
            let known = "kgas reads .txt, .md, .jsonl and .csv, each also as .gz";
            return Err(Failure::fatal(format!("there are no documents in what was named: {known}")));
        }
        Ok(finished)
    }

    /// Writes the figures for the last time.
    pub(crate) async fn tell_figures(&self, show: Show) {
        if let Some(metrics) = &self.metrics {
            metrics.end(show).await;
        }
    }

    /// How a run with this tally ended.
    pub(crate) fn state(&self, tally: &Tally) -> RunState {
        if self.models.fatal().is_some() {
            RunState::Stopped
        } else if self.models.interrupt.is_stopping() {
            RunState::Interrupted
        } else if tally.documents_in(DocumentState::Complete) == tally.all_documents() {
            RunState::Complete
        } else if self.models.spent().is_some() || self.lacks(tally) {
            RunState::Stopped
        } else {
            RunState::Incomplete
        }
    }

    /// Why a run with this tally was stopped, where it was.
    pub(crate) fn stopped_by(&self, tally: &Tally) -> Option<String> {
        let is_stopped = self.state(tally) == RunState::Stopped;
        let offline = || self.lacks(tally).then(|| "nothing is bought with --offline".to_owned());
        let why = self.models.fatal().or_else(|| self.models.spent()).or_else(offline);
        why.filter(|_| is_stopped)
    }

    /// Whether something is missing because nothing may be bought.
    fn lacks(&self, tally: &Tally) -> bool {
        self.models.record().is_offline() && tally.chunks().contains_key(&ChunkState::Skipped)
    }

    /// Says what a person may lose by, and gives the exit code; `out` has the results, `ledger` what became of each
    /// document.
    pub(crate) fn end(
        &self,
        tally: &Tally,
        out: &dyn std::fmt::Display,
        ledger: Option<&str>,
        show: Show,
    ) -> Result<Exit, Failure> {
        let empty = tally.empty_documents;
        if empty > 0 {
            let are = if empty == 1 { "is" } else { "are" };
            let which = ledger.map(|ledger| format!("; {ledger} says which")).unwrap_or_default();
            show.warning(&format!("{} {are} empty{which}", counted(empty, "document", "documents")));
        }
        match self.state(tally) {
            RunState::Complete => Ok(Exit::Complete),
            RunState::Interrupted => {
                self.tell_again(show);
                Ok(Exit::Interrupted)
            }
            RunState::Stopped => match self.models.fatal() {
                Some(why) => Err(Failure::fatal(format!("{why}; what was done before is in {out}"))),
                None if self.lacks(tally) => {
                    show.warning(&shortfall(tally, ledger, Some("leave out --offline to buy what is missing")));
                    Ok(Exit::WithFailures)
                }
                None => {
                    show.warning(&self.out_of_budget(tally, ledger));
                    if self.has_sent() {
                        self.tell_again(show);
                    }
                    Ok(Exit::WithFailures)
                }
            },
            RunState::Incomplete if tally.unreadable == tally.all_documents() => {
                let why = ledger.map(|ledger| format!(": {ledger} says why")).unwrap_or_default();
                Err(Failure::fatal(format!("none of the documents can be read{why}")))
            }
            RunState::Incomplete => {
                show.warning(&shortfall(tally, ledger, self.what_helps(tally, ledger)));
                Ok(Exit::WithFailures)
            }
        }
    }

    /// What would help chunks that failed, where running the same command again would not.
    fn what_helps(&self, tally: &Tally, ledger: Option<&str>) -> Option<&'static str> {
        let usage = tally.usage();
        // Answers are replayed for ever, so running again alone would change nothing.
        let is_replay = usage.bought().calls == 0 && usage.saved.calls > 0;
        let helps = match (self.models.record().is_refresh(), ledger) {
            (true, _) => Some("run again without --refresh for what failed"),
            (false, Some(_)) if is_replay => Some("run again with --retry-failed for what failed"),
            (false, None) if is_replay => Some("run again with --refresh for what failed"),
            (false, _) => None,
        };
        helps.filter(|_| tally.chunks().contains_key(&ChunkState::Failed))
    }

    /// What a run says that its budget ended: what is missing, what was spent, and how to go on.
    fn out_of_budget(&self, tally: &Tally, ledger: Option<&str>) -> String {
        let why = self.models.spent().unwrap_or_default();
        let account = self.account();
        let again = match self.models.record().is_kept() {
            _ if !self.has_sent() => NOTHING_FITS,
            true => GO_ON,
            false => NOTHING_KEPT,
        };
        let missing = shortfall(tally, ledger, Some(again));
        format!("{why}; in all {}; {missing}", purse::in_words(&account))
    }

    /// The command that goes on, where one does.
    fn tell_again(&self, show: Show) {
        if self.models.record().is_kept() || !self.models.are_asked() {
            show.note(&format!("to go on: {}", self.again));
        }
    }

    fn account(&self) -> Account {
        self.models.budget.as_ref().map(|budget| budget.account()).unwrap_or_default()
    }

    /// Whether the budget had room for anything: where it hadn't, the same command would do as little again.
    fn has_sent(&self) -> bool {
        self.account().attempts > 0
    }
}

/// How a run is taken up that stopped with a part of its work done, or with none.
const GO_ON: &str = "run the same command again to go on: what was bought is kept";
const NOTHING_KEPT: &str = "without a journal nothing that was bought is kept, and another run buys it again";
const NOTHING_FITS: &str = "no call could be made: raise the limit, or mend what it lacks";

/// What is missing, where that stands, and what to do (`again` says how to run again): one line.
fn shortfall(tally: &Tally, ledger: Option<&str>, again: Option<&str>) -> String {
    let chunks = tally.chunks();
    let count = |state: ChunkState| chunks.get(&state).copied().unwrap_or_default();
    let states = [ChunkState::Refused, ChunkState::Truncated, ChunkState::Failed, ChunkState::Skipped];
    let mut missing: Vec<String> = states
        .into_iter()
        .filter(|state| count(*state) > 0)
        .map(|state| format!("{} {}", counted(count(state), "chunk", "chunks"), state.as_str()))
        .collect();
    if tally.unreadable > 0 {
        missing.push(format!("{} unreadable", counted(tally.unreadable, "document", "documents")));
    }
    if missing.is_empty() {
        let failed = tally.all_documents() - tally.documents_in(DocumentState::Complete);
        missing.push(format!("{} incomplete", counted(failed, "document", "documents")));
    }
    let mut to_do = Vec::new();
    if count(ChunkState::Refused) > 0 {
        to_do.push("ask another model for what was refused");
    }
    if count(ChunkState::Truncated) > 0 {
        to_do.push("try a smaller --chunk-size for what was truncated");
    }
    if let Some(again) = again {
        to_do.push(again);
    } else if count(ChunkState::Failed) + count(ChunkState::Skipped) > 0 {
        to_do.push("run again for what failed");
    }
    if to_do.is_empty() {
        to_do.push("mend the input and run again");
    }
    let (percent, what) = Coverage::new(tally).least();
    let why = ledger.map(|ledger| format!("; {ledger} says why")).unwrap_or_default();
    format!("coverage {percent} % of {what}: {}{why}; {}", missing.join(", "), to_do.join(", "))
}
