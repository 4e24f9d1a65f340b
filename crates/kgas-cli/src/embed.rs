//! `kgas embed`: documents in, vectors out.

use std::sync::Arc;

use kgas_engine::model::Gate;
use kgas_engine::{DocumentState, Finished, Interrupt, OutputError, Pipeline, Store, source};
use kgas_http::Transport;

use crate::args::EmbedArgs;
use crate::endpoint::Endpoint;
use crate::extract::{in_flight, offline, online};
use crate::failure::Failure;
use crate::progress::Meter;
use crate::settings::{equip, registry};
use crate::show::Show;
use crate::{Exit, input};

const EMBEDDER: &str = "T41_async";

pub(crate) async fn main(args: &EmbedArgs, show: &Show) -> Result<Exit, Failure> {
    let endpoint = Endpoint::from_args(&args.model)?;
    let tools = equip(&registry()?, &[EMBEDDER.to_owned()], &args.tools)?;
    let interrupt = Interrupt::default();
    let gate = Arc::new(Gate::new(interrupt.clone()));
    let context = match &endpoint {
        None => offline(&tools, &interrupt)?,
        Some(endpoint) => {
            let client: Arc<dyn Transport> = Arc::new(endpoint.client(&interrupt)?);
            show.note(&format!("asking {}: {}", endpoint.base, endpoint.limits_in_words()));
            online(endpoint, endpoint.model.as_deref(), &client, &interrupt, &gate)
        }
    };
    let not_written = |error| Failure::fatal(OutputError::new(&args.out, error));
    if args.out.is_dir() {
        return Err(not_written(std::io::ErrorKind::IsADirectory.into()));
    }
    // Beside the file, so that it only has to be renamed.
    let beside = args.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let store = Store::create(beside).map_err(not_written)?;
    let pipeline = Pipeline {
        tools: tools.into_iter().map(|equipped| equipped.tool).collect(),
        ontology: Arc::default(),
        context,
        in_flight: in_flight(args.model.max_concurrent, endpoint.is_some()),
    };
    let signals = crate::signals::listen(interrupt.clone(), *show);
    let (inputs, options) = input::corpus(&args.source);
    let mut meter = Meter::new(*show);
    let finished = kgas_engine::run(source::documents(inputs, &options), pipeline, store, &interrupt, &mut meter).await;
    meter.finish();
    let Finished { tally, store } = finished.map_err(not_written)?;
    let path = args.out.clone();
    tokio::task::spawn_blocking(move || store.write_embeddings(&path))
        .await
        .map_err(Failure::fatal)?
        .map_err(not_written)?;
    signals.abort();
    let (done, all) = (tally.documents_in(DocumentState::Complete), tally.all_documents());
    let out = args.out.display();
    show.result(&format!("{out}: vectors of {done} of {all} documents, {} calls", tally.usage().calls));
    if let Some(error) = gate.fatal() {
        return Err(Failure::fatal(format!("{error}; what was done before is in {out}")));
    }
    Ok(match () {
        () if interrupt.is_stopping() => Exit::Interrupted,
        () if all == 0 || tally.unreadable == all => return Err(Failure::fatal("none of the documents can be read")),
        () if done < all => Exit::WithFailures,
        () => Exit::Complete,
    })
}
