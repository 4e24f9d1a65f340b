//! Small tools built on the spot, and runs of them.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kgas_core::fact::FactCollector;
use kgas_core::ontology::{ClassSpec, Leniency, Ontology, OntologySpec, RelationSpec};
use kgas_core::text::chunks;
use kgas_core::{
    Capabilities, ChunkReport, ChunkState, GraphFragment, KgasTool, Need, ToolContext, ToolError, ToolInput,
    ToolMetadata, ToolOutput, ToolResult, Usage,
};
use kgas_engine::source::Sourced;
use kgas_engine::{
    Cost, Counts, Coverage, DocumentRow, Folder, GraphCounts, Interrupt, Origin, Pipeline, Progress, RunFacts,
    RunState, SCHEMA_VERSION, Spent, Store, Summary, Tally, Tokens, run,
};
use serde_json::{Value, json};

type Work = Box<dyn Fn(&ToolInput) -> Result<ToolResult, ToolError> + Send + Sync>;
type Delay = Box<dyn Fn(&str) -> Duration + Send + Sync>;

/// A tool whose result, and the time it takes, are functions of the document.
pub(crate) struct Fake {
    metadata: ToolMetadata,
    work: Work,
    delay: Delay,
    begun: Mutex<Vec<String>>,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.metadata.id)
    }
}

pub(crate) fn fake(
    id: &str,
    work: impl Fn(&ToolInput) -> Result<ToolResult, ToolError> + Send + Sync + 'static,
) -> Fake {
    let metadata = ToolMetadata {
        id: id.to_owned(),
        name: id.to_owned(),
        description: String::new(),
        category: "test".to_owned(),
        tags: Vec::new(),
        version: "1.0.0".to_owned(),
        needs: Vec::new(),
        capabilities: Capabilities::default(),
    };
    let (begun, running, most) = Default::default();
    Fake { metadata, work: Box::new(work), delay: Box::new(|_| Duration::ZERO), begun, running, most }
}

impl Fake {
    /// With a time that it takes for a document.
    pub(crate) fn slow(mut self, delay: impl Fn(&str) -> Duration + Send + Sync + 'static) -> Self {
        self.delay = Box::new(delay);
        self
    }

    /// As one that asks a model: a task takes one document then.
    pub(crate) fn asking(mut self) -> Self {
        self.metadata.needs = vec![Need::ChatModel];
        self
    }

    /// The ids of the documents that it has seen.
    pub(crate) fn begun(&self) -> Vec<String> {
        self.begun.lock().unwrap().clone()
    }

    /// The most documents that it worked on at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl KgasTool for Fake {
    fn metadata(&self) -> &ToolMetadata {
        &self.metadata
    }

    fn validate(&self, _: &ToolInput) -> Result<(), ToolError> {
        Ok(())
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        self.begun.lock().unwrap().push(input.document.id().to_owned());
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        let delay = (self.delay)(input.document.id());
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        self.running.fetch_sub(1, Ordering::SeqCst);
        if context.is_stopping() {
            return Ok(skipped(&self.metadata.id, &input));
        }
        (self.work)(&input)
    }
}

fn skipped(tool: &str, input: &ToolInput) -> ToolResult {
    let mut result = ToolResult::whole(tool, ToolOutput::Graph(GraphFragment::default()));
    result.chunks = cut(input).map(|chunk| ChunkReport::new(&chunk, ChunkState::Skipped)).collect();
    result
}

fn cut(input: &ToolInput) -> impl Iterator<Item = kgas_core::text::Chunk> + '_ {
    chunks(&input.document, NonZeroUsize::new(40).unwrap())
}

/// A tool that claims something of each chunk: entities, then relations.
pub(crate) fn claiming(id: &'static str, claims: fn(&str) -> (Vec<Value>, Vec<Value>)) -> Fake {
    fake(id, move |input| {
        let mut graph = GraphFragment::default();
        let (mut reports, mut rejected) = (Vec::new(), Vec::new());
        for chunk in cut(input) {
            let (entities, relations) = claims(chunk.text(&input.document));
            let mut facts = FactCollector::new(&input.document, &chunk, &input.ontology, &input.graph, id);
            entities.iter().for_each(|item| facts.entity_json(item));
            relations.iter().for_each(|item| facts.relation_json(item));
            let found = facts.finish();
            let mut report = ChunkReport::new(&chunk, if found.kept > 0 { ChunkState::Ok } else { ChunkState::Empty });
            report.kept = found.kept;
            report.rejected = found.rejected.len();
            reports.push(report);
            found.mentions.into_iter().for_each(|mention| graph.add_mention(mention));
            found.relations.into_iter().for_each(|relation| graph.add_relation(relation));
            rejected.extend(found.rejected);
        }
        let mut result = ToolResult::whole(id, ToolOutput::Graph(graph));
        (result.chunks, result.rejected) = (reports, rejected);
        result.usage = Usage { calls: 1, attempts: 2, prompt_tokens: 10, completion_tokens: 3, ..Usage::default() };
        Ok(result)
    })
}

