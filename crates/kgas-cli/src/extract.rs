//! `kgas extract`: documents and an ontology in, a graph out.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use kgas_core::{ToolInput, Usage};
use kgas_engine::{Counts, Finished, Folder, Interrupt, OutputError, Renewal, RunState, Store, source};
use tokio::time::Instant;

use crate::args::ExtractArgs;
use crate::corpus::Corpus;
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::job::{Job, redo};
use crate::models::{Models, are_asked, in_flight};
use crate::progress::{Meter, NAMED};
use crate::prompt::Recorder;
use crate::record::Record;
use crate::settings::{Equipped, note_of_cut};
use crate::show::Show;
use crate::similar::Similarity;
use crate::summary::{in_words, summary};
use crate::telemetry::MetricsFile;
use crate::{Exit, origin};

pub(crate) async fn main(args: &ExtractArgs, show: Show) -> Result<Exit, Failure> {
    let job = Job::of(args, show)?;
    if args.show_prompt {
        return show_prompt(job, &args.out, show).await;
    }
    let all = job.all_tools();
    let Job { endpoint, tools, similarity, ontology, examples, documents } = job;
    let models = Models::of(endpoint.as_ref(), &all, &args.budget, args.journal.offline)?;
    let out = Folder::create(&args.out).map_err(Failure::fatal)?;
    let record = record(args, &models, &out)?;
    let mut models = models.keep(record, endpoint.as_ref(), &all);
    let metrics = MetricsFile::begin(&args.metrics, &models.board)?;
    show.note(&first_line(endpoint.as_ref(), &all));
    models.record().tell(show);
    let redo = redo(args, &models, endpoint.as_ref(), (&all, show))?;
    if let Some(note) = note_of_cut(&tools, &ontology) {
        show.note(&note);
    }
    let signals = crate::signals::listen(models.interrupt.clone(), show);
    models.settle_form(endpoint.as_ref(), &tools, &out, show).await;
    if let Some(error) = models.fatal() {
        // Nothing was begun, so that a graph of an earlier run stays as it is.
        signals.abort();
        return Err(Failure::fatal(error));
    }
    let in_flight = in_flight(&tools, args.model.max_concurrent);
    let again = args.journal.again.clone();
    let corpus = Corpus { documents, tools, ontology, examples, models, redo, in_flight, metrics, again };
    let ended = run(&corpus, args, similarity.as_ref(), &out, show).await;
    let kept = corpus.models.record().close().await;
    corpus.tell_figures(show).await;
    signals.abort();
    ended.and_then(|exit| kept.map(|()| exit))
}

/// The journal of this output, where a model is asked.
fn record(args: &ExtractArgs, models: &Models, out: &Folder) -> Result<Record, Failure> {
    if !models.are_asked() {
        return Ok(Record::default());
    }
    let mut record = Record::open(&args.journal, Some(&out.own()))?;
    record.renew(renewal(args), out)?;
    Ok(record)
}

const fn renewal(args: &ExtractArgs) -> Option<Renewal> {
    match (args.journal.refresh, args.retry_failed) {
        (true, _) => Some(Renewal::Refresh),
        (_, true) => Some(Renewal::RetryFailed),
        _ => None,
    }
}

/// Who is asked, and what leaves this machine as far as kgas can tell.
pub(crate) fn first_line(endpoint: Option<&Endpoint>, tools: &[Equipped]) -> String {
    let ids = tools.iter().map(|equipped| equipped.tool.metadata().id.as_str()).collect::<Vec<_>>().join(", ");
    let leaves = match tools.iter().any(|equipped| equipped.processes.is_some()) {
        false => "nothing leaves this machine",
        true => "kgas sends nothing anywhere; external tools may",
    };
    match endpoint {
        None => format!("no provider was named, so no model is asked and {leaves}: {ids}"),
        Some(_) if !are_asked(tools) => format!("no model is needed, so {leaves}: {ids}"),
        Some(endpoint) => format!("asking {}; {ids}", endpoint.in_words()),
    }
}

async fn run(
    corpus: &Corpus,
    args: &ExtractArgs,
    similarity: Option<&Similarity>,
    out: &Folder,
    show: Show,
) -> Result<Exit, Failure> {
    let not_written = |error| Failure::fatal(OutputError::new(out.path(), error));
    let started = SystemTime::now();
    let begun = Instant::now();
    let store = Store::create(&out.own()).map_err(not_written)?;
    let store = store.offsets(origin::unit(args.offsets)).merging(origin::merging(args.merge));
    let origin = origin::of(corpus, args).map_err(not_written)?;
    let meter = Meter::new(show, NAMED, Arc::clone(&corpus.models.board));
    let Finished { mut tally, store } = corpus.run(store, meter, not_written).await?;
    let (store, compared) = match similarity {
        Some(similarity) => similarity.connect(corpus, store, out, show).await?,
        None => (store, Usage::default()),
    };
    let folder = out.clone();
    let (draft, graph) = tokio::task::spawn_blocking(move || store.write_graph(&folder))
        .await
        .map_err(Failure::fatal)?
        .map_err(not_written)?;
    tally.settle(&graph);
    let counts = Counts::new(&tally, graph);
    let summary = summary(corpus, args, counts, (&tally, compared), (started, begun.elapsed()));
    corpus.models.board.end(summary.state, Some(&summary.counts.graph), summary.run.spent.cost.usd_saved);
    let (line, estimate) = (in_words(&summary), summary.run.estimate);
    let is_finished = !matches!(summary.state, RunState::Stopped | RunState::Interrupted);
    let place = tokio::task::spawn_blocking(move || draft.publish(&origin, summary))
        .await
        .map_err(Failure::fatal)?
        .map_err(not_written)?;
    if is_finished {
        Renewal::end(out).map_err(not_written)?;
    }
    let at = place.display();
    show.result(&format!("{at}: {line}"))?;
    if let Some(estimate) = estimate {
        show.note(&format!("prompt tokens of what was bought: {estimate}"));
    }
    if place != args.out {
        let out = args.out.display();
        let kept = format!("{out} keeps the graph of an earlier run, for which all documents were tried");
        show.warning(&format!("{kept}; what this run did is in {at}, and the same command goes on"));
    }
    corpus.end(&tally, &at, Some(&format!("{at}/documents.jsonl")), show)
}

/// Prints the first request, over a line that leads nowhere.
async fn show_prompt(job: Job, out: &Path, show: Show) -> Result<Exit, Failure> {
    let Some(endpoint) = &job.endpoint else {
        return Err(Failure::usage("--show-prompt: no model would be asked; name one with --provider or --base-url"));
    };
    let recorder = Recorder::default();
    let mut models = Models::behind(Arc::new(recorder.clone()), endpoint, &job.tools, Interrupt::default());
    models.show_form(endpoint, &job.tools, out, show);
    let (inputs, options) = job.documents;
    let readable = source::documents(inputs, &options).filter_map(|document| Some((document.id, document.text.ok()?)));
    for (id, text) in readable {
        for equipped in &job.tools {
            let mut input = ToolInput::text(id.clone(), text.clone());
            input.ontology = Arc::clone(&job.ontology);
            input.examples = Arc::clone(&job.examples);
            equipped.tool.execute(&models.context, input).await.map_err(Failure::fatal)?;
            if let Some(body) = recorder.first() {
                show.json(&body)?;
                return Ok(Exit::Complete);
            }
        }
    }
    Err(Failure::fatal("--show-prompt: no document gives a request"))
}
