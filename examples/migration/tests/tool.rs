//! The tool after the migration keeps what the naive one loses.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::num::NonZeroUsize;
use std::sync::Arc;

use async_trait::async_trait;
use kgas_core::ontology::{ClassSpec, Leniency, OntologySpec};
use kgas_core::{
    ChatModel, ChatReply, ChatRequest, ChunkState, Document, Finish, ModelError, ModelErrorKind, Ontology, Registry,
    Stop, ToolContext, ToolInput, ToolOutput, ToolResult, ToolStatus, Usage,
};
use people_tool as _;
use serde_json::json;

/// Finds Ann wherever she is and Zoe always; gives up on a text with "lost", and is cut off by one with "long".
#[derive(Debug)]
struct Model;

#[async_trait]
impl ChatModel for Model {
    fn id(&self) -> &'static str {
        "test/model"
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatReply, ModelError> {
        let text = request.user.rsplit("\n\n").next().unwrap();
        if text.contains("lost") {
            return Err(ModelError::new(ModelErrorKind::GaveUp, "no answer after 3 attempts").with_attempts(3));
        }
        // Later chunks answer first.
        for _ in 0..9_usize.saturating_sub(request.chunk.unwrap()) {
            tokio::task::yield_now().await;
        }
        let people = json!({"people": [
            {"text": "Ann", "type": "Person", "confidence": 0.9, "start": 700},
            {"text": "Zoe", "type": "Person", "confidence": 0.9},
        ]});
        let finish = if text.contains("long") { Finish::Length } else { Finish::Stop };
        let usage = Usage { calls: 1, attempts: 1, ..Usage::default() };
        Ok(ChatReply { text: format!("Here you are:\n```json\n{people}\n```"), finish, usage })
    }
}

async fn run(text: &str, stop: Stop) -> ToolResult {
    let spec = OntologySpec { classes: vec![ClassSpec::new("Person")], ..OntologySpec::default() };
    let (ontology, _) = Ontology::compile(spec, Leniency::Strict).unwrap();
    let tool = Registry::collect().unwrap().build("acme.people", json!({"chunk_size": 20})).unwrap();
    let input = ToolInput::new(Arc::new(Document::new("d", text)), Arc::new(ontology));
    let parallelism = NonZeroUsize::new(4).unwrap();
    let context = ToolContext::offline().with_chat(Arc::new(Model)).with_stop(stop).with_parallelism(parallelism);
    tool.execute(&context, input).await.unwrap()
}

fn states(result: &ToolResult) -> Vec<ChunkState> {
    result.chunks.iter().map(|chunk| chunk.state).collect()
}

#[tokio::test]
async fn a_lost_call_is_told_of_and_loses_nothing_else() {
    let result = run("Ann came to us. And that was lost. Then Ann left us.", Stop::default()).await;
    assert_eq!(states(&result), [ChunkState::Ok, ChunkState::Failed, ChunkState::Ok]);
    assert_eq!(result.status(), ToolStatus::Partial);
    assert_eq!(result.chunks.iter().map(|chunk| chunk.attempts).sum::<u32>(), 5);
}

#[tokio::test]
async fn offsets_are_found_and_not_believed_and_what_isnt_there_is_rejected() {
    let text = "Ann came to us. Nobody saw a thing. Then Ann left us.";
    let result = run(text, Stop::default()).await;
    let ToolOutput::Graph(graph) = &result.output else { panic!("it gives a graph") };
    let places: Vec<usize> = graph.mentions().iter().map(|m| m.evidence().span().unwrap().start()).collect();
    assert_eq!(places, [text.find("Ann").unwrap(), text.rfind("Ann").unwrap()]);
    assert_eq!(states(&result), [ChunkState::Ok, ChunkState::Rejected, ChunkState::Ok]);
    assert_eq!(result.rejected.len(), 4, "Zoe thrice, Ann once");
}

#[tokio::test]
async fn an_answer_that_was_cut_off_is_no_success() {
    let result = run("Ann has a long day.", Stop::default()).await;
    assert_eq!(states(&result), [ChunkState::Truncated]);
}

#[tokio::test]
async fn after_a_stop_nothing_is_begun_and_all_is_told() {
    let stop = Stop::default();
    stop.request();
    let result = run("Ann came to us. And Ann went home.", stop).await;
    assert_eq!(states(&result), [ChunkState::Skipped, ChunkState::Skipped]);
}
