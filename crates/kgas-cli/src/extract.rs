//! `kgas extract`: documents and an ontology in, a graph out.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kgas_core::{Need, Ontology, ToolContext, ToolInput};
use kgas_engine::model::Gate;
use kgas_engine::{
    Counts, DocumentState, Finished, Folder, Interrupt, OutputError, Pipeline, RunFacts, RunState, SCHEMA_VERSION,
    Store, Summary, Tally, Tokens, ToolSummary, source, tool_seconds,
};
use kgas_http::Transport;
use tokio::time::Instant;

use crate::args::ExtractArgs;
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::progress::Meter;
use crate::prompt::Recorder;
use crate::settings::{Equipped, equip, needs, registry};
use crate::show::Show;
use crate::{Exit, input};

const WITHOUT_MODEL: [&str; 2] = ["T23a_rules", "T27_rules"];
const WITH_MODEL: [&str; 2] = ["T23c_async", "T27_async"];

pub(crate) async fn main(args: &ExtractArgs, show: &Show) -> Result<Exit, Failure> {
    let endpoint = Endpoint::from_args(&args.model)?;
    let defaults = if endpoint.is_some() { WITH_MODEL } else { WITHOUT_MODEL };
    let ids = if args.ids.is_empty() { defaults.map(str::to_owned).to_vec() } else { args.ids.clone() };
    let tools = equip(&registry()?, &ids, &args.tools)?;
    let ontology = input::ontology(&args.ontology, show)?;
    if ontology.is_none()
        && let Some(tool) = needs(&tools, Need::Ontology)
    {
        return Err(Failure::usage(format!("tool {tool} needs an ontology: name its file with --ontology")));
    }
    let ontology = ontology.unwrap_or_default();
    validate(&tools, &ontology)?;
    if args.show_prompt {
        return show_prompt(args, endpoint.as_ref(), &tools, ontology, show).await;
    }
    let interrupt = Interrupt::default();
    let gate = Arc::new(Gate::new(interrupt.clone()));
    let context = match &endpoint {
        None => offline(&tools, &interrupt)?,
        Some(endpoint) => {
            let client: Arc<dyn Transport> = Arc::new(endpoint.client(&interrupt)?);
            online(endpoint, None, &client, &interrupt, &gate)
        }
    };
    let out = Folder::create(&args.out).map_err(Failure::fatal)?;
    show.note(&first_line(endpoint.as_ref(), &ids));
    let signals = crate::signals::listen(interrupt.clone(), *show);
    let in_flight = in_flight(args.model.max_concurrent, endpoint.is_some());
    let job = Job { tools, ontology, context, in_flight, interrupt, gate };
    let ended = job.run(args, &out, show).await;
    signals.abort();
    ended
}

/// Everything that a run is made of.
struct Job {
    tools: Vec<Equipped>,
    ontology: Arc<Ontology>,
    context: ToolContext,
    in_flight: NonZeroUsize,
    interrupt: Interrupt,
    gate: Arc<Gate>,
}

impl Job {
    async fn run(self, args: &ExtractArgs, out: &Folder, show: &Show) -> Result<Exit, Failure> {
        let not_written = |error| Failure::fatal(OutputError::new(out.path(), error));
        let started = SystemTime::now();
        let begun = Instant::now();
        let (inputs, options) = input::corpus(&args.source);
        let pipeline = Pipeline {
            tools: self.tools.iter().map(|equipped| Arc::clone(&equipped.tool)).collect(),
            ontology: Arc::clone(&self.ontology),
            context: self.context.clone(),
            in_flight: self.in_flight,
        };
        let store = Store::create(&out.own()).map_err(not_written)?;
        let mut meter = Meter::new(*show);
        let documents = source::documents(inputs, &options);
        let finished = kgas_engine::run(documents, pipeline, store, &self.interrupt, &mut meter).await;
        meter.finish();
        let Finished { tally, store } = finished.map_err(not_written)?;
        let folder = out.clone();
        let graph = tokio::task::spawn_blocking(move || store.write_graph(&folder))
            .await
            .map_err(Failure::fatal)?
            .map_err(not_written)?;
        let state = self.state(&tally);
        let counts = Counts::new(&tally, graph);
        let summary = self.summary(args, state, counts, &tally, (started, begun.elapsed()));
        out.write("summary.json", |file| Ok(serde_json::to_writer_pretty(file, &summary)?)).map_err(not_written)?;
        self.tell(args, &summary, &tally, show)
    }

