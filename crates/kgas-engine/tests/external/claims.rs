//! What a tool is told of a document, and what becomes of its claims.

use std::sync::Arc;

use kgas_core::{ChunkState, Document, KgasTool, Need, ToolContext, ToolInput, ToolStatus};
use serde_json::{Value, json};

use crate::desk::{Desk, TEXT, chunk, input, ontology, output, ran};

#[tokio::test]
async fn a_tool_is_told_the_document_the_ontology_the_facts_so_far_and_its_settings() {
    let Some(desk) = Desk::new() else { return };
    let given = json!({"text": TEXT, "entities": [{"text": "Ann", "type": "Person", "start": 0, "end": 3}]});
    let known = ToolInput::from_json(&given, "a.txt", ontology()).unwrap().graph;
    let document = Arc::new(Document::new("a.txt", TEXT).with_source("in/a.txt"));
    let input = ToolInput::new(document, ontology()).with_graph(known);
    let input = ToolInput { params: json!([{"result": {}}]), ..input };
    let tool = desk.tool_with(json!({"words": 5})).await;
    tool.execute(&ToolContext::offline(), input).await.unwrap();
    let heard = desk.heard();
    assert_eq!((heard.len(), &heard[0]["kgas"], &heard[0]["id"]), (1, &json!(1), &json!(1)));
    let told = &heard[0]["execute"];
    assert_eq!(told["document"], json!({"id": "a.txt", "source": "in/a.txt", "text": TEXT}));
    assert_eq!(told["ontology"], json!(*ontology()));
    assert_eq!(told["graph"]["entities"][0]["mentions"][0]["quote"], "Ann");
    assert_eq!(
        told["config"],
        json!({"words": 5, "min_confidence": 0.7, "all_mentions": false, "keep_ungrounded": false})
    );
}

#[tokio::test]
async fn a_tool_that_needs_no_ontology_is_told_none() {
    let Some(mut desk) = Desk::new() else { return };
    desk.spec.needs = Vec::new();
    ran(&desk.tool().await, json!([{"result": {}}])).await;
    assert_eq!(desk.heard()[0]["execute"]["ontology"], Value::Null);
}

#[tokio::test]
async fn claims_that_the_text_and_the_ontology_bear_out_become_facts_and_the_rest_is_listed() {
    let Some(desk) = Desk::new() else { return };
    let claims = json!({
        "entities": [
            {"text": "Bob", "type": "Person", "confidence": 0.9},
            {"text": "Ann", "type": "Person", "start": 15},
            {"text": "Eve", "type": "Person"},
            {"text": "Paris", "type": "Planet"},
            {"text": "Paris", "type": "Town", "confidence": 0.2},
        ],
        "relations": [{"subject": "Ann", "type": "knows", "object": "Bob"}],
    });
    let result = ran(&desk.tool().await, json!([{"result": claims}])).await;
    let found = output(&result);
    let spans: Vec<_> = found["entities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entity| {
            let mention = &entity["mentions"][0];
            (mention["quote"].as_str().unwrap(), mention["start"].as_u64().unwrap(), mention["tool"].as_str().unwrap())
        })
        .collect();
    assert_eq!(spans, [("Ann", 15, "acme.fake"), ("Bob", 10, "acme.fake")]);
    assert_eq!(found["relations"][0]["evidence"][0]["quote"], "Ann knows Bob");
    let reasons: Vec<_> = result.rejected.iter().map(|item| (item.position, item.reason.as_str())).collect();
    assert_eq!(reasons, [(2, "not_in_text"), (3, "unknown_type"), (4, "low_confidence")]);
    let report = chunk(&result);
    assert_eq!((report.state, report.kept, report.rejected), (ChunkState::Ok, 3, 3));
}

#[tokio::test]
async fn what_kgas_minds_for_all_tools_can_be_set_for_this_one() {
    let Some(desk) = Desk::new() else { return };
    let claims = json!([{"result": {"entities": [
        {"text": "Ann", "type": "Person", "confidence": 0.2}, {"text": "Eve", "type": "Person", "confidence": 0.9}]}}]);
    let config = json!({"min_confidence": 0.1, "all_mentions": true, "keep_ungrounded": true});
    let result = ran(&desk.tool_with(config).await, claims).await;
    let found = output(&result);
    let names: Vec<_> =
        found["entities"].as_array().unwrap().iter().map(|entity| entity["name"].as_str().unwrap()).collect();
    assert_eq!((names, found["entities"][0]["mentions"].as_array().unwrap().len()), (vec!["Ann", "Eve"], 2));
    assert_eq!(found["entities"][1]["mentions"][0]["flags"], json!(["confidence_missing", "ungrounded"].get(1..)));
}

#[tokio::test]
async fn a_value_of_its_own_is_given_as_it_is() {
    let Some(mut desk) = Desk::new() else { return };
    desk.spec.needs = vec![Need::Ontology];
    let tool = desk.tool().await;
    for value in [json!({"mood": "happy", "words": [1, 2.5]}), Value::Null] {
        let result = ran(&tool, json!([{"result": {"json": value}}])).await;
        assert_eq!(output(&result), json!({"kind": "json", "value": value}));
        assert_eq!(result.status(), ToolStatus::Success);
    }
}

#[tokio::test]
async fn what_a_tool_says_is_missing_leaves_the_document_incomplete_with_its_facts() {
    let Some(desk) = Desk::new() else { return };
    let claims = json!({"entities": [{"text": "Ann", "type": "Person"}], "missing": "the second\npart"});
    let result = ran(&desk.tool().await, json!([{"result": claims}])).await;
    let report = chunk(&result);
    assert_eq!(
        (report.state, report.error.as_deref(), report.kept),
        (ChunkState::Truncated, Some("the second part"), 1)
    );
}

#[tokio::test]
async fn nothing_found_is_an_empty_chunk_and_nothing_kept_a_rejected_one() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let cases = [
        (json!({}), ChunkState::Empty),
        (json!({"entities": []}), ChunkState::Empty),
        (json!({"entities": ["Ann"]}), ChunkState::Rejected),
    ];
    for (claims, state) in cases {
        assert_eq!(chunk(&ran(&tool, json!([{"result": claims}])).await).state, state, "{claims}");
    }
}

#[tokio::test]
async fn a_tool_that_needs_an_ontology_is_not_asked_without_one() {
    let Some(desk) = Desk::new() else { return };
    let tool = desk.tool().await;
    let bare = ToolInput { ontology: Arc::default(), ..input(json!([{"result": {}}])) };
    let problem = tool.execute(&ToolContext::offline(), bare).await.unwrap_err();
    assert_eq!(problem.to_string(), "tool acme.fake needs an ontology");
}
