//! The spans of a document and of a tool that works on it.

use kgas_core::{KgasTool, ToolContext, ToolError, ToolInput, ToolResult, ToolStatus};
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};

use crate::ledger::{DocumentRow, DocumentState};

/// The span of a document on its way through the tools; of its text it has the length.
pub(super) fn document(id: &str) -> Span {
    info_span!(
        "document",
        "otel.status_code" = Empty,
        "kgas.document.id" = id,
        "kgas.document.characters" = Empty,
        "kgas.document.state" = Empty,
    )
}

/// Takes down how it ended.
pub(super) fn ended(span: &Span, row: &DocumentRow) {
    if let Some(characters) = row.characters {
        span.record("kgas.document.characters", characters);
    }
    span.record("kgas.document.state", row.state.as_str());
    if row.state == DocumentState::Failed {
        span.record("otel.status_code", "ERROR");
    }
}

/// Runs a tool within a span, which has OpenTelemetry's names for the execution of a tool.
///
/// # Errors
/// Those of the tool.
pub async fn execute_tool(
    tool: &dyn KgasTool,
    context: &ToolContext,
    input: ToolInput,
) -> Result<ToolResult, ToolError> {
    let id = &tool.metadata().id;
    let span = info_span!(
        "execute_tool",
        "otel.name" = format!("execute_tool {id}"),
        "otel.status_code" = Empty,
        "gen_ai.operation.name" = "execute_tool",
        "gen_ai.tool.name" = id,
        "gen_ai.tool.type" = "function",
        "error.type" = Empty,
        "kgas.tool.status" = Empty,
        "kgas.tool.chunks" = Empty,
        "kgas.tool.kept" = Empty,
        "kgas.tool.rejected" = Empty,
    );
    let ended = tool.execute(context, input).instrument(span.clone()).await;
    match &ended {
        Ok(result) => {
            let status = match result.status() {
                ToolStatus::Success => "success",
                ToolStatus::Partial => "partial",
                ToolStatus::Failed => "failed",
            };
            span.record("kgas.tool.status", status);
            span.record("kgas.tool.chunks", result.chunks.len());
            span.record("kgas.tool.kept", result.chunks.iter().map(|chunk| chunk.kept).sum::<usize>());
            span.record("kgas.tool.rejected", result.rejected.len());
            if result.status() == ToolStatus::Failed {
                span.record("otel.status_code", "ERROR");
                span.record("error.type", "chunks_failed");
            }
        }
        Err(_said_in_the_ledger) => {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", "tool_error");
        }
    }
    ended
}
