//! What `T23c_async` makes of answers.

mod support;

use std::sync::Arc;

use kgas_core::fact::{Flag, RejectReason};
use kgas_core::ontology::{OntologySpec, RelationSpec};
use kgas_core::{Document, Registry, ToolContext, ToolError, ToolInput, ToolOutput, ToolResult};
use serde_json::{Value, json};
use support::{compiled, context, entities, graph, input, mentions, model, quotes, reasons, run, said, states};

const TOOL: &str = "T23c_async";

/// The result for a text of one chunk, about which this is answered.
async fn told(text: &str, answer: impl Into<String>, config: Value) -> ToolResult {
    let answer = answer.into();
    run(TOOL, config, &context(model(move |_| said(answer.clone())), 1), input(text)).await
}

#[tokio::test]
async fn an_answer_may_be_wrapped_in_many_ways() {
    let item = r#"{"text": "Ann", "type": "Person", "confidence": 0.9, "start": 0, "end": 3, "properties": {}}"#;
    let other = r#"{"subject": "Ann", "type": "works at", "object": "Acme"}"#;
    let answers = [
        format!(r#"{{"entities": [{item}]}}"#),
        format!("[{item}]"),
        format!(r#"{{"relations": [{other}], "entities": [{item}]}}"#),
        format!("```json\n{{\"entities\": [{item}]}}\n```"),
        format!("Here are the entities [1]:\n\n[{item}]\n\nShall I go on?"),
        format!("\u{feff}{{\"entities\": {item}}}"),
    ];
    for answer in answers {
        let result = told("Ann works at Acme.", answer.clone(), json!({})).await;
        assert_eq!(mentions(&result), [("Person".into(), "Ann".into(), 0)], "{answer}");
        assert!(result.rejected.is_empty(), "{answer}");
        assert_eq!(states(&result), ["ok"], "{answer}");
    }
}

#[tokio::test]
async fn confidence_is_enforced() {
    let items = json!([
        {"text": "Ann", "type": "Person", "confidence": 0.71},
        {"text": "Bob", "type": "Person", "confidence": 0.7},
        {"text": "Cid", "type": "Person", "confidence": 0.2},
        {"text": "Dan", "type": "Person", "confidence": 1.5},
    ]);
    let answer = json!({"entities": items}).to_string();
    let result = told("Ann, Bob, Cid, Dan.", answer.clone(), json!({})).await;
    assert_eq!(quotes(&result), ["Ann"]);
    use RejectReason::{LowConfidence, Malformed};
    assert_eq!(reasons(&result), [LowConfidence, LowConfidence, Malformed]);
    assert_eq!(result.rejected[0].item, items[1]);

    let result = told("Ann, Bob, Cid, Dan.", answer, json!({"min_confidence": 0.1})).await;
    assert_eq!(quotes(&result), ["Ann", "Bob", "Cid"]);
}

#[tokio::test]
async fn a_missing_confidence_counts_as_one_and_is_flagged() {
    let result = told("Ann left.", r#"[{"text": "Ann", "type": "Person"}]"#, json!({})).await;
    let mention = &graph(&result).mentions()[0];
    assert!((mention.confidence() - 1.0).abs() < f64::EPSILON);
    assert!(mention.evidence().flags().contains(&Flag::ConfidenceMissing));
}

#[tokio::test]
async fn offsets_of_the_model_are_not_believed() {
    let items = json!([
        {"text": "Ann", "type": "Person", "start": 4, "end": 7},
        {"text": "Bob", "type": "Person", "start": 99_999, "end": 3},
        {"text": "Cid", "type": "Person", "start": -1, "end": "soon"},
    ]);
    let result = told("Zoë, Ann, Bob, Cid.", json!(items).to_string(), json!({})).await;
    let found = mentions(&result);
    assert_eq!(
        found.iter().map(|(_, quote, start)| (&**quote, *start)).collect::<Vec<_>>(),
        [("Ann", 5), ("Bob", 10), ("Cid", 15)]
    );
}

#[tokio::test]
async fn spans_are_of_the_document_and_starts_of_the_chunk() {
    let text = "Zoë left. Ann met Ann, said Ann.";
    let config = json!({"chunk_size": 22});
    let model = model(|text| match text {
        "Zoë left. " => entities(json!([{"text": "Zoë", "type": "Person", "start": 0}])),
        _ => entities(json!([{"text": "Ann", "type": "Person", "start": 8}, {"text": "Ann", "type": "Person"}])),
    });
    let result = run(TOOL, config, &context(model, 1), input(text)).await;
    assert_eq!(result.chunks.len(), 2);
    let found: Vec<usize> = mentions(&result).into_iter().map(|(_, _, start)| start).collect();
    assert_eq!(found, [0, 18, 10]);
    let document = Document::new("d", text);
    for mention in graph(&result).mentions() {
        assert_eq!(document.slice(mention.evidence().span().unwrap()), Some(mention.evidence().quote()));
    }
    assert_eq!(graph(&result).mentions()[1].evidence().chunk(), 1);
}

#[tokio::test]
async fn a_start_beyond_all_numbers_does_no_harm() {
    let model = model(|_| entities(json!([{"text": "left", "type": "Person", "start": u64::MAX}])));
    let result = run(TOOL, json!({"chunk_size": 10}), &context(model, 1), input("Ann left. Bob left.")).await;
    assert_eq!(quotes(&result), ["left", "left"]);
}

#[tokio::test]
async fn mentions_survive_merging() {
    let model = model(|text| {
        let word = text.split(' ').next().unwrap();
        entities(json!([{"text": word, "type": "Person", "confidence": 0.8}]))
    });
    let text = "Ann left. ANN came. Bob left. Ann left.";
    let result = run(TOOL, json!({"chunk_size": 10}), &context(model, 3), input(text)).await;
    let merged = graph(&result).entities();
    assert_eq!(merged.len(), 2);
    let ann = &merged[0];
    assert_eq!((ann.name, ann.aliases.as_slice()), ("Ann", ["ANN"].as_slice()));
    let places: Vec<_> =
        ann.mentions.iter().map(|m| (m.evidence().chunk(), m.evidence().span().unwrap().start())).collect();
    assert_eq!(places, [(0, 0), (1, 10), (3, 30)]);
}

#[tokio::test]
async fn what_the_text_or_the_ontology_lacks_is_rejected() {
    let items = json!([
        {"text": "Ann", "type": "Robot"},
        {"text": "Eve", "type": "Person"},
        {"text": "Annual", "type": "Person"},
        {"text": "Ann", "type": "person"},
        {"text": "Ann", "type": "Person"},
        {"type": "Person"},
        "Ann",
    ]);
    let result = told("Ann left.", items.to_string(), json!({})).await;
    use RejectReason::{Duplicate, Malformed, NotInText, UnknownType};
    assert_eq!(reasons(&result), [UnknownType, NotInText, NotInText, Duplicate, Malformed, Malformed]);
    assert_eq!(mentions(&result), [("Person".into(), "Ann".into(), 0)]);
    let positions: Vec<usize> = result.rejected.iter().map(|rejection| rejection.position).collect();
    assert_eq!(positions, [0, 1, 2, 4, 5, 6]);
    assert_eq!((result.chunks[0].kept, result.chunks[0].rejected), (1, 6));
}

#[tokio::test]
async fn a_lost_property_does_not_count_as_a_lost_item() {
    let item = json!({"text": "Ann", "type": "Person", "properties": {"profession": "baker", "height": "2 m"}});
    let result = told("Ann, a baker.", json!([item]).to_string(), json!({})).await;
    assert_eq!(graph(&result).mentions()[0].properties()[0].value(), "baker");
    assert_eq!(reasons(&result), [RejectReason::UnknownProperty]);
    assert_eq!((result.chunks[0].kept, result.chunks[0].rejected), (1, 0));
}

#[tokio::test]
async fn the_whole_items_of_a_cut_answer_are_kept() {
    let answer = r#"{"entities": [{"text": "Ann", "type": "Person"}, {"text": "Bob", "ty"#;
    let result = told("Ann met Bob.", answer, json!({})).await;
    assert_eq!(states(&result), ["truncated"]);
    assert_eq!(quotes(&result), ["Ann"]);
    assert_eq!(result.chunks[0].kept, 1);
}

#[tokio::test]
async fn other_places_are_added_where_all_mentions_are_wanted() {
    let answer = r#"[{"text": "Ann", "type": "Person"}]"#;
    let text = "Ann met Ann. Annual Ann.";
    assert_eq!(quotes(&told(text, answer, json!({})).await), ["Ann"]);
    let result = told(text, answer, json!({"all_mentions": true})).await;
    let found = graph(&result).mentions().iter().map(|mention| mention.evidence());
    let found: Vec<_> =
        found.map(|place| (place.span().unwrap().start(), place.flags().contains(&Flag::OtherOccurrence))).collect();
    assert_eq!(found, [(0, false), (8, true), (20, true)]);
    assert_eq!(result.chunks[0].kept, 1);
}

#[tokio::test]
async fn only_new_facts_are_in_the_output() {
    let input = support::input_with("Ann met Bob.", json!([{"text": "Ann", "type": "Person"}]));
    let model = model(|_| entities(json!([{"text": "Bob", "type": "Person"}])));
    let result = run(TOOL, json!({}), &context(model, 1), input).await;
    assert_eq!(quotes(&result), ["Bob"]);
    assert_eq!(graph(&result).mentions()[0].evidence().tool(), TOOL);
}

#[tokio::test]
async fn validation_makes_no_call() {
    let tool = Registry::collect().unwrap().build(TOOL, Value::Null).unwrap();
    assert_eq!(tool.validate(&input("Ann left.")), Ok(()));

    let bare = ToolInput::text("d", "Ann left.");
    let error = tool.validate(&bare).unwrap_err();
    assert_eq!(error.to_string(), "tool T23c_async needs an ontology with classes");
    let relations_only = OntologySpec { relations: vec![RelationSpec::new("knows")], ..OntologySpec::default() };
    let input = ToolInput { ontology: compiled(relations_only), ..bare };
    assert!(matches!(tool.validate(&input), Err(ToolError::NoOntology { .. })));

    let asked = model(|_| said("[]"));
    assert!(tool.execute(&context(asked.clone(), 1), input).await.is_err());
    assert!(asked.asked().is_empty());
}

#[tokio::test]
async fn without_a_model_there_is_no_result() {
    let tool = Registry::collect().unwrap().build(TOOL, Value::Null).unwrap();
    let error = tool.execute(&ToolContext::offline(), input("Ann left.")).await.unwrap_err();
    assert!(matches!(error, ToolError::NoChatModel { .. }));
}

#[test]
fn the_tool_says_what_the_seed_said_of_it() {
    let tool = Registry::collect().unwrap().build(TOOL, Value::Null).unwrap();
    insta::assert_json_snapshot!(tool.metadata());
}

#[tokio::test]
async fn a_tool_is_used_by_many_documents_at_once() {
    let tool: Arc<dyn kgas_core::KgasTool> = Registry::collect().unwrap().build(TOOL, Value::Null).unwrap().into();
    let model = model(|text| entities(json!([{"text": text.split(' ').next(), "type": "Person"}])));
    let context = context(model, 4);
    let (left, right) =
        tokio::join!(tool.execute(&context, input("Ann left.")), tool.execute(&context, input("Bob left.")),);
    assert_eq!((quotes(&left.unwrap()), quotes(&right.unwrap())), (vec!["Ann"], vec!["Bob"]));
}

#[tokio::test]
async fn the_result_names_tool_and_output() {
    let result = told("Ann left.", "[]", json!({})).await;
    assert_eq!(result.tool, TOOL);
    assert!(matches!(&result.output, ToolOutput::Graph(graph) if graph.is_empty()));
    assert_eq!(states(&result), ["empty"]);
}