/// Finds words with a capital letter, and claims someone who is never there.
pub(crate) fn names() -> Fake {
    claiming("test_names", |text| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with(char::is_uppercase));
        let entity = |word: &str| {
            let kind = if word == "Acme" { "Company" } else { "Person" };
            json!({"text": word, "type": kind, "confidence": 0.9})
        };
        let mut entities: Vec<Value> = words.map(entity).collect();
        entities.push(json!({"text": "Nobody", "type": "Person"}));
        (entities, Vec::new())
    })
}

/// Finds who knows whom, and since when: "Ann knows Bob", "Ann since 1984".
pub(crate) fn bonds() -> Fake {
    claiming("test_bonds", |text| {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let relations = words.windows(3).filter(|three| matches!(three[1], "knows" | "since" | "runs"));
        let claim = |three: &[&str]| {
            json!({"subject": three[0], "type": three[1], "object": three[2], "confidence": 0.8,
                "evidence": three.join(" ")})
        };
        (Vec::new(), relations.map(claim).collect())
    })
}

/// People and companies: who knows whom, who is here since when, and who runs anything.
pub(crate) fn ontology() -> Arc<Ontology> {
    let mut person = ClassSpec::new("Person");
    person.properties = vec!["age".to_owned()];
    let spec = OntologySpec {
        classes: vec![person, ClassSpec::new("Company")],
        relations: vec![
            RelationSpec::new("knows").from(["Person"]).to(["Person"]),
            RelationSpec::new("since").from(["Person"]).to(["date"]),
            RelationSpec::new("runs"),
        ],
        ..OntologySpec::default()
    };
    Arc::new(Ontology::compile(spec, Leniency::Strict).unwrap().0)
}

pub(crate) fn document(id: impl Into<String>, text: impl Into<String>) -> Sourced {
    let id = id.into();
    Sourced { source: format!("corpus/{id}"), id, text: Ok(text.into()) }
}

pub(crate) fn documents(all: &[(&str, &str)]) -> Vec<Sourced> {
    all.iter().map(|(id, text)| document(*id, *text)).collect()
}

/// What a run has left.
pub(crate) struct Ran {
    pub(crate) tally: Tally,
    pub(crate) counts: GraphCounts,
    /// The rows of documents that aren't complete, as they were told.
    pub(crate) incomplete: Vec<String>,
    folder: tempfile::TempDir,
}

#[derive(Default)]
struct Told {
    incomplete: Vec<String>,
    documents: u64,
}

impl Progress for Told {
    fn advanced(&mut self, tally: &Tally) {
        self.documents += 1;
        assert_eq!(tally.all_documents(), self.documents);
    }

    fn incomplete(&mut self, row: &DocumentRow) {
        self.incomplete.push(row.document.clone());
    }
}

pub(crate) async fn ran(documents: Vec<Sourced>, tools: &[Arc<Fake>], in_flight: usize) -> Ran {
    ran_until(documents, tools, in_flight, &Interrupt::default()).await
}

pub(crate) async fn ran_until(
    documents: Vec<Sourced>,
    tools: &[Arc<Fake>],
    in_flight: usize,
    interrupt: &Interrupt,
) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let (tally, counts, incomplete) = run_into(folder.path(), documents, tools, in_flight, interrupt).await;
    Ran { tally, counts, incomplete, folder }
}

pub(crate) async fn run_into(
    folder: &Path,
    documents: Vec<Sourced>,
    tools: &[Arc<Fake>],
    in_flight: usize,
    interrupt: &Interrupt,
) -> (Tally, GraphCounts, Vec<String>) {
    let out = Folder::create(folder).unwrap();
    let store = Store::create(&out.own()).unwrap();
    run_as(&out, documents, (tools, &ontology()), in_flight, interrupt, store).await
}

