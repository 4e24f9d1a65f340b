//! What a tool gives back, and how it reads as JSON.

mod support;

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use kgas_core::text::Chunk;
use kgas_core::{
    ChunkReport, ChunkState, Document, Embedding, GraphFragment, ModelError, ModelErrorKind, ToolContext, ToolError,
    ToolOutput, ToolResult, ToolStatus, Usage,
};
use schemars::schema_for;
use serde_json::{Value, json};
use support::facts;

fn result_of(states: &[ChunkState]) -> ToolResult {
    let chunk = Chunk::whole(&Document::new("d", "Ann"));
    let mut result = ToolResult::whole("test_tool", ToolOutput::Graph(GraphFragment::default()));
    result.chunks = states.iter().map(|state| ChunkReport::new(&chunk, *state)).collect();
    result
}

#[test]
fn the_status_follows_from_the_chunks() {
    use ChunkState::{Empty, Failed, Ok, Refused, Rejected, Skipped, Truncated};
    let cases: &[(&[ChunkState], ToolStatus)] = &[
        (&[], ToolStatus::Success),
        (&[Ok, Empty, Rejected], ToolStatus::Success),
        (&[Ok, Failed], ToolStatus::Partial),
        (&[Ok, Skipped], ToolStatus::Partial),
        (&[Empty, Truncated], ToolStatus::Partial),
        (&[Failed, Refused, Truncated, Skipped], ToolStatus::Failed),
    ];
    for (states, expected) in cases {
        assert_eq!(result_of(states).status(), *expected, "{states:?}");
        let as_json = serde_json::to_value(result_of(states)).unwrap();
        assert_eq!(as_json["status"], json!(expected), "{states:?}");
    }
}

#[test]
fn a_result_reads_as_its_status_its_facts_and_its_account() {
    let entities = [
        json!({"text": "Ann", "type": "Person", "confidence": 0.9, "properties": {"nick name": "Annie"}}),
        json!({"text": "ANN", "type": "Person"}),
        json!({"text": "Eve", "type": "Person"}),
    ];
    let relations = [json!({"subject": "Ann", "type": "known for", "object": "chess", "confidence": 0.8})];
    let found = facts("Ann (Annie, ANN) plays chess.", &entities, &relations);
    let mut graph = GraphFragment::default();
    found.mentions.into_iter().for_each(|mention| graph.add_mention(mention));
    found.relations.into_iter().for_each(|relation| graph.add_relation(relation));
    let mut result = result_of(&[ChunkState::Ok]);
    result.output = ToolOutput::Graph(graph);
    result.chunks[0].kept = 3;
    result.chunks[0].rejected = 1;
    result.rejected = found.rejected;
    result.usage = Usage { calls: 1, attempts: 2, prompt_tokens: 30, completion_tokens: 4, ..Usage::default() };
    result.elapsed = Duration::from_millis(1500);
    insta::assert_json_snapshot!(result);
}

#[test]
fn other_outputs_name_their_kind() {
    let vectors = vec![Embedding { index: 0, vector: vec![0.5, -1.0] }];
    let cases = [
        (
            ToolOutput::Embeddings { vectors },
            json!({"kind": "embeddings", "vectors": [{"index": 0, "vector": [0.5, -1.0]}]}),
        ),
        (ToolOutput::Json { value: json!([1]) }, json!({"kind": "json", "value": [1]})),
        (ToolOutput::Graph(GraphFragment::default()), json!({"kind": "graph", "entities": [], "relations": []})),
    ];
    for (output, expected) in cases {
        assert_eq!(serde_json::to_value(&output).unwrap(), expected);
    }
}

#[test]
fn the_schema_of_a_result_names_the_fields_that_a_result_has() {
    let written = serde_json::to_value(result_of(&[ChunkState::Ok])).unwrap();
    let schema = schema_for!(ToolResult).to_value();
    let names = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&schema["properties"]), names(&written));
    let required = schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    assert_eq!(required.collect::<BTreeSet<_>>(), names(&written));
    assert_eq!(schema["title"], "ToolResult");
}

#[test]
fn an_entity_goes_by_its_most_used_spelling() {
    let spelt = |names: &[&str]| {
        let items: Vec<Value> = names.iter().map(|name| json!({"text": name, "type": "Person"})).collect();
        let mut graph = GraphFragment::default();
        facts(&names.join(", "), &items, &[]).mentions.into_iter().for_each(|mention| graph.add_mention(mention));
        graph
    };
    let graph = spelt(&["ann", "Ann", "ANN", "Ann"]);
    let entities = graph.entities();
    assert_eq!((entities.len(), entities[0].name, &entities[0].aliases[..]), (1, "Ann", &["ANN", "ann"][..]));
    // Of equally many the first in order, so that the order of arrival doesn't show.
    for names in [["ann", "ANN"], ["ANN", "ann"]] {
        assert_eq!(spelt(&names).entities()[0].name, "ANN");
    }
}

#[test]
fn a_model_error_tells_kind_attempts_and_cause() {
    let cause = std::io::Error::other("connection reset");
    let error = ModelError::new(ModelErrorKind::GaveUp, "no answer from api.test").with_attempts(3).with_source(cause);
    insta::assert_snapshot!(error, @"no answer from api.test");
    insta::assert_debug_snapshot!(error, @"ModelError(GaveUp: no answer from api.test, after 3 attempts)");
    assert_eq!(error.source().unwrap().to_string(), "connection reset");
}

#[test]
fn an_error_that_every_call_would_meet_is_fatal() {
    use ModelErrorKind::{Denied, GaveUp, NotFound, Protocol, QuotaExhausted, Rejected, Stopped, Unreachable};
    let fatal = |kind| ModelError::new(kind, "").is_fatal();
    assert!([Denied, NotFound, QuotaExhausted, Unreachable, Stopped].into_iter().all(fatal));
    assert!(![Rejected, GaveUp, Protocol].into_iter().any(fatal));
}

#[test]
fn a_context_without_models_says_who_needs_which() {
    let context = ToolContext::offline();
    assert_eq!(context.chat("t").unwrap_err(), ToolError::NoChatModel { tool: "t".to_owned() });
    assert_eq!(
        context.embedder("t").unwrap_err().to_string(),
        "tool t needs an embedding model: name one with --provider or --base-url"
    );
    assert!(!context.is_stopping());
    assert_eq!(context.parallelism().get(), 1);
}

#[test]
fn a_state_that_is_complete_hides_none_that_is_not() {
    use ChunkState::{Empty, Failed, Ok, Refused, Rejected, Skipped, Truncated};
    let in_order = [Empty, Rejected, Ok, Truncated, Refused, Skipped, Failed];
    for (at, one) in in_order.iter().enumerate() {
        for (other_at, other) in in_order.iter().enumerate() {
            assert_eq!(one.worst(*other), in_order[at.max(other_at)]);
            assert_eq!(one.worst(*other).is_complete(), one.is_complete() && other.is_complete());
        }
    }
}

#[test]
fn no_number_of_tokens_that_a_server_reports_is_too_large_to_add() {
    let most = Usage { prompt_tokens: u64::MAX, ..Usage::default() }.all_saved();
    let mut sum = most;
    sum += most;
    assert_eq!(sum, most);
}
