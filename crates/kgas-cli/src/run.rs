//! `kgas run`: one tool on one text.

use std::sync::Arc;

use kgas_core::{Need, ToolError, ToolResult, ToolStatus};
use kgas_engine::RunState;
use serde_json::json;
use tokio::time::Instant;

use crate::args::RunArgs;
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::models::Models;
use crate::record::Record;
use crate::settings::{Equipped, equip, needs, note_of_cut, registry};
use crate::show::Show;
use crate::telemetry::{MetricsFile, Watch};
use crate::{Exit, input};

pub(crate) async fn main(args: &RunArgs, show: Show) -> Result<Exit, Failure> {
    let tools = equip(&registry()?, std::slice::from_ref(&args.tool), &args.tools)?;
    let Some(Equipped { tool, .. }) = tools.first() else { return Err(Failure::usage("name a tool")) };
    let input = input::tool_input(&args.input, &args.ontology, show)?;
    if input.ontology.is_empty()
        && let Some(tool) = needs(&tools, Need::Ontology)
    {
        return Err(Failure::usage(format!("tool {tool} needs an ontology: name its file with --ontology")));
    }
    tool.validate(&input).map_err(Failure::usage)?;
    if args.validate {
        show.json(&json!({"tool": args.tool, "status": "success", "validation": true}))?;
        return Ok(Exit::Complete);
    }
    let endpoint = Endpoint::from_args(&args.model)?;
    let models = Models::of(endpoint.as_ref(), &tools, &args.budget, args.journal.offline)?;
    let record = Record::open(&args.journal, None)?;
    let models = models.keep(record, endpoint.as_ref(), &tools);
    models.record().tell(show);
    if let Some(endpoint) = endpoint.as_ref().filter(|_| crate::models::are_asked(&tools)) {
        show.note(&format!("asking {}", endpoint.in_words()));
    }
    if let Some(note) = note_of_cut(&tools, &input.ontology) {
        show.note(&note);
    }
    let signals = crate::signals::listen(models.interrupt.clone(), show);
    let metrics = MetricsFile::begin(&args.metrics, &models.board)?;
    let begun = Instant::now();
    let working = async {
        tokio::select! {
            result = kgas_engine::execute_tool(&**tool, &models.context, input) => Some(result),
            () = models.interrupt.aborted() => None,
        }
    };
    let ended = Watch::new(show, None, Arc::clone(&models.board)).writing(metrics.clone()).beside(working).await;
    signals.abort();
    let kept = models.record().close().await;
    if let Some(metrics) = metrics {
        models.board.end(state(ended.as_ref()), None, None);
        metrics.end(show).await;
    }
    kept?;
    let Some(result) = ended else { return Ok(Exit::Interrupted) };
    let mut result = result.map_err(Failure::fatal)?;
    result.elapsed = begun.elapsed();
    show.json(&result)?;
    if let Some(error) = models.fatal() {
        return Err(Failure::fatal(error));
    }
    if let Some(why) = models.spent().filter(|_| result.status() != ToolStatus::Success) {
        show.warning(&why);
    } else if result.status() != ToolStatus::Success {
        show.warning("the result is not complete: its chunks say why; run again for what failed");
    }
    Ok(match result.status() {
        _ if models.interrupt.is_stopping() => Exit::Interrupted,
        ToolStatus::Success => Exit::Complete,
        ToolStatus::Partial | ToolStatus::Failed => Exit::WithFailures,
    })
}

/// How it ended, for its figures.
fn state(ended: Option<&Result<ToolResult, ToolError>>) -> RunState {
    match ended {
        None => RunState::Interrupted,
        Some(Err(_)) => RunState::Stopped,
        Some(Ok(result)) if result.status() == ToolStatus::Success => RunState::Complete,
        Some(Ok(_)) => RunState::Incomplete,
    }
}
