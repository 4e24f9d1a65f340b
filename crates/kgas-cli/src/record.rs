//! The journal of a command: opened before anything is bought, told of when it ends.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use kgas_engine::journal::{Journal, Journaled};
use kgas_engine::plan::Estimator;
use kgas_engine::{Folder, Interrupt, Renewal};
use kgas_http::{ApiRequest, ApiResponse, ErrorKind, HttpError, Transport};

use crate::args::JournalArgs;
use crate::failure::Failure;
use crate::show::Show;
use crate::words::counted;

/// A journal's name in its folder.
const JOURNAL: &str = "journal.redb";

/// Answers that an estimate is corrected by, the newest first.
const RECENT: usize = 500;

/// Where the answers of a command are kept, and which of them are good enough.
#[derive(Debug, Default)]
pub(crate) struct Record {
    journal: Option<Journal>,
    is_offline: bool,
    is_refresh: bool,
    since: u64,
    anew_since: u64,
}

impl Record {
    /// Opens the journal in the folder that was named, or else in this one; none where none is wanted.
    pub(crate) fn open(args: &JournalArgs, own: Option<&Path>) -> Result<Self, Failure> {
        let cache = args.cache.as_deref().map(journal_of);
        let folder = cache.as_deref().or(own).filter(|_| !args.no_journal);
        let Some(folder) = folder else {
            return match args.offline || args.refresh {
                true => Err(Failure::usage("--offline and --refresh need a journal: name its folder with --cache")),
                false => Ok(Self::default()),
            };
        };
        let journal = Journal::open(folder).map_err(Failure::fatal)?;
        let since = if args.refresh { journal.next() } else { 0 };
        Ok(Self { journal: Some(journal), is_offline: args.offline, is_refresh: args.refresh, since, anew_since: 0 })
    }

    /// Buys again what is to be bought again, from where an earlier run into this folder stopped.
    pub(crate) fn renew(&mut self, what: Option<Renewal>, out: &Folder) -> Result<(), Failure> {
        let Some((what, journal)) = what.zip(self.journal.as_ref()) else { return Ok(()) };
        let since = what.begin(out, journal.path(), journal.next());
        let since = since.map_err(|error| Failure::fatal(format!("output {}: {error}", out.path().display())))?;
        match what {
            Renewal::Refresh => self.since = since,
            Renewal::RetryFailed => self.anew_since = since,
        }
        Ok(())
    }

    /// Whether all is bought again.
    pub(crate) const fn is_refresh(&self) -> bool {
        self.is_refresh
    }

    /// Whether answers are kept.
    pub(crate) const fn is_kept(&self) -> bool {
        self.journal.is_some()
    }

    /// Whether there are answers, as far as it can tell; where it can't, the run itself will say so.
    pub(crate) fn has_answers(&self) -> bool {
        self.journal.as_ref().is_some_and(|journal| journal.stats().is_ok_and(|stats| stats.answered > 0))
    }

    /// Whether nothing may be bought.
    pub(crate) const fn is_offline(&self) -> bool {
        self.is_offline
    }

    /// Says what an earlier process has left in flight.
    pub(crate) fn tell(&self, show: Show) {
        let left = self.journal.as_ref().map_or(0, Journal::left_open);
        if left > 0 {
            let (calls, were) = (counted(left, "call", "calls"), if left == 1 { "was" } else { "were" });
            show.warning(&format!(
                "{calls} {were} in flight when an earlier run ended: perhaps paid, but the answers never came"
            ));
        }
    }

    /// What answers requests to this address: the journal, and for what it lacks this transport.
    pub(crate) fn around(&self, inner: Arc<dyn Transport>, address: &str, interrupt: &Interrupt) -> Arc<dyn Transport> {
        let Some(journal) = &self.journal else { return inner };
        let mut journaled = Journaled::new(inner, journal.clone(), address)
            .refresh_since(self.since)
            .anew_since(self.anew_since)
            .stopping(interrupt.clone());
        if self.is_offline {
            journaled = journaled.offline();
        }
        Arc::new(journaled)
    }

    /// Tells an estimator what earlier answers tell. Where they can't be read, the run itself will say so.
    pub(crate) fn teach(&self, estimator: &Estimator) {
        let _told_later = self.journal.as_ref().map(|journal| estimator.learn(journal, RECENT));
    }

    /// Why the run had to be stopped, where the journal was the reason.
    pub(crate) fn failure(&self) -> Option<String> {
        self.journal.as_ref()?.failure().map(|error| error.to_string())
    }

    /// Waits until all is kept for good.
    pub(crate) async fn close(&self) -> Result<(), Failure> {
        match &self.journal {
            Some(journal) => journal.close().await.map_err(Failure::fatal),
            None => Ok(()),
        }
    }
}

/// The folder of the journal that a folder stands for: its own, or where it is a graph with one, that of the graph. As
/// for `kgas journal`: in an empty one beside it all would be bought again.
pub(crate) fn journal_of(cache: &Path) -> PathBuf {
    let of_graph = cache.join(".kgas");
    let is_graph = !cache.join(JOURNAL).exists() && of_graph.join(JOURNAL).exists();
    if is_graph { of_graph } else { cache.to_owned() }
}

/// A line that leads nowhere, for a run that may buy nothing: it needs no key.
#[derive(Debug)]
pub(crate) struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn send(&self, _: ApiRequest) -> ApiResponse {
        ApiResponse::failed(HttpError::new(ErrorKind::Spent).with_message("nothing is bought with --offline"))
    }
}
