//! What an extraction is to do: read from what was typed, and checked before anything is spent.

use std::sync::Arc;

use kgas_core::{Examples, Need, Ontology, ToolInput};
use kgas_engine::Redo;
use kgas_engine::source::{Input, SourceOptions};

use crate::args::{ExtractArgs, ToolArgs};
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::input;
use crate::models::Models;
use crate::settings::{Equipped, equip, needs, registry};
use crate::show::Show;
use crate::similar::Similarity;
use crate::words::counted;

const WITHOUT_MODEL: [&str; 2] = ["T23a_rules", "T27_rules"];
const WITH_MODEL: [&str; 2] = ["T23c_async", "T27_async"];

/// Documents, what is done with them, and who is asked. `kgas extract` does it, `kgas plan` foresees it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) tools: Vec<Equipped>,
    pub(crate) similarity: Option<Similarity>,
    pub(crate) ontology: Arc<Ontology>,
    pub(crate) examples: Arc<Examples>,
    pub(crate) documents: (Vec<Input>, SourceOptions),
}

impl Job {
    pub(crate) fn of(args: &ExtractArgs, show: Show) -> Result<Self, Failure> {
        let endpoint = Endpoint::from_args(&args.model)?;
        let tools = tools(args, &args.tools, endpoint.is_some())?;
        let ontology = ontology(args, &tools, show)?;
        let examples = input::examples(&args.ontology, &ontology)?;
        let documents = input::corpus(&args.source)?;
        Ok(Self { endpoint, tools, similarity: Similarity::of(args)?, ontology, examples, documents })
    }

    /// All tools that run, with the one that compares names.
    pub(crate) fn all_tools(&self) -> Vec<Equipped> {
        let embedder = self.similarity.iter().map(|similarity| similarity.embedder.clone());
        self.tools.iter().cloned().chain(embedder).collect()
    }
}

/// The tools that were named, or those that go without saying.
pub(crate) fn tools(args: &ExtractArgs, settings: &ToolArgs, has_model: bool) -> Result<Vec<Equipped>, Failure> {
    let defaults = if has_model { WITH_MODEL } else { WITHOUT_MODEL };
    let ids = if args.ids.is_empty() { defaults.map(str::to_owned).to_vec() } else { args.ids.clone() };
    equip(&registry()?, &ids, settings)
}

/// The ontology, fit for these tools.
fn ontology(args: &ExtractArgs, tools: &[Equipped], show: Show) -> Result<Arc<Ontology>, Failure> {
    let ontology = input::ontology(&args.ontology, show)?;
    if ontology.is_none()
        && let Some(tool) = needs(tools, Need::Ontology)
    {
        return Err(Failure::usage(format!("tool {tool} needs an ontology: name its file with --ontology")));
    }
    let mut sample = ToolInput::text("check", "A text to check the settings by.");
    sample.ontology = ontology.unwrap_or_default();
    tools.iter().try_for_each(|equipped| equipped.tool.validate(&sample)).map_err(Failure::usage)?;
    Ok(sample.ontology)
}

/// What is asked about anew: with --retry-failed, the chunks that are not complete in the graph that is there.
pub(crate) fn redo(
    args: &ExtractArgs,
    models: &Models,
    endpoint: Option<&Endpoint>,
    (tools, show): (&[Equipped], Show),
) -> Result<Arc<Redo>, Failure> {
    if !args.retry_failed {
        return Ok(Arc::default());
    }
    let out = &args.out;
    let redo = Redo::read(out).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no graph in it yet, run without --retry-failed".to_owned(),
            _ => format!("its documents.jsonl can't be read: {error}"),
        };
        Failure::fatal(format!("--retry-failed: {}: {why}", out.display()))
    })?;
    show.note(&format!(
        "asking again about {}",
        counted(redo.documents() as u64, "incomplete document", "incomplete documents")
    ));
    let embedder = endpoint.and_then(|endpoint| models.embedder_anew(endpoint, tools));
    Ok(Arc::new(match embedder {
        Some(embedder) => redo.with_embedder(embedder),
        None => redo,
    }))
}
