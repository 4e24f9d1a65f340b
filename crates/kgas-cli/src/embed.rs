//! `kgas embed`: documents in, vectors out.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kgas_engine::{DocumentState, Finished, Folder, OutputError, Renewal, RunState, Store};

use crate::args::EmbedArgs;
use crate::corpus::Corpus;
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::models::{Models, in_flight};
use crate::progress::Meter;
use crate::record::Record;
use crate::settings::{equip, registry};
use crate::show::Show;
use crate::telemetry::MetricsFile;
use crate::words::counted;
use crate::{Exit, input};

pub(crate) const EMBEDDER: &str = "T41_async";

/// What a run that was stopped leaves where there are vectors already.
const PARTIAL: &str = "partial.jsonl";

pub(crate) async fn main(args: &EmbedArgs, show: Show) -> Result<Exit, Failure> {
    let endpoint = Endpoint::from_args(&args.model)?;
    let tools = equip(&registry()?, &[EMBEDDER.to_owned()], &args.tools)?;
    let models = Models::of(endpoint.as_ref(), &tools, &args.budget, args.journal.offline)?;
    let documents = input::corpus(&args.source)?;
    let store = store(&args.out)?;
    let beside = beside(args)?;
    let mut record = Record::open(&args.journal, Some(&own(&args.out)))?;
    if let Some(beside) = &beside {
        record.renew(args.journal.refresh.then_some(Renewal::Refresh), beside)?;
    }
    record.tell(show);
    let models = models.keep(record, endpoint.as_ref(), &tools);
    let metrics = MetricsFile::begin(&args.metrics, &models.board)?;
    if let Some(endpoint) = &endpoint {
        show.note(&format!("asking {}", endpoint.in_words()));
    }
    let signals = crate::signals::listen(models.interrupt.clone(), show);
    let in_flight = in_flight(&tools, args.model.max_concurrent);
    let corpus = Corpus {
        documents,
        tools,
        ontology: Arc::default(),
        examples: Arc::default(),
        models,
        redo: Arc::default(),
        in_flight,
        metrics,
        again: args.journal.again.clone(),
    };
    let ended = run(&corpus, (&args.out, beside.as_ref()), store, show).await;
    let kept = corpus.models.record().close().await;
    corpus.tell_figures(show).await;
    signals.abort();
    ended.and_then(|exit| kept.map(|()| exit))
}

/// The folder of what a later run goes on with; none where nothing is kept.
fn beside(args: &EmbedArgs) -> Result<Option<Folder>, Failure> {
    if args.journal.no_journal {
        return Ok(None);
    }
    Folder::create(&own(&args.out)).map(Some).map_err(Failure::fatal)
}

/// The folder beside the file in which its journal is kept.
fn own(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".kgas");
    name.into()
}

/// A store beside the file, so that the file only has to be renamed.
fn store(file: &Path) -> Result<Store, Failure> {
    if file.is_dir() {
        return Err(Failure::fatal(OutputError::new(file, ErrorKind::IsADirectory.into())));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Store::create(folder).map_err(|error| Failure::fatal(OutputError::new(folder, error)))
}

async fn run(
    corpus: &Corpus,
    (file, beside): (&Path, Option<&Folder>),
    store: Store,
    show: Show,
) -> Result<Exit, Failure> {
    let not_written = |error| Failure::fatal(OutputError::new(file, error));
    // There is no ledger, so every document that went wrong is named here.
    let meter = Meter::new(show, usize::MAX, Arc::clone(&corpus.models.board));
    let Finished { tally, store } = corpus.run(store, meter, not_written).await?;
    corpus.models.board.end(corpus.state(&tally), None, None);
    let partial = own(file).join(PARTIAL);
    let is_finished = !matches!(corpus.state(&tally), RunState::Stopped | RunState::Interrupted);
    let path = if is_finished || !file.exists() { file } else { &partial };
    let place = path.to_owned();
    tokio::task::spawn_blocking(move || store.write_embeddings(&place))
        .await
        .map_err(Failure::fatal)?
        .map_err(not_written)?;
    if is_finished {
        remove(&partial).map_err(not_written)?;
        beside.map_or(Ok(()), Renewal::end).map_err(not_written)?;
    }
    let out = path.display();
    let (done, all) = (tally.documents_in(DocumentState::Complete), tally.all_documents());
    let (of_all, calls) = (counted(all, "document", "documents"), counted(tally.usage().calls, "call", "calls"));
    show.result(&format!("{out}: vectors of {done} of {of_all}, {calls}"))?;
    if path != file {
        let kept = format!("{} keeps the vectors of an earlier run", file.display());
        show.warning(&format!("{kept}; what this run did is in {out}, and the same command goes on"));
    }
    corpus.end(&tally, &out, None, show)
}

/// Removes a file where it is there.
fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
