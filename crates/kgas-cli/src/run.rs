//! `kgas run`: one tool on one text.

use std::sync::Arc;

use kgas_core::{Need, ToolContext, ToolStatus};
use kgas_engine::Interrupt;
use kgas_engine::model::Gate;
use kgas_http::Transport;
use serde_json::json;
use tokio::time::Instant;

use crate::args::RunArgs;
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::settings::{Equipped, equip, registry};
use crate::show::Show;
use crate::{Exit, input};

pub(crate) async fn main(args: &RunArgs, show: &Show) -> Result<Exit, Failure> {
    let tools = equip(&registry()?, std::slice::from_ref(&args.tool), &args.tools)?;
    let Some(Equipped { tool, .. }) = tools.first() else { return Err(Failure::usage("name a tool")) };
    let input = input::tool_input(&args.input, &args.ontology, show)?;
    tool.validate(&input).map_err(Failure::usage)?;
    if args.validate {
        show.json(&json!({"tool": args.tool, "status": "success", "validation": true}))?;
        return Ok(Exit::Complete);
    }
    let endpoint = Endpoint::from_args(&args.model)?;
    let interrupt = Interrupt::default();
    let gate = Arc::new(Gate::new(interrupt.clone()));
    let context = context(endpoint.as_ref(), &tools, &interrupt, &gate)?;
    let signals = crate::signals::listen(interrupt.clone(), *show);
    let begun = Instant::now();
    let mut result = tokio::select! {
        result = tool.execute(&context, input) => result.map_err(Failure::fatal)?,
        () = interrupt.aborted() => return Ok(Exit::Interrupted),
    };
    signals.abort();
    result.elapsed = begun.elapsed();
    show.json(&result)?;
    if let Some(error) = gate.fatal() {
        return Err(Failure::fatal(error));
    }
    Ok(match result.status() {
        _ if interrupt.is_stopping() => Exit::Interrupted,
        ToolStatus::Success => Exit::Complete,
        ToolStatus::Partial | ToolStatus::Failed => Exit::WithFailures,
    })
}

/// The models that these tools need.
fn context(
    endpoint: Option<&Endpoint>,
    tools: &[Equipped],
    interrupt: &Interrupt,
    gate: &Arc<Gate>,
) -> Result<ToolContext, Failure> {
    match endpoint {
        None => crate::extract::offline(tools, interrupt),
        Some(endpoint) => {
            let client: Arc<dyn Transport> = Arc::new(endpoint.client(interrupt)?);
            let embeds_only = crate::settings::needs(tools, Need::ChatModel).is_none();
            let embedding_model = if embeds_only { endpoint.model.as_deref() } else { None };
            Ok(crate::extract::online(endpoint, embedding_model, &client, interrupt, gate))
        }
    }
}
