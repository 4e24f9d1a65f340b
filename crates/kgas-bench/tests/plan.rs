//! A plan against the run that follows it: the real tools, client and journal, in simulated time.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kgas_core::ontology::{ClassSpec, Leniency, OntologySpec, RelationSpec};
use kgas_core::{KgasTool, Ontology, Registry, ToolContext};
use kgas_engine::journal::{Journal, Journaled};
use kgas_engine::model::{Gate, OpenAiModel};
use kgas_engine::plan::{Conditions, Gauge, JournalShelf, Learned, Plan, Survey, SurveyedTool};
use kgas_engine::source::Sourced;
use kgas_engine::{DocumentRow, Finished, Interrupt, Pipeline, Progress, Store, Tally};
use kgas_http::{Client, Limits, Transport, memory, openai};
use kgas_mock::{Answer, ChatCall, Gazetteer, Latency, MockServer, RelationTable};
use kgas_tools as _;
use serde_json::{Map, json};
use tokio::time::Instant;

const NAMES: [&str; 6] = ["Ada Abbott", "Bruno Berger", "Clara Carver", "David Dorn", "Elena Egan", "Felix Fischer"];

/// Documents that are bought first, and all that are planned: whole rounds of their lengths.
const FIRST: usize = 30;
const ALL: usize = 90;

/// Documents of one to a dozen chunks, each of which names a few people.
fn documents(numbers: Range<usize>) -> Vec<Sourced> {
    let text = |number: usize| {
        let name = |at: usize| NAMES[(number + at) % NAMES.len()];
        let sentence = |at: usize| {
            let filler = format!("Harbour {number}-{at} was quiet that week, and nobody came to look at the boats. ");
            format!("{} knows {} since day {number}. {filler}", name(at), name(at + 1))
        };
        (0..1 + number % 9).map(sentence).collect::<String>()
    };
    let document = |number| {
        let id = format!("document-{number}");
        Sourced { source: id.clone(), id, text: Ok(text(number)) }
    };
    numbers.map(document).collect()
}

/// A model that finds the people in a text, and whom each of them knows.
fn model() -> impl Answer {
    let pairs = NAMES.iter().zip(NAMES.iter().cycle().skip(1)).map(|(one, other)| (*one, "knows", *other));
    let relations: Vec<_> = pairs.collect();
    move |call: &ChatCall| match call.prompt().contains("\"relations\"") {
        true => RelationTable::new(relations.clone()).text_of(chunk_of).answer(call),
        false => Gazetteer::new(NAMES.map(|name| (name, "Person"))).text_of(chunk_of).answer(call),
    }
}

fn chunk_of(prompt: &str) -> &str {
    prompt.rsplit_once("TEXT:").map_or(prompt, |(_, text)| text)
}

fn ontology() -> Arc<Ontology> {
    let spec = OntologySpec {
        classes: vec![ClassSpec::new("Person"), ClassSpec::new("City")],
        relations: vec![RelationSpec::new("knows").from(["Person"]).to(["Person"])],
        ..OntologySpec::default()
    };
    Arc::new(Ontology::compile(spec, Leniency::Strict).unwrap().0)
}

fn tools() -> Vec<Arc<dyn KgasTool>> {
    let registry = Registry::collect().unwrap();
    let settings = json!({"chunk_size": 150, "max_tokens": 800, "response_format": "text"});
    ["T23c_async", "T27_async"].map(|id| Arc::from(registry.build(id, settings.clone()).unwrap())).to_vec()
}

struct Silent;

impl Progress for Silent {
    fn advanced(&mut self, _: &Tally) {}
    fn incomplete(&mut self, _: &DocumentRow) {}
}

/// Takes documents through tools whose questions go along this line.
async fn run(
    line: Arc<dyn Transport>,
    tools: Vec<Arc<dyn KgasTool>>,
    documents: Vec<Sourced>,
    at_once: NonZeroUsize,
) -> Tally {
    let interrupt = Interrupt::default();
    let gate = Arc::new(Gate::new(interrupt.clone()));
    let chat = OpenAiModel::new("mock", "small", Map::new(), line, gate);
    let pipeline = Pipeline {
        tools,
        ontology: ontology(),
        examples: Arc::default(),
        redo: Arc::default(),
        context: ToolContext::offline().with_chat(Arc::new(chat)).with_parallelism(at_once),
        in_flight: at_once.saturating_mul(NonZeroUsize::new(2).unwrap()),
    };
    let scratch = tempfile::tempdir().unwrap();
    let store = Store::create(scratch.path()).unwrap();
    let documents = Box::new(documents.into_iter());
    let Finished { tally, .. } = kgas_engine::run(documents, pipeline, store, &interrupt, &mut Silent).await.unwrap();
    tally
}