    fn state(&self, tally: &Tally) -> RunState {
        if self.gate.fatal().is_some() {
            RunState::Stopped
        } else if self.interrupt.is_stopping() {
            RunState::Interrupted
        } else if tally.documents_in(DocumentState::Complete) == tally.all_documents() {
            RunState::Complete
        } else {
            RunState::Incomplete
        }
    }

    fn summary(
        &self,
        args: &ExtractArgs,
        state: RunState,
        counts: Counts,
        tally: &Tally,
        (started, took): (SystemTime, Duration),
    ) -> Summary {
        let usage = tally.usage();
        let tool = |equipped: &Equipped| {
            let metadata = equipped.tool.metadata();
            ToolSummary {
                id: metadata.id.clone(),
                version: metadata.version.clone(),
                config: equipped.config.clone(),
                tally: tally.tools.get(&metadata.id).cloned().unwrap_or_default(),
            }
        };
        Summary {
            schema_version: SCHEMA_VERSION,
            state,
            counts,
            calls: usage.calls,
            tokens: Tokens::from(usage),
            tools: self.tools.iter().map(tool).collect(),
            models: self.models(),
            offsets: "code_points",
            run: RunFacts {
                kgas: env!("CARGO_PKG_VERSION"),
                started_unix: started.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()),
                seconds: took.as_secs_f64(),
                attempts: usage.attempts,
                in_flight: self.in_flight.get(),
                max_concurrent: args.model.max_concurrent.get(),
                tool_seconds: tool_seconds(tally),
                stopped_by: self.gate.fatal().map(ToString::to_string),
            },
        }
    }

    fn models(&self) -> Vec<String> {
        let mut asked = Vec::new();
        if needs(&self.tools, Need::ChatModel).is_some() {
            asked.extend(self.context.chat("").ok().map(|model| model.id().to_owned()));
        }
        if needs(&self.tools, Need::Embedder).is_some() {
            asked.extend(self.context.embedder("").ok().map(|model| model.id().to_owned()));
        }
        asked
    }

    /// The last lines, and the exit code.
    fn tell(&self, args: &ExtractArgs, summary: &Summary, tally: &Tally, show: &Show) -> Result<Exit, Failure> {
        let out = args.out.display();
        if tally.all_documents() == 0 && summary.state == RunState::Complete {
            return Err(Failure::fatal(
                "no documents in what was named: kgas reads .txt, .md, .jsonl, .csv and each .gz",
            ));
        }
        if tally.empty_documents > 0 {
            show.warning(&format!("{} documents are empty", tally.empty_documents));
        }
        show.result(&in_words(summary, &out.to_string()));
        match summary.state {
            RunState::Stopped => {
                let why = summary.run.stopped_by.as_deref().unwrap_or("a fatal error");
                Err(Failure::fatal(format!("{why}; what was done before is in {out}")))
            }
            RunState::Interrupted => Ok(Exit::Interrupted),
            RunState::Complete => Ok(Exit::Complete),
            RunState::Incomplete if tally.unreadable == tally.all_documents() => {
                Err(Failure::fatal(format!("none of the documents can be read: {out}/documents.jsonl says why")))
            }
            RunState::Incomplete => {
                show.warning(&format!("not all is done: {out}/documents.jsonl lists what is missing, and why"));
                Ok(Exit::WithFailures)
            }
        }
    }
}

/// Checks tools against the ontology before anything is spent.
fn validate(tools: &[Equipped], ontology: &Arc<Ontology>) -> Result<(), Failure> {
    let mut sample = ToolInput::text("check", "A text to check the settings by.");
    sample.ontology = Arc::clone(ontology);
    tools.iter().try_for_each(|equipped| equipped.tool.validate(&sample)).map_err(Failure::usage)
}

