//! One measurement: documents through `T23c_async` against a server in this process, over real sockets.

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use kgas_core::ontology::{ClassSpec, Leniency, OntologySpec};
use kgas_core::{Ontology, Registry, ToolContext};
use kgas_engine::model::{Gate, OpenAiModel};
use kgas_engine::source::Sourced;
use kgas_engine::{DocumentRow, DocumentState, Finished, Interrupt, Pipeline, Progress, Store, Tally};
use kgas_http::{Limits, openai};
use kgas_mock::{Gazetteer, MockServer};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::Instant;

const TOOL: &str = "T23c_async";

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) documents: NonZeroUsize,
    pub(crate) max_concurrent: NonZeroUsize,
    pub(crate) latency: Duration,
}

/// What was seen, calls and concurrency by the server's account.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) seconds: f64,
    /// The least time possible: the server's latency, as often as calls must follow each other.
    pub(crate) bound_seconds: f64,
    pub(crate) calls: usize,
    pub(crate) max_in_flight: usize,
    pub(crate) entities: u64,
}

pub(crate) async fn measure(setup: Setup) -> Result<Measured, Failure> {
    let server = MockServer::builder()
        .latency(setup.latency)
        .answer(Gazetteer::new([("Ada Lovelace", "Person"), ("London", "City")]))
        .start()
        .await?;
    let begun = Instant::now();
    let tally = run(&server, setup).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let account = server.account();
    if tally.documents_in(DocumentState::Complete) != setup.documents.get() as u64 {
        return Err(format!("not all documents are complete: {tally:?}").into());
    }
    let rounds = u32::try_from(setup.documents.get().div_ceil(setup.max_concurrent.get()))?;
    Ok(Measured {
        seconds,
        bound_seconds: (setup.latency * rounds).as_secs_f64(),
        calls: account.calls_answered(),
        max_in_flight: account.max_in_flight(),
        entities: tally.tools.values().map(|tool| tool.kept).sum(),
    })
}

async fn run(server: &MockServer, setup: Setup) -> Result<Tally, Failure> {
    let client = openai::builder(server.url()).limits(Limits::unlimited(setup.max_concurrent)).build()?;
    let interrupt = Interrupt::default();
    let gate = Arc::new(Gate::new(interrupt.clone()));
    let model = OpenAiModel::new("mock", openai::CHAT_MODEL, Map::new(), Arc::new(client), gate);
    let context = ToolContext::offline()
        .with_chat(Arc::new(model))
        .with_parallelism(setup.max_concurrent)
        .with_stop(interrupt.stop());
    let pipeline = Pipeline {
        tools: vec![Arc::from(Registry::collect()?.build(TOOL, Value::Null)?)],
        ontology: Arc::new(ontology()?),
        examples: Arc::default(),
        context,
        in_flight: setup.max_concurrent,
    };
    let scratch = tempfile::tempdir()?;
    let store = Store::create(scratch.path())?;
    let documents = Box::new(documents(setup.documents));
    let Finished { tally, .. } = kgas_engine::run(documents, pipeline, store, &interrupt, &mut Silent).await?;
    Ok(tally)
}

fn ontology() -> Result<Ontology, Failure> {
    let classes = vec![ClassSpec::new("Person"), ClassSpec::new("City")];
    let (ontology, _) = Ontology::compile(OntologySpec { classes, ..OntologySpec::default() }, Leniency::Strict)?;
    Ok(ontology)
}

fn documents(count: NonZeroUsize) -> impl Iterator<Item = Sourced> + Send {
    (1..=count.get()).map(|number| Sourced {
        id: format!("document-{number}"),
        source: "made for the benchmark".to_owned(),
        text: Ok(format!("Letter {number}. Ada Lovelace wrote it in London, and nobody answered.")),
    })
}

struct Silent;

impl Progress for Silent {
    fn advanced(&mut self, _tally: &Tally) {}
    fn incomplete(&mut self, _row: &DocumentRow) {}
}
