//! The work of a run: documents for the tools, or bare calls for the client.

use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use kgas_core::ontology::{ClassSpec, Leniency, OntologySpec, RelationSpec};
use kgas_core::{KgasTool, Ontology, Registry, ToolContext};
use kgas_engine::model::{Gate, OpenAiEmbedder, OpenAiModel};
use kgas_engine::source::Sourced;
use kgas_engine::{DocumentRow, DocumentState, Finished, Folder, Interrupt, Pipeline, Progress, Store, Tally};
use kgas_http::{ApiRequest, Transport, openai};
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use crate::failure::Failure;

/// How many calls are in hand for each that can be on the wire: the limiter's queue is never empty, whatever part of
/// the calls backs off.
const DEPTH: usize = 4;

/// The one relation of the benchmark's ontology: between people.
pub(crate) const KNOWS: &str = "knows";

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Load {
    /// Documents, taken through tools as `kgas extract` takes them.
    Documents(Documents),
    /// Calls without a tool.
    Calls(Vec<ApiRequest>),
}

/// Documents and what is done with them.
#[derive(Debug)]
pub(crate) struct Documents {
    pub(crate) texts: Vec<String>,
    /// The tools in order, with their settings.
    pub(crate) tools: Vec<(&'static str, Value)>,
    /// Whether the graph is merged and written too, and not only found.
    pub(crate) is_written: bool,
}

impl Load {
    /// The most calls that it can need, retries apart, where each document is one chunk.
    pub(super) fn calls(&self) -> usize {
        match self {
            Self::Documents(documents) => documents.texts.len() * documents.tools.len(),
            Self::Calls(requests) => requests.len(),
        }
    }

    /// Does it, and says how many items the tools kept.
    pub(crate) async fn run(self, line: Arc<dyn Transport>, max_concurrent: NonZeroUsize) -> Result<u64, Failure> {
        match self {
            Self::Documents(documents) => documents.run(line, max_concurrent).await,
            Self::Calls(requests) => {
                let sends = requests.into_iter().map(|request| line.send(request));
                let in_hand = max_concurrent.get() * DEPTH;
                stream::iter(sends).buffer_unordered(in_hand).for_each(|_answer| async {}).await;
                Ok(0)
            }
        }
    }
}

impl Documents {
    /// One-chunk documents for the entity extractor.
    pub(crate) fn for_entities(texts: Vec<String>) -> Self {
        Self { texts, tools: vec![("T23c_async", Value::Null)], is_written: false }
    }

    async fn run(self, line: Arc<dyn Transport>, max_concurrent: NonZeroUsize) -> Result<u64, Failure> {
        let Self { texts, tools, is_written } = self;
        let interrupt = Interrupt::default();
        let gate = Arc::new(Gate::new(interrupt.clone()));
        let chat = OpenAiModel::new("mock", openai::CHAT_MODEL, Map::new(), Arc::clone(&line), Arc::clone(&gate));
        let embedder = OpenAiEmbedder::new("mock", openai::EMBEDDING_MODEL, line, gate);
        let context = ToolContext::offline()
            .with_chat(Arc::new(chat))
            .with_embedder(Arc::new(embedder))
            .with_parallelism(max_concurrent)
            .with_stop(interrupt.stop());
        let registry = Registry::collect()?;
        let build = |(id, settings)| Ok::<Arc<dyn KgasTool>, Failure>(Arc::from(registry.build(id, settings)?));
        let pipeline = Pipeline {
            tools: tools.into_iter().map(build).collect::<Result<_, _>>()?,
            ontology: Arc::new(ontology()?),
            examples: Arc::default(),
            redo: Arc::default(),
            context,
            in_flight: max_concurrent.saturating_mul(NonZeroUsize::MIN.saturating_add(1)),
        };
        let scratch = tempfile::tempdir()?;
        let store = Store::create(scratch.path())?;
        let count = texts.len() as u64;
        let Finished { tally, store } =
            kgas_engine::run(Box::new(sourced(texts)), pipeline, store, &interrupt, &mut Silent).await?;
        if is_written {
            let out = Folder::create(&scratch.path().join("OUT"))?;
            // Written and synced; giving the files their names is no work.
            spawn_blocking(move || store.write_graph(&out).map(drop)).await??;
        }
        if tally.documents_in(DocumentState::Complete) != count {
            return Err(format!("not all of {count} documents are complete: {:?}", tally.documents).into());
        }
        Ok(tally.tools.values().map(|tool| tool.kept).sum())
    }
}

/// The classes that the documents of the benchmark name, and the relation.
fn ontology() -> Result<Ontology, Failure> {
    let person = || vec!["Person".to_owned()];
    let classes = vec![ClassSpec::new("Person"), ClassSpec::new("City")];
    let label = KNOWS.to_owned();
    let relations =
        vec![RelationSpec { id: label.clone(), label, domain: person(), range: person(), ..RelationSpec::default() }];
    let spec = OntologySpec { classes, relations, ..OntologySpec::default() };
    let (ontology, _) = Ontology::compile(spec, Leniency::Strict)?;
    Ok(ontology)
}

fn sourced(texts: Vec<String>) -> impl Iterator<Item = Sourced> + Send {
    texts.into_iter().zip(1_u64..).map(|(text, number)| Sourced {
        id: format!("document-{number}"),
        source: "made for the benchmark".to_owned(),
        text: Ok(text),
    })
}

struct Silent;

impl Progress for Silent {
    fn advanced(&mut self, _tally: &Tally) {}
    fn incomplete(&mut self, _row: &DocumentRow) {}
}