/// The context of tools that ask no model.
pub(crate) fn offline(tools: &[Equipped], interrupt: &Interrupt) -> Result<ToolContext, Failure> {
    let model = needs(tools, Need::ChatModel).map(|tool| (tool, "a chat model"));
    let embedder = needs(tools, Need::Embedder).map(|tool| (tool, "an embedding model"));
    if let Some((tool, what)) = model.or(embedder) {
        let to_do = "name one with --provider or --base-url";
        return Err(Failure::usage(format!("tool {tool} needs {what}: {to_do}")));
    }
    Ok(ToolContext::offline().with_stop(interrupt.stop()))
}

/// The context of tools that ask models behind a transport.
pub(crate) fn online(
    endpoint: &Endpoint,
    embedding_model: Option<&str>,
    transport: &Arc<dyn Transport>,
    interrupt: &Interrupt,
    gate: &Arc<Gate>,
) -> ToolContext {
    let chat = endpoint.chat_model(Arc::clone(transport), Arc::clone(gate));
    let embedder = endpoint.embedder(embedding_model, Arc::clone(transport), Arc::clone(gate));
    ToolContext::offline()
        .with_chat(Arc::new(chat))
        .with_embedder(Arc::new(embedder))
        .with_stop(interrupt.stop())
        .with_parallelism(endpoint.limits.max_concurrent)
}

/// Documents in flight: enough that a call always waits for its turn, or that all cores are busy.
pub(crate) fn in_flight(max_concurrent: NonZeroUsize, asks_models: bool) -> NonZeroUsize {
    let two = NonZeroUsize::MIN.saturating_add(1);
    if asks_models {
        return max_concurrent.saturating_mul(two);
    }
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    cores.saturating_mul(two).saturating_mul(two)
}

fn first_line(endpoint: Option<&Endpoint>, ids: &[String]) -> String {
    let tools = ids.join(", ");
    match endpoint {
        None => format!("no provider was named, so no model is asked and nothing leaves this machine: {tools}"),
        Some(endpoint) => format!("asking {}: {}; {tools}", endpoint.base, endpoint.limits_in_words()),
    }
}

async fn show_prompt(
    args: &ExtractArgs,
    endpoint: Option<&Endpoint>,
    tools: &[Equipped],
    ontology: Arc<Ontology>,
    show: &Show,
) -> Result<Exit, Failure> {
    let Some(endpoint) = endpoint else {
        return Err(Failure::usage("--show-prompt: no model would be asked; name one with --provider or --base-url"));
    };
    let recorder = Recorder::default();
    let interrupt = Interrupt::default();
    let gate = Arc::new(Gate::new(interrupt.clone()));
    let transport: Arc<dyn Transport> = Arc::new(recorder.clone());
    let context = online(endpoint, None, &transport, &interrupt, &gate);
    let (inputs, options) = input::corpus(&args.source);
    let documents = source::documents(inputs, &options);
    let readable = documents.filter_map(|document| Some((document.id, document.text.ok()?)));
    for (id, text) in readable {
        for equipped in tools {
            let mut input = ToolInput::text(id.clone(), text.clone());
            input.ontology = Arc::clone(&ontology);
            equipped.tool.execute(&context, input).await.map_err(Failure::fatal)?;
            if let Some(body) = recorder.first() {
                show.json(&body)?;
                return Ok(Exit::Complete);
            }
        }
    }
    Err(Failure::fatal("--show-prompt: no document gives a request"))
}

fn in_words(summary: &Summary, out: &str) -> String {
    let graph = summary.counts.graph;
    let documents: u64 = summary.counts.documents.values().sum();
    let incomplete = documents - summary.counts.documents.get("complete").copied().unwrap_or_default();
    let mut line = format!("{out}: {} entities and {} relations", graph.entities, graph.relations);
    line += &format!(" from {documents} documents in {:.1} s", summary.run.seconds);
    let rejected: u64 = summary.counts.rejected.values().sum();
    let asked = if summary.calls > 0 { Some(("calls", summary.calls)) } else { None };
    let more: BTreeMap<&str, u64> = [("rejected items", rejected), ("incomplete documents", incomplete)].into();
    for (what, count) in asked.into_iter().chain(more.into_iter().filter(|(_, count)| *count > 0)) {
        line += &format!(", {count} {what}");
    }
    line
}