/// A run with an ontology of its own and a store with settings of its own.
pub(crate) async fn ran_with(
    documents: Vec<Sourced>,
    tools: &[Arc<Fake>],
    ontology: &Arc<Ontology>,
    with: impl FnOnce(Store) -> Store,
) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let out = Folder::create(folder.path()).unwrap();
    let store = with(Store::create(&out.own()).unwrap());
    let interrupt = Interrupt::default();
    let (tally, counts, incomplete) = run_as(&out, documents, (tools, ontology), 4, &interrupt, store).await;
    Ran { tally, counts, incomplete, folder }
}

/// The store of a run, before it is written.
pub(crate) async fn store_of(
    out: &Folder,
    documents: Vec<Sourced>,
    tools: &[Arc<Fake>],
    ontology: &Arc<Ontology>,
) -> Store {
    let store = Store::create(&out.own()).unwrap();
    let pipeline = pipeline(tools, ontology, 1);
    let documents = Box::new(documents.into_iter());
    run(documents, pipeline, store, &Interrupt::default(), &mut Told::default()).await.unwrap().store
}

fn pipeline(tools: &[Arc<Fake>], ontology: &Arc<Ontology>, in_flight: usize) -> Pipeline {
    Pipeline {
        tools: tools.iter().map(|tool| -> Arc<dyn KgasTool> { Arc::<Fake>::clone(tool) }).collect(),
        ontology: Arc::clone(ontology),
        examples: Arc::default(),
        redo: Arc::default(),
        context: ToolContext::offline(),
        in_flight: NonZeroUsize::new(in_flight).unwrap(),
    }
}

async fn run_as(
    out: &Folder,
    documents: Vec<Sourced>,
    (tools, ontology): (&[Arc<Fake>], &Arc<Ontology>),
    in_flight: usize,
    interrupt: &Interrupt,
    store: Store,
) -> (Tally, GraphCounts, Vec<String>) {
    let pipeline = pipeline(tools, ontology, in_flight);
    let mut told = Told::default();
    let finished = run(Box::new(documents.into_iter()), pipeline, store, interrupt, &mut told).await.unwrap();
    let (draft, counts) = finished.store.write_graph(out).unwrap();
    let mut tally = finished.tally;
    tally.settle(&counts);
    draft.publish(&origin(), summary(&tally, counts.clone(), RunState::Complete)).unwrap();
    (tally, counts, told.incomplete)
}

/// What is told of a run that was told nothing.
pub(crate) fn origin() -> Origin {
    Origin {
        kgas: "0".to_owned(),
        folder: ".".into(),
        inputs: Vec::new(),
        id_field: "id".to_owned(),
        text_field: "text".to_owned(),
        stdin_format: "txt".to_owned(),
        ontology: None,
        tools: Vec::new(),
        offsets: "code_points".to_owned(),
        merge: "aliases".to_owned(),
    }
}

/// The summary of a run that ended so, with no time in it.
pub(crate) fn summary(tally: &Tally, counts: GraphCounts, state: RunState) -> Summary {
    let spent = Spent::new(tally.usage(), Cost::default());
    Summary {
        schema_version: SCHEMA_VERSION,
        state,
        coverage: Coverage::new(tally),
        counts: Counts::new(tally, counts),
        calls: tally.usage().calls,
        tokens: Tokens::from(tally.usage()),
        tools: Vec::new(),
        models: Vec::new(),
        offsets: "code_points",
        files: BTreeMap::new(),
        run: RunFacts {
            kgas: "0",
            started_unix: 0,
            seconds: 0.0,
            spent,
            in_flight: 1,
            max_concurrent: 1,
            tools: BTreeMap::new(),
            estimate: None,
            stopped_by: None,
        },
    }
}

impl Ran {
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder().join(name)).unwrap()
    }

    pub(crate) fn lines(&self, name: &str) -> Vec<Value> {
        self.file(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A field of each line.
    pub(crate) fn column(&self, name: &str, field: &str) -> Vec<Value> {
        self.lines(name).into_iter().map(|mut line| line[field].take()).collect()
    }

    /// All files, by name.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let names = std::fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap());
        let files = names.filter(|entry| entry.file_type().unwrap().is_file());
        files
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                let content = self.file(&name);
                (name, content)
            })
            .collect()
    }
}
