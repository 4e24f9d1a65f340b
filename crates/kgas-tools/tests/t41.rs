//! What `T41_async` makes of a document.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "test helpers may panic")]

mod support;

use std::num::NonZeroUsize;
use std::sync::Arc;

use kgas_core::{
    ModelErrorKind, Registry, Stop, ToolContext, ToolError, ToolInput, ToolOutput, ToolResult, ToolStatus,
};
use serde_json::{Value, json};
use support::{Lengths, run, states};

const TOOL: &str = "T41_async";
const FIVE: &str = "Ann left. Robert left. Cid left. Dan left. Eve left.";

fn with(model: Arc<Lengths>, parallelism: usize) -> ToolContext {
    ToolContext::offline().with_embedder(model).with_parallelism(NonZeroUsize::new(parallelism).unwrap())
}

async fn embedded(model: &Arc<Lengths>, config: Value, text: &str) -> ToolResult {
    run(TOOL, config, &with(model.clone(), 2), ToolInput::text("d", text)).await
}

/// Each vector as (chunk, first number).
fn vectors(result: &ToolResult) -> Vec<(usize, f32)> {
    let ToolOutput::Embeddings { vectors } = &result.output else { panic!("no embeddings") };
    vectors.iter().map(|embedding| (embedding.index, embedding.vector[0])).collect()
}

#[tokio::test(start_paused = true)]
async fn vectors_come_in_the_order_of_the_chunks_whatever_arrives_first() {
    let mut seen = Vec::new();
    for parallelism in [1, 2, 8] {
        let model = Arc::new(Lengths { max_batch: 2, delays: true, ..Lengths::default() });
        let input = ToolInput::text("d", FIVE);
        let result = run(TOOL, json!({"chunk_size": 13}), &with(model.clone(), parallelism), input).await;
        assert_eq!(vectors(&result), [(0, 10.0), (1, 13.0), (2, 10.0), (3, 10.0), (4, 9.0)]);
        assert_eq!(model.asked.lock().unwrap().len(), 3);
        assert_eq!(result.usage.calls, 3);
        assert_eq!(result.status(), ToolStatus::Success);
        seen.push(serde_json::to_string(&result).unwrap());
    }
    seen.dedup();
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn a_batch_is_as_large_as_the_setting_and_the_model_allow() {
    for (max_batch, config, calls) in [
        (2048, json!({"chunk_size": 13}), 1),
        (2048, json!({"chunk_size": 13, "batch_size": 2}), 3),
        (4, json!({"chunk_size": 13}), 2),
        (0, json!({"chunk_size": 13}), 5),
    ] {
        let model = Arc::new(Lengths { max_batch, ..Lengths::default() });
        embedded(&model, config.clone(), FIVE).await;
        assert_eq!(model.asked.lock().unwrap().len(), calls, "{max_batch} {config}");
    }
}

#[tokio::test]
async fn a_failed_batch_is_not_an_empty_success() {
    let poison = Some(("Cid", ModelErrorKind::Rejected));
    let model = Arc::new(Lengths { max_batch: 2, poison, ..Lengths::default() });
    let result = embedded(&model, json!({"chunk_size": 13}), FIVE).await;
    assert_eq!(states(&result), ["ok", "ok", "failed", "failed", "ok"]);
    assert_eq!(result.chunks[3].error.as_deref(), Some("Cid is not to be embedded"));
    assert_eq!(result.chunks[3].attempts, 2);
    assert_eq!(vectors(&result).iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 1, 4]);
    assert_eq!((result.usage.calls, result.usage.attempts), (3, 4));
    assert_eq!(result.status(), ToolStatus::Partial);
}

#[tokio::test]
async fn vectors_that_are_not_as_many_as_the_texts_are_not_believed() {
    let model = Arc::new(Lengths { max_batch: 3, lost: 1, ..Lengths::default() });
    let result = embedded(&model, json!({"chunk_size": 13}), FIVE).await;
    assert_eq!(states(&result), ["failed"; 5]);
    assert_eq!(result.chunks[0].error.as_deref(), Some("the model gave 2 vectors for 3 texts"));
    assert!(vectors(&result).is_empty());
    assert_eq!(result.usage.calls, 2);
}

#[tokio::test]
async fn a_vector_that_is_not_of_numbers_fails_its_chunk_alone() {
    let model = Arc::new(Lengths { max_batch: 5, broken: Some("Cid"), ..Lengths::default() });
    let result = embedded(&model, json!({"chunk_size": 13}), FIVE).await;
    assert_eq!(states(&result), ["ok", "ok", "failed", "ok", "ok"]);
    assert_eq!(vectors(&result).len(), 4);
}

#[tokio::test]
async fn after_a_fatal_error_no_batch_is_begun() {
    let poison = Some(("Ann", ModelErrorKind::Denied));
    let model = Arc::new(Lengths { max_batch: 1, poison, ..Lengths::default() });
    let result = embedded(&model, json!({"chunk_size": 13}), FIVE).await;
    assert_eq!(states(&result), ["failed", "skipped", "skipped", "skipped", "skipped"]);
    assert_eq!(model.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn after_a_stop_no_batch_is_begun() {
    let (stop, model) = (Stop::default(), Arc::new(Lengths { max_batch: 5, ..Lengths::default() }));
    stop.request();
    let result =
        run(TOOL, json!({"chunk_size": 13}), &with(model.clone(), 1).with_stop(stop), ToolInput::text("d", FIVE)).await;
    assert_eq!(states(&result), ["skipped"; 5]);
    assert!(model.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn blank_chunks_are_empty_and_are_not_sent() {
    let model = Arc::new(Lengths { max_batch: 2, ..Lengths::default() });
    let result =
        embedded(&model, json!({"chunk_size": 10}), "Ann left.\n         \n         \nBob left. Cid left.").await;
    let asked: Vec<String> = model.asked.lock().unwrap().concat();
    assert!(asked.iter().all(|text| !text.trim().is_empty()), "{asked:?}");
    assert_eq!(asked.len(), vectors(&result).len());
    let empty = states(&result).iter().filter(|state| **state == "empty").count();
    assert!(empty > 0 && empty + asked.len() == result.chunks.len(), "{:?}", result.chunks);

    let result = embedded(&model, json!({}), " \n ").await;
    assert_eq!(states(&result), ["empty"]);
    assert!(embedded(&model, json!({}), "").await.chunks.is_empty());
}

#[tokio::test]
async fn neither_ontology_nor_chat_model_is_needed_but_an_embedder_is() {
    let tool = Registry::collect().unwrap().build(TOOL, Value::Null).unwrap();
    let input = ToolInput::text("d", "Ann left.");
    assert_eq!(tool.validate(&input), Ok(()));
    let error = tool.execute(&ToolContext::offline(), input).await.unwrap_err();
    assert!(matches!(error, ToolError::NoEmbedder { .. }));
}

#[test]
fn a_setting_that_cannot_be_is_named() {
    let refused = |config| Registry::collect().unwrap().build(TOOL, config).unwrap_err().to_string();
    let told = refused(json!({"batch_size": 0}));
    assert!(told.starts_with("config of tool T41_async: batch_size: "), "{told}");
    let told = refused(json!({"batchsize": 1}));
    assert!(told.contains("unknown field `batchsize`, expected `chunk_size` or `batch_size`"), "{told}");
}