/// A server, and a line to it that pays once.
struct Bench {
    server: Arc<MockServer>,
    connector: memory::Connector,
    journal: Journal,
}

impl Bench {
    fn open(folder: &Path, latency: Latency) -> Self {
        let server = MockServer::builder().answer(model()).latency_model(latency).in_memory().unwrap();
        let server = Arc::new(server);
        let (connector, mut listener) = memory::connector();
        let far_end = Arc::clone(&server);
        tokio::spawn(async move {
            while let Some(pipe) = listener.accept().await {
                far_end.serve_stream(pipe);
            }
        });
        Self { server, connector, journal: Journal::open(folder).unwrap() }
    }

    fn client(&self, limits: Limits) -> Client {
        openai::builder(self.server.url()).connector(self.connector.clone()).limits(limits).build().unwrap()
    }

    fn paying_once(&self) -> Arc<dyn Transport> {
        let client = Arc::new(self.client(limits(None, None, 10)));
        Arc::new(Journaled::new(client, self.journal.clone(), self.server.url()))
    }

    async fn plan(&self, limits: Limits) -> Plan {
        let gauge = Arc::new(Gauge::by_name());
        let shelf = Arc::new(JournalShelf::new(self.journal.clone(), self.server.url()));
        let survey = Survey::new(Arc::clone(&gauge), Some(shelf));
        let surveyed = |tool| -> Arc<dyn KgasTool> { Arc::new(SurveyedTool::new(tool, survey.clone())) };
        let tools = tools().into_iter().map(surveyed).collect();
        run(Arc::new(survey.clone()), tools, documents(0..ALL), limits.max_concurrent).await;
        let learned = Learned::of(&self.journal, 500, &gauge).unwrap();
        survey.plan(&Conditions { limits, learned: &learned, price: &|_| None })
    }
}

fn limits(requests: Option<u32>, tokens: Option<u32>, at_once: usize) -> Limits {
    Limits {
        requests_per_minute: requests.and_then(NonZeroU32::new),
        tokens_per_minute: tokens.and_then(NonZeroU32::new),
        ..Limits::unlimited(NonZeroUsize::new(at_once).unwrap())
    }
}

fn apart(planned: f64, real: f64) -> f64 {
    (planned / real - 1.0).abs()
}

#[tokio::test(start_paused = true)]
async fn a_plan_says_what_the_run_then_takes_whatever_binds() {
    let latency = Latency::fixed(Duration::from_millis(400))
        .per_prompt_token(Duration::from_micros(100))
        .per_completion_token(Duration::from_millis(8))
        .spread(0.2)
        .seed(3);
    let cases = [
        ("requests per minute", limits(Some(120), None, 10)),
        ("tokens per minute", limits(Some(1_000), Some(60_000), 10)),
        ("latency", limits(None, None, 4)),
    ];
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path(), latency);
    run(bench.paying_once(), tools(), documents(0..FIRST), NonZeroUsize::new(10).unwrap()).await;
    let first = bench.server.account().calls_answered();
    for (name, limits) in cases {
        let before = bench.server.account().calls_answered();
        let plan = bench.plan(limits).await;
        assert_eq!(bench.server.account().calls_answered(), before, "{name}: a plan asks nobody");
        assert_eq!((plan.held, plan.repeated), (first as u64, 0), "{name}");

        let begun = Instant::now();
        let client = Arc::new(bench.client(limits));
        let tally = run(client, tools(), documents(FIRST..ALL), limits.max_concurrent).await;
        let took = begun.elapsed().as_secs_f64();
        let bought = tally.usage().bought();
        assert_eq!((plan.calls - plan.held, plan.to_buy), (bought.calls, bought.calls as f64), "{name}");
        let (prompt, completion) = (bought.prompt_tokens as f64, bought.completion_tokens as f64);
        let figures = [
            ("prompt tokens", plan.prompt_tokens.value, prompt),
            ("completion tokens", plan.completion_tokens.value, completion),
            ("seconds", plan.time.seconds, took),
        ];
        for (what, planned, real) in figures {
            assert!(apart(planned, real) < 0.05, "{name}: {what} {planned}, in truth {real}");
        }
        assert!(plan.time.least_seconds <= took, "{name}");
    }
}
