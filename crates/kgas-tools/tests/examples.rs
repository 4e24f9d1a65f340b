//! What the tools make of a user's examples.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

mod support;

use std::sync::Arc;

use kgas_core::fact::{Object, RejectReason};
use kgas_core::{Examples, ToolContext, ToolInput, ToolResult};
use serde_json::json;
use support::{context, entities, graph, input, input_with, quotes, reasons, relations, run, said, talker};

fn examples() -> Arc<Examples> {
    let line = json!({
        "text": "Mia Wong, a baker, moonlights for Kestrel Foods.",
        "entities": [
            {"text": "Mia Wong", "type": "person", "properties": {"profession": "baker"}},
            {"text": "Kestrel Foods", "type": "Company"},
        ],
        "relations": [{"subject": "Mia Wong", "type": "works at", "object": "Kestrel Foods"}],
    });
    let examples = Examples::parse(&line.to_string()).unwrap();
    assert_eq!(examples.check(&support::ontology()), Ok(()));
    Arc::new(examples)
}

async fn prompt_of(tool: &str) -> String {
    let model = talker(|_| said("[]"));
    run(tool, json!({}), &context(model.clone(), 1), input("Ann left.").with_examples(examples())).await;
    model.asked().remove(0).user
}

#[tokio::test]
async fn examples_stand_in_the_prompt_in_the_form_of_an_answer() {
    insta::assert_snapshot!(prompt_of("T23c_async").await.split_once("EXAMPLES").unwrap().1);
    insta::assert_snapshot!(prompt_of("T27_async").await.split_once("EXAMPLES").unwrap().1);
}

#[tokio::test]
async fn a_prompt_without_examples_says_nothing_of_them() {
    let model = talker(|_| said("[]"));
    run("T23c_async", json!({}), &context(model.clone(), 1), input("Ann left.")).await;
    assert!(!model.asked()[0].user.contains("EXAMPLES"));
}

#[tokio::test]
async fn what_only_the_examples_say_is_a_leak() {
    let model =
        talker(|_| entities(json!([{"text": "Mia Wong", "type": "Person"}, {"text": "Eve", "type": "Person"}])));
    let input = || input("Ann left.").with_examples(examples());
    let result = run("T23c_async", json!({}), &context(model, 1), input()).await;
    assert_eq!(reasons(&result), [RejectReason::ExampleLeak, RejectReason::NotInText]);
    let leaked = json!({"subject": "Mia Wong", "type": "works at", "object": "Kestrel Foods"});
    let model = talker(move |_| relations(json!([leaked.clone()])));
    let result = run("T27_async", json!({}), &context(model, 1), input()).await;
    assert_eq!(reasons(&result), [RejectReason::ExampleLeak]);
}

#[tokio::test]
async fn what_the_text_says_too_is_no_leak() {
    let model = talker(|_| entities(json!([{"text": "Mia Wong", "type": "Person"}])));
    let result =
        run("T23c_async", json!({}), &context(model, 1), input("Mia Wong left.").with_examples(examples())).await;
    assert_eq!(quotes(&result), ["Mia Wong"]);
}

async fn by_rules(tool: &str, input: ToolInput) -> ToolResult {
    run(tool, json!({}), &ToolContext::offline(), input).await
}

const MOONLIGHTS: &str = "Today Bob Ray moonlights for Osprey Films.";

fn known(text: &str) -> ToolInput {
    input_with(text, json!([{"text": "Bob Ray", "type": "Person"}, {"text": "Osprey Films", "type": "Company"}]))
}

#[tokio::test]
async fn the_rules_learn_the_words_between_subject_and_object() {
    let without = by_rules("T27_rules", known(MOONLIGHTS)).await;
    assert!(graph(&without).relations().is_empty());
    let with = by_rules("T27_rules", known(MOONLIGHTS).with_examples(examples())).await;
    let [found] = graph(&with).relations() else { unreachable!("{with:?}") };
    assert_eq!((found.subject().name(), found.relation_type()), ("bob ray", "works at"));
    assert!(matches!(found.object(), Object::Entity(key) if key.name() == "osprey films"));
}

#[tokio::test]
async fn the_rules_learn_which_end_comes_first() {
    let line = json!({"text": "Kestrel Foods pays Mia Wong.", "relations": [{"subject": "Mia Wong",
        "subject_type": "Person", "type": "works at", "object": "Kestrel Foods", "object_type": "Company"}]});
    let examples = Arc::new(Examples::parse(&line.to_string()).unwrap());
    let found = async |text: &str| {
        let result = by_rules("T27_rules", known(text).with_examples(Arc::clone(&examples))).await;
        graph(&result).relations().iter().map(|found| found.subject().name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("Today Osprey Films pays Bob Ray.").await, ["bob ray"]);
    assert!(found("Today Bob Ray pays Osprey Films.").await.is_empty());
}

#[tokio::test]
async fn the_rules_learn_the_names() {
    let without = by_rules("T23a_rules", input("They met Kestrel Foods there.")).await;
    assert!(quotes(&without).is_empty());
    let with = by_rules("T23a_rules", input("They met Kestrel Foods there.").with_examples(examples())).await;
    assert_eq!(quotes(&with), ["Kestrel Foods"]);
}

#[tokio::test]
async fn words_that_hold_a_name_or_say_nothing_are_no_phrase() {
    let lines = [
        ("Mia Wong and Bob founded Kestrel Foods.", "Today Bob Ray and Bob founded Osprey Films."),
        ("Mia Wong of Kestrel Foods left.", "Today Bob Ray of Osprey Films left."),
    ];
    for (text, asked) in lines {
        let line = json!({"text": text, "relations": [{"subject": "Mia Wong", "subject_type": "Person",
            "type": "works at", "object": "Kestrel Foods", "object_type": "Company"}]});
        let examples = Arc::new(Examples::parse(&line.to_string()).unwrap());
        let result = by_rules("T27_rules", known(asked).with_examples(examples)).await;
        assert!(graph(&result).relations().is_empty(), "{text}");
    }
}
